#include "netmon/report/report.h"
#include "report/review/change_parts_json.h"
#include "report/text/json.h"
#include "report/words/rule_text.h"

namespace netmon {
namespace {

// Null for outbound peers and clients. `port_chosen_by_kernel` marks a port that is no part of a
// listener's identity.
Json local_json(const Change& change) {
  if (change.addresses.empty() && !change.port) return nullptr;
  const bool chosen = change.identity.role == Role::listener && !change.identity.port;
  return {{"addresses", change.addresses},
          {"port", or_null(change.port)},
          {"port_chosen_by_kernel", chosen}};
}

Json process_json(const ProcessSummary& process) {
  return {{"name", process.name},
          {"pid", process.pid},
          {"uid", or_null(process.uid)},
          {"user", text_or_null(process.user)},
          {"exe", or_null(process.exe)},
          {"exe_deleted", process.exe_deleted},
          {"exe_elsewhere", process.exe_elsewhere},
          {"exe_sha256", or_null(process.exe_sha256)},
          {"script", script_json(process.script)},
          {"foreign_code", process.foreign_code},
          {"cmdline", or_null(process.cmdline)},
          {"unit", text_or_null(process.unit)},
          {"container", text_or_null(process.container)},
          {"started_at", time_or_null(process.started_at)},
          {"parents", process.parents}};
}

Json outcome_json(const RuleOutcome& outcome) {
  Json json = rule_json(outcome.rule);
  json["kind"] = word_of(outcome.rule.kind);
  json["gap"] = outcome.rule.gap ? Json(to_string(*outcome.rule.gap)) : Json(nullptr);
  json["required"] = outcome.rule.required;
  json["matched"] = outcome.matched;
  return json;
}

Json change_json(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  const Identity& identity = change.identity;
  return {{"fingerprint", change.fingerprint},
          {"kind", to_string(change.kind)},
          {"severity", to_string(change.severity)},
          {"status", to_string(reviewed.status)},
          {"role", to_string(identity.role)},
          {"scope", to_string(identity.scope)},
          {"protocol", text_or_null(std::string(protocol_word(identity)))},
          {"local", local_json(change)},
          {"device", text_or_null(identity.device)},
          {"remote", peer_json(identity.remote)},
          {"process", change.process ? process_json(*change.process) : Json(nullptr)},
          {"no_process", or_null(change.no_process)},
          {"holders", list_json(change.holders, process_json)},
          {"sockets", {{"before", change.sockets_before}, {"after", change.sockets_after}}},
          {"containers", change.containers},
          {"attributes", list_json(change.attributes, attribute_json)},
          {"rule", rule_json(review, reviewed.rule)},
          {"forbidden_by", rule_json(review, reviewed.forbidden_by)},
          {"background", background_json(reviewed.background)},
          {"message", change.message}};
}

}  // namespace

std::string render_json(const Review& review) {
  const auto change = [&](const ReviewedChange& reviewed) { return change_json(review, reviewed); };
  const Json json{
      {"schema", "netmon-diff/1"},
      {"verdict", to_string(review.verdict)},
      {"verdict_scope", review.verdict_scope},
      {"exit_code", static_cast<int>(review.exit_code)},
      {"before", info_json(review.before)},
      {"after", info_json(review.after)},
      {"places", review.places},
      {"changes", list_json(review.changes, change)},
      {"caveats", list_json(review.caveats, caveat_json)},
      {"rules", list_json(review.rules, outcome_json)},
      {"gaps",
       {{"before", gaps_json(review.gaps_before)}, {"after", gaps_json(review.gaps_after)}}},
      {"events",
       {{"before", text_or_null(review.account_before)},
        {"after", text_or_null(review.account_after)}}},
      {"summary",
       {{"unapproved", review.summary.unapproved},
        {"approved", review.summary.approved},
        {"expected_missing", review.summary.expected_missing},
        {"expired", review.summary.expired},
        {"notice", review.summary.notice}}}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
