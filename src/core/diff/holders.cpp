#include "core/diff/holders.h"

#include <algorithm>
#include <map>
#include <set>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

GapCode gap_of(OwnerState state) {
  switch (state) {
    case OwnerState::no_process:
      return GapCode::owners_not_found;
    case OwnerState::vanished:
      return GapCode::owners_vanished;
    case OwnerState::not_permitted:
    case OwnerState::held:
    case OwnerState::kernel:
    case OwnerState::time_wait:
    case OwnerState::orphan:
    case OwnerState::pending_accept:
    case OwnerState::request:
      return GapCode::owners_not_visible;
  }
  no_such_enumerator();
}

void sort_unique(std::vector<std::uint32_t>& numbers) {
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

bool is_same_process(const Process& a, const Process& b) {
  return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

std::uint64_t all_capabilities(const SnapshotSide& side, const Holders& holders) {
  std::uint64_t all = 0;
  for (const std::uint32_t index : holders.processes) {
    const auto& credentials = side.snapshot.processes[index].credentials;
    if (credentials) all |= credentials->capabilities;
  }
  return all;
}

// Whether two groups are one program that has no other proof of it: the same process under a new
// name, or an interpreter without a known script in the same unit. (A title that an interpreter
// writes over its arguments hides its script.)
bool is_continued_without_proof(const Places& places, const NameGroup& before,
                                const NameGroup& after) {
  const auto same = [&](std::uint32_t b, std::uint32_t a) {
    const Program& old = places.programs.at(places.before.programs[b]);
    const Program& now = places.programs.at(places.after.programs[a]);
    if (old.exe == 0 || old.exe != now.exe) return false;
    const bool is_itself = places.one_boot && is_same_process(places.before.snapshot.processes[b],
                                                              places.after.snapshot.processes[a]);
    const bool without_script = old.script == 0 && now.script == 0;
    return is_itself || (without_script && old.unit != 0 && old.unit == now.unit);
  };
  return std::ranges::any_of(after.processes, [&](std::uint32_t a) {
    return std::ranges::any_of(before.processes, [&](std::uint32_t b) { return same(b, a); });
  });
}

// Whether it is the same process, still running the same program, under whatever name.
bool is_unchanged_process(const Places& places, std::uint32_t b, std::uint32_t a) {
  const Program& old = places.programs.at(places.before.programs[b]);
  const Program& now = places.programs.at(places.after.programs[a]);
  return places.one_boot && old.exe != 0 && old.exe == now.exe && old.sha256 == now.sha256 &&
         old.script == now.script && old.script_sha256 == now.script_sha256 &&
         is_same_process(places.before.snapshot.processes[b], places.after.snapshot.processes[a]);
}

// Handles a process that renamed itself while others kept the name. No program left or came then:
// its group on either side is merged into the pair that it belongs to.
void join_renamed(const Places& places, Pairing& pairing) {
  using Pair = std::pair<NameGroup, NameGroup>;
  const auto join = [&](std::vector<NameGroup>& groups, NameGroup Pair::*other,
                        NameGroup Pair::*own, const SnapshotSide& side, auto same) {
    std::erase_if(groups, [&](const NameGroup& group) {
      for (Pair& pair : pairing.pairs) {
        const bool is_of_pair = std::ranges::all_of(group.processes, [&](std::uint32_t process) {
          return std::ranges::any_of((pair.*other).processes, [&](std::uint32_t candidate) {
            return same(candidate, process);
          });
        });
        if (group.processes.empty() || !is_of_pair) continue;
        auto& joined = (pair.*own).processes;
        joined.insert(joined.end(), group.processes.begin(), group.processes.end());
        std::ranges::sort(joined, {}, [&](std::uint32_t process) {
          return age_of(side.snapshot.processes[process]);
        });
        return true;
      }
      return false;
    });
  };
  join(pairing.added, &Pair::first, &Pair::second, places.after,
       [&](std::uint32_t b, std::uint32_t a) { return is_unchanged_process(places, b, a); });
  join(pairing.removed, &Pair::second, &Pair::first, places.before,
       [&](std::uint32_t a, std::uint32_t b) { return is_unchanged_process(places, b, a); });
}

}  // namespace

Holders holders_of(const SnapshotSide& side, std::span<const Member> members) {
  Holders holders;
  for (const Member& member : members) {
    const Socket& socket = side.snapshot.sockets[member.socket];
    for (const Owner& owner : side.snapshot.owners_of(socket)) {
      if (holders.processes.empty() || holders.processes.back() != owner.process) {
        holders.processes.push_back(owner.process);
      }
    }
    if (is_holder_hidden(socket)) {
      const GapCode code = gap_of(socket.owner_state);
      if (std::ranges::find(holders.hidden, code) == holders.hidden.end()) {
        holders.hidden.push_back(code);
      }
    } else if (socket.owner_state == OwnerState::kernel) {
      holders.programs.push_back(0);
    } else if (socket.owner_count == 0) {
      holders.by_nature = socket.owner_state;
    }
  }
  sort_unique(holders.processes);
  for (const std::uint32_t process : holders.processes) {
    const std::uint32_t program = side.programs[process];
    const bool worker = is_worker(side.snapshot, holders, side.snapshot.processes[process]);
    holders.programs.push_back(program);
    holders.variants.push_back(2 * program + (worker ? 1 : 0));
  }
  sort_unique(holders.programs);
  sort_unique(holders.variants);
  return holders;
}

bool is_worker(const Snapshot& snapshot, const Holders& holders, const Process& process) {
  return process.parent && std::ranges::binary_search(holders.processes, *process.parent) &&
         !is_service_manager(snapshot.processes[*process.parent]);
}

std::vector<NameGroup> groups_by_name(const Places& places, const SnapshotSide& side,
                                      const Holders& holders) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_name;
  for (const std::uint32_t process : holders.processes) {
    by_name[places.programs.at(side.programs[process]).name].push_back(process);
  }
  if (!holders.programs.empty() && holders.programs.front() == 0) {
    by_name[places.programs.at(0).name];
  }
  std::vector<NameGroup> groups;
  for (auto& [name, processes] : by_name) {
    std::ranges::sort(processes, {},
                      [&](std::uint32_t index) { return age_of(side.snapshot.processes[index]); });
    groups.push_back({name, std::move(processes)});
  }
  return groups;
}

