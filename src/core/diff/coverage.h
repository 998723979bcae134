// What each side of a diff could not see, and what follows from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The gap for which sockets of this scope and protocol may exist that the snapshot could not see:
// what is absent then is unknown, neither added nor removed. In a namespace that was read, only a
// protocol that was not answered hides them.
enum class Reading : std::uint8_t { of_the_namespace, of_its_scope };
std::optional<GapCode> blind_to(const Snapshot& snapshot, const Scope& scope, Protocol protocol,
                                Reading reading = Reading::of_its_scope);

// The caveats that follow from the two captures themselves: their gaps, their order, their hosts.
std::vector<Caveat> coverage_caveats(const Snapshot& before, const Snapshot& after);

// Places at which something that would gate could have happened unseen.
class Doubts {
 public:
  // Adds a doubt about the place that `identity` names. `port` is its local port as observed, or
  // the remote one of an outbound peer; `subject` is how a reader knows the place.
  void add(GapCode code, Side side, const Identity& identity, std::optional<std::uint32_t> port,
           const std::string& subject);

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // A decisive caveat for each; beyond the first thousands only their number.
  [[nodiscard]] std::vector<Caveat> take();

 private:
  std::vector<Caveat> caveats_;
  std::map<std::pair<GapCode, Side>, std::uint64_t> rest_;
  std::uint64_t count_ = 0;
};

// One caveat for all of one code, side and weight: the first one's message stands for the others.
std::vector<Caveat> merged(std::vector<Caveat> caveats);

}  // namespace netmon
