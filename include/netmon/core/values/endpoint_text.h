// Endpoints as people read them, in one form for messages, reports and pictures. Nothing here is
// escaped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

// "192.0.2.1:443", "[2001:db8::1]:443", "container:postgres:5432".
std::string endpoint_text(std::string_view address, std::string_view port);

// "192.0.2.1:443"; "192.0.2.1:*" for a peer without a port.
std::string endpoint_text(const Peer& peer);

// What a listener or a raw socket is bound to: "0.0.0.0:22", "[::]:22"; "*:22" where there is no
// address. For a packet socket the number is an EtherType: "eth0:0x0800". Never empty.
std::vector<std::string> local_texts(Protocol protocol, const std::vector<std::string>& addresses,
                                     std::optional<std::uint32_t> port);

}  // namespace netmon
