// The tables with the rows of a snapshot. Each is a row type with one list of its columns, which
// inserting, selecting and the digest share. A visitor (ColumnNames, ColumnWriter, RowReader) is
// called with the name and value of each column in turn: with all_or_none() for columns that are
// NULL together, and with hexadecimal() for a number that is stored as 16 hexadecimal digits.
//
// snapshot_id, the first column of every table except `snapshot`, is in no list: it is equal in all
// rows of a snapshot, and the digest has it in the line of the snapshot itself. undigested_columns,
// where a row has them, come last in the table and are not covered by any digest of a snapshot or
// entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"

namespace netmon {

struct SnapshotRow {
  static constexpr std::string_view kTable = "snapshot";
  static constexpr std::string_view kOrder = "id";

  SnapshotSummary summary;
  std::int64_t id = 0;
  std::optional<std::string> previous_digest;  // absent for the first snapshot

  // summary.info.digest covers these columns and all other rows.
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
    visit.all_or_none(info.sudo_user, [](auto& visit_user, auto& user) {
      visit_user("sudo_uid", user.uid);
      visit_user("sudo_user_name", user.name);
    });
    visit.all_or_none(info.login_user, [](auto& visit_user, auto& user) {
      visit_user("login_uid", user.uid);
      visit_user("login_user_name", user.name);
    });
    visit("privilege", info.privilege);
    visit("netns_selection", info.netns);
    visit("owner_method", info.owner_method);
    visit.all_or_none(info.span, [](auto& visit_span, auto& span) {
      visit_span("every_ms", span.every);
      visit_span("samples", span.samples);
    });
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
    visit("cookie", row.netns.cookie);
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
  Process process;  // without its foreign code, loader variables and command line

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
    program_columns(visit, process);
    visit("uid", process.uid);
    visit("user_name", process.user);
    visit.all_or_none(process.credentials, [](auto& visit_one, auto& credentials) {
      visit_one("real_uid", credentials.real_uid);
      visit_one("saved_uid", credentials.saved_uid);
      visit_one("groups", credentials.groups);
      visit_one.hexadecimal("capabilities", credentials.capabilities);
      visit_one("own_user_namespace", credentials.own_user_namespace);
    });
    visit("unit", process.unit);
    visit("has_socket_unit", process.has_socket_unit);
    visit("container", process.container);
  }

 private:
  // The columns about what the process runs.
  static void program_columns(auto& visit, auto& process) {
    visit("exe", process.exe);
    visit("exe_deleted", process.exe_deleted);
    visit("exe_sha256", process.exe_sha256);
    visit("exe_protected", process.exe_protected);
    visit("exe_changed_at", process.exe_changed_at);
    visit("exe_elsewhere", process.exe_elsewhere);
    visit("interpreter", process.interpreter);
    visit.all_or_none(process.script, [](auto& visit_one, auto& script) {
      visit_one("script_kind", script.kind);
      visit_one("script", script.name);
      visit_one("script_sha256", script.sha256);
      visit_one("script_claimed", script.claimed);
    });
    visit.all_or_none(process.code, [](auto& visit_one, auto& code) {
      visit_one("exe_mapped", code.exe_mapped);
      visit_one("anonymous_code", code.anonymous);
    });
  }
};

// A file that a process has mapped as code.
struct ForeignCodeRow {
  static constexpr std::string_view kTable = "foreign_code";
  static constexpr std::string_view kOrder = "process_no, code_no";

  std::uint32_t process_no = 0;
  std::uint32_t code_no = 0;
  ForeignCode code;

  static void columns(auto& visit, auto& row) {
    visit("process_no", row.process_no);
    visit("code_no", row.code_no);
    visit("path", row.code.path);
    visit("deleted", row.code.deleted);
    visit("sha256", row.code.sha256);
  }
};

// A variable that makes a process's loader or interpreter load other code.
struct LoaderVariableRow {
  static constexpr std::string_view kTable = "loader_variable";
  static constexpr std::string_view kOrder = "process_no, variable_no";

