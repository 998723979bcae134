#include "netmon/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>
#include <span>
#include <tuple>
#include <utility>

#include "core/change_builder.h"
#include "core/coverage.h"
#include "core/exposure.h"
#include "core/groups.h"
#include "core/hidden.h"
#include "core/match_notes.h"
#include "core/moved.h"
#include "netmon/text.h"

namespace netmon {
namespace {

// A port that thousands of programs share must not make a change that names them all, each time.
constexpr std::size_t kMaxSharedWith = 8;

// Compares what two snapshots hold at one place after another.
class Differ {
 public:
  Differ(const Snapshot& before, const Snapshot& after, const Interned& interned)
      : before_(before), after_(after), interned_(interned), notes_(before, after, interned) {}

  void compare_place(std::span<const Member> before, std::span<const Member> after);
  Comparison finish();

 private:
  using Groups = std::vector<Group>;

  [[nodiscard]] SideMembers before_side(std::span<const Member> members) const {
    return {before_, members};
  }
  [[nodiscard]] SideMembers after_side(std::span<const Member> members) const {
    return {after_, members};
  }

  void compare_attributes(const Group& before, const Group& after);
  void compare_exposure_at(std::span<const Member> before, std::span<const Member> after,
                           std::span<const Member> shown);
  void settle(Groups before_only, Groups after_only, std::span<const Member> all_after);
  void add_owner_changed(const Group& before, const Group& after);
  void add_added(const Group& group, std::span<const Member> all_after);
  void add_removed(const Group& group);
  [[nodiscard]] std::vector<std::string> other_programs(std::span<const Member> place,
                                                        std::uint32_t name) const;
  void add_caveats(std::vector<Caveat>& caveats) const;
  void note_unknown(std::span<const Member> members, Side blind_side);
  void add_attribute_change(ChangeKind kind, Severity severity, const Group& before,
                            const Group& after, std::vector<AttributeChange> attributes);

