#include <fmt/format.h>

#include <algorithm>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/version.h"
#include "netmon/report/report.h"
#include "report/text/json.h"
#include "report/words/change_kinds.h"
#include "report/words/change_text.h"
#include "report/words/finding_text.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

// SARIF 2.1.0 (OASIS), with its section numbers in brackets. Notices are not results, because they
// never gate; those that every report names are notifications.

namespace netmon {
namespace {

// The index of a kind in `rules`.
std::size_t rule_index(ChangeKind kind) {
  const auto kinds = all_change_kinds();
  return static_cast<std::size_t>(std::ranges::find(kinds, kind) - kinds.begin());
}

// Brackets before a parenthesis would form a link [3.11.6], braces a placeholder [3.11.5].
Json message_json(std::string_view text) {
  std::string out;
  for (const char byte : escape_controls(text)) {
    if (byte == '(' && out.ends_with(']')) out += ' ';
    if (byte == '{' || byte == '}') out += byte;
    out += byte;
  }
  return {{"text", std::move(out)}};
}

bool is_uri_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') ||
         std::string_view("-._~/").find(byte) != std::string_view::npos;
}

// A path as a URI reference (RFC 3986).
std::string uri_of(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char byte : path) {
    out += is_uri_byte(byte) ? std::string(1, byte)
                             : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return out;
}

Json location_json(const Rule* rule, std::string_view database) {
  const std::string uri = uri_of(rule != nullptr ? rule->file : database);
  // GitHub's code scanning refuses a location without a line, so a database gets line 1.
  const std::uint32_t line = rule != nullptr ? std::max(rule->line, 1U) : 1U;
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", uri}}}, {"region", {{"startLine", line}}}}}};
}

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::high:
      return "error";
    case Severity::medium:
      return "warning";
    case Severity::low:
    case Severity::notice:
      return "note";
  }
  no_such_enumerator();
}

Json result_json(const Review& review, const ReviewedChange& reviewed, std::string_view database) {
  const Change& change = reviewed.change;
  const Rule* rule = rule_of(review, reviewed);
  const bool is_missing = reviewed.status == Status::expected_missing;
  Json json{{"ruleId", to_string(change.kind)},
            {"ruleIndex", rule_index(change.kind)},
            {"kind", "fail"},
            {"level", is_missing ? "warning" : level_of(change.severity)},
            {"message", message_json(finding_text(reviewed))},
            {"locations", Json::array({location_json(rule, database)})},
            {"partialFingerprints",
             {{"netmonChange/v1", change.fingerprint},
              {"primaryLocationLineHash", change.fingerprint + ":1"}}}};
  if (reviewed.status == Status::approved) {
    Json suppression{{"kind", "external"}, {"status", "accepted"}};
    if (rule != nullptr) suppression["justification"] = escape_controls(rule_text(*rule));
    json["suppressions"] = Json::array({std::move(suppression)});
  } else {
    json["suppressions"] = Json::array();
  }
  json["properties"] = {{"status", to_string(reviewed.status)},
                        {"severity", to_string(change.severity)},
                        {"scope", to_string(change.identity.scope)}};
  if (rule != nullptr) json["properties"]["rule"] = escape_controls(rule_text(*rule));
  return json;
}

Json rule_json(std::string_view id, std::string_view name, std::string_view what,
               std::string_view meaning) {
  return {{"id", id},
          {"name", name},
          {"shortDescription", {{"text", what}}},
          {"help", {{"text", fmt::format("{} {}", what, meaning)}}}};
}

// The last rule is that of an inconclusive review, which is no kind of change.
Json rules_json() {
  Json rules = Json::array();
  for (const ChangeKind kind : all_change_kinds()) {
    const KindText& text = text_of(kind);
    rules.push_back(rule_json(to_string(kind), text.name, text.what, text.meaning));
  }
  rules.push_back(
      rule_json(kInconclusive, "Inconclusive", kInconclusiveWhat, kInconclusiveMeaning));
  return rules;
}

Json notification_json(std::string_view id, std::string_view level, std::string_view text) {
  return {{"descriptor", {{"id", id}}}, {"level", level}, {"message", message_json(text)}};
}

Json notifications_json(const Review& review) {
  Json notifications = Json::array();
  for (const Caveat& caveat : review.caveats) {
    const std::string_view accepted = caveat.weight == Weight::accepted ? "accepted: " : "";
    notifications.push_back(notification_json(
        to_string(caveat.code), caveat.weight == Weight::decisive ? "warning" : "note",
        fmt::format("{}: {}{}", to_string(caveat.side), accepted, caveat.message)));
  }
  for (const auto& [change, status, rule, forbidden_by, background] : review.changes) {
    if (status != Status::notice || !is_always_named(change)) continue;
    notifications.push_back(notification_json(to_string(change.kind), "note", change.message));
  }
  return notifications;
}

// Where results are only counted, an inconclusive review must not look like a clean one.
Json inconclusive_json(const Review& review, std::string_view database) {
  return {{"ruleId", kInconclusive},
          {"ruleIndex", all_change_kinds().size()},
          {"kind", "fail"},
          {"level", "warning"},
          {"message", message_json(inconclusive_text(review))},
          {"locations", Json::array({location_json(nullptr, database)})},
          {"suppressions", Json::array()}};
}

// Services that collect findings open one for each result, suppressed or not.
bool is_listed(const ReviewedChange& reviewed, Detail detail) {
  if (reviewed.status == Status::notice) return false;
  return reviewed.status != Status::approved || detail == Detail::everything;
}

Json results_json(const Review& review, std::string_view database, Detail detail) {
  Json results = Json::array();
  if (review.verdict == Verdict::inconclusive) {
    results.push_back(inconclusive_json(review, database));
  }
  for (const ReviewedChange& reviewed : review.changes) {
    if (!is_listed(reviewed, detail)) continue;
    results.push_back(result_json(review, reviewed, database));
  }
  return results;
}

}  // namespace

std::string render_sarif(const Review& review, std::string_view database, Detail detail) {
  const Json driver{{"name", "netmon"}, {"version", version()}, {"rules", rules_json()}};
  const Json invocation{{"executionSuccessful", true},
                        {"exitCode", static_cast<int>(review.exit_code)},
                        {"toolExecutionNotifications", notifications_json(review)}};
  const Json run{{"tool", {{"driver", driver}}},
                 {"invocations", Json::array({invocation})},
                 {"results", results_json(review, database, detail)},
                 {"properties",
                  {{"verdict", to_string(review.verdict)},
                   {"verdictScope", escape_controls(review.verdict_scope)},
                   {"summary", summary_text(review)},
                   {"before", info_json(review.before)},
                   {"after", info_json(review.after)}}}};
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({run})}};
  return dump(log, JsonStyle::indented) + "\n";
}

}  // namespace netmon
