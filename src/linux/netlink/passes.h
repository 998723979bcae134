// Makes the passes over the socket tables of all namespaces.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linux/crossview/cross_view.h"
#include "linux/namespaces/namespaces.h"
#include "linux/netlink/merge.h"
#include "linux/netlink/tables.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

struct NetnsRead {
  NamespaceTables tables;
  int error = 0;  // errno where the namespace could not be entered
};

// The namespaces to read, and by the same index what each of the two passes over their tables gave;
// the sockets of both passes, with that index as their netns; and the rows of /proc/net, which are
// read after the first pass.
struct Passes {
  std::vector<Netns> namespaces;
  SocketUnion sockets;
  std::vector<NetnsRead> first;
  std::vector<NetnsRead> second;
  std::vector<ProcView> views;

  [[nodiscard]] bool entered(std::size_t i) const { return first[i].error == 0; }
};

// Each of these reads, in order, the namespaces that have not had this pass yet.
void read_first_pass(Passes& passes, const std::string& proc_root, const TableSources& sources);
void read_second_pass(Passes& passes, const std::string& proc_root, const TableSources& sources);

// How /proc/net is to be read, by namespace: in netmon's own and in the others that have sockets,
// up to a limit. `has_walk` says that a walk over BPF tells which sockets are held.
std::vector<ViewPlan> plan_views(const Passes& passes, bool has_walk);

std::vector<ProcView> read_views(const std::vector<Netns>& namespaces,
                                 const std::vector<ViewPlan>& plans, const std::string& proc_root);

// Reads /proc/net, sock_diag and /proc/net again for each namespace in `wanted`. The entries of the
// other namespaces are left empty.
std::vector<ViewsAgain> read_again(const Passes& passes, const std::string& proc_root,
                                   const TableSources& sources, std::vector<std::uint32_t> wanted);

// Adds the namespaces that were entered to Snapshot::namespaces. Returns, for each of
// Passes::namespaces, its index there.
std::vector<std::uint32_t> add_namespaces(Snapshot& snapshot, const Passes& passes);

void add_namespace_gaps(std::vector<Gap>& gaps, const Passes& passes);

}  // namespace netmon
