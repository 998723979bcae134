#include <algorithm>
#include <set>

#include "core/diff/differ.h"

namespace netmon {

void Differ::doubt_holders(const PlaceSide& before, const PlaceSide& after) {
  const auto has = [](const PlaceSide& here, GapCode code) {
    return std::ranges::find(here.holders.hidden, code) != here.holders.hidden.end();
  };
  for (const GapCode code : before.holders.hidden) {
    add_doubt(code, has(after, code) ? Side::both : Side::before, subject(after));
  }
  for (const GapCode code : after.holders.hidden) {
    if (!has(before, code)) add_doubt(code, Side::after, subject(after));
  }
}

// Where it is not known who chose a port that BEFORE did not have, it may be a new listener, or the
// old one that got another free port.
void Differ::doubt_ports(const PlaceSide& before, const PlaceSide& after) {
  const bool outbound = after.place().role == Role::outbound;
  const bool client = after.place().role == Role::client;
  const auto port_of = [&](const PlaceSide& here, const Member& member) {
    return outbound ? here.socket(member).remote.port : here.socket(member).local.port;
  };
  const auto open = [](const Member& member) { return member.port_undecided; };
  if (std::ranges::none_of(after.members, open)) return;
  std::set<std::uint16_t> known;
  std::set<std::uint32_t> known_names;
  for (const Member& member : before.members) {
    known.insert(port_of(before, member));
    for (const Owner& owner : before.side.snapshot.owners_of(before.socket(member))) {
      known_names.insert(places_.programs.at(before.side.programs[owner.process]).name);
    }
  }
  for (const Member& member : after.members) {
    if (!member.port_undecided || known.contains(port_of(after, member))) continue;
    const auto owners = after.side.snapshot.owners_of(after.socket(member));
    // A client gets another port each time, so its program decides whether it was there.
    const bool known_client =
        client && !owners.empty() && std::ranges::all_of(owners, [&](const Owner& owner) {
          return known_names.contains(places_.programs.at(after.side.programs[owner.process]).name);
        });
    if (known_client) continue;
    add_doubt(GapCode::port_choice_not_known, Side::after,
              subject(place_side(after.side, std::span(&member, 1))));
  }
}

// A connection that BEFORE had is not new, whichever direction it has.
void Differ::doubt_roles(const PlaceSide& after) {
  for (const Member& member : after.members) {
    if (!member.role_undecided || had_socket(after.socket(member))) continue;
    const PlaceSide alone = place_side(after.side, std::span(&member, 1));
    const GapCode code =
        alone.holders.any_hidden() ? alone.holders.hidden.front() : GapCode::owners_not_visible;
    add_doubt(code, Side::after, subject(alone));
  }
}

bool Differ::had_socket(const Socket& socket) {
  if (!places_.one_boot || socket.cookie == 0) return false;
  if (!old_cookies_) {
    old_cookies_.emplace();
    for (const Socket& old : places_.before.snapshot.sockets) old_cookies_->insert(old.cookie);
  }
  return old_cookies_->contains(socket.cookie);
}

void Differ::add_doubt(GapCode code, Side which, const Subject& of) {
  const Change facts = start_change(ChangeKind::listener_added, of);
  std::optional<std::uint32_t> port = facts.port;
  std::string text = subject_of(of);
  if (facts.identity.role == Role::outbound) port = facts.identity.remote->port;
  if (facts.identity.role == Role::client) {
    port = of.side.snapshot.sockets[of.members.front().socket].local.port;
    text += " on port " + std::to_string(*port);
  }
  doubts_.add(code, which, facts.identity, port, text);
}

}  // namespace netmon
