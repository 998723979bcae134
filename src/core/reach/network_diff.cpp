#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/places/exposure.h"
#include "core/reach/reach_space.h"

namespace netmon {
namespace {

bool is_public(const std::string& address) {
  const auto parsed = parse_ip_address(address.substr(0, address.find('/')));
  return parsed && reach_of(*parsed) == Reach::global;
}

bool has_public(const Values& addresses) { return std::ranges::any_of(addresses, is_public); }

class NetworkDiff {
 public:
  explicit NetworkDiff(const SpacePair& pair) : pair_(pair) {}

  std::vector<Change> run() && {
    compare_names(ReachKind::setting, Attribute::setting, ChangeKind::forwarding_enabled,
                  Severity::medium);
    compare_names(ReachKind::device, Attribute::tunnel, ChangeKind::device_added, Severity::medium);
    compare_names(ReachKind::promiscuous, std::nullopt, ChangeKind::promiscuous, Severity::high);
    // A container gets new addresses at each start.
    if (!is_collective(pair_.scope)) {
      compare_addresses();
      compare_routes();
      compare_groups();
    }
    return std::move(changes_);
  }

 private:
  Change& add(ChangeKind kind, Severity severity, const std::string& about) {
    changes_.push_back(network_change(pair_, kind, severity, about));
    return changes_.back();
  }

  // Reports new values under a name as a change of this kind, and names that are gone as a notice.
  void compare_names(ReachKind what, std::optional<Attribute> attribute, ChangeKind kind,
                     Severity severity) {
    const auto old = pair_.before.by_name(what);
    const auto now = pair_.after.by_name(what);
    const auto add_row = [&](ChangeKind of, Severity weight, const std::string& name,
                             const Values& was, const Values& is) {
      Change& change = add(of, weight, name);
      if (attribute) change.attributes.push_back(lines_of(*attribute, was, is));
    };
    for (const auto& [name, values] : now) {
      const auto was = old.find(name);
      const Values& known = was == old.end() ? Values() : was->second;
      if (!without(values, known).empty()) add_row(kind, severity, name, known, values);
    }
    for (const auto& [name, values] : old) {
      if (!now.contains(name)) {
        add_row(ChangeKind::route_changed, Severity::notice, name, values, {});
      }
    }
  }

  void compare_addresses() {
    auto old = pair_.before.by_name(ReachKind::address);
    auto now = pair_.after.by_name(ReachKind::address);
    for (const auto& [interface, addresses] : now) {
      const Values& known = old[interface];
      for (const std::string& address : without(addresses, known)) {
        add_address(interface, address, has_public(known));
      }
    }
    for (const auto& [interface, addresses] : old) {
      for (const std::string& address : without(addresses, now[interface])) {
        add(ChangeKind::address_removed, Severity::notice, interface)
            .attributes.push_back({Attribute::address, {address}, {}});
      }
    }
  }

  void compare_routes() {
    const Values routes = pair_.before.lines(ReachKind::route);
    const Values routes_now = pair_.after.lines(ReachKind::route);
    if (routes == routes_now) return;
    add(ChangeKind::route_changed, Severity::notice, "")
        .attributes.push_back(
            lines_of(Attribute::route, without(routes, routes_now), without(routes_now, routes)));
  }

  // A group that was joined on any interface before is known: each new interface of a container
  // engine joins the groups of the host's service discovery.
  void compare_groups() {
    Values known;
    for (const auto& [interface, groups] : pair_.before.by_name(ReachKind::group)) {
      known.insert(groups.begin(), groups.end());
    }
    for (const auto& [interface, groups] : pair_.after.by_name(ReachKind::group)) {
      const Values joined = without(groups, known);
      if (joined.empty()) continue;
      add(ChangeKind::multicast_joined, Severity::notice, interface)
          .attributes.push_back(lines_of(Attribute::address, {}, joined));
      known.insert(joined.begin(), joined.end());
    }
  }

  void add_address(const std::string& interface, const std::string& address, bool had_public) {
    const AttributeChange exposed = exposed_at(address);
    const bool high = pair_.scope.kind == ScopeKind::host && is_public(address) && !had_public &&
                      !exposed.after.empty();
    Change& change =
        add(ChangeKind::address_added, high ? Severity::high : Severity::notice, interface);
    change.attributes.push_back({Attribute::address, {}, {address}});
    if (!exposed.after.empty()) change.attributes.push_back(exposed);
  }

  // The listeners of AFTER that are bound to the unspecified address of this family.
  [[nodiscard]] AttributeChange exposed_at(const std::string& address) const {
    const bool ipv6 = address.find(':') != std::string::npos;
    return exposes(pair_.after, [&](const Socket& socket) {
      if (!is_unspecified(socket.local.address)) return false;
      const bool serves_ipv6 = socket.local.address.family == Family::ipv6;
      return ipv6 ? serves_ipv6 : !serves_ipv6 || !socket.v6only.value_or(false);
    });
  }

  const SpacePair& pair_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> network_changes(const SpacePair& pair) { return NetworkDiff(pair).run(); }

}  // namespace netmon
