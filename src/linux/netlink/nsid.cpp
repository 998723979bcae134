#include "linux/netlink/nsid.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "linux/namespaces/netns_visit.h"
#include "linux/netlink/netlink_socket.h"
#include "linux/procfs/scan.h"

namespace netmon {
namespace {

// A request with rtgenmsg, which is one byte, padded to four.
struct Request {
  nlmsghdr header{};
  rtgenmsg body{};
  std::array<std::uint8_t, 3> padding{};
};
static_assert(sizeof(Request) == sizeof(nlmsghdr) + 4);

std::vector<std::byte> bytes_of(Request request, Bytes attribute) {
  request.header.nlmsg_len = static_cast<std::uint32_t>(sizeof request + attribute.size());
  request.header.nlmsg_type = RTM_GETNSID;
  request.header.nlmsg_flags |= NLM_F_REQUEST;
  request.body.rtgen_family = AF_UNSPEC;
  std::vector<std::byte> bytes(sizeof request + attribute.size());
  std::memcpy(bytes.data(), &request, sizeof request);
  std::copy(attribute.begin(), attribute.end(), bytes.begin() + sizeof request);
  return bytes;
}

std::optional<std::int32_t> id_in(Reader payload) {
  std::optional<std::int32_t> id;
  if (!payload.take_bytes(4)) return std::nullopt;  // rtgenmsg
  const bool whole = for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
    if (type == NETNSA_NSID) id = Reader(value).take<std::int32_t>();
  });
  return whole ? id : std::nullopt;
}

std::vector<std::byte> link_dump_request() {
  struct {
    nlmsghdr header{};
    ifinfomsg body{};
  } request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  const Bytes bytes = std::as_bytes(std::span(&request, 1));
  return {bytes.begin(), bytes.end()};
}

std::optional<LinkedInterface> interface_in(Reader payload) {
  LinkedInterface found;
  if (!payload.take<ifinfomsg>()) return std::nullopt;
  const bool whole = for_each_attribute(payload, [&](std::uint16_t type, Bytes value) {
    if (type == IFLA_LINK_NETNSID) found.nsid = Reader(value).take<std::int32_t>().value_or(-1);
    if (type == IFLA_IFNAME) {
      const auto* const text = reinterpret_cast<const char*>(value.data());
      found.name.assign(text, ::strnlen(text, value.size()));
    }
  });
  if (!whole || found.nsid < 0) return std::nullopt;
  return found;
}

// Calls visit(type, payload) for each message of a datagram. Returns true where the datagram ends
// the answer.
template <typename Visit>
bool for_each_message(Bytes datagram, Visit visit) {
  Reader reader(datagram);
  if (reader.empty()) return true;
  while (!reader.empty()) {
    const auto header = reader.take<nlmsghdr>();
    const std::size_t length = header ? header->nlmsg_len : 0;
    const auto payload =
        length < sizeof(nlmsghdr) ? std::nullopt : reader.take_bytes(length - sizeof(nlmsghdr));
    if (!payload || header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
      return true;
    }
    reader.skip_padding(length);
    visit(header->nlmsg_type, Reader(*payload));
  }
  return false;
}

std::set<std::int32_t> ask(int netlink, Bytes request, bool is_dump) {
  std::array<std::byte, kNetlinkBytes> buffer;
  std::set<std::int32_t> ids;
  if (send_netlink(netlink, request) != 0) return ids;
  for (bool done = false; !done;) {
    const Datagram datagram = receive_netlink(netlink, buffer);
    if (datagram.error != 0) break;
    const NsidPart part = parse_nsids(datagram.bytes);
    for (const std::int32_t id : part.ids) {
      if (id >= 0) ids.insert(id);
    }
    done = part.done || !is_dump;
  }
  return ids;
}

}  // namespace

NsidPart parse_nsids(Bytes datagram) {
  NsidPart part;
  part.done = for_each_message(datagram, [&](std::uint16_t type, Reader payload) {
    if (type != RTM_NEWNSID) return;
    if (const auto id = id_in(payload)) part.ids.push_back(*id);
  });
  return part;
}

