#include "report/change_text.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "netmon/text.h"

namespace netmon {
namespace {

std::string endpoint_text(std::string_view address, std::string_view port) {
  if (address.find(':') == std::string_view::npos) return fmt::format("{}:{}", address, port);
  return fmt::format("[{}]:{}", address, port);
}

std::string date_text(Timestamp time) { return to_string(time).substr(0, 10); }

// How a rule speaks of a change with this status.
std::string_view rule_label(Status status) {
  switch (status) {
    case Status::approved:
      return "approved by";
    case Status::expired:
      return "approval expired";
    case Status::expected_missing:
      return "promised by";
    case Status::unapproved:
    case Status::notice:
      return "rule";
  }
  return "rule";
}

}  // namespace

std::vector<std::string> local_texts(const Change& change) {
  if (change.addresses.empty() && !change.port) return {};
  const bool packet = change.protocol == Protocol::packet;
  const std::string port = !change.port ? "*"
                           : packet     ? fmt::format("0x{:04x}", *change.port)
                                        : fmt::to_string(*change.port);
  std::vector<std::string> texts;
  for (const auto& address : change.addresses) texts.push_back(endpoint_text(address, port));
  if (texts.empty()) texts.push_back(endpoint_text("*", port));
  return texts;
}

std::string peer_text(const std::optional<Peer>& peer) {
  if (!peer) return "";
  const auto& [address, port] = *peer;
  return endpoint_text(address, port ? fmt::to_string(*port) : "*");
}

std::string values_text(const std::vector<std::string>& values) {
  return values.empty() ? "(none)" : fmt::format("{}", fmt::join(values, ", "));
}

std::string some_values_text(const std::vector<std::string>& values) {
  return values.empty() ? "(none)" : join_some(values);
}

std::string executable_text(const std::optional<std::string>& exe, bool deleted) {
  if (!exe) return "";
  return deleted ? *exe + " (deleted)" : *exe;
}

std::string executable_state(const std::optional<std::string>& exe, bool deleted) {
  if (!exe) return "";
  return deleted ? "deleted" : "present";
}

std::string place_text(const Change& change) {
  const auto locals = local_texts(change);
  const std::string local = locals.empty() ? "" : locals.front();
  if (!change.remote) return local;
  if (change.role == Role::inbound) return fmt::format("{} → {}", peer_text(change.remote), local);
  return "→ " + peer_text(change.remote);
}

std::string rule_place(const Rule& rule) { return fmt::format("{}:{}", rule.file, rule.line); }

std::string rule_text(const Rule& rule) {
  std::vector<std::string> facts;
  if (!rule.approved_by.empty()) facts.push_back("approved by " + rule.approved_by);
  if (rule.expires) facts.push_back("until " + to_display(*rule.expires));
  facts.push_back(rule_place(rule));
  return fmt::format("{}: {} ({})", rule.standing() ? "standing rule" : rule.ticket, rule.reason,
                     fmt::join(facts, "; "));
}

std::string past_text(const Past& past) {
  if (past.of == 0) return "no snapshot of this host before these";
  const std::string of = counted(past.of, "snapshot", "snapshots");
  if (past.snapshots == 0) {
    return fmt::format("never seen before in {} since {}", of, date_text(past.since));
  }
  std::string text = fmt::format("seen in {} of {}", past.snapshots, of);
  if (past.first_seen) text += ", first " + date_text(*past.first_seen);
  if (past.last_seen) text += ", last " + date_text(*past.last_seen);
  return text;
}

std::vector<Note> notes_of(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  std::vector<Note> notes;
  const auto add = [&notes](std::string_view label, std::string text) {
    notes.push_back({label, std::move(text)});
  };
  if (reviewed.rule) add(rule_label(reviewed.status), rule_text(review.rules[*reviewed.rule].rule));
  if (reviewed.forbidden_by) {
    add("forbidden by", rule_text(review.rules[*reviewed.forbidden_by].rule));
  }
  for (const AttributeChange& attribute : change.attributes) {
    add(attribute.name, fmt::format("{} → {}", some_values_text(attribute.before),
                                    some_values_text(attribute.after)));
  }
  if (const auto local = local_texts(change); local.size() > 1) {
    add("also on", some_values_text({local.begin() + 1, local.end()}));
  }
  if (!change.shared_with.empty())
    add("shares the port with", some_values_text(change.shared_with));
  if (change.containers > 1) add("containers", fmt::to_string(change.containers));
  if (change.no_process) add("no process", *change.no_process);
  if (change.process && change.process->exe_deleted) {
    add("program", "its file was deleted or replaced while it ran");
  }
  if (change.process && change.process->exe_sha256) add("sha256", *change.process->exe_sha256);
  if (reviewed.background.past) add("past", past_text(*reviewed.background.past));
  if (!reviewed.background.package.empty()) {
    add("package at report time", reviewed.background.package);
  }
  return notes;
}

std::string note_line(const Note& note) { return fmt::format("{}: {}", note.label, note.text); }

std::string summary_text(const Review& review) {
  const ReviewSummary& summary = review.summary;
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t count, std::string_view singular, std::string_view plural) {
    if (count > 0) parts.push_back(counted(count, singular, plural));
  };
  add(summary.unapproved, "change not approved", "changes not approved");
  if (summary.unapproved == 0) parts.emplace_back("nothing unapproved");
  add(summary.expired, "approval expired", "approvals expired");
  add(summary.expected_missing, "expected but missing", "expected but missing");
  add(summary.approved, "approved", "approved");
  add(summary.notice, "notice", "notices");
  add(review.caveats.size(), "caveat", "caveats");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string verdict_remark(const Review& review) {
  return is_blind(review) ? "one side could not see all that the other saw" : "";
}

}  // namespace netmon
