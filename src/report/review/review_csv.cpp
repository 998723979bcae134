#include <fmt/format.h>
#include <fmt/ranges.h>

#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/text/csv.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

// The verdict and the caveats are rows like the changes, so a reader of this file alone cannot
// mistake an inconclusive comparison, or a truncated file, for a clean one.

namespace netmon {
namespace {

struct Record {
  std::string record = {};
  std::string severity = {};
  std::string status = {};
  std::string kind = {};
  std::string role = {};
  std::string scope = {};
  std::string protocol = {};
  std::string local_addresses = {};
  std::string local_port = {};
  std::string remote_address = {};
  std::string remote_port = {};
  std::string no_process = {};
  std::string side = {};
  std::string count = {};
  std::string before = {};
  std::string after = {};
  std::string message = {};
  std::string fingerprint = {};
  ProcessSummary process = {};
  std::optional<Rule> rule = {};
  std::string forbidden_by = {};
  std::string past = {};
  std::string package = {};
  std::string holders = {};
  std::string device = {};
};

std::string header() {
  return csv_line({"Record",       "Severity",
                   "Status",       "Kind",
                   "Role",         "Scope",
                   "Proto",        "Local addresses",
                   "Local port",   "Remote address",
                   "Remote port",  "PID",
                   "Process",      "User",
                   "Executable",   "Exe state",
                   "Command line", "Unit",
                   "Container",    "Process started",
                   "No process",   "Side",
                   "Count",        "Before",
                   "After",        "Message",
                   "Fingerprint",  "Executable SHA-256",
                   "Ticket",       "Reason",
                   "Approved by",  "Expires",
                   "Rule at",      "Forbidden by",
                   "Past",         "Package",
                   "Holders",      "UID",
                   "Script",       "Script SHA-256",
                   "Foreign code", "Exe elsewhere",
                   "Device",       "Starts",
                   "Hosts"});
}

std::string time_text(const std::optional<Timestamp>& time) { return time ? to_string(*time) : ""; }

std::string joined(const std::vector<std::string>& values, std::string_view separator) {
  return fmt::format("{}", fmt::join(values, separator));
}

template <typename T>
std::string number_text(const std::optional<T>& number) {
  return number ? fmt::to_string(*number) : "";
}

std::string line(const Record& record) {
  const ProcessSummary& process = record.process;
  const Rule rule = record.rule.value_or(Rule{});
  const Script script = process.script.value_or(Script{});
  return csv_line({record.record,
                   record.severity,
                   record.status,
                   record.kind,
                   record.role,
                   record.scope,
                   record.protocol,
                   record.local_addresses,
                   record.local_port,
                   record.remote_address,
                   record.remote_port,
                   process.pid == 0 ? "" : fmt::to_string(process.pid),
                   process.name,
                   process.user,
                   process.exe.value_or(""),
                   executable_state(process.exe, process.exe_deleted),
                   process.cmdline.value_or(""),
                   process.unit,
                   process.container,
                   process.started_at == Timestamp{} ? "" : to_string(process.started_at),
                   record.no_process,
                   record.side,
                   record.count,
                   record.before,
                   record.after,
                   record.message,
                   record.fingerprint,
                   process.exe_sha256.value_or(""),
                   rule.ticket,
                   rule.reason,
                   rule.approved_by,
                   time_text(rule.expires),
                   record.rule ? rule_place(rule) : "",
                   record.forbidden_by,
                   record.past,
                   record.package,
                   record.holders,
                   number_text(process.uid),
                   process.script ? script_text(script) : "",
                   script.sha256.value_or(""),
                   joined(process.foreign_code, "; "),
                   process.exe_elsewhere ? "yes" : "",
                   record.device,
                   time_text(rule.starts),
                   joined(rule.hosts, "; ")});
}

// "bind: 127.0.0.1; user: www-data": the values of the side that `values` points to.
std::string attributes_text(const Change& change,
                            std::vector<std::string> AttributeChange::*values) {
  std::string text;
  for (const auto& attribute : change.attributes) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", to_string(attribute.attribute), values_text(attribute.*values));
  }
  return text;
}

Record record_of(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  const Identity& identity = change.identity;
  const auto rule = [&](std::size_t index) { return review.rules[index].rule; };
  const Background& background = reviewed.background;
  return {
      .record = "change",
      .severity = std::string(to_string(change.severity)),
      .status = std::string(to_string(reviewed.status)),
      .kind = std::string(to_string(change.kind)),
      .role = std::string(to_string(identity.role)),
      .scope = to_string(identity.scope),
      .protocol = std::string(protocol_word(identity)),
      .local_addresses = joined(change.addresses, " "),
      .local_port = number_text(change.port),
      .remote_address = identity.remote ? identity.remote->address : "",
      .remote_port = identity.remote ? number_text(identity.remote->port) : "",
      .no_process = change.no_process.value_or(""),
      .before = attributes_text(change, &AttributeChange::before),
      .after = attributes_text(change, &AttributeChange::after),
      .message = change.message,
      .fingerprint = change.fingerprint,
      .process = change.process.value_or(ProcessSummary{}),
      .rule = reviewed.rule ? std::optional(rule(*reviewed.rule)) : std::nullopt,
      .forbidden_by = reviewed.forbidden_by ? rule_text(rule(*reviewed.forbidden_by)) : "",
      .past = background.past ? past_text(*background.past) : "",
      .package = background.package,
      .holders = joined(texts_of(change.holders,
                                 [](const ProcessSummary& holder) { return holder_text(holder); }),
                        "; "),
      .device = identity.device};
}

Record record_of(const Caveat& caveat) {
  return {.record = "caveat",
          .status = std::string(word_of(caveat.weight)),
          .kind = std::string(to_string(caveat.code)),
          .scope = caveat.scope ? to_string(*caveat.scope) : "",
          .protocol = caveat.protocol ? std::string(to_string(*caveat.protocol)) : "",
          .local_port = number_text(caveat.port),
          .side = std::string(to_string(caveat.side)),
          .count = fmt::to_string(caveat.count),
          .message = caveat.message,
          .process = {.name = caveat.process}};
}

Record record_of(const RuleOutcome& outcome) {
  return {.record = "rule",
          .status = outcome.matched == 0 ? "unmatched" : "matched",
          .kind = std::string(word_of(outcome.rule.kind)),
          .count = fmt::to_string(outcome.matched),
          .message = rule_text(outcome.rule),
          .rule = outcome.rule};
}

// A fact about both captures: "by", "kernel", "coverage".
Record record_of(const CaptureLine& line) {
  return {.record = "capture",
          .kind = std::string(line.name),
          .before = line.before,
          .after = line.after};
}

std::string capture_text(const SnapshotInfo& info) {
  std::string text = snapshot_name(info);
  if (was_taken(info)) text += fmt::format(", {}, {}", to_string(info.started_at), info.host_name);
  return text;
}

Record verdict_record(const Review& review) {
  return {.record = "verdict",
          .status = std::string(to_string(review.verdict)),
          .count = fmt::to_string(review.changes.size()),
          .before = capture_text(review.before),
          .after = capture_text(review.after),
          .message = fmt::format("{}{}; {}", verdict_word(review.verdict),
                                 verdict_scope_text(review), summary_text(review))};
}

}  // namespace

std::string render_csv(const Review& review) {
  std::string out = header();
  for (const auto& reviewed : review.changes) out += line(record_of(review, reviewed));
  for (const auto& caveat : review.caveats) out += line(record_of(caveat));
  for (const auto& outcome : review.rules) out += line(record_of(outcome));
  for (const auto& fact : capture_lines(review)) out += line(record_of(fact));
  out += line(record_of(CaptureLine{"digest", review.before.digest, review.after.digest}));
  return out + line(verdict_record(review));
}

}  // namespace netmon
