#include "linux/reach/namespace_reach.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "linux/gaps.h"
#include "linux/namespaces/netns_visit.h"
#include "linux/procfs/host.h"
#include "linux/reach/bpf_programs.h"
#include "linux/reach/reach.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

constexpr std::size_t kWorthAThread = 8;  // namespaces

// Fills `reads` and `errors` from `begin` to `end` of them.
void read_some(NamespaceReach& reach, const ReachSources& sources, std::span<const Netns> entered,
               std::size_t begin, std::size_t end, const std::string& proc_root) {
  const auto read = [&](std::size_t i) { reach.reads[begin + i] = read_reach(sources); };
  const std::vector<int> errors =
      visit_namespaces(proc_root, entered.subspan(begin, end - begin), read);
  std::ranges::copy(errors, reach.errors.begin() + static_cast<std::ptrdiff_t>(begin));
}

NamespaceReach read_namespaces(const Passes& passes, const ReachSources& sources,
                               const std::string& proc_root) {
  NamespaceReach reach;
  std::vector<Netns> entered;
  for (std::size_t i = 0; i < passes.namespaces.size(); ++i) {
    if (!passes.entered(i)) continue;
    entered.push_back(passes.namespaces[i]);
    reach.which.push_back(i);
  }
  const std::size_t count = entered.size();
  reach.reads.resize(count);
  reach.errors.resize(count);
  const std::size_t half = count < kWorthAThread ? count : count / 2;
  std::future<void> other;
  if (half < count) {
    other = std::async(std::launch::async,
                       [&] { read_some(reach, sources, entered, half, count, proc_root); });
  }
  read_some(reach, sources, entered, 0, half, proc_root);
  if (other.valid()) other.get();
  // In a container these are the host's, and others come and go with its neighbours.
  if (in_initial_pid_namespace(proc_root)) read_netfilter_programs(reach.of_host);
  return reach;
}

void add_one(Snapshot& snapshot, std::uint32_t netns, ReachRead reach) {
  for (Forward& forward : reach.forwards) {
    forward.netns = netns;
    snapshot.forwards.push_back(std::move(forward));
  }
  for (ReachFact& fact : reach.facts) {
    fact.netns = netns;
    snapshot.reach.push_back(std::move(fact));
  }
  const Scope& scope = snapshot.namespaces[netns].scope;
  for (const ReachFailure& failure : reach.failures) {
    add_gap(snapshot.gaps, {failure.code, scope, std::nullopt, failure.reason, 1});
  }
}

ReachRead not_entered(int error) {
  ReachRead reach;
  for (const GapCode code :
       {GapCode::addresses_not_read, GapCode::filters_not_read, GapCode::programs_not_read}) {
    reach.failures.push_back({code, errno_text(error)});
  }
  return reach;
}

}  // namespace

std::future<NamespaceReach> begin_reach(const Passes& passes, const std::string& kernel,
                                        const std::string& proc_root) {
  return std::async(std::launch::async,
                    [&passes, sources = choose_reach_sources("", kernel), proc_root] {
                      return read_namespaces(passes, sources, proc_root);
                    });
}

void add_reach(Snapshot& snapshot, NamespaceReach reach, const std::vector<std::uint32_t>& index) {
  for (std::size_t i = 0; i < reach.which.size(); ++i) {
    const int error = reach.errors[i];
    if (error == ESRCH) continue;  // it has gone
    add_one(snapshot, index[reach.which[i]],
            error == 0 ? std::move(reach.reads[i]) : not_entered(error));
  }
  add_one(snapshot, index.front(), std::move(reach.of_host));
}

}  // namespace netmon
