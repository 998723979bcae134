// The model: what a capture sees, as plain values. A Snapshot is self-contained; its parts refer
// to one another by index, so that it can be copied, stored, compared and generated.
//
// All text in a snapshot is valid UTF-8 (see text.h) but otherwise as hostile as its source.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/time.h"

namespace netmon {

enum class Protocol : std::uint8_t {
  tcp,
  udp,
  udplite,
  raw,     // SOCK_RAW over IP, raw(7)
  icmp,    // ICMP datagram ("ping") sockets, icmp(7)
  packet,  // AF_PACKET, packet(7)
};

// TCP states by their names in RFC 9293; the kernel's numbers are in include/net/tcp_states.h.
// UDP and raw sockets are `unconnected` or `connected`: the kernel's 7 and 1 mean no TCP state.
enum class State : std::uint8_t {
  listen,
  established,
  syn_sent,
  syn_recv,
  fin_wait1,
  fin_wait2,
  time_wait,
  close,
  close_wait,
  last_ack,
  closing,
  bound,  // TCP: bound to a port, neither listening nor connected (TCP_BOUND_INACTIVE)
  connected,
  unconnected,
};

// Why a socket has the owners that it has, or none.
enum class OwnerState : std::uint8_t {
  held,           // one or more processes hold it
  not_permitted,  // its holder may be a process that this user may not look into
  vanished,       // its holder, or the socket itself, went away during the capture
  no_process,     // every process was looked into and none holds it, though a file may: in flight
  // None by nature, and no gap in coverage:
  kernel,          // the kernel's own: no file refers to it
  time_wait,       // closed; the kernel keeps the tuple for a while
  orphan,          // closed by its process; the kernel is still sending
  pending_accept,  // established, waiting in a listener's accept queue
  request,         // a handshake in progress (SYN_RECV)
};

// In which of the two passes over the kernel's tables a socket was. A dump can miss or repeat rows
// while sockets come and go, so each table is read twice and merged by cookie.
enum class Presence : std::uint8_t { both, first_pass_only, second_pass_only };

// How a socket came by its local port (sk_userlocks in include/net/sock.h). Only BPF shows it.
enum class PortChoice : std::uint8_t {
  program,  // bind(2) named it (SOCK_BINDPORT_LOCK), or the socket has a range of its own, ip(7)
  connect,  // connect(2) took a free one (SOCK_CONNECT_BIND, Linux 6.18); TCP only
  kernel,   // neither: bind(2) or sendto(2) took a free one, or a TCP listener accepted it
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;  // host byte order

  auto operator<=>(const Endpoint&) const = default;
};

struct Owner {
  std::uint32_t process = 0;  // index into Snapshot::processes
  std::uint32_t thread = 0;   // thread id, for a thread with a descriptor table of its own; else 0
  std::int32_t fd = -1;       // lowest descriptor number that refers to the socket

  auto operator<=>(const Owner&) const = default;
};

// One kernel socket as observed.
struct Socket {
  std::uint64_t cookie = 0;  // unique in a boot; 0 where the source has none (/proc/net/raw)
  std::uint32_t inode = 0;   // sockfs inode; 0 for a socket without a struct file
  std::uint32_t netns = 0;   // index into Snapshot::namespaces
  Protocol protocol = Protocol::tcp;
  State state = State::close;
  OwnerState owner_state = OwnerState::no_process;
  Presence presence = Presence::both;
  Endpoint local;
  Endpoint remote;                        // address none and port 0 where not connected
  std::uint32_t device_index = 0;         // bound interface (SO_BINDTODEVICE, scope id); 0 for none
  std::optional<std::uint32_t> uid;       // of the socket; absent where the kernel has none
  std::optional<bool> v6only;             // IPv6 listeners and unconnected UDP only
  std::optional<PortChoice> port_choice;  // TCP and UDP; absent where not known
  std::uint16_t link_protocol = 0;        // raw: IP protocol number; packet: EtherType
  std::uint32_t first_owner = 0;  // Snapshot::owners[first_owner, first_owner + owner_count)
  std::uint32_t owner_count = 0;

  bool operator==(const Socket&) const = default;
};

// What an interpreter runs.
enum class ScriptKind : std::uint8_t {
  file,    // python3 app.py, java -jar app.jar, or the file of a "#!" line
  module,  // python3 -m http.server, or the main class of java
  code,    // perl -e '…', bash -c '…': the text itself
};

struct Script {
  ScriptKind kind = ScriptKind::file;
  std::string name;  // of a file its absolute path in the process's root; of code the option: "-c"
  // SHA-256 of the file as it is on disk, or of the code. Absent where it was not read, or where
  // the file has changed since the process started.
  std::optional<std::string> sha256;
  bool claimed = true;  // nothing but the arguments says so, which a process can rewrite

