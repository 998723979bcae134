#include "netmon/core/diff/diff.h"

#include <algorithm>
#include <utility>

#include "core/diff/differ.h"
#include "core/model/hidden.h"
#include "core/places/exposure.h"
#include "core/reach/reach_diff.h"

namespace netmon {

Severity severity_of_peer(const Place& place) {
  return severity_of_reach(place.is_remote_scope() ? Reach::internal : reach_of(place.remote));
}

AttributeChange attribute(Attribute name, std::vector<std::string> before,
                          std::vector<std::string> after) {
  return {name, std::move(before), std::move(after)};
}

Subject Differ::subject(const PlaceSide& here) const {
  std::vector<std::uint32_t> processes = here.holders.processes;
  const auto& all = here.side.snapshot.processes;
  // A program that was not there before stands for all, else the oldest one does.
  std::ranges::sort(processes, {}, [&](std::uint32_t index) {
    const Program& program = places_.programs.at(here.side.programs[index]);
    const bool known = &here.side == &places_.before || known_programs_.contains(key_of(program));
    return std::tuple(known, age_of(all[index]));
  });
  return subject(here, std::move(processes));
}

Change& Differ::add(ChangeKind kind, Severity severity, const Subject& of,
                    std::size_t sockets_before, std::size_t sockets_after) {
  Change change = start_change(kind, of);
  change.severity = severity;
  change.sockets_before = sockets_before;
  change.sockets_after = sockets_after;
  changes_.push_back(std::move(change));
  return changes_.back();
}

void Differ::compare_place(Members before, Members after) {
  const Role role = (before.empty() ? after : before).front().place.role;
  if (can_gate(role)) {
    compare_gating(before, after);
    return;
  }
  compare_passing(place_side(places_.before, before), place_side(places_.after, after));
}

void Differ::compare_gating(Members before, Members after) {
  const Place& place = (before.empty() ? after : before).front().place;
  ++places_seen_;
  const Scope& scope = places_.scopes[place.space];
  for (const bool before_missing : {true, false}) {
    if (!(before_missing ? before : after).empty()) continue;
    const SnapshotSide& missing = before_missing ? places_.before : places_.after;
    const bool was_read = places_.single[place.space] &&
                          std::ranges::find(missing.spaces, place.space) != missing.spaces.end();
    const auto gap = blind_to(missing.snapshot, scope, place.protocol,
                              was_read ? Reading::of_the_namespace : Reading::of_its_scope);
    if (!gap) continue;
    const PlaceSide seen =
        before_missing ? place_side(places_.after, after) : place_side(places_.before, before);
    add_doubt(*gap, before_missing ? Side::before : Side::after, subject(seen));
    list_unchanged(seen, true);
    ++undecided_;
    return;
  }
  if (!before.empty() && !after.empty()) {
    compare_both(place_side(places_.before, before), place_side(places_.after, after));
  } else if (place.role == Role::listener) {
    (before.empty() ? listeners_added_ : listeners_removed_)
        .push_back(before.empty() ? after : before);
  } else if (before.empty()) {
    add_added(place_side(places_.after, after));
  } else {
    add_all_removed(place_side(places_.before, before));
  }
}

// Inbound peers and clients: only who comes and goes is reported. A program that could not be seen
// on one side matches any program there.
void Differ::compare_passing(const PlaceSide& before, const PlaceSide& after) {
  if (!after.members.empty()) doubt_roles(after);
  const std::size_t changes = changes_.size();
  const auto report_missing_from = [&](const PlaceSide& here, const PlaceSide& other, bool is_new) {
    if (here.members.empty()) return;
    auto groups = groups_by_name(places_, here.side, here.holders);
    if (groups.empty()) groups.push_back({});
    const auto known = groups_by_name(places_, other.side, other.holders);
    for (const NameGroup& group : groups) {
      const bool matched = !other.members.empty() &&
                           (known.empty() || group.name == 0 || other.holders.any_hidden() ||
                            std::ranges::find(known, group.name, &NameGroup::name) != known.end());
      if (matched) continue;
      const Role role = here.place().role;
      add(is_new ? added_kind(role) : removed_kind(role), Severity::notice,
          subject(here, group.processes), is_new ? 0 : here.members.size(),
          is_new ? here.members.size() : 0);
    }
  };
  report_missing_from(after, before, true);
  report_missing_from(before, after, false);
  if (!after.members.empty() && !before.members.empty() && changes == changes_.size()) {
    list_unchanged(after, false);
  }
  if (!after.members.empty() && after.place().role == Role::client) doubt_ports(before, after);
}

void Differ::compare_both(const PlaceSide& before, const PlaceSide& after) {
  const std::size_t changes = changes_.size();
  const std::uint64_t doubts = doubts_.count();
  if (before.holders.any_hidden() || after.holders.any_hidden()) doubt_holders(before, after);
  doubt_ports(before, after);
  if (after.place().role == Role::listener) compare_exposures(before, after);
  compare_programs(before, after);
  const bool doubtful = doubts != doubts_.count();
  if (doubtful) ++undecided_;
  if (changes == changes_.size()) list_unchanged(after, doubtful);
}

void Differ::compare_exposures(const PlaceSide& before, const PlaceSide& after) {
  const Place& place = after.place();
  const bool counted = !places_.single[place.space];
  const AddressMeaning meaning = is_collective(places_.scopes[place.space])
                                     ? AddressMeaning::reach_only
                                     : AddressMeaning::exact;
  const auto old = bindings_of(places_, before.side, before.members);
  const auto now = bindings_of(places_, after.side, after.members);
  ExposureChange exposure = compare_exposure(old, now, meaning);
  std::size_t instances_before = 1;
  std::size_t instances_after = 1;
  if (counted) {
    const auto all_old = bindings_by_namespace(places_, before.side, before.members);
    const auto all_now = bindings_by_namespace(places_, after.side, after.members);
    instances_before = all_old.size();
    instances_after = all_now.size();
    if (exposure == ExposureChange::none) exposure = compare_instances(all_old, all_now);
  }
  const auto add_row = [&](ChangeKind kind, Severity severity) {
    add(kind, severity, subject(after), before.members.size(), after.members.size())
        .attributes.push_back(attribute(Attribute::bind, to_texts(old), to_texts(now)));
  };
  switch (exposure) {
    case ExposureChange::none:
      break;
    case ExposureChange::rebound:
      add_row(ChangeKind::bind_changed, Severity::notice);
      break;
    case ExposureChange::narrowed:
      add_row(ChangeKind::exposure_narrowed, Severity::notice);
      break;
    case ExposureChange::widened:
      add_row(ChangeKind::exposure_widened, severity_of_widening(old, now, meaning));
      break;
  }
  if (instances_before == instances_after) return;
  add(ChangeKind::containers_changed, Severity::notice, subject(after), before.members.size(),
      after.members.size())
      .attributes.push_back(attribute(Attribute::instances, {std::to_string(instances_before)},
                                      {std::to_string(instances_after)}));
}

// Reports a place that BEFORE did not have. A listener is one row with all its holders; a peer is
// one row per program.
void Differ::add_added(const PlaceSide& after) {
  const Role role = after.place().role;
  const std::size_t sockets = after.members.size();
  if (role == Role::listener) {
    add(ChangeKind::listener_added,
        severity_of_exposure(bindings_of(places_, after.side, after.members)), subject(after), 0,
        sockets);
  } else {
    const Severity severity =
        role == Role::outbound ? severity_of_peer(after.place()) : Severity::high;
    const auto groups = groups_by_name(places_, after.side, after.holders);
    for (const NameGroup& group : groups) {
      add(added_kind(role), severity, subject(after, group.processes), 0, sockets);
    }
    if (groups.empty() || after.holders.any_hidden()) {
      add(added_kind(role), severity, subject(after, {}), 0, sockets);
    }
  }
  add_forged(after, {});
}

void Differ::add_removed(const PlaceSide& before, const NameGroup& group, ChangeKind kind) {
  add(kind, Severity::notice, subject(before, group.processes), before.members.size(), 0);
}

void Differ::add_all_removed(const PlaceSide& before) {
  const Role role = before.place().role;
  const auto groups = groups_by_name(places_, before.side, before.holders);
  if (role == Role::listener) {
    add(ChangeKind::listener_removed, Severity::notice, subject(before), before.members.size(), 0);
    return;
  }
  for (const NameGroup& group : groups) add_removed(before, group, removed_kind(role));
  if (groups.empty()) add_removed(before, {}, removed_kind(role));
}

void Differ::list_unchanged(const PlaceSide& after, bool undecided) {
  constexpr std::size_t kMaxAddresses = 8;
  const Role role = after.place().role;
  if (unchanged_ == Unchanged::counted || role == Role::client) return;
  const Change facts = start_change(ChangeKind::listener_added, subject(after));
  UnchangedPlace place{facts.identity, facts.addresses, undecided};
  if (place.addresses.size() > kMaxAddresses) place.addresses.resize(kMaxAddresses);
  listed_.push_back(std::move(place));
}

// Reports a name that now means another namespace, which its listeners need not show.
void Differ::add_scope_changes() {
  for (const std::uint32_t index : places_.renamed) {
    const NetNamespace& netns = places_.after.snapshot.namespaces[index];
    Change change{.kind = ChangeKind::scope_changed, .severity = Severity::medium};
    change.identity.scope = netns.scope;
    change.no_process = "namespace";
    std::vector<std::string> was;
    for (const NetNamespace& old : places_.before.snapshot.namespaces) {
      if (old.scope == netns.scope) was.push_back("net:[" + std::to_string(old.id) + "]");
    }
    change.attributes.push_back(
        attribute(Attribute::netns, std::move(was), {"net:[" + std::to_string(netns.id) + "]"}));
    changes_.push_back(std::move(change));
  }
}

namespace {

bool comes_before(const Change& a, const Change& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  return std::tie(a.identity, a.port, a.kind, a.fingerprint) <
         std::tie(b.identity, b.port, b.kind, b.fingerprint);
}

}  // namespace

Comparison Differ::finish() {
  settle_listeners();
  add_scope_changes();
  Comparison comparison;
  const Snapshot& before = places_.before.snapshot;
  const Snapshot& after = places_.after.snapshot;
  comparison.before = before.info;
  comparison.after = after.info;
  comparison.account_before = account_text(before.event_counts, before.event_proofs);
  comparison.account_after = account_text(after.event_counts, after.event_proofs);
  comparison.gaps_before = before.gaps;
  comparison.gaps_after = after.gaps;
  for (Change& change : reach_changes(places_)) changes_.push_back(std::move(change));
  for (Change& change : hidden_changes(places_)) changes_.push_back(std::move(change));
  for (Change& change : changes_) comparison.changes.push_back(finish_change(std::move(change)));
  std::ranges::sort(comparison.changes, comes_before);
  // A namespace that stays while others of its scope come or go is compared twice, alone and among
  // them, so equal changes can appear twice.
  const auto same = [](const Change& a, const Change& b) {
    return std::tie(a.fingerprint, a.port, a.addresses, a.process) ==
           std::tie(b.fingerprint, b.port, b.addresses, b.process);
  };
  comparison.changes.erase(std::unique(comparison.changes.begin(), comparison.changes.end(), same),
                           comparison.changes.end());
  comparison.caveats = coverage_caveats(before, after);
  for (Caveat& caveat : doubts_.take()) comparison.caveats.push_back(std::move(caveat));
  add_hidden_caveats(comparison.caveats, places_);
  std::ranges::stable_sort(comparison.caveats, std::ranges::greater{}, &Caveat::weight);
  comparison.places = places_seen_;
  comparison.undecided = undecided_;
  comparison.unchanged = std::move(listed_);
  return comparison;
}

Comparison diff(const Snapshot& before, const Snapshot& after, Unchanged unchanged) {
  const Places places(before, after);
  Differ differ(places, unchanged);
  for_each_place(places, [&](Members at_before, Members at_after) {
    differ.compare_place(at_before, at_after);
  });
  return differ.finish();
}

}  // namespace netmon
