#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "netmon/report.h"
#include "netmon/text.h"
#include "netmon/version.h"
#include "report/change_text.h"
#include "report/json.h"

// SARIF 2.1.0 (OASIS), section numbers in brackets. Notices are no results: they never gate.

namespace netmon {
namespace {

struct KindText {
  ChangeKind kind;
  std::string_view name;
  std::string_view description;
};

// All kinds: a rule can promise a notice too.
constexpr std::array kKinds{
    KindText{ChangeKind::listener_added, "ListenerAdded", "A port is listened on that was not."},
    KindText{ChangeKind::exposure_widened, "ExposureWidened",
             "More can reach a port that was listened on before."},
    KindText{ChangeKind::owner_changed, "OwnerChanged", "Another program holds the port."},
    KindText{ChangeKind::executable_changed, "ExecutableChanged",
             "The program runs from another path, or its file has another SHA-256."},
    KindText{ChangeKind::user_changed, "UserChanged", "The program runs as another user."},
    KindText{ChangeKind::moved, "Moved", "The same program listens on another port."},
    KindText{ChangeKind::outbound_added, "OutboundAdded", "A connection to a peer that had none."},
    KindText{ChangeKind::raw_added, "RawAdded", "A raw, packet or ICMP socket that was not there."},
    KindText{ChangeKind::unit_changed, "UnitChanged", "The program runs in another systemd unit."},
    KindText{ChangeKind::exposure_narrowed, "ExposureNarrowed", "Fewer can reach a port."},
    KindText{ChangeKind::listener_removed, "ListenerRemoved", "A port is no longer listened on."},
    KindText{ChangeKind::outbound_removed, "OutboundRemoved", "A peer is no longer connected to."},
    KindText{ChangeKind::raw_removed, "RawRemoved", "A raw, packet or ICMP socket is gone."},
    KindText{ChangeKind::inbound_added, "InboundAdded", "A peer connects that did not."},
    KindText{ChangeKind::inbound_removed, "InboundRemoved", "A peer no longer connects."},
    KindText{ChangeKind::client_added, "ClientAdded", "A program has a new UDP client socket."},
    KindText{ChangeKind::client_removed, "ClientRemoved", "A UDP client socket is gone."},
    KindText{ChangeKind::containers_changed, "ContainersChanged",
             "Other containers share the identity."},
    KindText{ChangeKind::hidden_socket, "HiddenSocket",
             "Two views of the kernel disagree about a socket."},
};

constexpr std::string_view kInconclusive = "inconclusive";

// The place of a kind in `rules`.
std::size_t rule_index(ChangeKind kind) {
  const auto* const found = std::ranges::find(kKinds, kind, &KindText::kind);
  return static_cast<std::size_t>(found - kKinds.begin());
}

// Brackets before a parenthesis would be a link [3.11.6], braces a placeholder [3.11.5].
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
  Json location{{"artifactLocation", {{"uri", uri_of(rule != nullptr ? rule->file : database)}}}};
  if (rule != nullptr && rule->line > 0) location["region"] = {{"startLine", rule->line}};
  return {{"physicalLocation", std::move(location)}};
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
  return "error";
}

// The message of what was promised says by itself that it did not happen.
std::string text_of(const ReviewedChange& reviewed) {
  const std::string_view prefix = reviewed.status == Status::expired ? "approval expired: " : "";
  return std::string(prefix) + reviewed.change.message;
}

// The rule that a reader should look at: what forbids goes before what allows.
const Rule* rule_of(const Review& review, const ReviewedChange& reviewed) {
  if (reviewed.forbidden_by) return &review.rules[*reviewed.forbidden_by].rule;
  if (reviewed.rule) return &review.rules[*reviewed.rule].rule;
  return nullptr;
}

Json result_json(const Review& review, const ReviewedChange& reviewed, std::string_view database) {
  const Change& change = reviewed.change;
  const Rule* rule = rule_of(review, reviewed);
  const bool is_missing = reviewed.status == Status::expected_missing;
  Json json{{"ruleId", to_string(change.kind)},
            {"ruleIndex", rule_index(change.kind)},
            {"kind", "fail"},
            {"level", is_missing ? "warning" : level_of(change.severity)},
            {"message", message_json(text_of(reviewed))},
            {"locations", Json::array({location_json(rule, database)})},
            {"partialFingerprints", {{"netmonChange/v1", change.fingerprint}}}};
  if (reviewed.status == Status::approved) {
    Json suppression{{"kind", "external"}, {"status", "accepted"}};
    if (rule != nullptr) suppression["justification"] = escape_controls(rule_text(*rule));
    json["suppressions"] = Json::array({std::move(suppression)});
  } else {
    json["suppressions"] = Json::array();
  }
  json["properties"] = {{"status", to_string(reviewed.status)},
                        {"severity", to_string(change.severity)},
                        {"scope", to_string(change.scope)}};
  if (rule != nullptr) json["properties"]["rule"] = escape_controls(rule_text(*rule));
  return json;
}

Json rule_json(std::string_view id, std::string_view name, std::string_view description) {
  return {{"id", id}, {"name", name}, {"shortDescription", {{"text", description}}}};
}

// That of no kind is the last.
Json rules_json() {
  Json rules = Json::array();
  for (const auto& [kind, name, description] : kKinds) {
    rules.push_back(rule_json(to_string(kind), name, description));
  }
  rules.push_back(
      rule_json(kInconclusive, "Inconclusive", "One side could not see all that the other saw."));
  return rules;
}

Json notifications_json(const Review& review) {
  Json notifications = Json::array();
  for (const Caveat& caveat : review.caveats) {
    notifications.push_back(
        {{"descriptor", {{"id", caveat.code}}},
         {"level", caveat.weight == Weight::decisive ? "warning" : "note"},
         {"message", message_json(fmt::format("{}: {}", to_string(caveat.side), caveat.message))}});
  }
  return notifications;
}

// Who counts results alone must not take blindness for a clean review.
Json inconclusive_json(const Review& review, std::string_view database) {
  const auto decisive = std::ranges::find(review.caveats, Weight::decisive, &Caveat::weight);
  const std::string why = decisive == review.caveats.end() ? "" : ": " + decisive->message;
  return {{"ruleId", kInconclusive},
          {"ruleIndex", kKinds.size()},
          {"kind", "fail"},
          {"level", "warning"},
          {"message", message_json("inconclusive" + why)},
          {"locations", Json::array({location_json(nullptr, database)})},
          {"suppressions", Json::array()}};
}

Json results_json(const Review& review, std::string_view database) {
  Json results = Json::array();
  if (review.verdict == Verdict::inconclusive) {
    results.push_back(inconclusive_json(review, database));
  }
  for (const ReviewedChange& reviewed : review.changes) {
    if (reviewed.status == Status::notice) continue;
    results.push_back(result_json(review, reviewed, database));
  }
  return results;
}

}  // namespace

std::string render_sarif(const Review& review, std::string_view database) {
  const Json driver{{"name", "netmon"}, {"version", version()}, {"rules", rules_json()}};
  const Json invocation{{"executionSuccessful", true},
                        {"exitCode", static_cast<int>(review.exit_code)},
                        {"toolExecutionNotifications", notifications_json(review)}};
  const Json run{{"tool", {{"driver", driver}}},
                 {"invocations", Json::array({invocation})},
                 {"results", results_json(review, database)},
                 {"properties",
                  {{"verdict", to_string(review.verdict)},
                   {"summary", summary_text(review)},
                   {"before", info_json(review.before)},
                   {"after", info_json(review.after)}}}};
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({run})}};
  return dump(log, JsonStyle::indented) + "\n";
}

}  // namespace netmon
