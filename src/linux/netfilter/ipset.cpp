#include "linux/netfilter/ipset.h"

#include <fmt/format.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>

#include "linux/reach/dump.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::uint8_t kProtocol = 7;  // IPSET_PROTOCOL since Linux 4.20

std::string name_in(Bytes value) { return escape_controls(text_in(value)); }

template <typename T>
std::optional<T> number_in(Bytes value) {
  auto number = Reader(value).take<T>();
  if (!number || sizeof(T) == 1) return number;
  // All numbers of ipset are in network byte order.
  std::array<std::byte, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &*number, sizeof(T));
  if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(bytes);
  std::memcpy(&*number, bytes.data(), sizeof(T));
  return number;
}

std::string address_text(Bytes value) {
  std::string text;
  for_each_attribute(Reader(value), [&](std::uint16_t, Bytes address) {
    std::array<std::uint8_t, 16> bytes{};
    if (address.size() != 4 && address.size() != 16) return;
    std::memcpy(bytes.data(), address.data(), address.size());
    text = to_string(address.size() == 4 ? IpAddress::ipv4(std::span(bytes).first<4>())
                                         : IpAddress::ipv6(bytes));
  });
  return text;
}

std::string hexadecimal(Bytes value) {
  std::string text;
  for (const std::byte byte : value) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

std::string protocol_word(Bytes value) {
  const unsigned number = Reader(value).take<std::uint8_t>().value_or(0);
  if (number == IPPROTO_TCP) return "tcp";
  if (number == IPPROTO_UDP) return "udp";
  return fmt::format("protocol {}", number);
}

// An attribute and the separator before its value. kParts has them in the order of a line of
// ipset(8), "10.0.0.0/8,tcp:80,eth0"; all other attributes follow.
struct Part {
  std::uint16_t type;
  const char* before;
};
constexpr std::array kParts{
    Part{IPSET_ATTR_IP, ","},    Part{IPSET_ATTR_IP_TO, "-"},  Part{IPSET_ATTR_CIDR, "/"},
    Part{IPSET_ATTR_PROTO, ","}, Part{IPSET_ATTR_PORT, ":"},   Part{IPSET_ATTR_PORT_TO, "-"},
    Part{IPSET_ATTR_IP2, ","},   Part{IPSET_ATTR_IP2_TO, "-"}, Part{IPSET_ATTR_CIDR2, "/"},
    Part{IPSET_ATTR_NAME, ","},  Part{IPSET_ATTR_IFACE, ","}};

// Reads one element, without its counters, its remaining time and its comment.
class ElementReader {
 public:
  void take(std::uint16_t type, Bytes value) {
    switch (type) {
      case IPSET_ATTR_TIMEOUT:  // 0: the element stays
        timed_ = number_in<std::uint32_t>(value).value_or(0) != 0;
        return;
      case IPSET_ATTR_CADT_FLAGS:
        return take_flags(number_in<std::uint32_t>(value).value_or(0));
      case IPSET_ATTR_BYTES:
      case IPSET_ATTR_PACKETS:
      case IPSET_ATTR_COMMENT:
      case IPSET_ATTR_PAD:
        return;
      default:
        values_[type] = text_of(type, value);
    }
  }

  IpsetElement finish() && {
    std::string text;
    for (const Part& part : kParts) {
      const auto value = values_.find(part.type);
      if (value == values_.end()) continue;
      if (!text.empty()) text += part.before;
      text += value->second;
      values_.erase(value);
    }
    for (const auto& [type, value] : values_) {
      text += fmt::format("{}attribute {} {}", text.empty() ? "" : ",", type, value);
    }
    return {excepted_ ? "nomatch " + text : text, timed_};
  }

 private:
  static std::string text_of(std::uint16_t type, Bytes value) {
    switch (type) {
      case IPSET_ATTR_IP:
      case IPSET_ATTR_IP_TO:
      case IPSET_ATTR_IP2:
      case IPSET_ATTR_IP2_TO:
        return address_text(value);
      case IPSET_ATTR_CIDR:
      case IPSET_ATTR_CIDR2:
        return fmt::format("{}", Reader(value).take<std::uint8_t>().value_or(0));
      case IPSET_ATTR_PROTO:
        return protocol_word(value);
      case IPSET_ATTR_PORT:
      case IPSET_ATTR_PORT_TO:
        return fmt::format("{}", number_in<std::uint16_t>(value).value_or(0));
      case IPSET_ATTR_NAME:
      case IPSET_ATTR_IFACE:
        return name_in(value);
      default:
        return hexadecimal(value);
    }
  }

  void take_flags(std::uint32_t flags) {
    excepted_ = (flags & IPSET_FLAG_NOMATCH) != 0;
    const std::uint32_t others = flags & (IPSET_FLAG_PHYSDEV | IPSET_FLAG_IFACE_WILDCARD);
    if (others != 0) values_[IPSET_ATTR_CADT_FLAGS] = fmt::format("{:x}", others);
  }

  std::map<std::uint16_t, std::string> values_;
  bool timed_ = false;
  bool excepted_ = false;
};

std::size_t add_elements(Bytes list, Ipset& set) {
  const std::size_t before = set.elements.size();
  for_each_attribute(Reader(list), [&](std::uint16_t type, Bytes element) {
    if (type != IPSET_ATTR_DATA) return;
    ElementReader reader;
    for_each_attribute(Reader(element), [&](std::uint16_t part, Bytes value) {
      reader.take(part, value);
      if (part == IPSET_ATTR_NAME) set.members.insert(name_in(value));
    });
    set.elements.push_back(std::move(reader).finish());
  });
  return set.elements.size() - before;
}

// The body of a request: the protocol version and, where one set is asked for, its index.
std::vector<std::byte> body_for(std::optional<std::uint16_t> index) {
  std::vector<std::byte> body;
  const auto put = [&](const void* data, std::size_t size) {
    const auto* const bytes = static_cast<const std::byte*>(data);
    body.insert(body.end(), bytes, bytes + size);
    body.resize(NLMSG_ALIGN(body.size()));
  };
  const nfgenmsg header{AF_INET, NFNETLINK_V0, 0};
  put(&header, sizeof header);
  const nlattr protocol{sizeof(nlattr) + 1, IPSET_ATTR_PROTOCOL};
  put(&protocol, sizeof protocol);
  put(&kProtocol, sizeof kProtocol);
  if (!index) return body;
  const nlattr head{sizeof(nlattr) + 2, IPSET_ATTR_INDEX | NLA_F_NET_BYTEORDER};
  put(&head, sizeof head);
  const std::uint16_t number = htons(*index);
  put(&number, sizeof number);
  return body;
}

constexpr std::uint16_t type_of(unsigned command) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_IPSET << 8U | command);
}

