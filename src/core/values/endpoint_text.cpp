#include "netmon/core/values/endpoint_text.h"

#include <fmt/format.h>

#include "netmon/core/values/ip_address.h"

namespace netmon {

std::string endpoint_text(std::string_view address, std::string_view port) {
  const auto parsed = parse_ip_address(address.substr(0, address.find('%')));
  const bool is_ipv6 = parsed && parsed->family == Family::ipv6;
  return is_ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

std::string endpoint_text(const Peer& peer) {
  return endpoint_text(peer.address, peer.port ? fmt::to_string(*peer.port) : "*");
}

std::vector<std::string> local_texts(Protocol protocol, const std::vector<std::string>& addresses,
                                     std::optional<std::uint32_t> port) {
  const std::string number = !port                          ? "*"
                             : protocol == Protocol::packet ? fmt::format("0x{:04x}", *port)
                                                            : fmt::to_string(*port);
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const std::string& address : addresses) texts.push_back(endpoint_text(address, number));
  if (texts.empty()) texts.push_back(endpoint_text("*", number));
  return texts;
}

}  // namespace netmon
