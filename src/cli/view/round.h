// One round of a watch as values: what was captured, and how it compares with the baseline.
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

// How a socket compares with the baseline. The order is that of importance.
enum class Mark : std::uint8_t {
  unexpected,  // a change that would need an approval and has none
  added,       // new, and approved or a notice; or new since the view began
  changed,     // something about it differs, and that is approved or a notice
  missing,     // the baseline has it, and this round has not
  known,       // the same as in the baseline
};

// Identifies a socket from one round to the next: its cookie or, where it has none, a hash of its
// protocol, inode and addresses.
using SocketKey = std::uint64_t;

// Sockets with what a row shows of each. The vectors have one element for each socket.
struct Part {
  Snapshot snapshot;
  std::vector<std::optional<Role>> roles;
  std::vector<Mark> marks;
  std::vector<std::optional<ChangeKind>> kinds;  // kind of the change that decides the mark
  std::vector<Severity> severities;              // severity of that change
  std::vector<SocketKey> keys;
  std::vector<Timestamp> first_seen;  // beginning of the first round of this view that had it
  // The listener of each connection that was not accepted yet, see accepting_listeners().
  std::map<std::uint32_t, std::uint32_t> accepting;
};

struct Round {
  Part present;
  // Changes that are about no socket of this round: listeners that are gone, sockets that one view
  // of the kernel hides. Each is shown as a socket, as far as the change describes one.
  Part missing;
  std::optional<Review> review;  // against the baseline; without one, against the first round
  bool has_baseline = false;
  // What a reader must know about this round: warnings, then why the comparison is inconclusive,
  // then what was not seen. Not escaped.
  std::vector<std::string> notes;
  std::string status;  // what was appended to the CSV; "" where there is none
};

// Makes a round from its capture. `review` compares it with the baseline, or with the first round
// where there is no baseline; it is absent in the first round itself.
Round make_round(Snapshot snapshot, std::optional<Review> review, bool has_baseline);

// A copy of `part` with only these sockets, given by index, and what they refer to.
Part excerpt_of(const Part& part, std::span<const std::uint32_t> sockets);

// A review with only the changes that are about one socket of `part`, which must be one of the two
// parts of `round`. It has no changes where the socket is the same as in the baseline.
Review review_of(const Round& round, const Part& part, std::uint32_t socket);

}  // namespace netmon::cli
