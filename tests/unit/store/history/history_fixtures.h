// Shared by the tests of the history: hosts whose snapshots are stored, and the content of the
// index.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fixtures.h"
#include "netmon/core/model/history.h"
#include "netmon/store/store.h"

namespace netmon::test {

inline constexpr std::chrono::hours kFirst{500'000};

inline Timestamp at(int hour) { return Timestamp{kFirst + std::chrono::hours{hour}}; }

// A snapshot of a host, to which sockets can be added; each has a process of its own.
struct Host {
  Snapshot snapshot;

  explicit Host(int hour, const std::string& machine_id = "m1", const std::string& name = "db1") {
    snapshot.info.machine_id = machine_id;
    snapshot.info.host_name = name;
    snapshot.info.started_at = at(hour);
    snapshot.namespaces = {{.id = 1}};
  }
  Host& listener(std::uint16_t port, const std::string& process,
                 Protocol protocol = Protocol::tcp) {
    const State state = protocol == Protocol::tcp ? State::listen : State::unconnected;
    return add({.protocol = protocol, .state = state, .local = {{.family = Family::ipv4}, port}},
               process);
  }
  Host& outbound(const std::string& address, std::uint16_t port, const std::string& process) {
    const IpAddress own{.family = Family::ipv4};
    return add({.state = State::established,
                .local = {own, 40'000},
                .remote = {*parse_ip_address(address), port}},
               process);
  }
  // Adds a socket; if `process` is absent, its process is not known.
  Host& add(Socket socket, const std::optional<std::string>& process) {
    if (process) {
      socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
      socket.owner_count = 1;
      snapshot.owners.push_back({static_cast<std::uint32_t>(snapshot.processes.size())});
      snapshot.processes.push_back({.name = *process});
    }
    snapshot.sockets.push_back(socket);
    return *this;
  }
};

struct Database {
  TempFolder folder;
  Store store = Store::open_for_writing(folder / "netmon.db");

  void append(const Host& host) { store.append(host.snapshot); }
  [[nodiscard]] std::vector<std::string> processes(const HistoryQuery& query) const {
    std::vector<std::string> names;
    for (const Appearance& appearance : store.history(query))
      names.push_back(appearance.identity.program);
    return names;
  }
};

using Names = std::vector<std::string>;

inline Change change(Role role, std::optional<std::uint16_t> port, std::optional<Peer> remote,
                     const std::optional<std::string>& process) {
  Change result;
  result.identity = {.role = role, .port = port, .remote = std::move(remote)};
  if (process) {
    result.identity.program = *process;
    result.process = ProcessSummary{.name = *process};
  }
  return result;
}

inline Past past_of(const Database& database, const Change& change, std::int64_t before) {
  const auto stored = database.store.list();
  const auto found = std::ranges::find(
      stored, before, [](const SnapshotSummary& summary) { return summary.info.id.value_or(0); });
  REQUIRE(found != stored.end());
  return database.store.past_of({change}, found->info).at(0);
}

// The whole index except the numbers of identities, which have no meaning.
inline std::string index_of(const std::filesystem::path& path) {
  return query(
      path,
      "SELECT group_concat(row, char(10)) FROM (SELECT machine || ' ' || h.host_name || ' ' "
      "|| snapshot_id || ' ' || number AS row FROM history_snapshot JOIN history_host AS h "
      "USING (host_no) UNION ALL SELECT machine || ' ' || role || port || program || "
      "ifnull(' since ' || present_since, '') || ifnull((SELECT group_concat(first_number "
      "|| '-' || last_number) FROM (SELECT * FROM history_run AS r WHERE r.identity_no = "
      "i.identity_no ORDER BY first_number)), '') FROM history_identity AS i JOIN "
      "history_host USING (host_no) ORDER BY row)");
}

// The index after it was rebuilt from the snapshots.
inline std::string index_made_again(const std::filesystem::path& path) {
  execute(path,
          "DELETE FROM history_run; DELETE FROM history_identity; DELETE FROM history_snapshot;"
          "DELETE FROM history_host");
  (void)Store::open_for_reading(path).history({});
  return index_of(path);
}

inline std::string indexed(const std::filesystem::path& path) {
  return query(path,
               "SELECT ifnull(group_concat(snapshot_id), '') FROM "
               "(SELECT snapshot_id FROM history_snapshot ORDER BY 1)");
}

}  // namespace netmon::test
