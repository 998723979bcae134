// From snapshots to a review. Input: what two snapshots are made of (snapshots.h).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "approval.h"
#include "check.h"
#include "netmon/accept_queue.h"
#include "netmon/diff.h"
#include "netmon/expectation_file.h"
#include "netmon/identity.h"
#include "netmon/picture.h"
#include "netmon/review.h"
#include "netmon/span.h"
#include "snapshots.h"

namespace netmon {
namespace {

using fuzz::is_consistent;
using fuzz::require;

void check_snapshot(const Snapshot& snapshot) {
  require(is_consistent(snapshot), "the input is a snapshot");
  require(diff(snapshot, snapshot).changes.empty(), "a snapshot does not differ from itself");
  require(roles_of(snapshot).size() == snapshot.sockets.size(), "a socket has its role");
  const auto identities = identities_of(snapshot);
  require(std::ranges::is_sorted(identities) &&
              std::ranges::adjacent_find(identities) == identities.end(),
          "identities are sorted, each once");
  for (const auto& [socket, listener] : accepting_listeners(snapshot)) {
    require(snapshot.sockets.at(socket).owner_state == OwnerState::pending_accept &&
                snapshot.sockets.at(socket).netns == snapshot.sockets.at(listener).netns,
            "a connection waits for a listener of its namespace");
  }
}

void check_change(const Change& change) {
  require(change.fingerprint.size() == 16 &&
              change.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos,
          "a fingerprint is 16 hexadecimal digits");
  require(!change.message.empty(), "a change says what it is");
  require(std::ranges::is_sorted(change.addresses), "addresses are sorted");
  require(change.process.has_value() || change.no_process.has_value(),
          "a change has its process, or says why there is none");
}

void check_counts(const Review& review, FailOn fail_on) {
  const ReviewSummary& sum = review.summary;
  require(sum.unapproved + sum.approved + sum.expected_missing + sum.expired + sum.notice ==
              review.changes.size(),
          "every change is counted once");
  const bool open = sum.unapproved + sum.expected_missing + sum.expired > 0;
  require(open == (review.verdict == Verdict::unapproved), "what is open decides the verdict");
  require(fail_on != FailOn::low || open == (review.exit_code == ExitCode::unapproved),
          "and the exit code");
  require(fail_on != FailOn::low ||
              (review.verdict == Verdict::clean) == (review.exit_code == ExitCode::success),
          "only what is clean ends with 0");
}

void check_approval(const Snapshot& before, const Snapshot& after, const Review& seen) {
  const std::string suggestion = suggest_expectations(seen);
  for (std::size_t at = 0; at < suggestion.size(); at = suggestion.find('\n', at) + 1) {
    require(suggestion[at] == '#' || suggestion[at] == '\n', "a suggestion is commented out");
  }
  if (seen.summary.unapproved == 0) return;
  const Expectations rules = parse_expectations(fuzz::approved_in_full(suggestion), "F");
  const Review again = review(before.info, after.info, diff(before, after), FailOn::low, rules);
  require(again.summary.unapproved <= seen.summary.unapproved, "a rule takes nothing away");
  check_counts(again, FailOn::low);
}

void check_diff(const Snapshot& before, const Snapshot& after, FailOn fail_on) {
  const Comparison comparison = diff(before, after);
  require(comparison == diff(before, after), "the same two give the same comparison");
  for (const Change& change : comparison.changes) check_change(change);
  const Review seen = review(before.info, after.info, comparison, fail_on);
  require(seen.changes.size() == comparison.changes.size(), "a review leaves nothing out");
  check_counts(seen, fail_on);
  require(picture_of(before, after, seen).items.size() <= kMaxPictureItems, "a picture is bounded");
  check_approval(before, after, seen);
}

// Those that own a socket, by pid and start.
std::set<std::pair<std::uint32_t, std::uint64_t>> owners_in(const Snapshot& snapshot) {
  std::set<std::pair<std::uint32_t, std::uint64_t>> owners;
  for (const Owner& owner : snapshot.owners) {
    const Process& process = snapshot.processes[owner.process];
    owners.emplace(process.pid, process.start_ticks);
  }
  return owners;
}

void check_span(const Snapshot& first, const Snapshot& second, int samples) {
  SpanUnion all;
  for (int i = 0; i < samples; ++i) all.add(i % 2 == 0 ? first : second);
  const std::size_t sockets = all.sockets();
  const Snapshot snapshot = std::move(all).finish(std::chrono::seconds{1});
  require(is_consistent(snapshot), "a span is a snapshot");
  require(snapshot.sockets.size() == sockets && snapshot.sightings.size() == sockets,
          "each socket of a span has its sighting");
  for (const Sighting& sighting : snapshot.sightings) {
    require(sighting.samples >= 1 && static_cast<int>(sighting.samples) <= samples,
            "a socket was in at least one sample, and at most in all");
  }
  auto owners = owners_in(first);
  if (samples > 1) owners.merge(owners_in(second));
  require(owners_in(snapshot) == owners, "a span has the owners of its samples");
  require(sockets <= first.sockets.size() + second.sockets.size(), "a span makes up no socket");
  require(diff(snapshot, snapshot).changes.empty(), "a span does not differ from itself");
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto fail_on = static_cast<netmon::FailOn>(input.ConsumeIntegralInRange<int>(0, 3));
  const int samples = input.ConsumeIntegralInRange<int>(1, 4);
  const netmon::Snapshot before = netmon::fuzz::arbitrary_snapshot(input);
  const netmon::Snapshot after =
      input.remaining_bytes() == 0 ? before : netmon::fuzz::arbitrary_snapshot(input);
  netmon::check_snapshot(before);
  netmon::check_diff(before, after, fail_on);
  netmon::check_span(before, after, samples);
  return 0;
}
