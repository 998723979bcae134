// The tables as C++ sees them: for each a row, and the one list of its columns that inserting,
// selecting and the digest share. A visitor is called with each column's name and value in turn:
// ColumnNames, RowWriter or RowReader.
//
// The first column of every table but `snapshot`, snapshot_id, is in no list: it is the same in all
// rows of a snapshot, and the digest has it in the snapshot's own line. Where a row has
// undigested_columns, they follow in the table and are in no digest of the snapshot or entry.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "netmon/model.h"

namespace netmon {

struct SnapshotRow {
  static constexpr std::string_view kTable = "snapshot";
  static constexpr std::string_view kOrder = "id";

  SnapshotSummary summary;
  std::int64_t id = 0;
  std::optional<std::string> previous_digest;  // absent for the first snapshot

  // summary.info.digest is of these columns and of all other rows.
  static void columns(auto& visit, auto& row) {
    auto& info = row.summary.info;
    visit("id", row.id);
    visit("label", info.label);
    visit("ticket", info.ticket);
    visit("note", info.note);
    visit("host_name", info.host_name);
    visit("machine_id", info.machine_id);
    visit("boot_id", info.boot_id);
    visit("kernel", info.kernel);
    visit("netmon_version", info.netmon_version);
    visit("uid", info.user.uid);
    visit("user_name", info.user.name);
    visit("sudo_uid", "sudo_user_name", info.sudo_user);
    visit("login_uid", "login_user_name", info.login_user);
    visit("privilege", info.privilege);
    visit("netns_selection", info.netns);
    visit("owner_method", info.owner_method);
    visit("started_at", info.started_at);
    visit("finished_at", info.finished_at);
    visit("sockets", row.summary.sockets);
    visit("listeners", row.summary.listeners);
    visit("processes", row.summary.processes);
    visit("namespaces", row.summary.namespaces);
    visit("gaps", row.summary.gaps);
    visit("previous_digest", row.previous_digest);
  }
};

struct NetnsRow {
  static constexpr std::string_view kTable = "netns";
  static constexpr std::string_view kOrder = "netns_no";

  std::uint32_t netns_no = 0;
  NetNamespace netns;  // without its containers and devices

  static void columns(auto& visit, auto& row) {
    visit("netns_no", row.netns_no);
    visit("inode", row.netns.id);
    visit("scope", row.netns.scope);
    visit("ephemeral_low", row.netns.ephemeral_ports.low);
    visit("ephemeral_high", row.netns.ephemeral_ports.high);
  }
};

struct ContainerRow {
  static constexpr std::string_view kTable = "netns_container";
  static constexpr std::string_view kOrder = "netns_no, container_no";

  std::uint32_t netns_no = 0;
  std::uint32_t container_no = 0;
  std::string container;

  static void columns(auto& visit, auto& row) {
    visit("netns_no", row.netns_no);
    visit("container_no", row.container_no);
    visit("container", row.container);
  }
};

struct DeviceRow {
  static constexpr std::string_view kTable = "netns_device";
  static constexpr std::string_view kOrder = "netns_no, device_no";

  std::uint32_t netns_no = 0;
  std::uint32_t device_no = 0;
  Device device;

  static void columns(auto& visit, auto& row) {
    visit("netns_no", row.netns_no);
    visit("device_no", row.device_no);
    visit("device_index", row.device.index);
    visit("name", row.device.name);
  }
};

struct ProcessRow {
  static constexpr std::string_view kTable = "process";
  static constexpr std::string_view kOrder = "process_no";

  std::uint32_t process_no = 0;
  Process process;

  static void columns(auto& visit, auto& row) {
    auto& process = row.process;
    visit("process_no", row.process_no);
    visit("pid", process.pid);
    visit("namespaced_pid", process.namespaced_pid);
    visit("start_ticks", process.start_ticks);
    visit("started_at", process.started_at);
    visit("parent_no", process.parent);
    visit("name", process.name);
    visit("comm", process.comm);
    visit("exe", process.exe);
    visit("exe_deleted", process.exe_deleted);
    visit("cmdline", process.cmdline);
    visit("uid", process.uid);
    visit("user_name", process.user);
    visit("unit", process.unit);
    visit("container", process.container);
  }
};

struct SocketRow {
  static constexpr std::string_view kTable = "socket";
  static constexpr std::string_view kOrder = "socket_no";

