// One round of a watch as values: what was captured, and what it means against the baseline.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/review.h"

namespace netmon::cli {

// What a socket means against the baseline. Ordered: what matters most comes first.
enum class Mark : std::uint8_t {
  unexpected,  // a change that would need an approval and has none
  added,       // new, and approved or a notice; or new since the view began
  changed,     // something about it differs, and that is approved or a notice
  missing,     // the baseline has it, and this round has not
  known,       // as the baseline has it
};

// A socket is the same in the next round where its key is: its cookie, else a hash of what the
// kernel says of it.
using SocketKey = std::uint64_t;

// Sockets with what a row says of each; the vectors are by socket, index by index.
struct Part {
  Snapshot snapshot;
  std::vector<std::optional<Role>> roles;
  std::vector<Mark> marks;
  std::vector<std::optional<ChangeKind>> kinds;  // of the gravest change
  std::vector<Severity> severities;              // of that change
  std::vector<SocketKey> keys;
  std::vector<Timestamp> first_seen;  // when the first round of this view that had it began
  // See accepting_listeners(): whose port a connection waits at that nobody has accepted yet.
  std::map<std::uint32_t, std::uint32_t> accepting;
};

struct Round {
  Part present;
  // Changes that are about no socket of this round: listeners that are gone, sockets that one view
  // of the kernel hides. Each is a socket of the baseline, as far as the change describes it.
  Part missing;
  std::optional<Review> review;  // against the baseline; without one, against the first round
  bool has_baseline = false;
  // What a reader must know of this round: warnings, then why they are inconclusive, then what was
  // not seen. Not escaped.
  std::vector<std::string> notes;
  std::string status;  // of the CSV; "" where there is none
};

// The parts of a round out of its capture. `review` compares it with the baseline, or with the
// first round where there is no baseline; absent in the first round itself.
Round make_round(Snapshot snapshot, std::optional<Review> review, bool has_baseline);

// A part with these sockets of `part` alone, by index, and what they refer to.
Part excerpt_of(const Part& part, std::span<const std::uint32_t> sockets);

// The review of the changes that are about this socket of `part`, which is one of the two of
// `round`; its changes are none where the socket is as the baseline has it.
Review review_of(const Round& round, const Part& part, std::uint32_t socket);

}  // namespace netmon::cli
