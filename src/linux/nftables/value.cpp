#include "linux/nftables/value.h"

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

std::string hexadecimal(std::string_view bytes) {
  std::string text = "0x";
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

template <typename T>
std::optional<T> number_in(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string protocol_text(std::uint8_t number) {
  switch (number) {
    case IPPROTO_ICMP:
      return "icmp";
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ESP:
      return "esp";
    case IPPROTO_AH:
      return "ah";
    case IPPROTO_ICMPV6:
      return "ipv6-icmp";
    case IPPROTO_SCTP:
      return "sctp";
    case IPPROTO_UDPLITE:
      return "udplite";
    default:
      return fmt::format("{}", number);
  }
}

// The text of a bit set of connection states (nf_conntrack_common.h). The bit of a state is one
// above its number; the lowest bit is "invalid".
std::string ct_state_text(std::uint32_t bits) {
  constexpr std::array kStates{std::pair(1U, "invalid"sv), std::pair(2U, "established"sv),
                               std::pair(4U, "related"sv), std::pair(8U, "new"sv),
                               std::pair(64U, "untracked"sv)};
  std::string text;
  for (const auto& [bit, name] : kStates) {
    if ((bits & bit) == 0) continue;
    text += text.empty() ? "" : ",";
    text += name;
    bits &= ~bit;
  }
  if (bits != 0) text += fmt::format("{}0x{:x}", text.empty() ? "" : ",", bits);
  return text;
}

std::string address_type_text(std::uint32_t number) {
  constexpr std::array kTypes{"unspec"sv,    "unicast"sv,     "local"sv,
                              "broadcast"sv, "anycast"sv,     "multicast"sv,
                              "blackhole"sv, "unreachable"sv, "prohibit"sv};
  return number < kTypes.size() ? std::string(kTypes.at(number)) : fmt::format("{}", number);
}

// The text of a name. The kernel pads names with NUL; without one it is a prefix, shown as "eth*".
std::string name_text(std::string_view bytes) {
  const std::size_t end = bytes.find('\0');
  std::string text = escape_controls(sanitize(bytes.substr(0, end)));
  return end == std::string_view::npos ? text + "*" : text;
}

std::string interface_text(std::string_view bytes) {
  const auto index = number_in<std::uint32_t>(bytes);
  std::array<char, IF_NAMESIZE> name{};
  if (!index || ::if_indextoname(*index, name.data()) == nullptr) return hexadecimal(bytes);
  return sanitize(name.data());
}

std::string address_text(const std::string& bytes, std::size_t whole) {
  std::string padded = bytes;
  padded.resize(whole);
  const std::string text = to_string(address_in(padded));
  return bytes.size() == whole ? text : fmt::format("{}/{}", text, bytes.size() * 8);
}

}  // namespace

IpAddress address_in(const std::string& bytes) {
  std::array<std::uint8_t, 16> whole{};
  std::memcpy(whole.data(), bytes.data(), std::min(bytes.size(), whole.size()));
  if (bytes.size() == 4) return IpAddress::ipv4(std::span(whole).first<4>());
  if (bytes.size() == 16) return IpAddress::ipv6(whole);
  return {};
}

std::uint16_t port_in(const std::string& two_bytes) {
  if (two_bytes.size() < 2) return 0;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(two_bytes[0]) << 8U |
                                    static_cast<unsigned char>(two_bytes[1]));
}

std::string value_text(const std::string& bytes, ValueType type) {
  switch (type) {
    case ValueType::port:
      if (bytes.size() == 2) return fmt::format("{}", port_in(bytes));
      break;
    case ValueType::protocol:
      if (!bytes.empty()) return protocol_text(static_cast<std::uint8_t>(bytes.front()));
      break;
    case ValueType::nfproto:
      if (!bytes.empty()) return bytes.front() == NFPROTO_IPV4 ? "ipv4" : "ipv6";
      break;
    case ValueType::address:
      if (!bytes.empty() && bytes.size() <= 4) return address_text(bytes, 4);
      break;
    case ValueType::address6:
      if (!bytes.empty() && bytes.size() <= 16) return address_text(bytes, 16);
      break;
    case ValueType::name:
      return '"' + name_text(bytes) + '"';
    case ValueType::bare_name:
      return name_text(bytes);
    case ValueType::interface:
      return '"' + interface_text(bytes) + '"';
    case ValueType::bare_interface:
      return interface_text(bytes);
    case ValueType::host_number:
      if (const auto number = number_in<std::uint32_t>(bytes))
        return fmt::format("0x{:x}", *number);
      break;
    case ValueType::ct_state:
      if (const auto number = number_in<std::uint32_t>(bytes)) return ct_state_text(*number);
      break;
    case ValueType::address_type:
      if (const auto number = number_in<std::uint32_t>(bytes)) return address_type_text(*number);
      break;
    case ValueType::bytes:
      break;
  }
  return hexadecimal(bytes);
}

