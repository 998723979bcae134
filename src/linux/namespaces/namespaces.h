// Finds the network namespaces of the host, what each is called, and how to enter it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "linux/namespaces/socket_namespace.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The network namespace of a process. Two numbers identify it:
//  - id: the inode of /proc/PID/ns/net, for which ptrace access to the process is needed;
//  - proc_id: the inode of /proc/PID/net/tcp, which each namespace has once and which anyone may
//    see. It tells namespaces apart that may not be entered.
struct ProcessNetns {
  std::uint32_t pid = 0;
  std::uint64_t id = 0;       // 0: not permitted to see
  std::uint64_t proc_id = 0;  // 0: not read, or not permitted
};

// A file that holds a namespace (ip-netns(8), nsfs in namespaces(7)).
struct NetnsFile {
  std::string path;
  std::uint64_t id = 0;
};

struct Netns {
  std::uint64_t id = 0;       // 0: seen by its proc_id alone, and cannot be entered
  std::uint64_t proc_id = 0;  // 0: not known
  bool own = false;           // whether it is netmon's
  Scope scope;
  std::vector<std::string> containers;  // sorted
  std::string workload;                 // see workload.h; "" where the scope has a name
  std::vector<std::uint32_t> pids;      // of the processes that live in it
  std::vector<std::string> paths;
  std::vector<SocketHandle> sockets;  // filled where nothing else leads into it
};

struct NetnsObservations {
  ProcessNetns own;
  std::vector<ProcessNetns> processes;
  std::vector<NetnsFile> files;
};

// Makes one entry for each namespace, netmon's own first. Pure.
std::vector<Netns> group_namespaces(const NetnsObservations& seen);

// Gives each its scope by its containers, its paths and whether pid 1 lives in it. Pure.
void assign_scopes(std::vector<Netns>& namespaces);

// To be called once the proc_id of the entered namespaces is known. An entry that was seen by its
// proc_id alone may turn out to be one that was entered: its pids, containers and workload are then
// moved to that entry, and it is left without pids. Pure.
void unify_namespaces(std::vector<Netns>& namespaces);

// The mount points of network namespaces in a mountinfo file, proc_pid_mountinfo(5). Pure.
std::vector<NetnsFile> parse_netns_mounts(std::string_view mountinfo);

struct NetnsDiscovery {
  std::vector<Netns> namespaces;        // netmon's own first
  std::uint64_t unknown_processes = 0;  // processes whose namespace this user cannot see at all
  int error = 0;                        // errno of the first of those
  std::uint64_t closed_processes = 0;   // processes whose mounts this user may not see
  std::uint64_t unread_mounts = 0;      // mount tables that were too long to be read to their end
};

// Reads all processes below `proc_root`, the files in /run/netns, netmon's own mount table and, by
// way of one process in each, those of the other mount namespaces. Throws SystemError where
// `proc_root` cannot be listed.
NetnsDiscovery discover_namespaces(const std::string& proc_root);

// Adds a namespace that is found later, by a descriptor that holds it or by a socket in it. Only
// these lead to a namespace in which no process lives, or only a single thread of one.
void add_namespace(std::vector<Netns>& namespaces, const NetnsFile& file);
void add_namespace(std::vector<Netns>& namespaces, std::uint64_t id, const SocketHandle& socket);

}  // namespace netmon
