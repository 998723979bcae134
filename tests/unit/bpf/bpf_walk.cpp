// Prints what the BPF walk finds, or why there is none.
//
//   bpf_walk        one line for each descriptor, with its columns separated by tabs:
//                   PID START THREAD FD KIND INODE NETNS PROTOCOL STATE LOCAL REMOTE BOUND CHOICE
//                   COMM
//                   ("-" where a kind has no such column; COMM as `xxd -p` writes it)
//   bpf_walk --why  "usable", or the reason that why_no_bpf() gives
//   bpf_walk --kernel  the cookies of the kernel's own sockets, one on each line
//
// Ends with 2 and the error if the walk fails or leaves a descriptor open. The descriptors of the
// BPF program, which stays loaded, do not count.
#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "netmon/bpf/bpf.h"
#include "netmon/core/model/snapshot.h"

namespace {

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string text_of(const netmon::Endpoint& endpoint) {
  const auto address = to_string(endpoint.address);
  return address.empty() ? fmt::format("*:{}", endpoint.port)
                         : fmt::format("{} {}", address, endpoint.port);
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

std::string kind_of(netmon::DescriptorKind kind) {
  switch (kind) {
    case netmon::DescriptorKind::socket:
      return "socket";
    case netmon::DescriptorKind::net_namespace:
      return "netns";
    case netmon::DescriptorKind::io_uring:
      return "ring";
  }
  return "?";
}

std::string facts_of(const netmon::Descriptor& descriptor) {
  if (descriptor.kind != netmon::DescriptorKind::socket) return "-\t-\t-\t-\t-\t-\t-";
  const netmon::HeldSocketFacts& socket = descriptor.socket;
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", socket.netns, to_string(socket.protocol),
                     to_string(socket.state), text_of(socket.local), text_of(socket.remote),
                     socket.bound ? 1 : 0,
                     socket.port_choice ? to_string(*socket.port_choice) : "-");
}

void print_walk() {
  const netmon::DescriptorWalk walk = netmon::walk_descriptors();
  for (const netmon::Descriptor& descriptor : walk.descriptors) {
    const netmon::DescriptorHolder& holder = walk.holders.at(descriptor.holder);
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", holder.pid, holder.start_ticks(),
               descriptor.thread, descriptor.fd, kind_of(descriptor.kind), descriptor.inode,
               facts_of(descriptor), hexadecimal(holder.comm));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string reason = netmon::why_no_bpf();  // the BPF program is loaded from here on
    const std::ptrdiff_t before = open_descriptors();
    if (argc == 2 && std::string_view(argv[1]) == "--why") {
      fmt::print("{}\n", reason.empty() ? "usable" : reason);
    } else if (argc == 2 && std::string_view(argv[1]) == "--kernel") {
      for (const std::uint64_t cookie : netmon::list_kernel_sockets()) fmt::print("{}\n", cookie);
      return 0;
    } else {
      print_walk();
    }
    if (open_descriptors() != before) throw std::runtime_error("a descriptor is left open");
    return 0;
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return 2;
  }
}