LinkPart parse_links(Bytes datagram) {
  LinkPart part;
  part.done = for_each_message(datagram, [&](std::uint16_t type, Reader payload) {
    if (type != RTM_NEWLINK) return;
    if (auto found = interface_in(payload)) part.interfaces.push_back(*std::move(found));
  });
  return part;
}

std::set<std::string> default_route_interfaces(std::string_view ipv4, std::string_view ipv6) {
  std::set<std::string> names;
  while (!ipv4.empty()) {  // the columns are name, destination, …; the eighth is the mask
    std::string_view line = take_until(ipv4, '\n');
    const std::string name(take_word(line));
    const bool any = take_word(line) == "00000000";
    for (int column = 3; column < 8; ++column) take_word(line);
    if (any && take_word(line) == "00000000") names.insert(name);
  }
  while (!ipv6.empty()) {  // the columns are destination, its length, …; the last is the name
    std::string_view line = take_until(ipv6, '\n');
    const bool any =
        take_word(line).find_first_not_of('0') == std::string_view::npos && take_word(line) == "00";
    std::string_view name;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line))
      name = word;
    if (any && !name.empty()) names.emplace(name);
  }
  return names;
}

std::set<std::int32_t> list_uplink_nsids(const std::string& proc_root) {
  const auto read = [&](const char* name) {
    return read_file(AT_FDCWD, (proc_root + "/thread-self/net/" + name).c_str()).text;
  };
  const auto names = default_route_interfaces(read("route"), read("ipv6_route"));
  const OpenResult netlink = open_netlink(NETLINK_ROUTE);
  std::set<std::int32_t> ids;
  if (names.empty() || !netlink.fd || send_netlink(netlink.fd.get(), link_dump_request()) != 0) {
    return ids;
  }
  const auto buffer = std::make_unique<std::array<std::byte, kNetlinkBytes>>();
  for (bool done = false; !done;) {
    const Datagram datagram = receive_netlink(netlink.fd.get(), *buffer);
    if (datagram.error != 0) break;
    const LinkPart part = parse_links(datagram.bytes);
    for (const LinkedInterface& found : part.interfaces) {
      if (names.contains(found.name)) ids.insert(found.nsid);
    }
    done = part.done;
  }
  return ids;
}

std::vector<std::byte> nsid_dump_request() {
  Request request;
  request.header.nlmsg_flags = NLM_F_DUMP;
  return bytes_of(request, {});
}

std::vector<std::byte> nsid_request(std::int32_t netns_file) {
  struct {
    nlattr header{};
    std::int32_t file = 0;
  } attribute;
  attribute.header = {sizeof attribute, NETNSA_FD};
  attribute.file = netns_file;
  return bytes_of({}, std::as_bytes(std::span(&attribute, 1)));
}

std::set<std::int32_t> list_nsids() {
  const OpenResult netlink = open_netlink(NETLINK_ROUTE);
  return netlink.fd ? ask(netlink.fd.get(), nsid_dump_request(), true) : std::set<std::int32_t>();
}

std::uint64_t count_lost_namespaces(const std::set<std::int32_t>& before,
                                    const std::string& proc_root, std::span<const Netns> found) {
  if (before.empty()) return 0;
  std::set<std::int32_t> lost = before;
  // This socket stays in netmon's own namespace, whatever namespace the asking thread enters.
  const OpenResult netlink = open_netlink(NETLINK_ROUTE);
  const std::vector<int> errors = visit_namespaces(proc_root, found, [&](std::size_t) {
    const OpenResult here = open_file(AT_FDCWD, "/proc/thread-self/ns/net");
    if (!netlink.fd || !here.fd) return;
    for (const std::int32_t id : ask(netlink.fd.get(), nsid_request(here.fd.get()), false)) {
      lost.erase(id);
    }
  });
  constexpr int kLooks = 3;
  for (int look = 0; look < kLooks && !lost.empty(); ++look) {
    if (look > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::set<std::int32_t> present = list_nsids();
    std::erase_if(lost, [&](std::int32_t id) { return !present.contains(id); });
  }
  const auto closed =
      static_cast<std::size_t>(std::ranges::count_if(errors, [](int error) { return error != 0; }));
  return lost.size() - std::min(lost.size(), closed);
}

}  // namespace netmon