  bool operator==(const Script&) const = default;
};

// A file that a process has mapped as code and that is not root's alone to write, or that was
// deleted and was not root's, or that is no file of a file system ("/memfd:NAME").
struct ForeignCode {
  std::string path;  // without the kernel's " (deleted)"
  bool deleted = false;
  std::optional<std::string> sha256;  // absent where it was not read

  auto operator<=>(const ForeignCode&) const = default;
};

// Whether the path of a mapping is that of memory which has the form of a file: memfd_create(2),
// shmget(2), shared anonymous memory. No path leads to it.
bool is_memory_file(std::string_view path);

// Whether it is a file whose content is not known. Memory never has a digest: it changes with
// whatever is compiled into it.
bool lacks_digest(const ForeignCode& code);

// A variable of the environment that makes a loader or an interpreter take in other code. Secrets
// in its value are masked before they get here.
struct LoaderVariable {
  std::string name;
  std::string value;

  auto operator<=>(const LoaderVariable&) const = default;
};

// What a process has mapped as code, and what its loader was told.
struct Code {
  bool exe_mapped = true;  // what /proc/PID/exe names is among it; else the link is forged
  bool anonymous = false;  // memory that no file is behind: compiled at run time, as a rule
  std::vector<ForeignCode> foreign;    // sorted
  std::vector<LoaderVariable> loader;  // sorted

  bool operator==(const Code&) const = default;
};

// credentials(7), beside the effective user.
struct Credentials {
  std::uint32_t real_uid = 0;
  std::uint32_t saved_uid = 0;
  std::vector<std::uint32_t> groups;  // effective and supplementary ones; sorted, each once
  std::uint64_t capabilities = 0;     // permitted; capabilities(7), by bits of linux/capability.h
  bool own_user_namespace = false;    // another than netmon's; there its capabilities count alone

  bool operator==(const Credentials&) const = default;
};

// A process that holds a socket, or an ancestor of one. Identified by (boot id, pid, start_ticks).
struct Process {
  std::uint32_t pid = 0;             // in netmon's pid namespace
  std::uint32_t namespaced_pid = 0;  // in the process's own pid namespace; 0 where not known
  std::uint64_t start_ticks = 0;     // clock ticks since boot, proc(5) stat field 22
  Timestamp started_at{};
  std::optional<std::uint32_t> parent;  // index into Snapshot::processes
  std::string name;                     // see process_name() in linux/procfs/proc_parse.h
  std::string comm;                     // the thread-group leader's, as it is
  // Absent where not read: not permitted, a kernel thread, or an ancestor kept for the chain only.
  std::optional<std::string> exe;  // without the kernel's " (deleted)"
  bool exe_deleted = false;
  // Of the file that runs, 64 lowercase hexadecimal digits. Absent where it was not read: processes
  // without a listener or an outbound connection, or not permitted.
  std::optional<std::string> exe_sha256;
  // Root alone can write the file and the folders above it; false also where that is not known.
  bool exe_protected = false;
  std::optional<Timestamp> exe_changed_at;  // change time of the file, see inode(7)
  // The process has a mount namespace of its own, in which `exe` is another file than in netmon's.
  bool exe_elsewhere = false;
  // Interpreters, multi-call binaries and the loader itself run other programs: their executable
  // says nothing about which.
  bool interpreter = false;
  std::optional<Script> script;  // of an interpreter
  std::optional<Code> code;      // absent where not read, as of processes that only accept
  std::optional<Credentials> credentials;
  std::optional<std::string> cmdline;  // arguments joined by spaces, quoted where they need it
  std::optional<std::uint32_t> uid;    // effective
  std::string user;                    // name of uid, or its number; "" where uid is absent
  std::string unit;                    // systemd unit, or ""
  bool has_socket_unit = false;        // systemd has a socket unit of its unit's name
  std::string container;               // full container id, or ""

  bool operator==(const Process&) const = default;
};

enum class ScopeKind : std::uint8_t { host, named, container, anonymous };

// Where a socket lives: "host", "netns:NAME", "container:WORKLOAD" or "anonymous:WORKLOAD".
struct Scope {
  ScopeKind kind = ScopeKind::host;
  // The name of a named namespace. For a container's or an anonymous one it is the name of the
  // program that started it, past a generic init; "" where that is not known.
  std::string name;

  auto operator<=>(const Scope&) const = default;
};

// Inclusive, host byte order. The default is the kernel's own.
struct PortRange {
  std::uint16_t low = 32768;
  std::uint16_t high = 60999;

  auto operator<=>(const PortRange&) const = default;
  [[nodiscard]] bool contains(std::uint16_t port) const { return low <= port && port <= high; }
};

// "8443", "8000-8100".
std::string to_string(const PortRange& range);

struct Device {
  std::uint32_t index = 0;
  std::string name;

