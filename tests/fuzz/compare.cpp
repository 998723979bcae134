// From snapshots to a review. Input: the bytes for two snapshots (snapshots.h).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/accept_queue.h"
#include "netmon/core/model/span.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"
#include "netmon/expect/expectation_file.h"
#include "support/approval.h"
#include "support/check.h"
#include "support/snapshots.h"

namespace netmon {
namespace {

using fuzz::is_consistent;
using fuzz::require;

std::size_t gating(const Comparison& comparison) {
  return static_cast<std::size_t>(std::ranges::count_if(
      comparison.changes,
      [](const Change& change) { return change.severity != Severity::notice; }));
}

std::size_t undecided(const Comparison& comparison) {
  return static_cast<std::size_t>(
      std::ranges::count(comparison.caveats, Weight::decisive, &Caveat::weight));
}

// What is the same in two comparisons of the same sockets, in whatever order their rows are.
std::vector<std::string> fingerprints(const Comparison& comparison) {
  std::vector<std::string> all;
  for (const Change& change : comparison.changes) all.push_back(change.fingerprint);
  std::ranges::sort(all);
  return all;
}

// Whether two sockets of a namespace have both ends in common, which a kernel does not allow.
bool has_twins(const Snapshot& snapshot) {
  std::set<std::tuple<std::uint32_t, Protocol, Endpoint, Endpoint>> seen;
  const auto normal = [](Endpoint end) { return Endpoint{normalized(end.address), end.port}; };
  return std::ranges::any_of(snapshot.sockets, [&](const Socket& socket) {
    return !seen.emplace(socket.netns, socket.protocol, normal(socket.local), normal(socket.remote))
                .second;
  });
}

void check_order(Snapshot snapshot, const Snapshot& other) {
  const auto before = fingerprints(diff(snapshot, other));
  const bool twins = has_twins(snapshot);
  put_in_order(snapshot);
  require(is_consistent(snapshot), "a snapshot in order is a snapshot");
  require(twins || fingerprints(diff(snapshot, other)) == before,
          "the order of the rows decides nothing");
  const Snapshot once = snapshot;
  put_in_order(snapshot);
  require(snapshot == once, "what is in order stays in order");
}

void check_itself(Snapshot snapshot) {
  require(gating(diff(snapshot, snapshot)) == 0, "a snapshot does not differ from itself");
  fuzz::see_everything(snapshot);
  const Comparison comparison = diff(snapshot, snapshot);
  require(comparison.changes.empty(), "what sees everything does not differ from itself");
  require(undecided(comparison) == 0, "and leaves nothing undecided");
}

void check_snapshot(const Snapshot& snapshot) {
  require(is_consistent(snapshot), "the input is a snapshot");
  check_itself(snapshot);
  require(roles_of(snapshot).size() == snapshot.sockets.size(), "a socket has its role");
  const auto identities = identities_of(snapshot);
  require(std::ranges::is_sorted(identities) &&
              std::ranges::adjacent_find(identities) == identities.end(),
          "identities are sorted, each once");
  for (const Identity& identity : identities) {
    const auto alike = identities_of(snapshot, std::span(&identity, 1));
    require(std::ranges::binary_search(alike, identity) && std::ranges::includes(identities, alike),
            "an identity is among those that are like it, and they are among all");
  }
  for (const auto& [socket, listener] : accepting_listeners(snapshot)) {
    require(snapshot.sockets.at(socket).owner_state == OwnerState::pending_accept &&
                snapshot.sockets.at(socket).netns == snapshot.sockets.at(listener).netns,
            "a connection waits for a listener of its namespace");
  }
}

void check_change(const Change& change) {
  require(change.fingerprint.size() == 17 && change.fingerprint.front() == 'n' &&
              change.fingerprint.find_first_not_of("0123456789abcdef", 1) == std::string::npos,
          "a fingerprint is n and 16 hexadecimal digits");
  require(!change.message.empty(), "a change says what it is");
  require(std::ranges::is_sorted(change.addresses), "addresses are sorted");
  require(change.process.has_value() || change.no_process.has_value(),
          "a change has its process, or says why there is none");
  require(change.process.has_value() == !change.holders.empty() &&
              (change.holders.empty() || change.holders.front() == *change.process),
          "the process that stands for all is the first of them");
  require(change.holders.size() <= 64, "holders are bounded");
  for (const AttributeChange& attribute : change.attributes) {
    require(std::ranges::is_sorted(attribute.before) && std::ranges::is_sorted(attribute.after),
            "values are sorted");
  }
}

void check_counts(const Review& review, FailOn fail_on) {
  const ReviewSummary& sum = review.summary;
  require(sum.unapproved + sum.approved + sum.expected_missing + sum.expired + sum.notice ==
              review.changes.size(),
          "every change is counted once");
  const bool open = sum.unapproved + sum.expired > 0;
  const bool blind = is_blind(review);
  const Verdict verdict = open                       ? Verdict::unapproved
                          : blind                    ? Verdict::inconclusive
                          : sum.expected_missing > 0 ? Verdict::unapproved
                                                     : Verdict::clean;
  require(review.verdict == verdict, "what is open decides, then blindness, then what is missing");
  require(fail_on != FailOn::low ||
              (review.verdict == Verdict::clean) == (review.exit_code == ExitCode::success),
          "only what is clean ends with 0");
  require(!blind || review.exit_code != ExitCode::success, "blindness never ends with 0");
  require(std::ranges::is_sorted(
              review.caveats, std::ranges::greater{},
              [](const Caveat& caveat) { return caveat.weight == Weight::decisive; }),
          "what decides comes first");
}

void check_approval(const Snapshot& before, const Snapshot& after, const Review& seen) {
  const std::string suggestion = suggest_expectations(seen);
  for (std::size_t at = 0; at < suggestion.size(); at = suggestion.find('\n', at) + 1) {
    require(suggestion[at] == '#' || suggestion[at] == '\n', "a suggestion is commented out");
  }
  if (seen.summary.unapproved == 0) return;
  const Expectations rules = parse_expectations(fuzz::approved_in_full(suggestion), "F");
  const Review again = review(diff(before, after), rules);
  require(again.summary.unapproved <= seen.summary.unapproved, "a rule takes nothing away");
  check_counts(again, FailOn::low);
}

// If every gap is accepted, none is left, and no change is hidden.
void check_accepted(const Comparison& comparison, const Review& seen) {
  ReviewOptions options{.across_hosts = true};
  for (const Caveat& caveat : comparison.caveats) options.accepted_gaps.push_back(caveat.code);
  const Review accepted = review(comparison, {}, options);
  require(!is_blind(accepted), "a gap that is accepted does not decide");
  require(accepted.summary.unapproved == seen.summary.unapproved, "and hides no change");
}

void check_review(const Comparison& comparison, const Review& seen) {
  std::vector<std::string> shown;
  for (const ReviewedChange& reviewed : seen.changes) shown.push_back(reviewed.change.fingerprint);
  std::ranges::sort(shown);
  require(shown == fingerprints(comparison), "a review leaves nothing out and adds nothing");
  for (const ReviewedChange& reviewed : seen.changes) {
    require((reviewed.status == Status::notice) == (reviewed.change.severity == Severity::notice),
            "without a rule what gates is unapproved, and all else a notice");
  }
}

void check_diff(const Snapshot& before, const Snapshot& after, ReviewOptions options) {
  const Comparison comparison = diff(before, after);
  require(comparison == diff(before, after), "the same two give the same comparison");
  const Comparison listed = diff(before, after, Unchanged::listed);
  require(listed.changes == comparison.changes && listed.caveats == comparison.caveats,
          "what is listed beside the changes changes none");
  for (const Change& change : comparison.changes) check_change(change);
  const Review seen = review(listed, {}, options);
  check_review(comparison, seen);
  check_counts(seen, options.fail_on);
  check_accepted(comparison, review(comparison));
  require(picture_of(seen).items.size() <= kMaxPictureItems, "a picture is bounded");
  check_order(before, after);
  check_approval(before, after, review(comparison));
}

// The processes that own a socket, by pid and start.
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
  check_itself(snapshot);
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  netmon::ReviewOptions options;
  options.fail_on = static_cast<netmon::FailOn>(input.ConsumeIntegralInRange<int>(0, 3));
  options.fail_on_removed = input.ConsumeBool();
  const int samples = input.ConsumeIntegralInRange<int>(1, 4);
  const netmon::Snapshot before = netmon::fuzz::arbitrary_snapshot(input);
  const netmon::Snapshot after =
      input.remaining_bytes() == 0 ? before : netmon::fuzz::arbitrary_snapshot(input);
  netmon::check_snapshot(before);
  netmon::check_diff(before, after, options);
  netmon::check_span(before, after, samples);
  return 0;
}
