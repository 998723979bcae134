// Makes netlink dumps in the calling thread's namespace: one request, and all messages of its
// answer.
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

// Takes one message: the header and the payload after it, in one piece and aligned as the kernel
// sent it.
using MessageSink = std::function<void(const nlmsghdr& message)>;

struct DumpRequest {
  std::uint16_t type = 0;
  Bytes body;  // follows the header
};

// Makes dumps of one netlink protocol. All use one socket, which belongs to the namespace that the
// calling thread is in at the first dump.
class NetlinkDumps {
 public:
  explicit NetlinkDumps(int protocol) : protocol_(protocol) {}

  // Returns 0, or the errno because of which the answer is incomplete. EINTR means that the dumped
  // table changed during the dump.
  int dump(const DumpRequest& request, const MessageSink& sink);
  // Does the same for a request that is no dump.
  int ask(const DumpRequest& request, const MessageSink& sink);

  // A sink may call this to end the dump: the rest of the answer is not read, which is no error.
  void stop() { stopped_ = true; }

  // Switches strict checking of requests (NETLINK_GET_STRICT_CHK) on or off. With it the kernel
  // heeds all fields of a request, so that a dump can be limited to one table. Returns 0, or the
  // errno with which a kernel before Linux 4.20 refuses.
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

// Makes a dump, and repeats it when the table changes meanwhile, up to three times. `found` is what
// the sink adds to: what an attempt added before it was disturbed is removed before the next one.
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

// The bytes of a header, as the body of a request.
template <typename Header>
Bytes body_of(const Header& header) {
  return std::as_bytes(std::span(&header, 1));
}

// The text in an attribute, up to its NUL or its end, sanitised.
std::string text_in(Bytes value);

// The bytes after a message's header.
Bytes payload_of(const nlmsghdr& message);

}  // namespace netmon
