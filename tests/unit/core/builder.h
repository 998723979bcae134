// Builds snapshots for tests, in calls that read like a description of the host.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon::test {

inline Endpoint endpoint(std::string_view address, std::uint16_t port) {
  return {.address = address == "*" ? IpAddress{} : parse_ip_address(address).value(),
          .port = port};
}

// A process with this name and pid; a test sets everything else on the returned value.
inline Process process(std::string name, std::uint32_t pid) {
  Process result;
  result.pid = pid;
  result.start_ticks = pid * 100ULL;
  result.name = name;
  result.comm = name;
  result.exe = "/usr/bin/" + name;
  result.exe_sha256 = "sha256-of-" + name;
  result.code.emplace();
  result.credentials.emplace();
  result.uid = 0;
  result.user = "root";
  return result;
}

// The same program, run by this user: real, effective and saved.
inline Process as_user(Process process, std::uint32_t uid, std::string name) {
  process.uid = uid;
  process.user = std::move(name);
  process.credentials = Credentials{.real_uid = uid, .saved_uid = uid, .groups = {uid}};
  return process;
}

// An interpreter that runs this file, whose digest follows its path unless the test says otherwise.
inline Process running(Process process, std::string script) {
  process.interpreter = true;
  process.script = Script{.name = script, .sha256 = "sha256-of-" + script, .claimed = false};
  return process;
}

// A program from a package: only root can write its executable, which is older than the snapshots.
inline Process packaged(Process process) {
  process.exe_protected = true;
  process.exe_changed_at = Timestamp{};
  return process;
}

inline std::uint64_t next_cookie() {
  static std::uint64_t cookie = 1000;
  return ++cookie;
}

class Builder {
 public:
  Builder() {
    snapshot_.info.host_name = "db1";
    snapshot_.info.machine_id = "0123456789abcdef0123456789abcdef";
    snapshot_.info.netmon_version = "0.1.0";
    snapshot_.info.boot_id = "b0b0b0b0-0000-4000-8000-000000000001";
    snapshot_.info.started_at = Timestamp{std::chrono::seconds{1772480700}};
    snapshot_.namespaces.push_back({.id = 4026531840, .cookie = 1, .scope = {}});
  }

  // Sockets that follow live in this namespace. The same cookie means the same namespace in another
  // snapshot of the same boot; 0 stands for a cookie that follows from the order of namespaces.
  Builder& in(Scope scope, std::vector<std::string> containers = {}, std::uint64_t cookie = 0) {
    netns_ = static_cast<std::uint32_t>(snapshot_.namespaces.size());
    if (cookie == 0) cookie = netns_ + 1U;
    snapshot_.namespaces.push_back({.id = 4026531840U + cookie - 1U,
                                    .cookie = cookie,
                                    .scope = std::move(scope),
                                    .containers = std::move(containers)});
    return *this;
  }

  // Sockets that follow live in the host's namespace again.
  Builder& on_host() {
    netns_ = 0;
    return *this;
  }

  // The host was rebooted, and the snapshot is later.
  Builder& second_boot() {
    snapshot_.info.boot_id = "b0b0b0b0-0000-4000-8000-000000000002";
    return later();
  }

  Builder& later(std::chrono::seconds by = std::chrono::hours{1}) {
    snapshot_.info.started_at += by;
    return *this;
  }

  // The process with this pid, which must exist, is a child of `parent`.
  Builder& child_of(std::uint32_t pid, Process parent) {
    const std::uint32_t index = index_of(std::move(parent));
    for (Process& process : snapshot_.processes) {
      if (process.pid == pid) process.parent = index;
    }
    return *this;
  }

  Builder& device(std::uint32_t index, std::string name) {
    snapshot_.namespaces[netns_].devices.push_back({index, std::move(name)});
    return *this;
  }

  Builder& socket(Protocol protocol, State state, Endpoint local, Endpoint remote,
                  std::vector<Process> owners, OwnerState without = OwnerState::no_process) {
    Socket result;
    result.cookie = next_cookie();  // which no other builder uses
    result.netns = netns_;
    result.protocol = protocol;
    result.state = state;
    result.local = local;
    result.remote = remote;
    result.owner_state = owners.empty() ? without : OwnerState::held;
    result.first_owner = static_cast<std::uint32_t>(snapshot_.owners.size());
    result.owner_count = static_cast<std::uint32_t>(owners.size());
    for (Process& owner : owners) snapshot_.owners.push_back({index_of(std::move(owner)), 0, 3});
    snapshot_.sockets.push_back(result);
    return *this;
  }

  Builder& listen(std::string_view address, std::uint16_t port, std::vector<Process> owners,
                  OwnerState without = OwnerState::no_process) {
    return socket(Protocol::tcp, State::listen, endpoint(address, port), {}, std::move(owners),
                  without);
  }

  // A TCP connection from local port 40000.
  Builder& connect(std::string_view peer, std::uint16_t port, std::vector<Process> owners,
                   State state = State::established, OwnerState without = OwnerState::no_process) {
    return socket(Protocol::tcp, state, endpoint("10.0.0.5", 40000), endpoint(peer, port),
                  std::move(owners), without);
  }

  // A TCP connection that a listener on `port` may have accepted.
  Builder& accept(std::string_view address, std::uint16_t port, std::vector<Process> owners,
                  OwnerState without = OwnerState::no_process) {
    return socket(Protocol::tcp, State::established, endpoint(address, port),
                  endpoint("10.0.0.9", 51000), std::move(owners), without);
  }

  Builder& udp(std::string_view address, std::uint16_t port, std::vector<Process> owners,
               OwnerState without = OwnerState::no_process) {
    return socket(Protocol::udp, State::unconnected, endpoint(address, port), {}, std::move(owners),
                  without);
  }

  Builder& gap(Gap gap) {
    snapshot_.gaps.push_back(std::move(gap));
    return *this;
  }

  // The last socket is the one that has this cookie in another snapshot.
  Builder& cookie(std::uint64_t cookie) {
    last().cookie = cookie;
    return *this;
  }

  // Sets who chose the port of the last socket.
  Builder& chosen_by(PortChoice choice) {
    last().port_choice = choice;
    return *this;
  }

  Socket& last() { return snapshot_.sockets.back(); }
  SnapshotInfo& info() { return snapshot_.info; }
  NetNamespace& netns() { return snapshot_.namespaces[netns_]; }
  [[nodiscard]] const Snapshot& get() const { return snapshot_; }

 private:
  std::uint32_t index_of(Process wanted) {
    for (std::uint32_t i = 0; i < snapshot_.processes.size(); ++i) {
      if (snapshot_.processes[i].pid == wanted.pid) return i;
    }
    snapshot_.processes.push_back(std::move(wanted));
    return static_cast<std::uint32_t>(snapshot_.processes.size() - 1);
  }

  Snapshot snapshot_;
  std::uint32_t netns_ = 0;
};

}  // namespace netmon::test