  auto operator<=>(const Device&) const = default;
};

// A network namespace that was entered and read.
struct NetNamespace {
  std::uint64_t id = 0;      // inode number on nsfs, as in "net:[4026531840]"; 0 where not known
  std::uint64_t cookie = 0;  // SO_NETNS_COOKIE, never used again in a boot; 0 where not known
  Scope scope;
  std::vector<std::string> containers;  // full ids of the containers that live in it, sorted
  PortRange ephemeral_ports;            // net.ipv4.ip_local_port_range
  std::vector<Device> devices;          // those that a socket of the snapshot is bound to, sorted

  bool operator==(const NetNamespace&) const = default;
};

// What a capture could not see. A gap without count and reason is no gap.
enum class GapCode : std::uint8_t {
  owners_not_visible,      // sockets whose holder this user may not see
  owners_not_found,        // sockets with a file that none of the processes holds
  owners_vanished,         // sockets whose holder went away during the capture
  processes_hidden,        // /proc hides other users' processes (hidepid)
  processes_vanished,      // processes that went away while they were being read
  netns_not_entered,       // namespaces seen but not read
  netns_not_requested,     // other namespaces, left out by --netns current
  netns_not_known,         // processes whose namespace, or those they mount, are not known
  netns_not_found,         // namespaces that the kernel counts and nothing leads to
  netns_vanished,          // namespaces that went away while they were being read
  protocol_not_answered,   // a table that the kernel did not give
  port_choice_not_known,   // sockets in the ephemeral range: port chosen by program or kernel?
  executables_not_hashed,  // processes whose executable should have been read and could not be
  scripts_not_hashed,      // interpreters whose script should have been read and could not be
  code_not_read,           // processes whose mapped code or environment could not be read
  not_cross_checked,       // sockets that only one view of the kernel was asked for
  samples_missed,          // samples of a span that were not taken
  command_lines_left_out,  // processes whose command line was not to be stored (--no-cmdline)
  boot_not_known,          // the boot id could not be read: a reboot would not show
  users_not_named,         // users that a directory has, which did not answer in time
};

struct Gap {
  GapCode code = GapCode::owners_not_visible;
  std::optional<Scope> scope;        // absent: not known, or several
  std::optional<Protocol> protocol;  // of protocol_not_answered
  std::string reason;                // "Permission denied", "3 processes could not be read: …"
  std::uint64_t count = 0;           // of what the code names

  bool operator==(const Gap&) const = default;
};

// The views of the kernel's sockets that are held against one another: sock_diag(7), /proc/net and
// the open files as a BPF iterator sees them.
enum class View : std::uint8_t { netlink, proc, bpf };

// A socket that one view had in two passes and another, which must have it too, had in neither.
struct HiddenSocket {
  std::uint32_t netns = 0;  // index into Snapshot::namespaces
  Protocol protocol = Protocol::tcp;
  State state = State::close;
  Endpoint local;
  Endpoint remote;
  std::uint32_t inode = 0;               // 0 where the view has none
  std::optional<std::uint32_t> process;  // index into Snapshot::processes, where known
  View seen_in = View::netlink;
  View missing_from = View::proc;

  bool operator==(const HiddenSocket&) const = default;
};

// A snapshot that is the union of samples, taken one every `every`.
struct Span {
  std::chrono::milliseconds every{};
  std::uint32_t samples = 0;  // that were taken

  bool operator==(const Span&) const = default;
};

// When a socket of a span was seen, and in how many of its samples.
struct Sighting {
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint32_t samples = 0;

  bool operator==(const Sighting&) const = default;
};

enum class Privilege : std::uint8_t { root, capabilities, user };
enum class NetnsSelection : std::uint8_t { all, current };

struct User {
  std::uint32_t uid = 0;
  std::string name;

  bool operator==(const User&) const = default;
};

// Where an imported snapshot was taken.
struct Origin {
  std::string chain;        // of the database that it was stored in first: 32 hexadecimal digits
  std::int64_t number = 0;  // its number there

  bool operator==(const Origin&) const = default;
};

struct SnapshotInfo {
  std::optional<std::int64_t> id;  // the store's number; absent for @now and @empty
  std::optional<Origin> origin;    // of an imported snapshot
  std::string digest;              // "sha256:…", given by the store
  std::string label;               // "" for @now and @empty
  std::string ticket;
  std::string note;
  std::string host_name;
  std::string machine_id;
  std::string boot_id;
  std::string kernel;  // uname -r
  std::string netmon_version;
  User user;                       // effective uid
  std::optional<User> sudo_user;   // SUDO_UID, SUDO_USER: as claimed by the environment
  std::optional<User> login_user;  // /proc/self/loginuid
  Privilege privilege = Privilege::user;
  NetnsSelection netns = NetnsSelection::all;
  std::string owner_method;  // how owners were found: "bpf" or "proc"
  std::optional<Span> span;  // absent where the snapshot is one moment's
  Timestamp started_at{};
  Timestamp finished_at{};

