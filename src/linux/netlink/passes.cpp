#include "linux/netlink/passes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "linux/crossview/proc_view.h"
#include "linux/gaps.h"
#include "linux/namespaces/netns_visit.h"

namespace netmon {
namespace {

// The number of namespaces whose /proc/net is read: both TCP tables of one cost 4 ms.
constexpr std::size_t kMaxViews = 16;

// Upper bound on the rows that space is reserved for. Too many rows cost only address space, but
// the kernel's count is not trusted without a bound.
constexpr std::uint64_t kMaxReserved = 1U << 20U;

// The /proc/net of a namespace that the calling thread has entered. That of netmon's own is read as
// every other tool would read it.
std::string net_folder(const std::string& proc_root, const Netns& netns) {
  return proc_root + (netns.own ? "/self/net" : "/thread-self/net");
}

void read_pass(Passes& passes, std::vector<NetnsRead>& pass, Presence presence,
               const std::string& proc_root, const TableSources& sources) {
  const std::size_t begin = pass.size();
  const auto unread = std::span(passes.namespaces).subspan(begin);
  pass.resize(passes.namespaces.size());
  const auto errors = visit_namespaces(proc_root, unread, [&](std::size_t i) {
    const auto netns = static_cast<std::uint32_t>(begin + i);
    const std::optional<std::uint64_t> max = max_sockets();
    if (max == 0 && !unread[i].own) {
      pass[netns].tables = begin_tables();
      return;
    }
    if (netns == 0 && max && passes.sockets.rows().empty()) {
      passes.sockets.reserve(std::min(*max, kMaxReserved));
    }
    pass[netns].tables = read_tables(
        sources, [&](std::span<const Socket> rows) { passes.sockets.add(netns, rows, presence); });
  });
  for (std::size_t i = 0; i < errors.size(); ++i) pass[begin + i].error = errors[i];
}

std::vector<Device> devices_of(const Passes& passes, std::size_t i) {
  std::vector<Device> devices = passes.first[i].tables.devices;
  for (const Device& device : passes.second[i].tables.devices) {
    const auto same = [&](const Device& known) { return known.index == device.index; };
    if (std::none_of(devices.begin(), devices.end(), same)) devices.push_back(device);
  }
  std::sort(devices.begin(), devices.end());
  return devices;
}

}  // namespace

void read_first_pass(Passes& passes, const std::string& proc_root, const TableSources& sources) {
  const std::size_t begin = passes.first.size();
  read_pass(passes, passes.first, Presence::first_pass_only, proc_root, sources);
  for (std::size_t i = begin; i < passes.first.size(); ++i) {
    const std::uint64_t proc_id = passes.first[i].tables.proc_id;
    if (proc_id != 0) passes.namespaces[i].proc_id = proc_id;
  }
}

void read_second_pass(Passes& passes, const std::string& proc_root, const TableSources& sources) {
  read_pass(passes, passes.second, Presence::second_pass_only, proc_root, sources);
}

std::vector<ViewPlan> plan_views(const Passes& passes, bool has_walk) {
  const std::vector<Socket>& rows = passes.sockets.rows();
  const std::size_t namespaces = passes.namespaces.size();
  std::vector<ViewPlan> plans = plan_view(rows, namespaces, has_walk);
  const std::vector<ViewPlan> of_rows = plan_view(rows, namespaces, true);
  std::size_t planned = 0;
  for (std::size_t i = 0; i < namespaces; ++i) {
    const bool is_empty = of_rows[i] == ViewPlan{} && !passes.namespaces[i].own;
    if (!passes.entered(i) || is_empty || planned == kMaxViews) plans[i] = {};
    if (plans[i] != ViewPlan{}) ++planned;
  }
  return plans;
}

std::vector<ProcView> read_views(const std::vector<Netns>& namespaces,
                                 const std::vector<ViewPlan>& plans, const std::string& proc_root) {
  std::vector<Netns> chosen;
  std::vector<std::size_t> index;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (plans[i] == ViewPlan{}) continue;
    chosen.push_back(namespaces[i]);
    index.push_back(i);
  }
  std::vector<ProcView> views(plans.size());
  visit_namespaces(proc_root, chosen, [&](std::size_t i) {
    views[index[i]] = read_proc_view(net_folder(proc_root, chosen[i]), plans[index[i]]);
  });
  return views;
}

std::vector<ViewsAgain> read_again(const Passes& passes, const std::string& proc_root,
                                   const TableSources& sources, std::vector<std::uint32_t> wanted) {
  std::sort(wanted.begin(), wanted.end());  // netmon's own first
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::vector<Netns> chosen;
  for (const std::uint32_t netns : wanted) chosen.push_back(passes.namespaces[netns]);
  std::vector<ViewsAgain> again(passes.namespaces.size());
  visit_namespaces(proc_root, chosen, [&](std::size_t i) {
    const std::string folder = net_folder(proc_root, chosen[i]);
    const ViewPlan& plan = passes.views[wanted[i]].plan;
    ViewsAgain& views = again[wanted[i]];
    views.before = read_proc_view(folder, plan);
    const NamespaceTables tables = read_tables(sources, [&](std::span<const Socket> rows) {
      views.sock_diag.insert(views.sock_diag.end(), rows.begin(), rows.end());
    });
    views.answered = tables.failures.empty();
    views.after = read_proc_view(folder, plan);
  });
  return again;
}

std::vector<std::uint32_t> add_namespaces(Snapshot& snapshot, const Passes& passes) {
  std::vector<std::uint32_t> index(passes.namespaces.size());
  for (std::uint32_t i = 0; i < passes.namespaces.size(); ++i) {
    if (!passes.entered(i)) continue;
    index[i] = static_cast<std::uint32_t>(snapshot.namespaces.size());
    const Netns& netns = passes.namespaces[i];
    const NamespaceTables& tables = passes.first[i].tables;
    snapshot.namespaces.push_back({netns.id, tables.cookie, netns.scope, netns.containers,
                                   tables.ephemeral_ports, devices_of(passes, i)});
  }
  return index;
}

void add_namespace_gaps(std::vector<Gap>& gaps, const Passes& passes) {
  std::vector<ClosedNetns> closed;
  for (std::size_t i = 0; i < passes.namespaces.size(); ++i) {
    const Scope& scope = passes.namespaces[i].scope;
    if (!passes.entered(i)) {
      closed.push_back({&passes.namespaces[i], passes.first[i].error});
      continue;
    }
    // A table that failed in both passes becomes one gap.
    std::set<TableFailure> failures;
    for (const NetnsRead* read : {&passes.first[i], &passes.second[i]}) {
      failures.insert(read->tables.failures.begin(), read->tables.failures.end());
    }
    for (const TableFailure& failure : failures) {
      add_gap(gaps, {GapCode::protocol_not_answered, scope, failure.protocol, failure.reason, 1});
    }
  }
  add_netns_gaps(gaps, closed);
}

}  // namespace netmon
