#include "core/events/event_proofs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace netmon {
namespace {

using ByNamespace = CounterReadings::ByNamespace;

std::uint64_t difference(std::uint64_t from, std::uint64_t to) { return to > from ? to - from : 0; }

// A namespace that was made within the window began at zero. For one that ended within it, the last
// value of its counters is not known, so nothing is claimed.
OpenCounters counted_between(const ByNamespace& from, const ByNamespace& to, std::uint64_t netns) {
  const auto begin = from.find(netns);
  const auto end = to.find(netns);
  if (end == to.end()) return {};
  const OpenCounters first = begin == from.end() ? OpenCounters{} : begin->second;
  return {difference(first.active, end->second.active),
          difference(first.passive, end->second.passive)};
}

void add_canaries(const EventWindow& window, std::vector<EventProof>& proofs) {
  std::map<std::pair<std::uint64_t, EventKind>, std::uint64_t> seen;
  for (const SocketEvent& event : window.events) {
    seen[{event.netns_cookie, event.kind}] += event.count;
  }
  for (const EventCanary& canary : window.canaries) {
    for (const auto& [kind, times] : canary.done) {
      proofs.push_back({.witness = EventWitness::canary,
                        .kind = kind,
                        .netns_id = canary.netns_id,
                        .at_least = times,
                        .at_most = times,
                        .seen = seen[{canary.netns_cookie, kind}]});
    }
  }
}

void add_counters(const EventWindow& window, std::vector<EventProof>& proofs) {
  std::map<std::pair<std::uint64_t, EventKind>, std::uint64_t> seen;
  for (const SocketEvent& event : window.events) {
    seen[{event.netns_id, event.kind}] += event.count;
  }
  const CounterReadings& readings = window.readings;
  for (const auto& [netns, counters] : readings.before_detaching) {
    const OpenCounters least = counted_between(readings.attached, readings.before_detaching, netns);
    OpenCounters most = counted_between(readings.before_attaching, readings.detached, netns);
    most = {std::max(most.active, least.active), std::max(most.passive, least.passive)};
    for (EventProof proof :
         {EventProof{.kind = EventKind::connect, .at_least = least.active, .at_most = most.active},
          EventProof{
              .kind = EventKind::accept, .at_least = least.passive, .at_most = most.passive}}) {
      proof.witness = EventWitness::counter;
      proof.netns_id = netns;
      proof.seen = seen[{netns, proof.kind}];
      if (proof.at_most > 0 || proof.seen > 0) proofs.push_back(proof);
    }
  }
}

}  // namespace

std::vector<EventProof> event_proofs_of(const EventWindow& window) {
  std::vector<EventProof> proofs;
  add_canaries(window, proofs);
  add_counters(window, proofs);
  // Events that were done outside netmon's pid namespace or found no space are not kept by network
  // namespace, so counters prove nothing for their kinds.
  std::erase_if(proofs, [&](const EventProof& proof) {
    return proof.witness == EventWitness::counter &&
           std::ranges::any_of(window.counts, [&](const EventCount& count) {
             return count.kind == proof.kind &&
                    count.outside + count.dropped_program + count.dropped_all > 0;
           });
  });
  return proofs;
}

std::vector<Gap> gaps_of(const std::vector<EventProof>& proofs) {
  std::map<std::pair<EventWitness, EventKind>, std::uint64_t> missing;
  for (const EventProof& proof : proofs) {
    const bool wrong = proof.seen < proof.at_least ||
                       (proof.witness == EventWitness::canary && proof.seen > proof.at_most);
    if (!wrong) continue;
    missing[{proof.witness, proof.kind}] +=
        std::max(proof.at_least, proof.seen) - std::min(proof.at_least, proof.seen);
  }
  std::vector<Gap> gaps;
  for (const auto& [key, count] : missing) {
    const auto& [witness, kind] = key;
    const std::string reason =
        witness == EventWitness::canary
            ? fmt::format("netmon's own {} was not seen as often as it was done", to_string(kind))
            : fmt::format("the kernel counted more events ({}) than were seen", to_string(kind));
    gaps.push_back({GapCode::events_lost, {}, {}, reason, count});
  }
  return gaps;
}

}  // namespace netmon
