#include "linux/reach/namespace_reach.h"

#include <cerrno>
#include <future>
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

constexpr std::size_t kMinForThread = 8;  // namespaces from which on a second thread pays off

struct VisitedReach {
  std::vector<ReachRead> reads;  // one for each namespace
  std::vector<int> errors;       // as visit_namespaces() returns them
};

VisitedReach read_all(const ReachSources& sources, std::span<const Netns> namespaces,
                      const std::string& proc_root) {
  VisitedReach visited;
  visited.reads.resize(namespaces.size());
  visited.errors = visit_namespaces(proc_root, namespaces,
                                    [&](std::size_t i) { visited.reads[i] = read_reach(sources); });
  return visited;
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

void add_all(Snapshot& snapshot, VisitedReach visited, std::span<const std::uint32_t> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const int error = visited.errors[i];
    if (error == ESRCH) continue;  // the namespace has gone
    add_one(snapshot, numbers[i], error == 0 ? std::move(visited.reads[i]) : not_entered(error));
  }
}

}  // namespace

void add_reach(Snapshot& snapshot, const Passes& passes, const std::vector<std::uint32_t>& index,
               const std::string& proc_root) {
  const ReachSources sources = choose_reach_sources("", snapshot.info.kernel);
  std::vector<Netns> entered;
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < passes.namespaces.size(); ++i) {
    if (!passes.entered(i)) continue;
    entered.push_back(passes.namespaces[i]);
    numbers.push_back(index[i]);
  }
  const std::span all(entered);
  const std::size_t half = all.size() < kMinForThread ? all.size() : all.size() / 2;
  std::future<VisitedReach> other;
  if (half < all.size()) {
    other = std::async(std::launch::async,
                       [&] { return read_all(sources, all.subspan(half), proc_root); });
  }
  const std::span all_numbers(numbers);
  add_all(snapshot, read_all(sources, all.first(half), proc_root), all_numbers.first(half));
  if (other.valid()) add_all(snapshot, other.get(), all_numbers.subspan(half));
  // Inside a container these programs are those of the whole host and come and go with other
  // containers, so they are not read there.
  if (!in_initial_pid_namespace(proc_root)) return;
  ReachRead of_host;
  read_netfilter_programs(of_host);
  add_one(snapshot, index.front(), std::move(of_host));
}

}  // namespace netmon
