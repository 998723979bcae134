#include "report/text/json.h"

#include "report/words/info_text.h"

namespace netmon {
namespace {

Json user_json(const std::optional<User>& user) {
  if (!user) return nullptr;
  return {{"uid", user->uid}, {"name", user->name}};
}

Json span_json(const std::optional<Span>& span) {
  if (!span) return nullptr;
  return {{"every_ms", span->every.count()}, {"samples", span->samples}};
}

}  // namespace

std::string dump(const Json& json, JsonStyle style) {
  constexpr bool kEnsureAscii = true;
  const int indent = style == JsonStyle::indented ? 2 : -1;
  return json.dump(indent, ' ', kEnsureAscii, Json::error_handler_t::replace);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json time_or_null(Timestamp time) {
  return time == Timestamp{} ? Json(nullptr) : Json(to_string(time));
}

Json peer_json(const std::optional<Peer>& peer) {
  if (!peer) return nullptr;
  return {{"address", peer->address}, {"port", or_null(peer->port)}};
}

Json script_json(const std::optional<Script>& script) {
  if (!script) return nullptr;
  return {{"kind", to_string(script->kind)},
          {"name", script->name},
          {"sha256", or_null(script->sha256)},
          {"claimed", script->claimed}};
}

Json info_json(const SnapshotInfo& info) {
  return {{"id", or_null(info.id)},
          {"label", text_or_null(info.label)},
          {"host", text_or_null(info.host_name)},
          {"taken_at", time_or_null(info.started_at)},
          {"finished_at", time_or_null(info.finished_at)},
          {"digest", text_or_null(info.digest)},
          {"ticket", text_or_null(info.ticket)},
          {"note", text_or_null(info.note)},
          {"user", was_taken(info) ? user_json(info.user) : Json(nullptr)},
          {"sudo_user", user_json(info.sudo_user)},
          {"login_user", user_json(info.login_user)},
          {"privilege", was_taken(info) ? Json(to_string(info.privilege)) : Json(nullptr)},
          {"netns", was_taken(info) ? Json(to_string(info.netns)) : Json(nullptr)},
          {"owner_method", was_taken(info) ? Json(to_string(info.owner_method)) : Json(nullptr)},
          {"span", span_json(info.span)},
          {"machine_id", text_or_null(info.machine_id)},
          {"boot_id", text_or_null(info.boot_id)},
          {"kernel", text_or_null(info.kernel)},
          {"netmon_version", text_or_null(info.netmon_version)},
          {"origin", info.origin ? Json(info.origin->chain) : Json(nullptr)},
          {"origin_number", info.origin ? Json(info.origin->number) : Json(nullptr)}};
}

Json gaps_json(const std::vector<Gap>& gaps) {
  Json json = Json::array();
  for (const Gap& gap : gaps) {
    json.push_back({{"code", to_string(gap.code)},
                    {"scope", gap.scope ? Json(to_string(*gap.scope)) : Json(nullptr)},
                    {"protocol", gap.protocol ? Json(to_string(*gap.protocol)) : Json(nullptr)},
                    {"count", gap.count},
                    {"reason", text_or_null(gap.reason)},
                    {"message", describe(gap)}});
  }
  return json;
}

}  // namespace netmon
