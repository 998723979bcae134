#include "netmon/core/places/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/places/container_addresses.h"
#include "core/places/places.h"
#include "core/places/roles.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kRoles{"listener"sv, "client"sv,  "inbound"sv, "outbound"sv,
                            "raw"sv,      "forward"sv, "network"sv};

std::string text_of(const std::optional<std::uint32_t>& port) {
  return port ? fmt::format_int(*port).str() : std::string();
}

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::ranges::find(kRoles, text);
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<Role>(found - kRoles.begin());
}

bool can_gate(Role role) { return role != Role::client && role != Role::inbound; }

std::string_view protocol_word(const Identity& identity) {
  return identity.role == Role::network ? std::string_view() : to_string(identity.protocol);
}

IdentityText encode(const Identity& identity) {
  return {.scope = to_string(identity.scope),
          .role = std::string(to_string(identity.role)),
          .protocol = std::string(protocol_word(identity)),
          .port = text_of(identity.port),
          .device = identity.device,
          .remote_address = identity.remote ? identity.remote->address : std::string(),
          .remote_port = identity.remote ? text_of(identity.remote->port) : std::string(),
          .program = identity.program};
}

std::vector<std::optional<Role>> roles_of(const Snapshot& snapshot) {
  Interner texts;
  Programs programs(texts);
  const std::vector<std::uint32_t> numbers = programs.add(snapshot);
  const Spaces spaces = pair_spaces(snapshot, Snapshot{});
  std::vector<std::optional<Role>> roles;
  roles.reserve(snapshot.sockets.size());
  const SideRoles all = decide_roles({snapshot, spaces.before, numbers}, programs);
  for (const SocketRole& decided : all.roles) {
    roles.push_back(decided.role);
  }
  return roles;
}

namespace {

std::vector<Identity> identities_of(const Snapshot& snapshot, const PlaceFilter* filter) {
  const Snapshot nothing;
  const Places places(snapshot, nothing, filter);
  std::vector<Identity> identities;
  std::set<std::uint32_t> names;
  for_each_place(places, [&](std::span<const Member> members, std::span<const Member> /*none*/) {
    names.clear();
    for (const Member& member : members) {
      const Socket& socket = snapshot.sockets[member.socket];
      for (const Owner& owner : snapshot.owners_of(socket)) {
        names.insert(places.programs.at(places.before.programs[owner.process]).name);
      }
      if (socket.owner_state == OwnerState::kernel) names.insert(places.programs.at(0).name);
    }
    if (names.empty()) names.insert(0);
    for (const std::uint32_t name : names) {
      identities.push_back(places.identity_of(members.front().place, name));
    }
  });
  for (const Forward& forward : snapshot.forwards) {
    identities.push_back(identity_of(snapshot, forward));
  }
  std::ranges::sort(identities);
  identities.erase(std::unique(identities.begin(), identities.end()), identities.end());
  return identities;
}

}  // namespace

std::vector<Identity> identities_of(const Snapshot& snapshot) {
  return identities_of(snapshot, nullptr);
}

std::vector<Identity> identities_of(const Snapshot& snapshot, std::span<const Identity> alike) {
  const PlaceFilter filter(alike);
  return identities_of(snapshot, &filter);
}

}  // namespace netmon