int read_names(NetlinkDumps& netlink, const std::set<std::uint16_t>& indexes, IpsetRead& read) {
  for (const std::uint16_t index : indexes) {
    const auto body = body_for(index);
    const auto take = [&](const nlmsghdr& message) {
      Reader payload(payload_of(message));
      payload.take<nfgenmsg>();
      for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
        if (type == IPSET_ATTR_SETNAME) read.names[index] = name_in(value);
      });
    };
    const int error = netlink.ask({type_of(IPSET_CMD_GET_BYINDEX), body}, take);
    if (error != 0) return error;
  }
  return 0;
}

}  // namespace

std::size_t add_ipset(const nlmsghdr& message, Ipsets& sets) {
  Reader payload(payload_of(message));
  payload.take<nfgenmsg>();
  std::string name;
  std::size_t added = 0;
  for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
    if (type == IPSET_ATTR_SETNAME) name = name_in(value);
    if (type == IPSET_ATTR_ADT) added += add_elements(value, sets[name]);
  });
  sets.try_emplace(name);
  return added;
}

IpsetRead read_ipsets(const std::set<std::uint16_t>& indexes) {
  IpsetRead read;
  NetlinkDumps netlink(NETLINK_NETFILTER);
  read.error = read_names(netlink, indexes, read);
  if (read.error != 0) return read;
  const auto body = body_for(std::nullopt);
  std::size_t elements = 0;
  read.error = netlink.dump({type_of(IPSET_CMD_LIST), body}, [&](const nlmsghdr& message) {
    if (elements <= kMaxIpsetElements) elements += add_ipset(message, read.sets);
  });
  for (auto& [name, set] : read.sets) std::ranges::sort(set.elements);
  if (read.error == 0 && elements > kMaxIpsetElements) read.error = EOVERFLOW;
  return read;
}

}  // namespace netmon