bool has_same_name(const Places& /*places*/, const NameGroup& before, const NameGroup& after) {
  return before.name == after.name;
}

bool is_same_under_another_name(const Places& places, const NameGroup& before,
                                const NameGroup& after) {
  return std::ranges::any_of(after.processes, [&](std::uint32_t a) {
    return std::ranges::any_of(before.processes, [&](std::uint32_t b) {
      return places.programs.same_under_another_name(places.before.programs[b],
                                                     places.after.programs[a]);
    });
  });
}

Pairing pair_programs(const Places& places, std::vector<NameGroup> before,
                      std::vector<NameGroup> after) {
  Pairing pairing;
  const auto pair_where = [&](auto is_pair) {
    for (auto b = before.begin(); b != before.end();) {
      const auto a =
          std::ranges::find_if(after, [&](const NameGroup& to) { return is_pair(places, *b, to); });
      if (a == after.end()) {
        ++b;
        continue;
      }
      pairing.pairs.emplace_back(std::move(*b), std::move(*a));
      b = before.erase(b);
      after.erase(a);
    }
  };
  pair_where(has_same_name);
  pair_where(is_same_under_another_name);
  pair_where(is_continued_without_proof);
  pairing.removed = std::move(before);
  pairing.added = std::move(after);
  join_renamed(places, pairing);
  return pairing;
}

std::pair<std::uint64_t, std::uint32_t> age_of(const Process& process) {
  return {process.start_ticks, process.pid};
}

bool descends_from_holder(const Places& places, const Holders& before, const Holders& after,
                          std::uint32_t index) {
  const Snapshot& now = places.after.snapshot;
  const Process& process = now.processes[index];
  const auto held_before = [&](const Process& candidate) {
    return places.one_boot && std::ranges::any_of(before.processes, [&](std::uint32_t b) {
             return is_same_process(places.before.snapshot.processes[b], candidate);
           });
  };
  const auto stays = [&](const Process& ancestor) {
    const auto a = static_cast<std::uint32_t>(&ancestor - now.processes.data());
    return std::ranges::binary_search(after.processes, a) &&
           std::ranges::any_of(before.programs, [&](std::uint32_t program) {
             return places.programs.same_program(program, places.after.programs[a]);
           });
  };
  if (held_before(process)) return true;
  return std::ranges::any_of(ancestors_of(now, process), [&](const Process* ancestor) {
    if (is_service_manager(*ancestor) && !process.has_socket_unit) return false;
    return held_before(*ancestor) || stays(*ancestor);
  });
}

bool is_harmless(const Places& places, const Holders& before, std::uint32_t index) {
  const Process& process = places.after.snapshot.processes[index];
  if (process.interpreter || !process.exe_protected || process.exe_elsewhere) return false;
  if (!process.exe_changed_at ||
      *process.exe_changed_at >= places.before.snapshot.info.started_at) {
    return false;
  }
  const bool plain = process.code && process.code->exe_mapped && process.code->foreign.empty() &&
                     process.code->loader.empty();
  if (!plain || !process.uid || !process.credentials) return false;
  const Credentials& credentials = *process.credentials;
  const auto& old = places.before.snapshot.processes;
  const auto any_before = [&](auto test) {
    return std::ranges::any_of(before.processes, [&](std::uint32_t b) { return test(old[b]); });
  };
  const bool root_before = any_before([](const Process& b) { return b.uid == 0U; });
  const bool known_user = any_before([&](const Process& b) { return b.uid == process.uid; });
  const bool runs_as_root =
      process.uid == 0U || credentials.real_uid == 0 || credentials.saved_uid == 0;
  if (runs_as_root ? !root_before : !(known_user || root_before)) return false;
  std::set<std::uint32_t> groups;
  for (const std::uint32_t b : before.processes) {
    if (old[b].credentials) {
      groups.insert(old[b].credentials->groups.begin(), old[b].credentials->groups.end());
    }
  }
  if (!root_before && !std::ranges::includes(groups, credentials.groups)) return false;
  const bool own_namespace_before = any_before(
      [](const Process& b) { return b.credentials && b.credentials->own_user_namespace; });
  if (credentials.own_user_namespace && !own_namespace_before) return false;
  return (credentials.capabilities & ~all_capabilities(places.before, before)) == 0;
}

}  // namespace netmon
