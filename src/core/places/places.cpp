#include "core/places/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace netmon {
namespace {

// Names of listening programs whose port is no part of the place. A program that merely has a new
// name keeps the one that it had before.
class StableNames {
 public:
  StableNames(const Places& places, const SnapshotSide& before) : programs_(places.programs) {
    const std::set<std::uint32_t> distinct(before.programs.begin(), before.programs.end());
    known_.assign(distinct.begin(), distinct.end());
    for (const std::uint32_t program : known_) names_.insert(programs_.at(program).name);
  }

  [[nodiscard]] std::uint32_t name_of(std::uint32_t program) const {
    const std::uint32_t name = programs_.at(program).name;
    if (names_.contains(name)) return name;
    const auto known = std::ranges::find_if(known_, [&](std::uint32_t other) {
      return programs_.same_under_another_name(program, other);
    });
    return known == known_.end() ? name : programs_.at(*known).name;
  }

 private:
  const Programs& programs_;
  std::vector<std::uint32_t> known_;
  std::set<std::uint32_t> names_;
};

// What one side knows about its TCP listeners, so the other side can place its own in the same way.
struct KnownPort {
  bool by_kernel = true;   // whether the kernel is known to have chosen it for all listeners there
  std::uint32_t name = 0;  // of the program that listens there
};

class KnownListeners {
 public:
  KnownListeners(const SnapshotSide& side, const StableNames& names) {
    for (const Socket& socket : side.snapshot.sockets) {
      if (socket.state != State::listen) continue;
      const auto owners = side.snapshot.owners_of(socket);
      KnownPort& known = ports_[{side.spaces[socket.netns], socket.protocol, socket.local.port}];
      known.by_kernel &= socket.port_choice == PortChoice::kernel;
      for (const Owner& owner : owners) {
        const std::uint32_t name = names.name_of(side.programs[owner.process]);
        if (known.name == 0) known.name = name;
        names_.insert(name);
      }
    }
  }

  [[nodiscard]] const KnownPort* at(std::uint32_t space, const Socket& socket) const {
    const auto found = ports_.find({space, socket.protocol, socket.local.port});
    return found == ports_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool has_name(std::uint32_t name) const { return names_.contains(name); }

 private:
  std::map<std::tuple<std::uint32_t, Protocol, std::uint16_t>, KnownPort> ports_;
  std::set<std::uint32_t> names_;
};

// Assigns the sockets of one side to their places.
class PlaceAssigner {
 public:
  PlaceAssigner(Places& places, const SnapshotSide& side, const StableNames& names,
                const KnownListeners& other, const PlaceFilter* filter)
      : places_(places), side_(side), names_(names), other_(other), filter_(filter) {}

  // Returns the members unsorted.
  std::vector<Member> run(const SideRoles& decided) {
    const std::vector<SocketRole>& roles = decided.roles;
    std::vector<Member> members;
    if (filter_ == nullptr) members.reserve(roles.size());
    for (std::uint32_t i = 0; i < roles.size(); ++i) {
      if (!roles[i].role) continue;
      Member member{.socket = i & Member::kMaxSocket, .role_undecided = roles[i].undecided};
      const Socket& socket = side_.snapshot.sockets[i];
      member.place = place_of(socket, roles[i], member);
      if (const auto other = decided.remote_spaces.find(i); other != decided.remote_spaces.end()) {
        set_remote_scope(member.place, other->second);
      }
      if (filter_ != nullptr && !filter_->lets_through(member.place)) continue;
      members.push_back(member);
      if (side_.also[socket.netns] == kNoSpace) continue;
      member.place.space = side_.also[socket.netns];
      members.push_back(member);
    }
    return members;
  }

 private:
  Place place_of(const Socket& socket, const SocketRole& role, Member& member) {
    Place place{
        .space = side_.spaces[socket.netns], .role = *role.role, .protocol = socket.protocol};
    switch (place.role) {
      case Role::listener:
        set_listener(place, socket, member);
        break;
      case Role::client:
        member.port_undecided = is_port_choice_unknown(side_.snapshot, socket);
        break;
      case Role::inbound:
        place.port = socket.local.port;
        set_remote(place, socket);
        break;
      case Role::outbound:
        set_remote(place, socket);
        member.port_undecided = role.remote_choice_unknown;
        if (!role.remote_port_by_kernel && !role.remote_choice_unknown) {
          place.remote_port = socket.remote.port;
        }
        break;
      case Role::raw:
        place.port = socket.link_protocol;
        place.name = places_.texts.number(places_.device_of(side_, socket));
        break;
      case Role::forward:
      case Role::network:
        break;  // no role of a socket
    }
    return place;
  }

  // A listener whose port choice is unknown belongs to the port if the other side listens there
  // too, unless the kernel chose it there. If the other side has no such listener, the kernel may
  // have chosen a new port since then: the place then has the program's name, and the port is
  // undecided.
  void set_listener(Place& place, const Socket& socket, Member& member) const {
    const KnownPort* const other = other_.at(place.space, socket);
    const bool open =
        socket.protocol == Protocol::tcp && is_port_choice_unknown(side_.snapshot, socket);
    const bool by_kernel =
        socket.protocol == Protocol::tcp &&
        (socket.port_choice == PortChoice::kernel || (open && (!other || other->by_kernel)));
    std::uint32_t name = by_kernel ? name_of(socket) : 0;
    if (by_kernel && name == 0 && other != nullptr) name = other->name;
    if (name == 0) {
      place.port = socket.local.port;
      return;
    }
    place.name = name;
    member.port_undecided = open && other == nullptr;
  }

