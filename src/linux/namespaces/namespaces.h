// Which network namespaces there are, what each is called, and how to get into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "linux/namespaces/socket_namespace.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Where a process lives. Two numbers name a namespace:
//  - id: the inode of /proc/PID/ns/net, for which ptrace access to the process is needed;
//  - proc_id: the inode of /proc/PID/net/tcp, of which there is one a namespace and which anyone
//    may look at. It tells namespaces apart that may not be entered.
struct ProcessNetns {
  std::uint32_t pid = 0;
  std::uint64_t id = 0;       // 0: not permitted to see
  std::uint64_t proc_id = 0;  // 0: not asked for, or not permitted
};

// A file that holds a namespace (ip-netns(8), nsfs in namespaces(7)).
struct NetnsFile {
  std::string path;
  std::uint64_t id = 0;
};

struct Netns {
  std::uint64_t id = 0;       // 0: seen by its proc_id alone, and cannot be entered
  std::uint64_t proc_id = 0;  // 0: not known
  bool own = false;           // netmon's
  Scope scope;
  std::vector<std::string> containers;  // sorted
  std::string workload;                 // see workload.h; "" where the scope has a name
  std::vector<std::uint32_t> pids;      // of the processes that live in it
  std::vector<std::string> paths;
  std::vector<SocketHandle> sockets;  // where there is no other way in
};

struct NetnsObservations {
  ProcessNetns own;
  std::vector<ProcessNetns> processes;
  std::vector<NetnsFile> files;
};

// One entry a namespace, netmon's own first. Pure.
std::vector<Netns> group_namespaces(const NetnsObservations& seen);

// Gives each its scope by its containers, its paths and whether pid 1 lives in it. Pure.
void assign_scopes(std::vector<Netns>& namespaces);

// Once the proc_id of those that were entered is known: moves what is known of a namespace that was
// seen by its proc_id alone to the entered one that it turns out to be. It is left without pids.
// Pure.
void unify_namespaces(std::vector<Netns>& namespaces);

// The mount points of network namespaces in a mountinfo file, proc_pid_mountinfo(5). Pure.
std::vector<NetnsFile> parse_netns_mounts(std::string_view mountinfo);

struct NetnsDiscovery {
  std::vector<Netns> namespaces;        // netmon's own first
  std::uint64_t unknown_processes = 0;  // whose namespace this user may not see in any way
  int error = 0;                        // errno of the first of those
  std::uint64_t closed_processes = 0;   // whose mounts this user may not see
  std::uint64_t unread_mounts = 0;      // mount namespaces left out, for their mounts are too many
};

// Looks at all processes below `proc_root`, at /run/netns and the mount tables, netmon's and that
// of every other mount namespace that a process lives in, by one of those processes. Throws
// SystemError where `proc_root` cannot be listed.
NetnsDiscovery discover_namespaces(const std::string& proc_root);

// A namespace found later, through a descriptor that holds it, or through a socket in it. The
// latter alone leads to a namespace in which no process lives, or nothing but a thread.
void add_namespace(std::vector<Netns>& namespaces, const NetnsFile& file);
void add_namespace(std::vector<Netns>& namespaces, std::uint64_t id, const SocketHandle& socket);

}  // namespace netmon
