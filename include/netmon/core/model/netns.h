// A network namespace, and the scope by which it is known across captures.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

enum class ScopeKind : std::uint8_t { host, named, container, anonymous };

// Where a socket lives: "host", "netns:NAME", "container:WORKLOAD" or "anonymous:WORKLOAD".
struct Scope {
  ScopeKind kind = ScopeKind::host;
  // The name of a named namespace. A container or an anonymous namespace has the name of the
  // program that started it (a generic init is skipped), or "" where that is not known.
  std::string name;

  auto operator<=>(const Scope&) const = default;
};

// Inclusive, host byte order. The default is the kernel's own.
struct PortRange {
  std::uint32_t low = 32768;
  std::uint32_t high = 60999;

  auto operator<=>(const PortRange&) const = default;
  [[nodiscard]] bool contains(std::uint32_t port) const { return low <= port && port <= high; }
};

// "8443", "8000-8100".
std::string to_string(const PortRange& range);

struct Device {
  std::uint32_t index = 0;
  std::string name;

  auto operator<=>(const Device&) const = default;
};

// A network namespace that was entered and read.
struct NetNamespace {
  std::uint64_t id = 0;      // inode number on nsfs, as in "net:[4026531840]"; 0 where not known
  std::uint64_t cookie = 0;  // SO_NETNS_COOKIE, unique within a boot; 0 where not known
  Scope scope;
  std::vector<std::string> containers;  // full ids of the containers that live in it, sorted
  PortRange ephemeral_ports;            // net.ipv4.ip_local_port_range
  std::vector<Device> devices;          // those that a socket of the snapshot is bound to, sorted

  bool operator==(const NetNamespace&) const = default;
};

// Whether many namespaces share the scope, as with `container` and `anonymous`: what is seen in one
// of them says little about another.
bool is_collective(const Scope& scope);

std::string to_string(const Scope& scope);
std::optional<Scope> parse_scope(std::string_view text);  // the inverse

}  // namespace netmon
