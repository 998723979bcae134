#include "netmon/core/events/event_count.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "core/values/words.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kEventKinds{"listen"sv,      "connect"sv, "accept"sv, "bind"sv,
                                 "udp-connect"sv, "send"sv,    "raw"sv};
constexpr std::array kEventWitnesses{"canary"sv, "counter"sv};

std::string counters_text(const std::vector<EventProof>& proofs) {
  std::set<std::uint64_t> agree, differ;
  for (const EventProof& proof : proofs) {
    if (proof.witness != EventWitness::counter) continue;
    (proof.seen < proof.at_least ? differ : agree).insert(proof.netns_id);
  }
  for (const std::uint64_t netns : differ) agree.erase(netns);
  std::string text;
  if (!agree.empty()) {
    text += fmt::format("; the kernel's counters agree in {}",
                        counted(agree.size(), "namespace", "namespaces"));
  }
  if (!differ.empty()) {
    text += fmt::format("; {} are higher in {}", agree.empty() ? "the kernel's counters" : "they",
                        counted(differ.size(), "namespace", "namespaces"));
  }
  return text;
}

}  // namespace

std::string account_text(const std::vector<EventCount>& counts,
                         const std::vector<EventProof>& proofs) {
  if (counts.empty() && proofs.empty()) return "";
  std::uint64_t seen = 0, stored = 0, outside = 0, lost = 0;
  for (const EventCount& count : counts) {
    seen += count.seen;
    stored += count.stored;
    outside += count.outside;
    lost += count.dropped_program + count.dropped_all;
  }
  std::uint64_t made = 0, found = 0;
  for (const EventProof& proof : proofs) {
    if (proof.witness != EventWitness::canary) continue;
    made += proof.at_least;
    found += proof.seen;
  }
  std::string text =
      fmt::format("{} seen, {} stored, {} lost", counted(seen, "event", "events"), stored, lost);
  if (outside > 0) text += fmt::format(", {} outside this pid namespace", outside);
  return text + fmt::format("; {} of {} canaries", found, made) + counters_text(proofs);
}

std::string_view to_string(EventKind kind) { return word_of(kEventKinds, kind); }
std::string_view to_string(EventWitness witness) { return word_of(kEventWitnesses, witness); }
std::optional<EventKind> parse_event_kind(std::string_view text) {
  return parse_word<EventKind>(kEventKinds, text);
}
std::optional<EventWitness> parse_event_witness(std::string_view text) {
  return parse_word<EventWitness>(kEventWitnesses, text);
}

}  // namespace netmon
