// Stores generated snapshots by the store's own code, and prints what that costs.
//
//   netmon_snapshots --db FILE --sockets 1000000 --snapshots 2 --label big
//   netmon_snapshots --db FILE --sockets 300 --snapshots 10000 --history
//
// One socket in ten is a listener, and one in ten is unconnected UDP. Half of the connections are
// inbound, half outbound. From one snapshot to the next, every second connection is replaced by
// another to the same peer, and `--churn` groups of ten sockets have a new UDP port and new peers.
// Nothing is random. Prints milliseconds, as medians over the snapshots, and the size of the file.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/values/error.h"
#include "netmon/store/store.h"

namespace {

using netmon::IpAddress;
using netmon::Snapshot;
using netmon::Socket;

constexpr std::uint32_t kPrograms = 40;

struct Plan {
  std::string database;
  std::string label = "bench";
  std::uint32_t sockets = 40'000;
  std::uint32_t processes = 500;
  std::uint32_t peers = 100;
  std::uint32_t churn = 10;
  std::uint32_t snapshots = 2;
  bool load = false;
  bool history = false;
};

IpAddress address(std::uint32_t number) {
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
      static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
  return IpAddress::ipv4(bytes);
}

constexpr std::uint32_t kOwnAddress = 0x0a000005;    // 10.0.0.5
constexpr std::uint32_t kFirstPeer = 0xc6120000;     // 198.18.0.0/15, RFC 2544
constexpr std::uint32_t kFirstNewPeer = 0xc6130000;  // 198.19.0.0

netmon::Process process(std::uint32_t number) {
  const std::string name = fmt::format("service-{}", number % kPrograms);
  return {.pid = 1000 + number,
          .namespaced_pid = 1000 + number,
          .start_ticks = 5000 + number,
          .started_at = netmon::Timestamp{std::chrono::hours{500'000}},
          .name = name,
          .comm = name,
          .exe = "/usr/sbin/" + name,
          .exe_sha256 = std::string(64, "0123456789abcdef"[number % 16]),
          .code = netmon::Code{},
          .credentials = netmon::Credentials{},
          .cmdline = fmt::format("/usr/sbin/{0} --config /etc/{0}.conf", name),
          .uid = 0,
          .user = "root",
          .unit = name + ".service"};
}

std::uint32_t process_of(const Plan& plan, std::uint32_t number) {
  return number / 10 % plan.processes;
}

// The socket with this number in the snapshot with the number `round`. Each ten consecutive sockets
// belong to one process.
Socket socket(const Plan& plan, std::uint32_t number, std::uint32_t round) {
  const std::uint32_t kind = number % 10;
  const std::uint32_t group = number / 10;
  const std::uint32_t news = group < plan.churn ? round : 0;
  const std::uint32_t program = process_of(plan, number) % kPrograms;
  Socket result{.cookie = 1 + number,
                .inode = 1 + number,
                .state = netmon::State::listen,
                .owner_state = netmon::OwnerState::held,
                .local = {IpAddress{.family = netmon::Family::ipv4},
                          static_cast<std::uint16_t>(2000 + program)},
                .uid = 0};
  if (kind == 1) {
    result.protocol = netmon::Protocol::udp;
    result.state = netmon::State::unconnected;
    if (news != 0) result.local.port = static_cast<std::uint16_t>(10'000 + (news + group) % 9999);
  }
  if (kind < 2) return result;
  const std::uint32_t reconnects = kind % 2 == 0 ? round : 0;
  const auto ephemeral = static_cast<std::uint16_t>(32'768 + (group + reconnects) % 28'000);
  const IpAddress peer = address(news != 0 ? kFirstNewPeer + (news * plan.churn + group) % 0x10000
                                           : kFirstPeer + group % plan.peers);
  result.state = netmon::State::established;
  result.cookie += std::uint64_t{reconnects} << 32U;
  result.local.address = address(kOwnAddress);
  result.remote = {peer, ephemeral};
  if (kind >= 6) std::swap(result.local.port, result.remote.port);
  if (kind >= 6) result.remote.port = 443;
  return result;
}

Snapshot generate(const Plan& plan, std::uint32_t round) {
  Snapshot snapshot;
  snapshot.info.label = plan.label;
  snapshot.info.host_name = "bench";
  snapshot.info.machine_id = "0123456789abcdef0123456789abcdef";
  snapshot.info.boot_id = "01234567-89ab-cdef-0123-456789abcdef";
  snapshot.info.netmon_version = "bench";
  snapshot.info.privilege = netmon::Privilege::root;
  snapshot.info.owner_method = netmon::OwnerMethod::proc;
  snapshot.info.started_at = netmon::Timestamp{std::chrono::hours{500'000 + round}};
  snapshot.info.finished_at = snapshot.info.started_at;
  snapshot.namespaces = {{.id = 4026531840}};
  for (std::uint32_t i = 0; i < plan.processes; ++i) snapshot.processes.push_back(process(i));
  snapshot.sockets.reserve(plan.sockets);
  snapshot.owners.reserve(plan.sockets);
  for (std::uint32_t i = 0; i < plan.sockets; ++i) {
    Socket& added = snapshot.sockets.emplace_back(socket(plan, i, round));
    added.first_owner = i;
    added.owner_count = 1;
    snapshot.owners.push_back({.process = process_of(plan, i), .fd = static_cast<int>(i)});
  }
  return snapshot;
}

template <typename Work>
double milliseconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void ask_history(const netmon::Store& store) {
  struct Question {
    const char* text;
    netmon::HistoryQuery query;
  };
  for (const Question& question : {
           Question{"--port 2007", {.port = 2007}},
           Question{"--port 443", {.port = 443}},
           Question{"--peer 198.18.0.7", {.peer = netmon::parse_ip_prefix("198.18.0.7")}},
           Question{"--peer 198.19.0.0/16", {.peer = netmon::parse_ip_prefix("198.19.0.0/16")}},
           Question{"--process service-7", {.process = "service-7"}},
       }) {
    std::size_t found = 0;
    const double spent = milliseconds_of([&] { found = store.history(question.query).size(); });
    fmt::print("history {}: {} identities, {:.2f} ms\n", question.text, found, spent);
  }
}

void run(const Plan& plan) {
  std::vector<double> appends;
  std::vector<double> loads;
  const double opened = milliseconds_of([&] { netmon::Store::open_for_writing(plan.database); });
  auto store = netmon::Store::open_for_writing(plan.database);
  for (std::uint32_t round = 0; round < plan.snapshots; ++round) {
    const Snapshot snapshot = generate(plan, round);
    netmon::SnapshotInfo info;
    appends.push_back(milliseconds_of([&] { info = store.append(snapshot); }));
    if (!plan.load) continue;
    loads.push_back(milliseconds_of([&] { (void)store.load(info.id.value()); }));
  }
  fmt::print("open {:.2f} ms, append {:.2f} ms (last {:.2f})", opened, median(appends),
             appends.back());
  if (plan.load) fmt::print(", load {:.2f} ms", median(loads));
  fmt::print(", file {} bytes\n", std::filesystem::file_size(plan.database));
  if (plan.history) ask_history(store);
}

int parse_and_run(int argc, char** argv) {
  Plan plan;
  CLI::App app("Store generated snapshots, and say what that costs.");
  app.add_option("--db", plan.database, "The database")->required();
  app.add_option("--label", plan.label, "Label of all snapshots")->capture_default_str();
  app.add_option("--sockets", plan.sockets, "Sockets in each snapshot")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--processes", plan.processes, "Processes that hold the sockets")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--peers", plan.peers, "Addresses that all snapshots have")
      ->check(CLI::Range(1, 0x10000))
      ->capture_default_str();
  app.add_option("--churn", plan.churn,
                 "Groups of ten sockets with new ports and peers in each snapshot")
      ->capture_default_str();
  app.add_option("--snapshots", plan.snapshots, "How many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--load", plan.load, "Load each, too");
  app.add_flag("--history", plan.history, "Query the history at the end");
  CLI11_PARSE(app, argc, argv);
  run(plan);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