std::string masked_text(const std::string& bytes, const std::string& mask, ValueType type) {
  const bool is_address = (type == ValueType::address && mask.size() == 4) ||
                          (type == ValueType::address6 && mask.size() == 16);
  if (!is_address) return fmt::format("& {} == {}", hexadecimal(mask), hexadecimal(bytes));
  unsigned length = 0;
  bool ended = false;
  for (const char part : mask) {
    for (unsigned bit = 0x80; bit != 0; bit >>= 1U) {
      const bool on = (static_cast<unsigned char>(part) & bit) != 0;
      if (on && ended) return fmt::format("& {} == {}", hexadecimal(mask), hexadecimal(bytes));
      ended = ended || !on;
      length += on ? 1 : 0;
    }
  }
  return fmt::format("{}/{}", to_string(address_in(bytes)), length);
}

std::size_t value_size(ValueType type, std::size_t left) {
  switch (type) {
    case ValueType::port:
      return std::min<std::size_t>(left, 2);
    case ValueType::protocol:
    case ValueType::nfproto:
      return std::min<std::size_t>(left, 1);
    case ValueType::address:
    case ValueType::interface:
    case ValueType::bare_interface:
    case ValueType::host_number:
    case ValueType::ct_state:
    case ValueType::address_type:
      return std::min<std::size_t>(left, 4);
    case ValueType::address6:
    case ValueType::name:
    case ValueType::bare_name:
      return std::min<std::size_t>(left, 16);
    case ValueType::bytes:
      return left;
  }
  no_such_enumerator();
}

std::size_t padded_size(ValueType type, std::size_t left) {
  const std::size_t size = value_size(type, left);
  return std::max<std::size_t>(4, (size + 3) / 4 * 4);
}

std::string target_of(const std::string& address, const std::string& last_address,
                      const std::string& port, const std::string& last_port) {
  std::string text;
  if (!address.empty()) {
    text = to_string(address_in(address));
    if (!last_address.empty() && last_address != address) {
      text += "-" + to_string(address_in(last_address));
    } else if (address.size() == 16 && !port.empty()) {
      text = "[" + text + "]";
    }
  }
  if (port.size() >= 2) text += fmt::format(":{}", port_in(port));
  if (last_port.size() >= 2 && port_in(last_port) != port_in(port)) {
    text += fmt::format("-{}", port_in(last_port));
  }
  return text;
}

std::string verdict_text(std::int32_t verdict, const std::string& chain) {
  switch (verdict) {
    case NF_DROP:
      return "drop";
    case NF_ACCEPT:
      return "accept";
    case NFT_CONTINUE:
      return "continue";
    case NFT_RETURN:
      return "return";
    case NFT_JUMP:
      return "jump " + chain;
    case NFT_GOTO:
      return "goto " + chain;
    default:
      return (verdict & NF_VERDICT_MASK) == NF_QUEUE ? "queue" : fmt::format("verdict {}", verdict);
  }
}

namespace {

// The key minus one, read as a number in network byte order.
std::string one_less(std::string key) {
  for (std::size_t i = key.size(); i-- > 0;) {
    const auto byte = static_cast<unsigned char>(key[i]);
    key[i] = static_cast<char>(byte - 1);
    if (byte != 0) break;
  }
  return key;
}

std::string key_text(const std::string& key, const std::string& types) {
  std::string text;
  std::size_t offset = 0;
  for (const char type : types) {
    if (offset >= key.size()) break;
    const auto of = static_cast<ValueType>(type);
    const std::size_t left = key.size() - offset;
    text += text.empty() ? "" : " . ";
    text += value_text(key.substr(offset, value_size(of, left)), of);
    offset += padded_size(of, left);
  }
  return text.empty() ? hexadecimal(key) : text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> intervals_of(const NftSet& set) {
  std::vector<std::pair<std::string, std::string>> intervals;
  const bool is_interval = (set.flags & NFT_SET_INTERVAL) != 0;
  for (std::size_t i = 0; i < set.elements.size(); ++i) {
    const NftElement& element = set.elements[i];
    if (element.interval_end || element.catch_all) continue;
    if (!element.key_end.empty()) {
      intervals.emplace_back(element.key, element.key_end);
    } else if (!is_interval) {
      intervals.emplace_back(element.key, element.key);
    } else if (i + 1 < set.elements.size()) {
      // The kernel ends an interval by the first key after it, which the last interval may lack.
      intervals.emplace_back(element.key, one_less(set.elements[i + 1].key));
    } else {
      intervals.emplace_back(element.key, std::string(element.key.size(), '\xff'));
    }
  }
  return intervals;
}

std::vector<NftElementText> element_texts(const NftSet& set, const std::string& types) {
  std::vector<NftElementText> texts;
  const auto intervals = intervals_of(set);
  std::size_t i = 0;
  for (const NftElement& element : set.elements) {
    if (element.interval_end) continue;
    std::string text = "*";
    if (!element.catch_all) {
      const auto& [low, high] = intervals[i++];
      text = key_text(low, types);
      if (low != high) text += "-" + key_text(high, types);
    }
    if (element.has_verdict) text += " : " + verdict_text(element.verdict, element.chain);
    if (!element.data.empty()) text += " : " + hexadecimal(element.data);
    texts.push_back({std::move(text), element.timed});
  }
  std::ranges::sort(texts, {}, &NftElementText::text);
  return texts;
}

}  // namespace netmon