  std::uint32_t socket_no = 0;
  Socket socket;
  // The owner that is shown, all three or none.
  std::optional<std::uint32_t> process_no;
  std::optional<std::uint32_t> thread_id;
  std::optional<std::int32_t> fd;

  static void columns(auto& visit, auto& row) {
    auto& socket = row.socket;
    visit("socket_no", row.socket_no);
    visit("netns_no", socket.netns);
    visit("protocol", socket.protocol);
    visit("state", socket.state);
    visit("local_address", socket.local.address);
    visit("local_port", socket.local.port);
    visit("remote_address", socket.remote.address);
    visit("remote_port", socket.remote.port);
    visit("device_index", socket.device_index);
    visit("v6only", socket.v6only);
    visit("uid", socket.uid);
    visit("link_protocol", socket.link_protocol);
    visit("cookie", socket.cookie);
    visit("inode", socket.inode);
    visit("presence", socket.presence);
    visit("owner_state", socket.owner_state);
    visit("process_no", row.process_no);
    visit("thread_id", row.thread_id);
    visit("fd", row.fd);
  }
};

struct OtherOwnerRow {
  static constexpr std::string_view kTable = "other_owner";
  static constexpr std::string_view kOrder = "socket_no, owner_no";

  std::uint32_t socket_no = 0;
  std::uint32_t owner_no = 0;  // from 1
  Owner owner;

  static void columns(auto& visit, auto& row) {
    visit("socket_no", row.socket_no);
    visit("owner_no", row.owner_no);
    visit("process_no", row.owner.process);
    visit("thread_id", row.owner.thread);
    visit("fd", row.owner.fd);
  }
};

struct GapRow {
  static constexpr std::string_view kTable = "gap";
  static constexpr std::string_view kOrder = "gap_no";

  std::uint32_t gap_no = 0;
  Gap gap;

  static void columns(auto& visit, auto& row) {
    visit("gap_no", row.gap_no);
    visit("code", row.gap.code);
    visit("scope", row.gap.scope);
    visit("protocol", row.gap.protocol);
    visit("reason", row.gap.reason);
    visit("count", row.gap.count);
  }
};

// The executable's digest, of a process that has one.
struct ProcessExecutableRow {
  static constexpr std::string_view kTable = "process_executable";
  static constexpr std::string_view kOrder = "process_no";

  std::uint32_t process_no = 0;
  std::string sha256;

  static void columns(auto& visit, auto& row) {
    visit("process_no", row.process_no);
    visit("sha256", row.sha256);
  }
};

// Of a socket of which it is known.
struct PortChoiceRow {
  static constexpr std::string_view kTable = "port_choice";
  static constexpr std::string_view kOrder = "socket_no";

  std::uint32_t socket_no = 0;
  bool chosen = false;

  static void columns(auto& visit, auto& row) {
    visit("socket_no", row.socket_no);
    visit("chosen", row.chosen);
  }
};

// One, or none.
struct SpanRow {
  static constexpr std::string_view kTable = "span";
  static constexpr std::string_view kOrder = "snapshot_id";

  Span span;

  static void columns(auto& visit, auto& row) {
    visit("every_ms", row.span.every);
    visit("samples", row.span.samples);
  }
};

struct SightingRow {
  static constexpr std::string_view kTable = "sighting";
  static constexpr std::string_view kOrder = "socket_no";

  std::uint32_t socket_no = 0;
  Sighting sighting;

  static void columns(auto& visit, auto& row) {
    visit("socket_no", row.socket_no);
    visit("first_seen", row.sighting.first_seen);
    visit("last_seen", row.sighting.last_seen);
    visit("samples", row.sighting.samples);
  }
};

struct HiddenSocketRow {
  static constexpr std::string_view kTable = "hidden_socket";
  static constexpr std::string_view kOrder = "hidden_no";

  std::uint32_t hidden_no = 0;
  HiddenSocket socket;

