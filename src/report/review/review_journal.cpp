#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/words/finding_text.h"
#include "report/words/info_text.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

// The fields are those of systemd.journal-fields(7) and netmon's own (NETMON_…).

namespace netmon {
namespace {

// Values of sd_id128_t in hexadecimal, generated once; docs/FORMATS.md promises that they never
// change.
constexpr std::string_view kChangeId = "4ffde167386d42758ba00ac03683358d";
constexpr std::string_view kVerdictId = "1b8facb08f3b4cd9b897fa02f30ed61d";

// The most values that one entry lists: journald refuses an entry with more than 1024 fields.
constexpr std::size_t kMaxAddresses = 64;
constexpr std::size_t kMaxCaveats = 64;

// The numbers of syslog(3).
enum class Priority : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6 };

Priority priority_of(const ReviewedChange& reviewed) {
  if (reviewed.status == Status::approved) return Priority::info;
  switch (reviewed.change.severity) {
    case Severity::high:
      return Priority::error;
    case Severity::medium:
      return Priority::warning;
    case Severity::low:
      return Priority::notice;
    case Severity::notice:
      return Priority::info;
  }
  no_such_enumerator();
}

Priority priority_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return Priority::info;
    case Verdict::unapproved:
      return Priority::error;
    case Verdict::inconclusive:
      return Priority::warning;
  }
  no_such_enumerator();
}

class Fields {
 public:
  Fields(std::string_view id, Priority priority, std::string_view message) {
    add("MESSAGE", message);
    add("MESSAGE_ID", id);
    add("PRIORITY", fmt::to_string(static_cast<int>(priority)));
    add("SYSLOG_IDENTIFIER", "netmon");
  }

  // Leaves out an empty value.
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    entry_.fields.push_back(fmt::format("{}={}", name, escape_controls(value)));
  }
  template <typename T>
  void add_number(std::string_view name, const std::optional<T>& value) {
    if (value) add(name, fmt::to_string(*value));
  }

  // The fields that identify the two snapshots and the verdict.
  void add_review(const Review& review) {
    add("NETMON_VERDICT", to_string(review.verdict));
    add("NETMON_BEFORE", snapshot_name(review.before));
    add("NETMON_AFTER", snapshot_name(review.after));
    add("NETMON_DIGEST", review.after.digest);
    add("NETMON_TICKET", review.after.ticket);
  }

  JournalEntry entry() && { return std::move(entry_); }

 private:
  JournalEntry entry_;
};

void add_process(Fields& fields, const ProcessSummary& process) {
  fields.add("NETMON_PID", fmt::to_string(process.pid));
  fields.add("NETMON_USER", process.user);
  fields.add_number("NETMON_UID", process.uid);
  fields.add("NETMON_EXE", process.exe.value_or(""));
  fields.add("NETMON_EXE_SHA256", process.exe_sha256.value_or(""));
  fields.add("NETMON_SCRIPT", process.script ? process.script->name : "");
  fields.add("NETMON_UNIT", process.unit);
  fields.add("NETMON_CONTAINER", process.container);
}

JournalEntry change_entry(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  const Identity& identity = change.identity;
  Fields fields(kChangeId, priority_of(reviewed), finding_text(reviewed));
  fields.add("NETMON_FINGERPRINT", change.fingerprint);
  fields.add("NETMON_KIND", to_string(change.kind));
  fields.add("NETMON_SEVERITY", to_string(change.severity));
  fields.add("NETMON_STATUS", to_string(reviewed.status));
  fields.add("NETMON_ROLE", to_string(identity.role));
  fields.add("NETMON_SCOPE", to_string(identity.scope));
  fields.add("NETMON_PROTOCOL", protocol_word(identity));
  const std::size_t addresses = std::min(change.addresses.size(), kMaxAddresses);
  for (std::size_t i = 0; i < addresses; ++i) fields.add("NETMON_ADDRESS", change.addresses[i]);
  fields.add_number("NETMON_PORT", change.port);
  fields.add("NETMON_DEVICE", identity.device);
  if (identity.remote) {
    fields.add("NETMON_PEER", identity.remote->address);
    fields.add_number("NETMON_PEER_PORT", identity.remote->port);
  }
  fields.add("NETMON_PROGRAM", change.process ? change.process->name : identity.program);
  if (change.process) add_process(fields, *change.process);
  if (const Rule* rule = rule_of(review, reviewed)) fields.add("NETMON_RULE", rule_text(*rule));
  fields.add_review(review);
  return std::move(fields).entry();
}

std::string verdict_message(const Review& review) {
  const std::string remark = verdict_remark(review);
  return fmt::format("{}{} ({}){}{}", to_string(review.verdict), verdict_scope_text(review),
                     summary_text(review), remark.empty() ? "" : "; ", remark);
}

void add_caveats(Fields& fields, const Review& review) {
  std::size_t count = 0;
  for (const Caveat& caveat : review.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    if (++count <= kMaxCaveats) {
      fields.add("NETMON_CAVEAT", fmt::format("{}: {}", to_string(caveat.code), caveat.message));
    }
  }
  fields.add("NETMON_CAVEATS", fmt::to_string(count));
}

JournalEntry verdict_entry(const Review& review, std::size_t left_out) {
  Fields fields(kVerdictId, priority_of(review.verdict), verdict_message(review));
  fields.add("NETMON_EXIT_CODE", fmt::to_string(static_cast<int>(review.exit_code)));
  fields.add("NETMON_UNAPPROVED", fmt::to_string(review.summary.unapproved));
  fields.add("NETMON_EXPIRED", fmt::to_string(review.summary.expired));
  fields.add("NETMON_EXPECTED_MISSING", fmt::to_string(review.summary.expected_missing));
  fields.add("NETMON_APPROVED", fmt::to_string(review.summary.approved));
  fields.add("NETMON_NOTICE", fmt::to_string(review.summary.notice));
  add_caveats(fields, review);
  if (left_out > 0) fields.add("NETMON_LEFT_OUT", fmt::to_string(left_out));
  fields.add_review(review);
  return std::move(fields).entry();
}

}  // namespace

std::vector<JournalEntry> journal_entries(const Review& review, Detail detail) {
  std::vector<JournalEntry> entries;
  std::size_t left_out = 0;
  for (const ReviewedChange& reviewed : review.changes) {
    if (!is_finding(reviewed, detail)) continue;
    if (entries.size() == kMaxJournalChanges) {
      ++left_out;
    } else {
      entries.push_back(change_entry(review, reviewed));
    }
  }
  entries.push_back(verdict_entry(review, left_out));
  return entries;
}

}  // namespace netmon
