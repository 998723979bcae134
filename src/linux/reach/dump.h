// A netlink dump of the calling thread's namespace: one request, and all messages of its answer.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "linux/netlink/netlink_reader.h"

namespace netmon {

// A message's header and what follows it, in one piece and aligned as the kernel sent it.
using MessageSink = std::function<void(const nlmsghdr& message)>;

struct DumpRequest {
  int protocol = NETLINK_ROUTE;
  std::uint16_t type = 0;
  Bytes body;  // behind the header
};

// Returns 0, or the errno for which the answer is not whole; EINTR where what is read changed
// meanwhile.
int dump_netlink(const DumpRequest& request, const MessageSink& sink);

// Body of a request: a family and zeros, as long as the kernel wants it to be.
template <typename Header>
Bytes body_of(const Header& header) {
  return std::as_bytes(std::span(&header, 1));
}

// A text that ends with NUL, or with the attribute; made harmless.
std::string text_in(Bytes value);

// The bytes behind a message's header.
Bytes payload_of(const nlmsghdr& message);

}  // namespace netmon