  bool operator==(const SnapshotInfo&) const = default;
};

struct Snapshot {
  SnapshotInfo info;
  std::vector<NetNamespace> namespaces;
  std::vector<Process> processes;
  std::vector<Owner> owners;  // grouped by socket, oldest process first
  std::vector<Socket> sockets;
  std::vector<Sighting> sightings;  // of a span: one for each socket, by index; else empty
  std::vector<HiddenSocket> hidden;
  std::vector<Gap> gaps;

  bool operator==(const Snapshot&) const = default;

  [[nodiscard]] std::span<const Owner> owners_of(const Socket& socket) const {
    return std::span(owners).subspan(socket.first_owner, socket.owner_count);
  }
  // The owner that is shown: the oldest. Null where there is none.
  [[nodiscard]] const Process* shown_process(const Socket& socket) const {
    return socket.owner_count == 0 ? nullptr : &processes[owners[socket.first_owner].process];
  }
};

// The invariants of a snapshot, in one place: what its parts say of one another, and their order.
//
// Returns what is wrong with its indexes, in words for the one who made it; nothing where all hold.
std::optional<std::string> inconsistency_of(const Snapshot& snapshot);

// Sorts namespaces by scope and id, processes by pid, start and what they run, the owners of each
// socket by the age of their process, sockets by namespace, protocol, state, addresses, ports and
// cookie, gaps by code; and sets all indexes anew. The snapshot is consistent.
void put_in_order(Snapshot& snapshot);

// The parents of the process, nearest first; at most 64, for a damaged chain may be a ring.
std::vector<const Process*> ancestors_of(const Snapshot& snapshot, const Process& process);

// UDP and UDP-Lite.
bool is_datagram(Protocol protocol);
// Raw, packet and ICMP sockets.
bool is_raw(Protocol protocol);

// A stored snapshot without its rows: what `list` shows.
struct SnapshotSummary {
  SnapshotInfo info;
  std::uint64_t sockets = 0;
  std::uint64_t listeners = 0;  // TCP in LISTEN and unconnected UDP
  std::uint64_t processes = 0;  // those that own a socket
  std::uint64_t namespaces = 0;
  std::uint64_t gaps = 0;

  bool operator==(const SnapshotSummary&) const = default;
};

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(Protocol protocol);
std::string_view to_string(State state);
std::string_view to_string(OwnerState owner_state);
std::string_view to_string(Presence presence);
std::string_view to_string(PortChoice choice);
std::string_view to_string(ScriptKind kind);
std::string_view to_string(GapCode code);
std::string_view to_string(Privilege privilege);
std::string_view to_string(NetnsSelection selection);
std::string_view to_string(View view);
std::string to_string(const Scope& scope);
std::optional<Protocol> parse_protocol(std::string_view text);
std::optional<State> parse_state(std::string_view text);
std::optional<OwnerState> parse_owner_state(std::string_view text);
std::optional<Presence> parse_presence(std::string_view text);
std::optional<PortChoice> parse_port_choice(std::string_view text);
std::optional<ScriptKind> parse_script_kind(std::string_view text);
std::optional<GapCode> parse_gap_code(std::string_view text);
std::optional<Privilege> parse_privilege(std::string_view text);
std::optional<NetnsSelection> parse_netns_selection(std::string_view text);
std::optional<View> parse_view(std::string_view text);
std::optional<Scope> parse_scope(std::string_view text);

// Many namespaces share the scopes `container` and `anonymous`: what is seen in one of them says
// little about another.
bool is_collective(const Scope& scope);

// True where the socket's lack of an owner is its nature and no gap in coverage.
bool ownerless_by_nature(OwnerState owner_state);

// One line for people: "5 sockets: owner not visible (…)".
std::string describe(const Gap& gap);

// One line for people: "tcp 0.0.0.0:31337, seen in netlink, missing from proc".
std::string describe(const Snapshot& snapshot, const HiddenSocket& hidden);

// The name of the interface that the socket is bound to; "" for none, "if7" where it has no name.
std::string device_name(const Snapshot& snapshot, const Socket& socket);

// An address as shown: with "%eth0" behind a link-local one, "*" for none.
std::string display_address(const Snapshot& snapshot, const Socket& socket,
                            const IpAddress& address);

// "10.0.0.5:5432", "[::1]:22", "*:*" for no remote; packet sockets as "eth0:ipv4"-like text.
std::string display_local(const Snapshot& snapshot, const Socket& socket);
std::string display_remote(const Snapshot& snapshot, const Socket& socket);

}  // namespace netmon
