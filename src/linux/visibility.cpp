#include "netmon/visibility.h"

#include <fmt/format.h>
#include <linux/capability.h>

#include "linux/gaps.h"
#include "linux/host.h"
#include "linux/namespaces.h"
#include "linux/owners.h"
#include "linux/tables.h"
#include "netmon/capture.h"
#include "netmon/error.h"

namespace netmon {
namespace {

constexpr auto kProcRoot = "/proc";
constexpr auto kNoRemedy = "none in this version of netmon";

Finding examine_table(const std::string& subject, Protocol protocol, const TableSources& sources) {
  const TableProbe probe = probe_table(protocol, sources);
  const bool from_diag = probe.source == TableSource::diag;
  const std::string source = from_diag ? "sock_diag" : "/proc/net";
  if (probe.failure) {
    return {subject, probe.failure->error != 0 ? Visibility::none : Visibility::partial,
            fmt::format("{}: {}", source, probe.failure->reason),
            "a kernel or sandbox that gives " + source};
  }
  return {subject, Visibility::full, "read from " + source, ""};
}

// How to be allowed to look into other users' processes.
std::string ptrace_remedy() {
  if (own_capabilities().has(CAP_SYS_PTRACE)) {
    return "none: the kernel or a security module refuses these to every user";
  }
  if (own_privilege() == Privilege::root) return "CAP_SYS_PTRACE, which this root lacks";
  return "sudo netmon capture …, or setcap cap_sys_ptrace,cap_dac_read_search+ep on netmon";
}

Finding of_processes(const std::string& subject, const OwnerWalk& walk) {
  const std::uint64_t readable = walk.seen - walk.vanished - walk.not_permitted;
  const std::uint64_t all = walk.seen - walk.vanished;
  if (walk.not_permitted == 0) {
    return {subject, Visibility::full, fmt::format("all of {} processes can be read", all), ""};
  }
  return {subject, readable == 0 ? Visibility::none : Visibility::partial,
          fmt::format("{} of {} processes can be read, {} cannot: {}", readable, all,
                      walk.not_permitted, errno_text(walk.error)),
          ptrace_remedy()};
}

Finding examine_hidden_processes() {
  const std::string subject = "hidden processes";
  const HiddenProcesses hidden = count_hidden_processes(kProcRoot);
  if (hidden.count == 0 && in_initial_pid_namespace(kProcRoot)) {
    return {subject, Visibility::full, "/proc shows all processes", ""};
  }
  if (hidden.count == 0) {
    return {subject, Visibility::partial,
            "netmon runs in a pid namespace: processes outside of it are not visible",
            "netmon, run in the host's pid namespace"};
  }
  return {
      subject, Visibility::partial,
      fmt::format("{}: at least {} not shown", hidden.reason, hidden.count),
      "sudo netmon capture …, or membership in the group of the gid= option of the /proc mount"};
}

Finding examine_namespaces() {
  const std::string subject = "network namespaces";
  const NetnsDiscovery found = discover_namespaces(kProcRoot);
  const std::vector<int> errors = probe_namespaces(kProcRoot, found.namespaces);
  std::vector<ClosedNetns> closed;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (errors[i] != 0) closed.push_back({&found.namespaces[i], errors[i]});
  }
  const std::size_t entered = errors.size() - closed.size();
  if (closed.empty() && found.unknown_processes == 0) {
    return {subject, Visibility::full, fmt::format("all of {} can be entered", entered), ""};
  }
  std::vector<Gap> gaps;
  add_netns_gaps(gaps, closed);
  std::uint64_t all = entered;
  for (const Gap& gap : gaps) all += gap.count;
  std::string detail = fmt::format("{} of {} can be entered", entered, all);
  if (!closed.empty()) detail += fmt::format(": {}", errno_text(closed.front().error));
  if (found.unknown_processes > 0) {
    detail += fmt::format("; those of {} processes are not known", found.unknown_processes);
  }
  return {subject, Visibility::partial, detail,
          own_privilege() == Privilege::root
              ? "CAP_SYS_ADMIN and CAP_SYS_PTRACE, in the user namespace that owns them"
              : "sudo netmon capture …, or setcap "
                "cap_sys_admin,cap_sys_ptrace,cap_dac_read_search+ep on netmon"};
}

}  // namespace

std::vector<Finding> examine_visibility() {
  const UserNames users;
  const TableSources sources = choose_sources("", read_host_info(users).kernel);
  const OwnerWalk walk = find_owners(kProcRoot, {}, users, read_boot_clock());
  return {
      examine_table("TCP sockets", Protocol::tcp, sources),
      examine_table("UDP sockets", Protocol::udp, sources),
      examine_table("raw sockets", Protocol::raw, sources),
      examine_table("packet sockets", Protocol::packet, sources),
      of_processes("owners", walk),
      of_processes("executables", walk),
      examine_hidden_processes(),
      examine_namespaces(),
      {"namespaces without a process", Visibility::none,
       "a network namespace that only a thread or a socket elsewhere holds is not found",
       kNoRemedy},
      {"UDP port choice", Visibility::none,
       "whether a program or the kernel chose a UDP port in the ephemeral range: only BPF tells",
       kNoRemedy},
  };
}

}  // namespace netmon
