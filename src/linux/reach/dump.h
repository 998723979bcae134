// A netlink dump of the calling thread's namespace: one request, and all messages of its answer.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "linux/netlink/netlink_reader.h"
#include "netmon/posix/fd.h"

namespace netmon {

// A message's header and what follows it, in one piece and aligned as the kernel sent it.
using MessageSink = std::function<void(const nlmsghdr& message)>;

struct DumpRequest {
  std::uint16_t type = 0;
  Bytes body;  // behind the header
};

// Dumps of one protocol, over one socket of the namespace in which the first of them is made.
class NetlinkDumps {
 public:
  explicit NetlinkDumps(int protocol) : protocol_(protocol) {}

  // Returns 0, or the errno for which the answer is not whole; EINTR where what is read changed
  // meanwhile.
  int dump(const DumpRequest& request, const MessageSink& sink);

 private:
  int send(const DumpRequest& request);

  int protocol_;
  Fd socket_;
  std::uint32_t sequence_ = 0;
  std::vector<std::byte> buffer_;
};

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
