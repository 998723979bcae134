// The passes over the socket tables of all namespaces.
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

// The namespaces to read and what each of the two passes over their tables gave, index by index;
// the sockets of both, with that index as their netns; and what /proc/net had after the first.
struct Passes {
  std::vector<Netns> namespaces;
  SocketUnion sockets;
  std::vector<NetnsRead> first;
  std::vector<NetnsRead> second;
  std::vector<ProcView> views;

  [[nodiscard]] bool entered(std::size_t i) const { return first[i].error == 0; }
};

// Each of them reads the namespaces that have not had this pass yet, in order.
void read_first_pass(Passes& passes, const std::string& proc_root, const TableSources& sources);
void read_second_pass(Passes& passes, const std::string& proc_root, const TableSources& sources);

// How /proc/net is to be read, by namespace: the first few alone of many that hold sockets, and
// netmon's own. `has_walk`: a walk over BPF says what is held.
std::vector<ViewPlan> plan_views(const Passes& passes, bool has_walk);

std::vector<ProcView> read_views(const std::vector<Netns>& namespaces,
                                 const std::vector<ViewPlan>& plans, const std::string& proc_root);

// What /proc/net, sock_diag and /proc/net again have by now, for each namespace in `wanted`; the
// others' are left empty.
std::vector<ViewsAgain> read_again(const Passes& passes, const std::string& proc_root,
                                   const TableSources& sources, std::vector<std::uint32_t> wanted);

// Fills Snapshot::namespaces with those that were entered. Returns for each of Passes::namespaces
// its index there.
std::vector<std::uint32_t> add_namespaces(Snapshot& snapshot, const Passes& passes);

void add_namespace_gaps(std::vector<Gap>& gaps, const Passes& passes);

}  // namespace netmon
