#include <fmt/format.h>

#include "netmon/report/report.h"
#include "report/text/csv.h"
#include "report/text/json.h"
#include "report/text/table.h"
#include "report/words/info_text.h"

namespace netmon {
namespace {

std::vector<Column> list_columns() {
  return {{"ID", Importance::essential, 3, Cut::end, Align::right},
          {"LABEL", Importance::essential, 16},
          {"TAKEN", Importance::essential, 20},
          {"HOST", Importance::medium, 8},
          {"ORIGIN", Importance::high, 8, Cut::middle},
          {"BY", Importance::medium, 8},
          {"PRIVILEGE", Importance::low, 9},
          {"SOCKETS", Importance::high, 7, Cut::end, Align::right},
          {"GAPS", Importance::high, 4, Cut::end, Align::right},
          {"TICKET", Importance::high, 10},
          {"NOTE", Importance::low, 12}};
}

std::string id_text(const SnapshotInfo& info) { return info.id ? fmt::to_string(*info.id) : ""; }

Row table_row(const SnapshotSummary& summary) {
  const SnapshotInfo& info = summary.info;
  return {{{"#" + id_text(info)},
           {info.label},
           {to_display(info.started_at)},
           {info.host_name},
           {origin_text(info)},
           {captured_by(info)},
           {std::string(to_string(info.privilege))},
           {fmt::to_string(summary.sockets)},
           {fmt::to_string(summary.gaps)},
           {info.ticket},
           {info.note}},
          {}};
}

std::string user_name(const std::optional<User>& user) { return user ? user->name : ""; }

std::string csv_row(const SnapshotSummary& summary) {
  const SnapshotInfo& info = summary.info;
  return csv_line({id_text(info),
                   info.label,
                   to_string(info.started_at),
                   to_string(info.finished_at),
                   info.host_name,
                   info.user.name,
                   user_name(info.sudo_user),
                   user_name(info.login_user),
                   to_string(info.privilege),
                   to_string(info.netns),
                   fmt::to_string(summary.sockets),
                   fmt::to_string(summary.listeners),
                   fmt::to_string(summary.processes),
                   fmt::to_string(summary.namespaces),
                   fmt::to_string(summary.gaps),
                   info.ticket,
                   info.note,
                   info.digest,
                   info.machine_id,
                   info.boot_id,
                   info.kernel,
                   to_string(info.owner_method),
                   info.netmon_version,
                   info.origin ? info.origin->chain : "",
                   info.origin ? fmt::to_string(info.origin->number) : ""});
}

Json summary_json(const SnapshotSummary& summary) {
  Json json = info_json(summary.info);
  json["sockets"] = summary.sockets;
  json["listeners"] = summary.listeners;
  json["processes"] = summary.processes;
  json["namespaces"] = summary.namespaces;
  json["gaps"] = summary.gaps;
  return json;
}

}  // namespace

std::string render_table(const std::vector<SnapshotSummary>& snapshots, const Layout& layout) {
  if (snapshots.empty()) return "no snapshots\n";
  Table table{list_columns(), {}};
  for (const auto& summary : snapshots) table.rows.push_back(table_row(summary));
  return render(std::move(table), layout);
}

std::string render_csv(const std::vector<SnapshotSummary>& snapshots) {
  std::string out =
      csv_line({"ID",      "Label",        "Taken",          "Finished",   "Host",
                "User",    "Sudo user",    "Login user",     "Privilege",  "Netns",
                "Sockets", "Listeners",    "Processes",      "Namespaces", "Gaps",
                "Ticket",  "Note",         "Digest",         "Machine ID", "Boot ID",
                "Kernel",  "Owner method", "Netmon version", "Origin",     "Origin number"});
  for (const auto& summary : snapshots) out += csv_row(summary);
  return out;
}

std::string render_json(const std::vector<SnapshotSummary>& snapshots) {
  Json list = Json::array();
  for (const auto& summary : snapshots) list.push_back(summary_json(summary));
  const Json json{{"schema", "netmon-list/1"}, {"snapshots", std::move(list)}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
