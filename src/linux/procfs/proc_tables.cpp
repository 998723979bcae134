#include "linux/procfs/proc_tables.h"

#include <array>
#include <bit>
#include <cstring>

#include "linux/netlink/diag_wire.h"
#include "linux/procfs/scan.h"

namespace netmon {
namespace {

// Parses "0100007F", or four such words. The kernel prints each word as a number in host byte
// order.
std::optional<IpAddress> parse_hex_address(std::string_view text) {
  if (text.size() != 8 && text.size() != 32) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t at = 0; at < text.size(); at += 8) {
    const auto word = parse_number<std::uint32_t>(text.substr(at, 8), 16);
    if (!word) return std::nullopt;
    std::memcpy(bytes.data() + at / 2, &*word, sizeof *word);
  }
  return text.size() == 8 ? IpAddress::ipv4(std::span(bytes).first<4>()) : IpAddress::ipv6(bytes);
}

// Parses an endpoint such as "0100007F:0001".
std::optional<Endpoint> parse_hex_endpoint(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = parse_hex_address(text.substr(0, colon));
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 16);
  if (!address || !port) return std::nullopt;
  return Endpoint{*address, *port};
}

std::optional<Socket> parse_inet_line(std::string_view line, Protocol protocol) {
  std::array<std::string_view, 10> words;
  for (std::string_view& word : words) word = take_word(line);
  const auto local = parse_hex_endpoint(words[1]);
  const auto remote = parse_hex_endpoint(words[2]);
  const auto number = parse_number<std::uint8_t>(words[3], 16);
  const auto uid = parse_number<std::uint32_t>(words[7]);
  const auto inode = parse_number<std::uint32_t>(words[9]);
  if (!local || !remote || !number || !uid || !inode) return std::nullopt;
  if (local->address.family != remote->address.family) return std::nullopt;
  const std::optional<State> state = state_of(protocol, *number);
  if (!state) return std::nullopt;

  Socket socket;
  socket.protocol = protocol;
  socket.state = *state;
  socket.local = *local;
  if (!is_unspecified(remote->address)) socket.remote = *remote;
  if (protocol == Protocol::raw) {  // the IP protocol is in the place of the port
    socket.link_protocol = socket.local.port;
    socket.local.port = 0;
  }
  socket.inode = *inode;
  if (socket.inode != 0) socket.uid = *uid;
  return socket;
}

std::optional<Socket> parse_packet_line(std::string_view line) {
  std::array<std::string_view, 9> words;
  for (std::string_view& word : words) word = take_word(line);
  const auto ether_type = parse_number<std::uint16_t>(words[3], 16);
  const auto device =
      words[4] == "-1" ? std::optional(kGoneDevice) : parse_number<std::uint32_t>(words[4]);
  const auto uid = parse_number<std::uint32_t>(words[7]);
  const auto inode = parse_number<std::uint32_t>(words[8]);
  if (!ether_type || !device || !uid || !inode) return std::nullopt;

  Socket socket;
  socket.protocol = Protocol::packet;
  socket.state = State::unconnected;
  socket.link_protocol = *ether_type;
  socket.device_index = *device;
  socket.inode = *inode;
  if (socket.inode != 0) socket.uid = *uid;
  return socket;
}

template <typename ParseLine>
ProcTable parse_table(std::string_view text, ParseLine parse_line) {
  ProcTable table;
  take_until(text, '\n');  // the headings
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (const std::optional<Socket> socket = parse_line(line)) {
      table.sockets.push_back(*socket);
    } else {
      ++table.malformed_lines;
    }
  }
  return table;
}

}  // namespace

ProcTable parse_inet_table(std::string_view text, Protocol protocol) {
  return parse_table(text,
                     [protocol](std::string_view line) { return parse_inet_line(line, protocol); });
}

ProcTable parse_packet_table(std::string_view text) { return parse_table(text, parse_packet_line); }

std::optional<std::uint64_t> count_sockets(std::string_view sockstat) {
  std::optional<std::uint64_t> total;
  while (!sockstat.empty()) {
    std::string_view line = take_until(sockstat, '\n');
    take_word(line);  // "TCP:"
    for (std::string_view name = take_word(line); !name.empty(); name = take_word(line)) {
      const auto count = parse_number<std::uint32_t>(take_word(line));
      if (!count) return std::nullopt;
      // Other counts ("orphan", "alloc", "mem") are those of the whole host.
      if (name == "used" || name == "inuse" || name == "tw") total = total.value_or(0) + *count;
    }
  }
  return total;
}

std::optional<PortRange> parse_port_range(std::string_view text) {
  std::string_view line = take_until(text, '\n');
  const auto low = parse_number<std::uint16_t>(take_word(line));
  const auto high = parse_number<std::uint16_t>(take_word(line));
  if (!low || !high || *low > *high) return std::nullopt;
  return PortRange{*low, *high};
}

}  // namespace netmon
