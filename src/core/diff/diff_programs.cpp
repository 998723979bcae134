#include <algorithm>
#include <set>
#include <utility>

#include "core/diff/differ.h"
#include "core/diff/program_diff.h"
#include "core/places/exposure.h"
#include "netmon/core/values/secrets.h"

namespace netmon {

void Differ::compare_programs(const PlaceSide& before, const PlaceSide& after) {
  const Programs& programs = places_.programs;
  const auto complete = [&](std::uint32_t number) {
    const Program& program = programs.at(number);
    return number == 0 ||
           (program.flags & (kExeUnread | kScriptUnread | kCodeUnread | kForged)) == 0;
  };
  const bool equal = before.holders.programs == after.holders.programs &&
                     before.holders.variants == after.holders.variants &&
                     std::ranges::all_of(after.holders.programs, complete);
  if (equal && places_.single[after.place().space]) return;
  Pairing pairing = pair_programs(places_, groups_by_name(places_, before.side, before.holders),
                                  groups_by_name(places_, after.side, after.holders));
  std::set<std::uint32_t> known_names;
  for (const auto& [old, now] : pairing.pairs) {
    compare_pair(before, after, old, now);
    const bool was_forged = std::ranges::any_of(old.processes, [&](std::uint32_t index) {
      return (programs.at(before.side.programs[index]).flags & kForged) != 0;
    });
    if (was_forged) known_names.insert(now.name);
  }
  add_forged(after, known_names);
  if (before.holders.any_hidden()) return;  // who is new there is not known
  const bool replaced = after.place().role == Role::listener && pairing.pairs.empty() &&
                        before.holders.known() && !after.holders.any_hidden();
  if (replaced && !pairing.added.empty()) {
    add_replaced(before, after, pairing.removed, pairing.added);
    return;
  }
  for (const NameGroup& group : pairing.added) add_joined(before, after, group);
  if (after.holders.any_hidden() || (!after.holders.known() && after.holders.by_nature)) return;
  const Role role = after.place().role;
  for (const NameGroup& group : pairing.removed) {
    add_removed(before, group,
                role == Role::listener ? ChangeKind::holder_removed : removed_kind(role));
  }
}

void Differ::compare_pair(const PlaceSide& before, const PlaceSide& after, const NameGroup& old,
                          const NameGroup& now) {
  const ProgramComparison found = compare_program(places_, before.holders, after.holders, old, now);
  const Process* const oldest =
      old.processes.empty() ? nullptr : &before.side.snapshot.processes[old.processes.front()];
  const Process* const newest =
      now.processes.empty() ? nullptr : &after.side.snapshot.processes[now.processes.front()];
  for (const ProgramDifference& difference : found.differences) {
    Change& change = add(difference.kind, difference.severity, subject(after, difference.processes),
                         before.members.size(), after.members.size());
    change.attributes = difference.attributes;
    if (oldest != nullptr && newest != nullptr && oldest->started_at != newest->started_at) {
      change.attributes.push_back(attribute(Attribute::restarted, {to_display(oldest->started_at)},
                                            {to_display(newest->started_at)}));
    }
  }
  for (const ProgramDoubt& doubt : found.doubts) {
    add_doubt(doubt.code, doubt.side, subject(after, now.processes));
  }
  compare_notices(before, after, old, now);
}

void Differ::compare_notices(const PlaceSide& before, const PlaceSide& after, const NameGroup& old,
                             const NameGroup& now) {
  const auto values = [](const PlaceSide& here, const NameGroup& group, auto get) {
    std::set<std::string> found;
    for (const std::uint32_t index : group.processes)
      get(here.side.snapshot.processes[index], found);
    return std::vector<std::string>(found.begin(), found.end());
  };
  const auto add_notice = [&](ChangeKind kind, AttributeChange changed) {
    add(kind, Severity::notice, subject(after, now.processes), before.members.size(),
        after.members.size())
        .attributes.push_back(std::move(changed));
  };
  const auto unit = [](const Process& process, std::set<std::string>& found) {
    if (!process.unit.empty()) found.insert(process.unit);
  };
  if (auto was = values(before, old, unit), is = values(after, now, unit); was != is) {
    add_notice(ChangeKind::unit_changed, attribute(Attribute::unit, std::move(was), std::move(is)));
  }
  // A container that restarts gets a new id, so only their number is compared.
  const auto container = [](const Process& process, std::set<std::string>& found) {
    if (!process.container.empty()) found.insert(process.container);
  };
  if (auto was = values(before, old, container), is = values(after, now, container);
      was.size() != is.size()) {
    add_notice(ChangeKind::containers_changed,
               attribute(Attribute::containers, std::move(was), std::move(is)));
  }
  if (after.place().role == Role::outbound) return;
  const auto number_of_arguments = [&](const PlaceSide& here, const NameGroup& group) {
    std::set<std::uint32_t> found;
    for (const std::uint32_t index : group.processes) {
      found.insert(places_.programs.at(here.side.programs[index]).arguments);
    }
    return found;
  };
  const auto known = number_of_arguments(before, old);
  const auto is = number_of_arguments(after, now);
  if (known.contains(0) || is.contains(0) || std::ranges::includes(known, is)) return;
  const auto arguments = [](const Process& process, std::set<std::string>& found) {
    if (process.cmdline) found.insert(mask_secrets(*process.cmdline));
  };
  add_notice(ChangeKind::arguments_changed,
             attribute(Attribute::arguments, values(before, old, arguments),
                       values(after, now, arguments)));
}

// Reports that nothing of BEFORE's programs is left at the listener. Programs that its holders
// became, or handed it to, are reported as programs that join.
void Differ::add_replaced(const PlaceSide& before, const PlaceSide& after,
                          const std::vector<NameGroup>& removed,
                          const std::vector<NameGroup>& added) {
  const bool inherited = std::ranges::all_of(added, [&](const NameGroup& group) {
    return !group.processes.empty() && std::ranges::all_of(group.processes, [&](auto index) {
      return descends_from_holder(places_, before.holders, after.holders, index) &&
             is_harmless(places_, before.holders, index);
    });
  });
  if (inherited) {
    for (const NameGroup& group : added) add_joined(before, after, group);
    for (const NameGroup& group : removed) add_removed(before, group, ChangeKind::holder_removed);
    return;
  }
  const auto names = [&](const std::vector<NameGroup>& groups) {
    std::set<std::string> found;
    for (const NameGroup& group : groups) found.insert(places_.texts.text(group.name));
    return std::vector<std::string>(found.begin(), found.end());
  };
  const auto executables = [](const PlaceSide& here) {
    std::set<std::string> found;
    for (const std::uint32_t index : here.holders.processes) {
      found.insert(here.side.snapshot.processes[index].exe.value_or(std::string(kUnknownValue)));
    }
    return std::vector<std::string>(found.begin(), found.end());
  };
  Change& change = add(ChangeKind::owner_changed, Severity::high, subject(after),
                       before.members.size(), after.members.size());
  change.attributes.push_back(attribute(Attribute::process, names(removed), names(added)));
  if (executables(before) != executables(after)) {
    change.attributes.push_back(attribute(Attribute::exe, executables(before), executables(after)));
  }
  if (before.holders.processes.empty()) return;  // the kernel has every privilege already
  const ProgramComparison privilege =
      compare_privilege(places_, before.holders, after.holders, {0, before.holders.processes},
                        {0, after.holders.processes});
  for (const ProgramDifference& difference : privilege.differences) {
    add(difference.kind, difference.severity, subject(after, difference.processes),
        before.members.size(), after.members.size())
        .attributes = difference.attributes;
  }
}

// Reports a program that BEFORE did not have at a place that BEFORE had.
void Differ::add_joined(const PlaceSide& before, const PlaceSide& after, const NameGroup& group) {
  const Role role = after.place().role;
  const bool inherited =
      before.holders.known() && !group.processes.empty() &&
      std::ranges::all_of(group.processes, [&](std::uint32_t index) {
        return descends_from_holder(places_, before.holders, after.holders, index);
      });
  const bool harmless = inherited && std::ranges::all_of(group.processes, [&](std::uint32_t index) {
                          return is_harmless(places_, before.holders, index);
                        });
  const auto is_held_by_group = [&](const Member& member) {
    return std::ranges::any_of(
        after.side.snapshot.owners_of(after.socket(member)), [&](const Owner& owner) {
          return std::ranges::find(group.processes, owner.process) != group.processes.end();
        });
  };
  const auto is_new_socket = [&](const Member& member) {
    const std::uint64_t cookie = after.socket(member).cookie;
    return is_held_by_group(member) &&
           (!places_.one_boot || cookie == 0 ||
            std::ranges::none_of(before.members, [&](const Member& old) {
              return before.socket(old).cookie == cookie;
            }));
  };
  const bool joins = role == Role::listener
                         ? before.holders.known()
                         : role == Role::outbound && inherited &&
                               std::ranges::none_of(after.members, is_new_socket);
  const Subject of = subject(after, group.processes);
  if (joins) {
    add(ChangeKind::holder_added, harmless ? Severity::notice : Severity::high, of,
        before.members.size(), after.members.size());
    return;
  }
  const Severity severity =
      role == Role::listener ? severity_of_exposure(bindings_of(places_, after.side, after.members))
      : role == Role::outbound ? severity_of_peer(after.place())
                               : Severity::high;
  add(added_kind(role), severity, of, before.members.size(), after.members.size());
}

void Differ::add_forged(const PlaceSide& after, const std::set<std::uint32_t>& known_names) {
  std::vector<std::uint32_t> forged;
  for (const std::uint32_t index : after.holders.processes) {
    const Program& program = places_.programs.at(after.side.programs[index]);
    if ((program.flags & kForged) != 0 && !known_names.contains(program.name)) {
      forged.push_back(index);
    }
  }
  if (forged.empty()) return;
  add(ChangeKind::executable_forged, Severity::high, subject(after, std::move(forged)), 0,
      after.members.size());
}

}  // namespace netmon
