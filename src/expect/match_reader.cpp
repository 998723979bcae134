#include "expect/match_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "netmon/core/values/nearest.h"
#include "netmon/core/values/number.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kMatchKeys{"protocol"sv, "port"sv,   "process"sv, "exe"sv, "exe_elsewhere"sv,
                                "sha256"sv,   "script"sv, "user"sv,    "uid"sv, "bind"sv,
                                "peer"sv,     "scope"sv,  "to"sv};
constexpr std::array kGapMatchKeys{"protocol"sv, "port"sv, "process"sv, "scope"sv};
constexpr std::array kProtocols{"tcp"sv,    "udp"sv,   "udplite"sv, "raw"sv,  "icmp"sv,
                                "packet"sv, "vsock"sv, "xdp"sv,     "sctp"sv, "other"sv};
constexpr std::array kScopes{"host"sv,      "netns:NAME"sv,
                             "container"sv, "container:WORKLOAD"sv,
                             "anonymous"sv, "anonymous:WORKLOAD"sv};

constexpr std::size_t kMaxText = 4096;  // the longest text in a snapshot
constexpr std::size_t kMaxWord = 300;   // a namespace's name is a file name

std::optional<PortRange> range_of(std::string_view text) {
  const auto dash = text.find('-');
  const auto low = parse_number<std::uint32_t>(text.substr(0, dash));
  const auto high =
      dash == std::string_view::npos ? low : parse_number<std::uint32_t>(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return PortRange{*low, *high};
}

std::string not_a_range(std::string_view text) {
  return fmt::format("'{}' is neither a port nor a range such as \"8000-8100\"", text);
}

PortRange read_ports(const Section& section, const toml::node& node) {
  if (const auto* const number = node.as_integer()) {
    const std::int64_t port = number->get();
    if (port < 0 || port > std::numeric_limits<std::uint32_t>::max()) {
      section.refuse("port", fmt::format("{} is not a port", port), &node);
    }
    return {static_cast<std::uint32_t>(port), static_cast<std::uint32_t>(port)};
  }
  if (!node.is_string()) {
    section.refuse("port", "is neither a port nor a range such as \"8000-8100\"", &node);
  }
  const std::string text = section.as_text("port", node, kMaxWord);
  const auto range = range_of(text);
  if (!range) {
    section.refuse("port", not_a_range(text), &node);
  }
  return *range;
}

IpPrefix read_prefix(const Section& section, std::string_view key, const toml::node& node) {
  const std::string text = section.as_text(key, node, kMaxWord);
  const auto prefix = parse_ip_prefix(text);
  if (!prefix) {
    section.refuse(key,
                   fmt::format("'{}' is neither an address nor a prefix such as 10.0.0.0/8 (all "
                               "bits after its length must be 0)",
                               text),
                   &node);
  }
  return *prefix;
}

Protocol read_protocol(const Section& section, const toml::node& node) {
  const std::string text = section.as_text("protocol", node, kMaxWord);
  const auto protocol = parse_protocol(text);
  if (!protocol) {
    section.refuse("protocol",
                   fmt::format("'{}' is not a protocol; {}", text, help_with(text, kProtocols)),
                   &node);
  }
  return *protocol;
}

std::string read_sha256(const Section& section, const toml::node& node) {
  std::string text = section.as_text("sha256", node, kMaxWord);
  const bool is_digest = text.size() == 64 && std::ranges::all_of(text, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                         });
  if (!is_digest) {
    section.refuse("sha256", fmt::format("'{}' is not 64 digits of 0-9a-f", text), &node);
  }
  return text;
}

std::uint32_t read_uid(const Section& section, const toml::node& node) {
  const auto* const number = node.as_integer();
  // The largest number stands for "no user", chown(2).
  constexpr std::int64_t kMaxUid = std::numeric_limits<std::uint32_t>::max() - 1;
  if (number == nullptr || number->get() < 0 || number->get() > kMaxUid) {
    section.refuse("uid", "is not the number of a user, without quotes", &node);
  }
  return static_cast<std::uint32_t>(number->get());
}

Scope read_scope(const Section& section, const toml::node& node) {
  const std::string text = section.as_text("scope", node, kMaxWord);
  const auto scope = parse_scope(text);
  if (!scope) {
    section.refuse("scope", fmt::format("'{}' is not a scope; {}", text, help_with(text, kScopes)),
                   &node);
  }
  return *scope;
}

auto text_reader(const Section& section, std::string_view key) {
  return [&section, key](const toml::node& node) { return section.as_text(key, node, kMaxText); };
}

// Reads the keys that the match of a change and that of a gap have in common.
Match read_place(const Section& section) {
  Match match{.protocols = section.values(
                  "protocol", [&](const toml::node& node) { return read_protocol(section, node); }),
              .ports = section.values(
                  "port", [&](const toml::node& node) { return read_ports(section, node); }),
              .processes = section.values("process", text_reader(section, "process")),
              .scopes = section.values(
                  "scope", [&](const toml::node& node) { return read_scope(section, node); })};
  // Only vsock has ports of 32 bits.
  const bool of_vsock = match.protocols == std::vector{Protocol::vsock};
  for (const PortRange& ports : match.ports) {
    if (of_vsock || ports.high <= std::numeric_limits<std::uint16_t>::max()) continue;
    const bool one = ports.low == ports.high;
    section.refuse("port",
                   one ? fmt::format("{} is not a port", ports.low) : not_a_range(to_string(ports)),
                   section.find("port"));
  }
  return match;
}

}  // namespace

Match read_match(const Section& section) {
  section.require_known_keys(kMatchKeys);
  const auto prefixes = [&](std::string_view key) {
    return section.values(key,
                          [&](const toml::node& node) { return read_prefix(section, key, node); });
  };
  Match match = read_place(section);
  match.executables = section.values("exe", text_reader(section, "exe"));
  match.elsewhere = section.truth("exe_elsewhere");
  if (section.find("exe_elsewhere") != nullptr && match.executables.empty()) {
    section.refuse("exe_elsewhere", "qualifies the path of exe: give exe as well",
                   section.find("exe_elsewhere"));
  }
  match.sha256 =
      section.values("sha256", [&](const toml::node& node) { return read_sha256(section, node); });
  match.scripts = section.values("script", text_reader(section, "script"));
  match.users = section.values("user", text_reader(section, "user"));
  match.uids =
      section.values("uid", [&](const toml::node& node) { return read_uid(section, node); });
  match.binds = prefixes("bind");
  match.peers = prefixes("peer");
  match.targets = section.values("to", text_reader(section, "to"));
  return match;
}

Match read_gap_match(const Section& section) {
  section.require_known_keys(kGapMatchKeys);
  return read_place(section);
}

}  // namespace netmon