  std::uint32_t process_no = 0;
  std::uint32_t variable_no = 0;
  LoaderVariable variable;

  static void columns(auto& visit, auto& row) {
    visit("process_no", row.process_no);
    visit("variable_no", row.variable_no);
    visit("name", row.variable.name);
    visit("value", row.variable.value);
  }
};

struct SocketRow {
  static constexpr std::string_view kTable = "socket";
  static constexpr std::string_view kOrder = "socket_no";

  std::uint32_t socket_no = 0;
  Socket socket;
  std::optional<Owner> shown_owner;

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
    visit("port_choice", socket.port_choice);
    visit("uid", socket.uid);
    visit("link_protocol", socket.link_protocol);
    visit("cookie", socket.cookie);
    visit("inode", socket.inode);
    visit("presence", socket.presence);
    visit("owner_state", socket.owner_state);
    visit.all_or_none(row.shown_owner, [](auto& visit_one, auto& owner) {
      visit_one("process_no", owner.process);
      visit_one("thread_id", owner.thread);
      visit_one("fd", owner.fd);
    });
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

// One for each socket of a span.
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
    visit("events", row.sighting.events);
  }
};

// A part of the account of events: the counts.
struct EventCountRow {
  static constexpr std::string_view kTable = "event_count";
  static constexpr std::string_view kOrder = "count_no";

  std::uint32_t count_no = 0;
  EventCount count;

  static void columns(auto& visit, auto& row) {
    visit("count_no", row.count_no);
    visit("kind", row.count.kind);
    visit("processor", row.count.processor);
    visit("seen", row.count.seen);
    visit("stored", row.count.stored);
    visit("outside", row.count.outside);
    visit("dropped_program", row.count.dropped_program);
    visit("dropped_all", row.count.dropped_all);
  }
};

// Another part of that account: the proofs.
struct EventProofRow {
  static constexpr std::string_view kTable = "event_proof";
  static constexpr std::string_view kOrder = "proof_no";

  std::uint32_t proof_no = 0;
  EventProof proof;

  static void columns(auto& visit, auto& row) {
    visit("proof_no", row.proof_no);
    visit("witness", row.proof.witness);
    visit("kind", row.proof.kind);
    visit("netns_id", row.proof.netns_id);
    visit("at_least", row.proof.at_least);
    visit("at_most", row.proof.at_most);
    visit("seen", row.proof.seen);
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

struct ForwardRow {
  static constexpr std::string_view kTable = "forward";
  static constexpr std::string_view kOrder = "forward_no";

  std::uint32_t forward_no = 0;
  Forward forward;

  static void columns(auto& visit, auto& row) {
    auto& forward = row.forward;
    visit("forward_no", row.forward_no);
    visit("netns_no", forward.netns);
    visit("protocol", forward.protocol);
    visit("address", forward.address);
    visit("port_low", forward.ports.low);
    visit("port_high", forward.ports.high);
    visit("device", forward.device);
    visit("target", forward.target);
    visit("conditions", forward.when);
    visit("service", forward.service);
  }
};

struct ReachRow {
  static constexpr std::string_view kTable = "reach";
  static constexpr std::string_view kOrder = "reach_no";

  std::uint32_t reach_no = 0;
  ReachFact fact;

  static void columns(auto& visit, auto& row) {
    visit("reach_no", row.reach_no);
    visit("netns_no", row.fact.netns);
    visit("kind", row.fact.kind);
    visit("name", row.fact.name);
    visit("value", row.fact.value);
  }
};

// The command line of a process, if it has one. The snapshot's digest covers this digest, which in
// turn covers salt and text.
struct CommandLineRow {
  static constexpr std::string_view kTable = "command_line";
  static constexpr std::string_view kOrder = "process_no";

  std::uint32_t process_no = 0;
  std::string sha256;               // the digest of salt and text
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

}  // namespace netmon
