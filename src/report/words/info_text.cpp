#include "report/words/info_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() % 1000 == 0) return fmt::format("{} s", duration.count() / 1000);
  return fmt::format("{} ms", duration.count());
}

std::string coverage_text(const std::vector<Gap>& gaps) {
  return gaps.empty() ? "complete" : counted(gaps.size(), "gap", "gaps") + ", see the caveats";
}

// Hosts may share a name, but the chain identifies their databases.
std::string imported_from(const SnapshotInfo& info) {
  return info.origin ? fmt::format("{}, chain {}", origin_text(info), info.origin->chain) : "";
}

// Returns "" for @empty, for which no fact holds.
template <typename Text>
std::string if_taken(const SnapshotInfo& info, Text text) {
  return was_taken(info) ? std::string(text) : std::string();
}

}  // namespace

std::string span_text(const std::optional<Span>& span) {
  if (!span) return "one moment";
  return fmt::format("{}, one every {}", counted(span->samples, "sample", "samples"),
                     duration_text(span->every));
}

bool was_taken(const SnapshotInfo& info) { return !is_empty_revision(info); }

std::string snapshot_name(const SnapshotInfo& info) {
  if (info.id) return fmt::format("{} (#{})", info.label, *info.id);
  if (!info.label.empty()) return info.label;
  return was_taken(info) ? "(captured now)" : "(empty)";
}

std::string origin_text(const SnapshotInfo& info) {
  return info.origin ? fmt::format("{} #{}", info.host_name, info.origin->number) : "";
}

std::string captured_by(const SnapshotInfo& info) {
  std::vector<std::string> claims;
  if (info.sudo_user) claims.push_back("sudo: " + info.sudo_user->name);
  if (info.login_user) claims.push_back("login: " + info.login_user->name);
  if (claims.empty()) return info.user.name;
  return fmt::format("{} ({})", info.user.name, fmt::join(claims, ", "));
}

std::string ticket_text(const Review& review) {
  if (!review.after.ticket.empty()) return review.after.ticket;
  if (!review.before.ticket.empty()) return review.before.ticket;
  std::vector<std::string> tickets;
  for (const RuleOutcome& outcome : review.rules) {
    const std::string& ticket = outcome.rule.ticket;
    if (ticket.empty() || std::ranges::find(tickets, ticket) != tickets.end()) continue;
    tickets.push_back(ticket);
  }
  return join_some(tickets);
}

std::string_view owner_method_text(OwnerMethod method) {
  switch (method) {
    case OwnerMethod::bpf:
      return "a BPF program that walks every task's open files";
    case OwnerMethod::proc:
      return "reading every process's open files in /proc";
  }
  no_such_enumerator();
}

std::vector<CaptureLine> capture_lines(const Review& review) {
  const SnapshotInfo& a = review.before;
  const SnapshotInfo& b = review.after;
  std::vector<CaptureLine> lines;
  const auto add = [&](std::string_view name, std::string before, std::string after) {
    if (before.empty() && after.empty()) return;
    lines.push_back({name, std::move(before), std::move(after)});
  };
  add("snapshot", snapshot_name(a), snapshot_name(b));
  add("imported from", imported_from(a), imported_from(b));
  add("taken", if_taken(a, to_display(a.started_at)), if_taken(b, to_display(b.started_at)));
  add("span", if_taken(a, span_text(a.span)), if_taken(b, span_text(b.span)));
  add("host", a.host_name, b.host_name);
  add("kernel", a.kernel, b.kernel);
  add("boot", a.boot_id, b.boot_id);
  add("by", captured_by(a), captured_by(b));
  add("privilege", if_taken(a, to_string(a.privilege)), if_taken(b, to_string(b.privilege)));
  add("namespaces", if_taken(a, to_string(a.netns)), if_taken(b, to_string(b.netns)));
  add("owners from", if_taken(a, to_string(a.owner_method)),
      if_taken(b, to_string(b.owner_method)));
  add("coverage", if_taken(a, coverage_text(review.gaps_before)),
      if_taken(b, coverage_text(review.gaps_after)));
  add("events", review.account_before, review.account_after);
  add("netmon", a.netmon_version, b.netmon_version);
  add("ticket", a.ticket, b.ticket);
  add("note", a.note, b.note);
  return lines;
}

}  // namespace netmon