  const Snapshot& before_;
  const Snapshot& after_;
  const Interned& interned_;
  std::vector<Change> changes_;
  MatchNotes notes_;
  std::array<std::uint64_t, 2> unknown_{};  // by the side that is blind: before, after
  std::array<std::string, 2> unknown_example_{};
};

void Differ::compare_place(std::span<const Member> before, std::span<const Member> after) {
  const Member& any = before.empty() ? after.front() : before.front();
  const Scope& scope = interned_.scopes[any.place.scope];
  if (before.empty() && is_blind_to(before_, scope, any.place.protocol)) {
    note_unknown(after, Side::before);
    return;
  }
  if (after.empty() && is_blind_to(after_, scope, any.place.protocol)) {
    note_unknown(before, Side::after);
    return;
  }

  const Groups groups_before = worth_reporting(before_, groups_by_name(before));
  const Groups groups_after = worth_reporting(after_, groups_by_name(after));
  if (before.empty() || after.empty()) {
    for (const Group& group : groups_after) add_added(group, after);
    for (const Group& group : groups_before) add_removed(group);
    return;
  }

  const Group* nameless_before = nameless_of(groups_before);
  const Group* nameless_after = nameless_of(groups_after);
  const bool all_named = nameless_before == nullptr && nameless_after == nullptr;
  for (const auto& [b, a] : pairs_by_name(groups_before, groups_after)) {
    compare_attributes(b, a);
    notes_.note_executables(b, a);
    notes_.note_holders(b, a);
    if (all_named) compare_exposure_at(b.members, a.members, a.members);
  }
  Groups before_only = without(groups_before, groups_after);
  Groups after_only = without(groups_after, groups_before);
  if (all_named) {
    settle(std::move(before_only), std::move(after_only), after);
    return;
  }
  // A missing name matches any. What the side without missing names proves is still reported.
  notes_.note_nameless(nameless_before, nameless_after, before_only, after_only);
  if (nameless_before == nullptr) {
    for (const Group& group : after_only) add_added(group, after);
  }
  if (nameless_after == nullptr) {
    for (const Group& group : before_only) add_removed(group);
  }
  compare_exposure_at(before, after, after);
}

// The names that only one side has, where every name is known.
void Differ::settle(Groups before_only, Groups after_only, std::span<const Member> all_after) {
  std::size_t paired = 0;
  const bool is_listener = all_after.front().place.role == Role::listener;
  if (is_listener) {
    paired = std::min(before_only.size(), after_only.size());
    for (std::size_t i = 0; i < paired; ++i) add_owner_changed(before_only[i], after_only[i]);
  }
  for (std::size_t i = paired; i < after_only.size(); ++i) add_added(after_only[i], all_after);
  for (std::size_t i = paired; i < before_only.size(); ++i) add_removed(before_only[i]);
}

AttributeChange attribute(std::string name, std::vector<std::string> before,
                          std::vector<std::string> after) {
  return {std::move(name), std::move(before), std::move(after)};
}

// Whether `after` holds a value that `before` does not; both are sorted. Fewer values are no news:
// one of several workers or instances is gone.
bool has_new_value(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  return !before.empty() && !std::ranges::includes(before, after);
}

void Differ::add_attribute_change(ChangeKind kind, Severity severity, const Group& before,
                                  const Group& after, std::vector<AttributeChange> attributes) {
  Change change = start_change(kind, after_side(after.members), interned_);
  change.severity = severity;
  change.sockets_before = before.members.size();
  change.sockets_after = after.members.size();
  change.attributes = std::move(attributes);
  const auto old = started_at(before_side(before.members));
  const auto now = started_at(after_side(after.members));
  if (old && now && old != now) {
    change.attributes.push_back(
        attribute(std::string(kRestarted), {to_display(*old)}, {to_display(*now)}));
  }
  changes_.push_back(std::move(change));
}

// By path or by content. A digest that was not known before proves nothing.
std::vector<AttributeChange> executable_attributes(const SideMembers& before,
                                                   const SideMembers& after) {
  std::vector<AttributeChange> changed;
  if (auto old = executables_of(before, Unknown::left_out);
      has_new_value(old, executables_of(after, Unknown::left_out))) {
    changed.push_back(attribute("exe", std::move(old), executables_of(after, Unknown::kept)));
  }
  if (auto old = digests_of(before), now = digests_of(after);
      all_digests_known(before) && has_new_value(old, now)) {
    changed.push_back(attribute("sha256", std::move(old), std::move(now)));
  }
  return changed;
}

void Differ::compare_attributes(const Group& before, const Group& after) {
  if (!can_gate(before.members.front().place.role)) return;
  const SideMembers b = before_side(before.members);
  const SideMembers a = after_side(after.members);
  if (auto changed = executable_attributes(b, a); !changed.empty()) {
    add_attribute_change(ChangeKind::executable_changed, Severity::high, before, after,
                         std::move(changed));
  }
  if (auto old = users_of(b, Unknown::left_out);
      has_new_value(old, users_of(a, Unknown::left_out))) {
    const bool to_root = any_owned_by_root(a) && !any_owned_by_root(b);
    add_attribute_change(ChangeKind::user_changed, to_root ? Severity::high : Severity::medium,
                         before, after,
                         {attribute("user", std::move(old), users_of(a, Unknown::kept))});
  }
  if (auto old = units_of(b), now = units_of(a); old != now) {
    add_attribute_change(ChangeKind::unit_changed, Severity::notice, before, after,
                         {attribute("unit", std::move(old), std::move(now))});
  }
  // A container that was started anew has another id: their number is what changes.
  if (auto old = containers_of(b), now = containers_of(a); old.size() != now.size()) {
    add_attribute_change(ChangeKind::containers_changed, Severity::notice, before, after,
                         {attribute("containers", std::move(old), std::move(now))});
  }
}

void Differ::compare_exposure_at(std::span<const Member> before, std::span<const Member> after,
                                 std::span<const Member> shown) {
  if (shown.front().place.role != Role::listener) return;
  const bool collective = is_collective(interned_.scopes[shown.front().place.scope]);
  const auto old = bindings_of(before_side(before));
  const auto now = bindings_of(after_side(after));
  const ExposureChange exposure =
      compare_exposure(old, now, collective ? AddressMeaning::reach_only : AddressMeaning::exact);
  if (exposure == ExposureChange::none) return;
  const bool widened = exposure == ExposureChange::widened;
  Change change =
      start_change(widened ? ChangeKind::exposure_widened : ChangeKind::exposure_narrowed,
                   after_side(shown), interned_);
  change.severity = widened ? severity_of_exposure(now) : Severity::notice;
  change.sockets_before = before.size();
  change.sockets_after = after.size();
  change.attributes.push_back(attribute("bind", to_texts(old), to_texts(now)));
  changes_.push_back(std::move(change));
}

void Differ::add_owner_changed(const Group& before, const Group& after) {
  const SideMembers b = before_side(before.members);
  const SideMembers a = after_side(after.members);
  Change change = start_change(ChangeKind::owner_changed, a, interned_);
  change.severity = Severity::high;
  change.sockets_before = before.members.size();
  change.sockets_after = after.members.size();
  const auto add_attribute = [&](std::string name, std::vector<std::string> old,
                                 std::vector<std::string> now) {
    if (old == now) return;
    change.attributes.push_back(attribute(std::move(name), std::move(old), std::move(now)));
  };
  add_attribute("process", {interned_.texts[before.name]}, {interned_.texts[after.name]});
  add_attribute("bind", to_texts(bindings_of(b)), to_texts(bindings_of(a)));
  add_attribute("exe", executables_of(b, Unknown::kept), executables_of(a, Unknown::kept));
  add_attribute("user", users_of(b, Unknown::kept), users_of(a, Unknown::kept));
  changes_.push_back(std::move(change));
}

Severity severity_of_added(const Change& change, const SideMembers& side) {
  switch (change.role) {
    case Role::listener:
      return severity_of_exposure(bindings_of(side));
    case Role::outbound:
      return severity_of_reach(reach_of(side.members.front().place.remote));
    case Role::raw:
      return Severity::high;
    case Role::client:
    case Role::inbound:
      return Severity::notice;
  }
  return Severity::high;
}

std::vector<std::string> Differ::other_programs(std::span<const Member> place,
                                                std::uint32_t name) const {
  std::vector<std::string> programs;
  std::uint32_t last = kNameless;
  for (const Member& member : place) {
    if (member.name == last || member.name == name) continue;
    last = member.name;
    programs.push_back(interned_.texts[last]);
    if (programs.size() == kMaxSharedWith) break;
  }
  std::ranges::sort(programs);
  return programs;
}

void Differ::add_added(const Group& group, std::span<const Member> all_after) {
  const SideMembers side = after_side(group.members);
  const Role role = group.members.front().place.role;
  Change change = start_change(added_kind(role), side, interned_);
  change.severity = severity_of_added(change, side);
  change.sockets_after = group.members.size();
  if (role == Role::listener) change.shared_with = other_programs(all_after, group.name);
  // Only one process is shown: that others under its name differ from it must not stay unseen.
  if (auto all = executables_of(side, Unknown::kept); all.size() > 1) {
    change.attributes.push_back(attribute("exe", {}, std::move(all)));
  }
  if (auto all = users_of(side, Unknown::kept); all.size() > 1) {
    change.attributes.push_back(attribute("user", {}, std::move(all)));
  }
  changes_.push_back(std::move(change));
}

void Differ::add_removed(const Group& group) {
  const Role role = group.members.front().place.role;
  Change change = start_change(removed_kind(role), before_side(group.members), interned_);
  change.severity = Severity::notice;
  change.sockets_before = group.members.size();
  changes_.push_back(std::move(change));
}

void Differ::note_unknown(std::span<const Member> members, Side blind_side) {
  const bool before_blind = blind_side == Side::before;
  const std::size_t index = before_blind ? 0 : 1;
  const SideMembers side = before_blind ? after_side(members) : before_side(members);
  const Role role = members.front().place.role;
  if (!can_gate(role)) return;
  if (unknown_[index] == 0) {
    const ChangeKind kind = before_blind ? added_kind(role) : removed_kind(role);
    unknown_example_[index] = finish_change(start_change(kind, side, interned_)).message;
  }
  unknown_[index] += groups_by_name(members).size();
}

auto sort_key(const Change& change) {
  // Most severe first, hence the turned severity.
  return std::tuple(-static_cast<int>(change.severity), change.scope, change.role, change.protocol,
                    change.port, change.remote ? change.remote->address : "",
                    change.remote ? change.remote->port : std::nullopt,
                    change.process ? change.process->name : "", change.kind);
}

Comparison Differ::finish() {
  Comparison comparison;
  for (Change& change : hidden_changes(before_, after_)) changes_.push_back(std::move(change));
  for (Change& change : join_moved(std::move(changes_))) {
    comparison.changes.push_back(finish_change(std::move(change)));
  }
  std::ranges::sort(comparison.changes,
                    [](const Change& a, const Change& b) { return sort_key(a) < sort_key(b); });

  comparison.caveats = coverage_caveats(before_, after_);
  add_caveats(comparison.caveats);
  add_hidden_caveats(comparison.caveats, before_, after_);
  std::ranges::stable_sort(comparison.caveats, std::ranges::greater{}, &Caveat::weight);
  return comparison;
}

void Differ::add_caveats(std::vector<Caveat>& caveats) const {
  notes_.add_caveats(caveats);
  for (const Side blind : {Side::before, Side::after}) {
    const std::size_t index = blind == Side::before ? 0 : 1;
    if (unknown_[index] == 0) continue;
    caveats.push_back(
        {"not-comparable", blind, Weight::decisive, unknown_[index],
         fmt::format("{} seen where {} could not see, so what is {} there is not "
                     "known; the first: {}",
                     counted(unknown_[index], "listener or peer", "listeners or peers"),
                     to_string(blind), blind == Side::before ? "new" : "gone",
                     unknown_example_[index])});
  }
}

// The members at the front of `rest` that share its first place.
std::span<const Member> front_place(std::span<const Member> rest) {
  const auto end = std::ranges::find_if(
      rest, [&](const Member& member) { return member.place != rest.front().place; });
  return rest.first(static_cast<std::size_t>(end - rest.begin()));
}

}  // namespace

Comparison diff(const Snapshot& before, const Snapshot& after) {
  const Grouped grouped = group(before, after);
  Differ differ(before, after, grouped.interned);
  std::span<const Member> rest_before = grouped.before;
  std::span<const Member> rest_after = grouped.after;
  while (!rest_before.empty() || !rest_after.empty()) {
    std::span<const Member> at_before;
    std::span<const Member> at_after;
    if (!rest_before.empty()) at_before = front_place(rest_before);
    if (!rest_after.empty()) at_after = front_place(rest_after);
    if (!at_before.empty() && !at_after.empty()) {
      const auto order = at_before.front().place <=> at_after.front().place;
      if (order < 0) at_after = {};
      if (order > 0) at_before = {};
    }
    rest_before = rest_before.subspan(at_before.size());
    rest_after = rest_after.subspan(at_after.size());
    differ.compare_place(at_before, at_after);
  }
  return differ.finish();
}

}  // namespace netmon
