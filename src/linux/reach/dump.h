// A netlink dump of the calling thread's namespace: one request, and all messages of its answer.
#pragma once

#include <linux/netlink.h>

#include <cerrno>
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
  // The same for a request that is no dump and has one answer.
  int ask(const DumpRequest& request, const MessageSink& sink);

  // Called by a sink that has what it wants: the rest of the answer is not read, and is no error.
  void stop() { stopped_ = true; }

  // Whether the kernel takes a request by all of its words, so that a dump can be of one table.
  // Returns 0, or the errno with which a kernel before Linux 4.20 refuses.
  int set_strict(bool on);

 private:
  int send(const DumpRequest& request, std::uint16_t flags);
  int receive(const MessageSink& sink);
  int open();

  int protocol_;
  Fd socket_;
  std::uint32_t sequence_ = 0;
  bool stopped_ = false;
  bool strict_ = false;
  std::vector<std::byte> buffer_;
};

// A dump that is made again while what it reads changes. `found` is what the sink adds to: what it
// held before is kept, and what a dump that was disturbed added is taken out again.
template <typename Found>
int dump_whole(NetlinkDumps& netlink, const DumpRequest& request, Found& found,
               const MessageSink& sink) {
  constexpr int kAttempts = 3;
  int error = EINTR;
  for (int attempt = 0; error == EINTR && attempt < kAttempts; ++attempt) {
    const Found before = found;
    error = netlink.dump(request, sink);
    if (error == EINTR && attempt + 1 < kAttempts) found = before;
  }
  return error;
}

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
