#include "netmon/core/model/visibility.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>

#include "linux/gaps.h"
#include "linux/namespaces/namespaces.h"
#include "linux/namespaces/netns_visit.h"
#include "linux/netlink/tables.h"
#include "linux/owners/owners.h"
#include "linux/procfs/files.h"
#include "linux/procfs/host.h"
#include "linux/reach/reach.h"
#include "netmon/core/values/error.h"
#include "netmon/linux/capture.h"

namespace netmon {
namespace {

Finding examine_table(const std::string& subject, const TableProbe& probe) {
  const bool from_diag = probe.source == TableSource::diag;
  const std::string source = from_diag ? "sock_diag" : "/proc/net";
  if (probe.failure) {
    return {subject, probe.failure->error != 0 ? Visibility::none : Visibility::partial,
            fmt::format("{}: {}", source, probe.failure->reason),
            "a kernel or sandbox that allows " + source};
  }
  return {subject, Visibility::full, "read from " + source, ""};
}

// What a user needs to read other users' processes.
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

Finding examine_namespaces(const NetnsDiscovery& found) {
  const std::string subject = "network namespaces";
  const std::vector<int> errors = visit_namespaces(kProcRoot, found.namespaces, [](std::size_t) {});
  std::vector<ClosedNetns> closed;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (errors[i] != 0) closed.push_back({&found.namespaces[i], errors[i]});
  }
  const std::size_t entered = errors.size() - closed.size();
  if (closed.empty() && found.unknown_processes == 0 && found.unread_mounts == 0) {
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
  if (found.unread_mounts > 0) {
    detail +=
        fmt::format("; {} mount tables are too long to be read to their end", found.unread_mounts);
  }
  return {subject, Visibility::partial, detail,
          own_privilege() == Privilege::root
              ? "CAP_SYS_ADMIN and CAP_SYS_PTRACE, in the user namespace that owns them"
              : "sudo netmon capture …, or setcap "
                "cap_sys_admin,cap_sys_ptrace,cap_dac_read_search+ep on netmon"};
}

// What a user needs to see what only BPF shows.
std::string bpf_remedy(const std::string& why_no_bpf) {
  if (why_no_bpf.starts_with("built without")) return "a netmon that is built with BPF";
  const Capabilities own = own_capabilities();
  if (own.has(CAP_BPF) && own.has(CAP_PERFMON)) return "a kernel that allows it (5.17 or newer)";
  if (own_privilege() == Privilege::root) return "CAP_BPF and CAP_PERFMON, which this root lacks";
  return "sudo netmon capture …, or setcap cap_bpf,cap_perfmon+ep on netmon";
}

Finding examine_bpf(const std::string& why_no_bpf) {
  const std::string subject = "owner walk over BPF";
  if (why_no_bpf.empty()) {
    return {subject, Visibility::full, "works: every process's open files, from the kernel itself",
            ""};
  }
  return {subject, Visibility::none,
          why_no_bpf + "; owners are looked for in /proc, which is slower", bpf_remedy(why_no_bpf)};
}

Finding examine_owners(const OwnerWalk& walk, const std::string& why_no_bpf) {
  if (!why_no_bpf.empty()) return of_processes("owners", walk);
  return {"owners", Visibility::full,
          "found over BPF, for every process that the kernel shows to BPF", ""};
}

Finding examine_lonely_namespaces(const NetnsDiscovery& found, const std::string& why_no_bpf) {
  const std::string subject = "namespaces without a process";
  const Capabilities own = own_capabilities();
  if (own.has(CAP_SYS_ADMIN) && own.has(CAP_SYS_PTRACE) && own.has(CAP_NET_ADMIN)) {
    const std::string detail = "found, and entered, through the sockets in them and their mounts";
    if (found.closed_processes == 0) return {subject, Visibility::full, detail, ""};
    return {
        subject, Visibility::partial,
        fmt::format("{}, except for the mounts of {} processes", detail, found.closed_processes),
        ptrace_remedy()};
  }
  const std::string remedy = "CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN";
  if (why_no_bpf.empty()) {
    return {subject, Visibility::partial,
            "found through the sockets in them, but not entered; not found through other users' "
            "mounts",
            remedy};
  }
  return {
      subject, Visibility::none,
      "a network namespace that only a thread, a socket or a mount elsewhere holds is not found",
      remedy};
}

Finding examine_port_choice(const std::string& why_no_bpf) {
  const std::string subject = "port choice";
  if (why_no_bpf.empty()) {
    return {subject, Visibility::full, "whether the program or the kernel chose a port is known",
            ""};
  }
  return {subject, Visibility::none,
          "only BPF tells whether a program or the kernel chose a port in the ephemeral range",
          bpf_remedy(why_no_bpf)};
}

Finding examine_cross_view(const TableProbe& tcp, const std::string& why_no_bpf) {
  const std::string subject = "hidden sockets";
  const bool has_diag = tcp.source == TableSource::diag && !tcp.failure;
  const bool has_table{open_file(AT_FDCWD, "/proc/self/net/tcp").fd};
  const bool has_bpf = why_no_bpf.empty();
  std::vector<std::string> views;
  if (has_diag) views.emplace_back("sock_diag");
  if (has_table) views.emplace_back("/proc/net");
  if (has_bpf) views.emplace_back("BPF");
  const std::string detail = fmt::format("compared with one another: {}", fmt::join(views, ", "));
  if (views.size() == 3) return {subject, Visibility::full, detail, ""};
  const std::string remedy = !has_diag    ? "a kernel or sandbox that allows sock_diag"
                             : !has_table ? "a /proc/net that can be read"
                                          : bpf_remedy(why_no_bpf);
  if (views.size() == 2) return {subject, Visibility::partial, detail, remedy};
  return {subject, Visibility::none,
          fmt::format("nothing is compared with {}", views.empty() ? "anything" : views.front()),
          remedy};
}

Finding examine_reach(const std::string& kernel) {
  const std::string subject = "filters and forwards";
  const ReachSources sources = choose_reach_sources("", kernel);
  const ReachRead reach = read_reach(sources);
  if (!reach.failures.empty()) {
    const bool admin = own_capabilities().has(CAP_NET_ADMIN);
    std::vector<std::string> missing;
    for (const ReachFailure& failure : reach.failures) {
      missing.push_back(fmt::format("{} ({})", to_string(failure.code), failure.reason));
    }
    return {subject, Visibility::partial, fmt::format("{}", fmt::join(missing, "; ")),
            admin ? "rules in nf_tables, and a kernel that shows BPF programs"
                  : "sudo netmon capture …, or setcap cap_net_admin,cap_sys_admin+ep on netmon"};
  }
  return {subject, Visibility::full,
          sources.nftables == ModuleState::not_loaded
              ? "addresses, routes and programs are read; this kernel has no nf_tables loaded"
              : "rules of nf_tables, addresses, routes and programs are read",
          ""};
}

}  // namespace

std::vector<Finding> examine_visibility(const std::string& why_no_bpf) {
  const ProcHost host = read_proc_host(kProcRoot);
  const std::string kernel = read_host_info(host.users).kernel;
  const TableSources sources = choose_sources("", kernel);
  const TableProbe tcp = probe_table(Protocol::tcp, sources);
  const OwnerWalk walk = find_owners(host, {});
  const NetnsDiscovery namespaces = discover_namespaces(kProcRoot);
  return {
      examine_table("TCP sockets", tcp),
      examine_table("UDP sockets", probe_table(Protocol::udp, sources)),
      examine_table("raw sockets", probe_table(Protocol::raw, sources)),
      examine_table("packet sockets", probe_table(Protocol::packet, sources)),
      examine_bpf(why_no_bpf),
      examine_owners(walk, why_no_bpf),
      of_processes("executables", walk),
      examine_hidden_processes(),
      examine_namespaces(namespaces),
      examine_lonely_namespaces(namespaces, why_no_bpf),
      examine_port_choice(why_no_bpf),
      examine_cross_view(tcp, why_no_bpf),
      examine_reach(kernel),
  };
}

}  // namespace netmon
