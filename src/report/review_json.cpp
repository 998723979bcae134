#include "netmon/report.h"
#include "report/json.h"

namespace netmon {
namespace {

Json local_json(const Change& change) {
  if (change.addresses.empty() && !change.port) return nullptr;
  return {{"addresses", change.addresses}, {"port", or_null(change.port)}};
}

Json process_json(const std::optional<ProcessSummary>& process) {
  if (!process) return nullptr;
  return {{"name", process->name},
          {"pid", process->pid},
          {"user", text_or_null(process->user)},
          {"exe", or_null(process->exe)},
          {"exe_deleted", process->exe_deleted},
          {"exe_sha256", or_null(process->exe_sha256)},
          {"cmdline", or_null(process->cmdline)},
          {"unit", text_or_null(process->unit)},
          {"container", text_or_null(process->container)},
          {"started_at", time_or_null(process->started_at)},
          {"parents", process->parents}};
}

Json attributes_json(const std::vector<AttributeChange>& attributes) {
  Json json = Json::array();
  for (const auto& attribute : attributes) {
    json.push_back(
        {{"name", attribute.name}, {"before", attribute.before}, {"after", attribute.after}});
  }
  return json;
}

Json rule_json(const Rule& rule) {
  return {{"ticket", text_or_null(rule.ticket)},
          {"reason", rule.reason},
          {"approved_by", text_or_null(rule.approved_by)},
          {"expires", rule.expires ? Json(to_string(*rule.expires)) : Json(nullptr)},
          {"file", rule.file},
          {"line", rule.line},
          {"standing", rule.standing()}};
}

Json rule_json(const Review& review, std::optional<std::size_t> index) {
  return index ? rule_json(review.rules[*index].rule) : Json(nullptr);
}

Json outcome_json(const RuleOutcome& outcome) {
  Json json = rule_json(outcome.rule);
  json["kind"] = outcome.rule.kind == RuleKind::forbid ? "forbid" : "expect";
  json["required"] = outcome.rule.required;
  json["matched"] = outcome.matched;
  return json;
}

Json past_json(const std::optional<Past>& past) {
  if (!past) return nullptr;
  const auto time = [](const std::optional<Timestamp>& t) {
    return t ? Json(to_string(*t)) : Json(nullptr);
  };
  return {{"snapshots", past->snapshots},
          {"of", past->of},
          {"since", time_or_null(past->since)},
          {"first_seen", time(past->first_seen)},
          {"last_seen", time(past->last_seen)}};
}

Json background_json(const Background& background) {
  return {{"past", past_json(background.past)}, {"package", text_or_null(background.package)}};
}

Json change_json(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  return {{"fingerprint", change.fingerprint},
          {"kind", to_string(change.kind)},
          {"severity", to_string(change.severity)},
          {"status", to_string(reviewed.status)},
          {"role", to_string(change.role)},
          {"scope", to_string(change.scope)},
          {"protocol", to_string(change.protocol)},
          {"local", local_json(change)},
          {"remote", peer_json(change.remote)},
          {"process", process_json(change.process)},
          {"no_process", or_null(change.no_process)},
          {"shared_with", change.shared_with},
          {"sockets", {{"before", change.sockets_before}, {"after", change.sockets_after}}},
          {"containers", change.containers},
          {"attributes", attributes_json(change.attributes)},
          {"rule", rule_json(review, reviewed.rule)},
          {"forbidden_by", rule_json(review, reviewed.forbidden_by)},
          {"background", background_json(reviewed.background)},
          {"message", change.message}};
}

Json caveat_json(const Caveat& caveat) {
  return {{"code", caveat.code},
          {"side", to_string(caveat.side)},
          {"decisive", caveat.weight == Weight::decisive},
          {"count", caveat.count},
          {"message", caveat.message}};
}

}  // namespace

std::string render_json(const Review& review) {
  Json changes = Json::array();
  for (const auto& reviewed : review.changes) changes.push_back(change_json(review, reviewed));
  Json caveats = Json::array();
  for (const auto& caveat : review.caveats) caveats.push_back(caveat_json(caveat));
  Json rules = Json::array();
  for (const auto& outcome : review.rules) rules.push_back(outcome_json(outcome));
  const Json json{
      {"schema", "netmon-diff/1"},
      {"verdict", to_string(review.verdict)},
      {"exit_code", static_cast<int>(review.exit_code)},
      {"before", info_json(review.before)},
      {"after", info_json(review.after)},
      {"changes", std::move(changes)},
      {"caveats", std::move(caveats)},
      {"rules", std::move(rules)},
      {"gaps",
       {{"before", gaps_json(review.gaps_before)}, {"after", gaps_json(review.gaps_after)}}},
      {"summary",
       {{"unapproved", review.summary.unapproved},
        {"approved", review.summary.approved},
        {"expected_missing", review.summary.expected_missing},
        {"expired", review.summary.expired},
        {"notice", review.summary.notice}}}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
