#include "netmon/report.h"
#include "report/json.h"

namespace netmon {
namespace {

Json local_json(const Change& change) {
  if (change.addresses.empty() && !change.port) return nullptr;
  return {{"addresses", change.addresses}, {"port", or_null(change.port)}};
}

Json remote_json(const std::optional<Peer>& remote) {
  if (!remote) return nullptr;
  Json json{{"address", remote->address}};
  if (remote->port) json["port"] = *remote->port;
  return json;
}

Json process_json(const std::optional<ProcessSummary>& process) {
  if (!process) return nullptr;
  return {{"name", process->name},
          {"pid", process->pid},
          {"user", text_or_null(process->user)},
          {"exe", or_null(process->exe)},
          {"exe_deleted", process->exe_deleted},
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

Json change_json(const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  return {{"fingerprint", change.fingerprint},
          {"kind", to_string(change.kind)},
          {"severity", to_string(change.severity)},
          {"status", to_string(reviewed.status)},
          {"role", to_string(change.role)},
          {"scope", to_string(change.scope)},
          {"protocol", to_string(change.protocol)},
          {"local", local_json(change)},
          {"remote", remote_json(change.remote)},
          {"process", process_json(change.process)},
          {"no_process", or_null(change.no_process)},
          {"shared_with", change.shared_with},
          {"sockets", {{"before", change.sockets_before}, {"after", change.sockets_after}}},
          {"containers", change.containers},
          {"attributes", attributes_json(change.attributes)},
          {"rule", nullptr},
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
  for (const auto& reviewed : review.changes) changes.push_back(change_json(reviewed));
  Json caveats = Json::array();
  for (const auto& caveat : review.caveats) caveats.push_back(caveat_json(caveat));
  const Json json{{"schema", "netmon-diff/1"},
                  {"verdict", to_string(review.verdict)},
                  {"exit_code", static_cast<int>(review.exit_code)},
                  {"before", info_json(review.before)},
                  {"after", info_json(review.after)},
                  {"changes", std::move(changes)},
                  {"caveats", std::move(caveats)},
                  {"summary",
                   {{"unapproved", review.summary.unapproved},
                    {"approved", review.summary.approved},
                    {"expected_missing", review.summary.expected_missing},
                    {"notice", review.summary.notice}}}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
