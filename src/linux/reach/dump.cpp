#include "linux/reach/dump.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "linux/netlink/netlink_socket.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

// Upper bound on the datagrams of one answer, so that an answer without an end is cut off. 16 MiB
// hold some 100,000 rules.
constexpr std::size_t kMaxDatagrams = 4'096;

struct PartResult {
  bool done = false;
  int error = 0;
};

int error_in(const nlmsghdr& message) {
  return -Reader(payload_of(message)).take<std::int32_t>().value_or(-EPROTO);
}

PartResult read_part(Bytes datagram, std::uint32_t sequence, const MessageSink& sink,
                     const bool& stopped) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    const auto* const message = reinterpret_cast<const nlmsghdr*>(datagram.data());
    if (message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > datagram.size()) {
      return {true, EPROTO};
    }
    if (message->nlmsg_seq != sequence) return {true, EPROTO};
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) return {true, EINTR};
    if (message->nlmsg_type == NLMSG_DONE) return {true, error_in(*message)};
    if (message->nlmsg_type == NLMSG_ERROR) return {true, error_in(*message)};
    sink(*message);
    if (stopped) return {};
    const std::size_t step = NLMSG_ALIGN(static_cast<std::size_t>(message->nlmsg_len));
    datagram = datagram.subspan(std::min(step, datagram.size()));
  }
  return {};
}

}  // namespace

std::string text_in(Bytes value) {
  const auto* const text = reinterpret_cast<const char*>(value.data());
  return sanitize(std::string_view(text, ::strnlen(text, value.size())));
}

Bytes payload_of(const nlmsghdr& message) {
  return std::as_bytes(std::span(reinterpret_cast<const char*>(&message), message.nlmsg_len))
      .subspan(sizeof(nlmsghdr));
}

int NetlinkDumps::open() {
  if (socket_) return 0;
  OpenResult opened = open_netlink(protocol_);
  if (!opened.fd) return opened.error;
  socket_ = std::move(opened.fd);
  buffer_.resize(kNetlinkBytes);
  if (strict_) set_strict(true);
  return 0;
}

int NetlinkDumps::set_strict(bool on) {
  constexpr int kNetlinkOptions = 270;  // SOL_NETLINK
  strict_ = false;
  if (!on && !socket_) return 0;
  if (const int error = open(); error != 0) return error;
  const int value = on ? 1 : 0;
  if (::setsockopt(socket_.get(), kNetlinkOptions, NETLINK_GET_STRICT_CHK, &value, sizeof value) !=
      0) {
    return errno;
  }
  strict_ = on;
  return 0;
}

int NetlinkDumps::send(const DumpRequest& request, std::uint16_t flags) {
  if (const int error = open(); error != 0) return error;
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + request.body.size());
  header.nlmsg_type = request.type;
  header.nlmsg_flags = NLM_F_REQUEST | flags;
  header.nlmsg_seq = ++sequence_;
  std::vector<std::byte> bytes(header.nlmsg_len);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy(request.body.begin(), request.body.end(), bytes.begin() + sizeof header);
  return send_netlink(socket_.get(), bytes);
}

int NetlinkDumps::dump(const DumpRequest& request, const MessageSink& sink) {
  const int error = send(request, NLM_F_DUMP);
  return error == 0 ? receive(sink) : error;
}

// NLM_F_ACK makes the kernel send an acknowledgement, which ends the answer as NLMSG_DONE ends a
// dump.
int NetlinkDumps::ask(const DumpRequest& request, const MessageSink& sink) {
  const int error = send(request, NLM_F_ACK);
  return error == 0 ? receive(sink) : error;
}

int NetlinkDumps::receive(const MessageSink& sink) {
  int error = 0;
  stopped_ = false;
  for (std::size_t i = 0; error == 0 && !stopped_; ++i) {
    const Datagram datagram = receive_netlink(socket_.get(), buffer_);
    error = i == kMaxDatagrams ? EOVERFLOW : datagram.error;
    if (error != 0) break;
    const PartResult part = read_part(datagram.bytes, sequence_, sink, stopped_);
    if (part.done && part.error == 0) return 0;
    error = part.error;
  }
  socket_ = Fd();  // drops the rest of the answer
  return error;
}

}  // namespace netmon
