#include "core/moved.h"

#include <fmt/format.h>

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace netmon {
namespace {

// What makes two listeners the same program in the same place. A program whose executable is not
// known is never paired: a wrong pair would hide that one went and another came.
using Program = std::tuple<Scope, Protocol, std::string, std::string>;

std::optional<Program> program_of(const Change& change) {
  if (!change.process || !change.process->exe) return std::nullopt;
  return Program{change.scope, change.protocol, change.process->name, *change.process->exe};
}

void turn_into_moved(Change& added, const Change& removed) {
  added.kind = ChangeKind::moved;
  added.sockets_before = removed.sockets_before;
  added.attributes.push_back({.name = "port",
                              .before = {fmt::format_int(removed.port.value_or(0)).str()},
                              .after = {fmt::format_int(added.port.value_or(0)).str()}});
  if (removed.addresses != added.addresses) {
    added.attributes.push_back(
        {.name = "bind", .before = removed.addresses, .after = added.addresses});
  }
}

}  // namespace

std::vector<Change> join_moved(std::vector<Change> changes) {
  std::map<Program, std::deque<std::size_t>> removed;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].kind != ChangeKind::listener_removed) continue;
    if (const auto program = program_of(changes[i])) removed[*program].push_back(i);
  }
  std::vector<bool> joined(changes.size(), false);
  for (Change& change : changes) {
    if (change.kind != ChangeKind::listener_added) continue;
    const auto program = program_of(change);
    const auto found = program ? removed.find(*program) : removed.end();
    if (found == removed.end() || found->second.empty()) continue;
    const std::size_t partner = found->second.front();
    found->second.pop_front();
    turn_into_moved(change, changes[partner]);
    joined[partner] = true;
  }
  std::vector<Change> kept;
  kept.reserve(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!joined[i]) kept.push_back(std::move(changes[i]));
  }
  return kept;
}

}  // namespace netmon
