// What each side of a diff could not see, and what follows from that.
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

// Returns the gap that may hide sockets of this scope and protocol, if there is one: what is absent
// then is unknown, neither added nor removed. `of_the_namespace` is for a namespace that was read,
// where only an unanswered protocol hides them.
enum class Reading : std::uint8_t { of_the_namespace, of_its_scope };
std::optional<GapCode> blind_to(const Snapshot& snapshot, const Scope& scope, Protocol protocol,
                                Reading reading = Reading::of_its_scope);

// The caveats that follow from the two captures themselves: their gaps, their order, their hosts.
std::vector<Caveat> coverage_caveats(const Snapshot& before, const Snapshot& after);

// Places where something that would gate could have happened unseen.
class Doubts {
 public:
  // Adds a doubt about the place of `identity`. `port` is its local port as observed, or the remote
  // port of an outbound peer; `subject` is the place in words for readers.
  void add(GapCode code, Side side, const Identity& identity, std::optional<std::uint32_t> port,
           const std::string& subject);

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // One decisive caveat per doubt; after the first thousands only a count per code and side.
  [[nodiscard]] std::vector<Caveat> take();

 private:
  std::vector<Caveat> caveats_;
  std::map<std::pair<GapCode, Side>, std::uint64_t> rest_;
  std::uint64_t count_ = 0;
};

// Merges decisive and accepted caveats about places into one per code, side and weight. The message
// of the first stands for the others.
std::vector<Caveat> merged(std::vector<Caveat> caveats);

}  // namespace netmon
