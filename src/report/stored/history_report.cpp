#include <fmt/format.h>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/report/report.h"
#include "report/text/csv.h"
#include "report/text/json.h"
#include "report/text/table.h"

namespace netmon {
namespace {

std::string port_text(const std::optional<std::uint32_t>& port) {
  return port ? fmt::to_string(*port) : "";
}

std::vector<Column> history_columns() {
  return {{"HOST", Importance::medium, 8},
          {"SCOPE", Importance::medium, 9, Cut::middle},
          {"ROLE", Importance::essential, 8},
          {"PROTO", Importance::high, 7},
          {"PORT", Importance::essential, 5, Cut::end, Align::right},
          {"PEER", Importance::essential, 15, Cut::middle},
          {"PROCESS", Importance::essential, 10},
          {"FIRST SEEN", Importance::high, 20},
          {"LAST SEEN", Importance::essential, 20},
          {"SEEN IN", Importance::essential, 7, Cut::end, Align::right}};
}

Row table_row(const Appearance& appearance) {
  const Identity& identity = appearance.identity;
  return {{{appearance.host},
           {to_string(identity.scope)},
           {std::string(to_string(identity.role))},
           {std::string(protocol_word(identity))},
           {port_text(identity.port)},
           {identity.remote ? endpoint_text(*identity.remote) : ""},
           {identity.program},
           {to_display(appearance.first_seen)},
           {to_display(appearance.last_seen)},
           {fmt::format("{} of {}", appearance.snapshots, appearance.of)}},
          {}};
}

std::string csv_row(const Appearance& appearance) {
  const IdentityText text = encode(appearance.identity);
  return csv_line({appearance.host, text.scope, text.role, text.protocol, text.port,
                   text.remote_address, text.remote_port, text.program,
                   to_string(appearance.first_seen), to_string(appearance.last_seen),
                   fmt::to_string(appearance.first_snapshot),
                   fmt::to_string(appearance.last_snapshot), fmt::to_string(appearance.snapshots),
                   fmt::to_string(appearance.of), text.device});
}

Json appearance_json(const Appearance& appearance) {
  const Identity& identity = appearance.identity;
  return {{"host", appearance.host},
          {"scope", to_string(identity.scope)},
          {"role", to_string(identity.role)},
          {"protocol", protocol_word(identity)},
          {"port", or_null(identity.port)},
          {"device", text_or_null(identity.device)},
          {"remote", peer_json(identity.remote)},
          {"process", text_or_null(identity.program)},
          {"first_seen", to_string(appearance.first_seen)},
          {"last_seen", to_string(appearance.last_seen)},
          {"first_snapshot", appearance.first_snapshot},
          {"last_snapshot", appearance.last_snapshot},
          {"snapshots", appearance.snapshots},
          {"of", appearance.of}};
}

}  // namespace

std::string render_table(const std::vector<Appearance>& appearances, const Layout& layout) {
  if (appearances.empty()) return "never seen\n";
  Table table{history_columns(), {}};
  for (const auto& appearance : appearances) table.rows.push_back(table_row(appearance));
  return render(std::move(table), layout);
}

std::string render_csv(const std::vector<Appearance>& appearances) {
  std::string out = csv_line({"Host", "Scope", "Role", "Proto", "Port", "Remote address",
                              "Remote port", "Process", "First seen", "Last seen", "First snapshot",
                              "Last snapshot", "Snapshots", "Of", "Device"});
  for (const auto& appearance : appearances) out += csv_row(appearance);
  return out;
}

std::string render_json(const std::vector<Appearance>& appearances) {
  Json list = Json::array();
  for (const auto& appearance : appearances) list.push_back(appearance_json(appearance));
  const Json json{{"schema", "netmon-history/1"}, {"appearances", std::move(list)}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