  // The name of a holder that also listens on the other side, else of the oldest holder; 0 where no
  // holder is known.
  [[nodiscard]] std::uint32_t name_of(const Socket& socket) const {
    std::uint32_t first = 0;
    for (const Owner& owner : side_.snapshot.owners_of(socket)) {
      const std::uint32_t name = names_.name_of(side_.programs[owner.process]);
      if (other_.has_name(name)) return name;
      if (first == 0) first = name;
    }
    return first;
  }

  void set_remote(Place& place, const Socket& socket) {
    place.remote = normalized(socket.remote.address);
    if (is_link_local(place.remote) && socket.device_index != 0) {
      place.name = places_.texts.number(places_.device_of(side_, socket));
    }
  }

  void set_remote_scope(Place& place, std::uint32_t space) {
    place.remote = {};
    place.name = places_.texts.number(to_string(places_.scopes[space]));
  }

  Places& places_;
  const SnapshotSide& side_;
  const StableNames& names_;
  const KnownListeners& other_;
  const PlaceFilter* filter_;
};

// Sorts the two sides of a large comparison in parallel.
void sort_members(SnapshotSide& before, SnapshotSide& after) {
  constexpr std::size_t kWorthAThread = 20'000;
  const bool many = std::min(before.members.size(), after.members.size()) >= kWorthAThread;
  const auto sorted = std::async(many ? std::launch::async : std::launch::deferred,
                                 [&] { std::ranges::sort(before.members); });
  std::ranges::sort(after.members);
  sorted.wait();
}

std::string remote_text(const Place& place, const std::string& name) {
  if (place.is_remote_scope()) return name;
  return to_string(place.remote) + (name.empty() ? "" : "%" + name);
}

}  // namespace

Places::Places(const Snapshot& of_before, const Snapshot& of_after, const PlaceFilter* filter)
    : before{of_before, {}, {}, {}, {}},
      after{of_after, {}, {}, {}, {}},
      one_boot(same_boot(of_before.info, of_after.info)) {
  Spaces spaces = pair_spaces(of_before, of_after);
  scopes = std::move(spaces.scopes);
  single = std::move(spaces.single);
  renamed = std::move(spaces.renamed);
  before.spaces = std::move(spaces.before);
  after.spaces = std::move(spaces.after);
  before.also = std::move(spaces.also_before);
  after.also = std::move(spaces.also_after);
  before.programs = programs.add(of_before);
  after.programs = programs.add(of_after);
  for (const SnapshotSide* side : {&after, &before}) {
    for (std::size_t i = 0; i < side->snapshot.namespaces.size(); ++i) {
      for (const Device& device : side->snapshot.namespaces[i].devices) {
        devices[{side->spaces[i], device.index}] = texts.number(device.name);
      }
    }
  }
  Roles roles = decide_roles({of_before, before.spaces, before.programs},
                             {of_after, after.spaces, after.programs}, programs);
  const StableNames names(*this, before);
  const KnownListeners known_before(before, names);
  const KnownListeners known_after(after, names);
  before.members = PlaceAssigner(*this, before, names, known_after, filter).run(roles.before);
  roles.before = {};
  after.members = PlaceAssigner(*this, after, names, known_before, filter).run(roles.after);
  sort_members(before, after);
}

std::string Places::device_of(const SnapshotSide& side, const Socket& socket) const {
  std::string name = device_name(side.snapshot, socket);
  const auto& known = side.snapshot.namespaces[socket.netns].devices;
  const bool has_name =
      std::ranges::find(known, socket.device_index, &Device::index) != known.end();
  const bool no_interface = socket.device_index == 0 || socket.protocol == Protocol::vsock;
  if (no_interface || has_name || !one_boot) return name;
  const auto was = devices.find({side.spaces[socket.netns], socket.device_index});
  return was == devices.end() ? name : texts.text(was->second);
}

Identity Places::identity_of(const Place& place, std::uint32_t program_name) const {
  Identity identity{.scope = scopes[place.space],
                    .role = place.role,
                    .protocol = place.protocol,
                    .program = texts.text(program_name)};
  const std::string& name = texts.text(place.name);
  switch (place.role) {
    case Role::listener:
      if (place.name == 0) identity.port = place.port;
      break;
    case Role::client:
      break;
    case Role::inbound:
      identity.port = place.port;
      identity.remote = Peer{remote_text(place, name), std::nullopt};
      break;
    case Role::outbound:
      identity.remote = Peer{remote_text(place, name), std::nullopt};
      if (place.remote_port != 0) identity.remote->port = place.remote_port;
      break;
    case Role::raw:
      identity.port = place.port;
      identity.device = name;
      break;
    case Role::forward:
    case Role::network:
      break;  // no place of sockets
  }
  return identity;
}

}  // namespace netmon
