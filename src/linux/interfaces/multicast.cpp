#include "linux/interfaces/multicast.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxTableBytes = 4 * kMebibyte;

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> bytes_in(std::string_view digits) {
  std::array<std::uint8_t, N> bytes{};
  if (digits.size() != N * 2) return std::nullopt;
  for (std::size_t i = 0; i < N; ++i) {
    const auto byte = parse_number<std::uint8_t>(digits.substr(i * 2, 2), 16);
    if (!byte) return std::nullopt;
    bytes[i] = *byte;
  }
  return bytes;
}

// Whether the kernel joins the group by itself: ff01::1 and ff02::1 (all nodes), ff01::2, ff02::2
// and ff05::2 (all routers), ff02::6a (all snoopers), and for each address one of
// ff02::1:ff00:0/104 (solicited nodes).
bool is_of_kernel(const std::array<std::uint8_t, 16>& group) {
  const bool zeros = std::all_of(group.begin() + 2, group.end() - 1, [](auto b) { return b == 0; });
  if (zeros && (group[15] == 1 || group[15] == 2 || group[15] == 0x6a)) return true;
  constexpr std::array<std::uint8_t, 13> kSolicited{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
  return std::equal(kSolicited.begin(), kSolicited.end(), group.begin());
}

}  // namespace

// The line of an interface, "4\teth0 : 1 V3", is followed by one line for each group,
// "\t\t\t\t010000E0 1 0:…", whose bytes are in host byte order.
std::vector<ReachFact> parse_igmp(std::string_view text) {
  std::vector<ReachFact> facts;
  std::string device;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const bool is_group = line.starts_with('\t');
    const std::string_view first = take_word(line);
    if (!is_group) {
      device = sanitize(take_word(line));
      continue;
    }
    const auto number = parse_number<std::uint32_t>(first, 16);
    if (first.size() != 8 || !number) continue;
    std::array<std::uint8_t, 4> group{};
    std::memcpy(group.data(), &*number, sizeof *number);
    const IpAddress address = IpAddress::ipv4(std::span(group).first<4>());
    const std::string shown = to_string(address);
    if (shown == "224.0.0.1" || shown == "224.0.0.2" || shown == "224.0.0.106") continue;
    facts.push_back({0, ReachKind::group, device, shown});
  }
  return facts;
}

std::vector<ReachFact> parse_igmp6(std::string_view text) {
  std::vector<ReachFact> facts;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    take_word(line);  // the interface's index
    const std::string device = sanitize(take_word(line));
    const auto group = bytes_in<16>(take_word(line));
    if (!group || is_of_kernel(*group)) continue;
    facts.push_back({0, ReachKind::group, device, to_string(IpAddress::ipv6(*group))});
  }
  return facts;
}

void read_multicast_groups(ReachRead& reach, int proc_net) {
  const auto add = [&](std::vector<ReachFact> facts) {
    reach.facts.insert(reach.facts.end(), facts.begin(), facts.end());
  };
  add(parse_igmp(read_file(proc_net, "igmp", kMaxTableBytes).text));
  add(parse_igmp6(read_file(proc_net, "igmp6", kMaxTableBytes).text));
}

}  // namespace netmon
