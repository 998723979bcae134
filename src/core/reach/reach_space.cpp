#include "core/reach/reach_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace netmon {
namespace {

constexpr std::size_t kMaxShownLines = 40;    // of the rules that came, and of those that went
constexpr std::size_t kMaxShownExposed = 16;  // listeners

bool listens(const Socket& socket) {
  return socket.state == State::listen ||
         (is_datagram(socket.protocol) && socket.state == State::unconnected &&
          socket.port_choice != PortChoice::kernel);
}

}  // namespace

std::map<std::string, Values> SpaceReach::by_name(ReachKind kind) const {
  std::map<std::string, Values> values;
  for (const ReachFact* fact : facts) {
    if (fact->kind == kind) values[fact->name].insert(fact->value);
  }
  return values;
}

Values SpaceReach::lines(ReachKind kind) const {
  Values lines;
  for (const ReachFact* fact : facts) {
    if (fact->kind != kind) continue;
    lines.insert(stable_text(fact->name + ": " + with_scopes(fact->value, *addresses)));
  }
  return lines;
}

SpaceReach reach_of_space(const SnapshotSide& side, const AddressScopes& addresses,
                          std::uint32_t space) {
  SpaceReach reach{.snapshot = &side.snapshot, .addresses = &addresses};
  for (std::uint32_t n = 0; n < side.spaces.size(); ++n) {
    if (side.spaces[n] == space || side.also[n] == space) reach.namespaces.push_back(n);
  }
  const auto is_here = [&](std::uint32_t netns) {
    return std::ranges::find(reach.namespaces, netns) != reach.namespaces.end();
  };
  for (const ReachFact& fact : side.snapshot.reach) {
    if (is_here(fact.netns)) reach.facts.push_back(&fact);
  }
  for (const Forward& forward : side.snapshot.forwards) {
    if (is_here(forward.netns)) reach.forwards.push_back(&forward);
  }
  for (const Gap& gap : side.snapshot.gaps) {
    const bool hits = !gap.scope || std::ranges::any_of(reach.namespaces, [&](std::uint32_t n) {
      return *gap.scope == side.snapshot.namespaces[n].scope;
    });
    if (hits) reach.unread.insert(gap.code);
  }
  return reach;
}

bool is_of_reuseport(const std::string& name) { return name.starts_with("sk_reuseport "); }

Change network_change(const SpacePair& pair, ChangeKind kind, Severity severity,
                      const std::string& about) {
  Change change{.kind = kind, .severity = severity};
  change.identity.scope = pair.scope;
  change.identity.role = Role::network;
  change.identity.device = about;
  change.no_process = "namespace";
  return change;
}

Values without(const Values& from, const Values& what) {
  Values left;
  std::ranges::set_difference(from, what, std::inserter(left, left.end()));
  return left;
}

std::vector<std::string> shown(const Values& values, std::size_t most) {
  std::vector<std::string> texts;
  for (const std::string& value : values) {
    if (texts.size() == most) {
      texts.push_back(fmt::format("(and {} more)", values.size() - most));
      break;
    }
    texts.push_back(value);
  }
  return texts;
}

AttributeChange exposes(const SpaceReach& side, const std::function<bool(const Socket&)>& serves) {
  Values exposed;
  for (const Socket& socket : side.snapshot->sockets) {
    const bool here = std::ranges::find(side.namespaces, socket.netns) != side.namespaces.end();
    if (!here || !listens(socket) || !serves(socket)) continue;
    const Process* const process = side.snapshot->shown_process(socket);
    exposed.insert(fmt::format("{} {} {}", to_string(socket.protocol), socket.local.port,
                               process == nullptr ? "(no process)" : process->name));
  }
  return {Attribute::exposes, {}, shown(exposed, kMaxShownExposed)};
}

AttributeChange lines_of(Attribute attribute, const Values& before, const Values& after) {
  return {attribute, shown(before, kMaxShownLines), shown(after, kMaxShownLines)};
}

}  // namespace netmon