  static void columns(auto& visit, auto& row) {
    auto& socket = row.socket;
    visit("hidden_no", row.hidden_no);
    visit("netns_no", socket.netns);
    visit("protocol", socket.protocol);
    visit("state", socket.state);
    visit("local_address", socket.local.address);
    visit("local_port", socket.local.port);
    visit("remote_address", socket.remote.address);
    visit("remote_port", socket.remote.port);
    visit("inode", socket.inode);
    visit("process_no", socket.process);
    visit("seen_in", socket.seen_in);
    visit("missing_from", socket.missing_from);
  }
};

// The command line of a process that has one. Its digest is part of the snapshot's; salt and text
// are not, and have it as their digest.
struct CommandLineRow {
  static constexpr std::string_view kTable = "command_line";
  static constexpr std::string_view kOrder = "process_no";

  std::uint32_t process_no = 0;
  std::string sha256;               // of salt and text
  std::optional<std::string> salt;  // 32 hexadecimal digits; absent where the text is masked
  std::string text;

  static void columns(auto& visit, auto& row) {
    visit("process_no", row.process_no);
    visit("sha256", row.sha256);
  }
  static void undigested_columns(auto& visit, auto& row) {
    visit("salt", row.salt);
    visit("text", row.text);
  }
};

// The content of an entry of kind import.
struct ImportRow {
  static constexpr std::string_view kTable = "import";

  std::int64_t number = 0;  // of the entry, and of the snapshot here
  std::string origin;       // of the chain that it comes from: the table has its chain_no
  std::int64_t origin_number = 0;
  std::string digest;  // of its link there
  Timestamp imported_at{};
  User user;
  std::string netmon_version;

  static void columns(auto& visit, auto& row) {
    visit("number", row.number);
    visit("origin", row.origin);
    visit("origin_number", row.origin_number);
    visit("digest", row.digest);
    visit("imported_at", row.imported_at);
    visit("uid", row.user.uid);
    visit("user_name", row.user.name);
    visit("netmon_version", row.netmon_version);
  }
};

// The content of an entry of kind prune: this, then its tombstones.
struct PruneRow {
  static constexpr std::string_view kTable = "prune";

  std::int64_t number = 0;
  Timestamp pruned_at{};
  User user;
  std::string netmon_version;
  std::chrono::milliseconds older_than{};
  std::string keep_labels;  // patterns, joined by ","
  std::uint64_t snapshots = 0;

  static void columns(auto& visit, auto& row) {
    visit("number", row.number);
    visit("pruned_at", row.pruned_at);
    visit("uid", row.user.uid);
    visit("user_name", row.user.name);
    visit("netmon_version", row.netmon_version);
    visit("older_than_ms", row.older_than);
    visit("keep_labels", row.keep_labels);
    visit("snapshots", row.snapshots);
  }
};

struct TombstoneRow {
  static constexpr std::string_view kTable = "tombstone";
  static constexpr std::string_view kOrder = "snapshot_id";

  std::int64_t snapshot_id = 0;
  std::string label;
  std::string host_name;
  Timestamp started_at{};
  std::string digest;             // of its link, in the chain that it was stored in first
  std::int64_t prune_number = 0;  // of the entry that took it out

  static void columns(auto& visit, auto& row) {
    visit("snapshot_id", row.snapshot_id);
    visit("label", row.label);
    visit("host_name", row.host_name);
    visit("started_at", row.started_at);
    visit("digest", row.digest);
  }
  static void undigested_columns(auto& visit, auto& row) {
    visit("prune_number", row.prune_number);
  }
};

struct ColumnNames {
  std::vector<std::string_view> names;

  void operator()(std::string_view name, const auto& /*value*/) { names.push_back(name); }
  void operator()(std::string_view uid, std::string_view name, const std::optional<User>&) {
    names.push_back(uid);
    names.push_back(name);
  }
};

template <typename Row>
concept HasUndigestedColumns = requires(ColumnNames& visit, Row& row) {
  Row::undigested_columns(visit, row);
};

// All that the table has, in its order.
void visit_all_columns(auto& visit, auto& row) {
  using Row = std::remove_cvref_t<decltype(row)>;
  Row::columns(visit, row);
  if constexpr (HasUndigestedColumns<Row>) Row::undigested_columns(visit, row);
}

template <typename Row>
std::vector<std::string_view> column_names() {
  ColumnNames visit;
  const Row row;
  visit_all_columns(visit, row);
  return visit.names;
}

}  // namespace netmon
