#include "linux/reach/reuseport_programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "linux/reach/bpf_programs.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxGroups = 4'096;  // groups of sockets that share a port and have a program

// A group: the inode of its namespace, its name, and the id of its program.
using Group = std::tuple<std::uint64_t, std::string, std::uint32_t>;

std::set<Group> groups_in(const DescriptorWalk& walk) {
  std::set<Group> groups;
  for (const Descriptor& held : walk.descriptors) {
    const HeldSocketFacts& socket = held.socket;
    const bool has_program = held.kind == DescriptorKind::socket &&
                             socket.protocol < Protocol::vsock && socket.program_or_cid != 0;
    if (!has_program || groups.size() >= kMaxGroups) continue;
    std::string name = fmt::format("sk_reuseport {}", to_string(socket.protocol));
    if (socket.port_choice == PortChoice::program) name += fmt::format(" {}", socket.local.port);
    groups.emplace(socket.netns, std::move(name), socket.program_or_cid);
  }
  return groups;
}

}  // namespace

void add_reuseport_programs(Snapshot& snapshot, const DescriptorWalk& walk, const Passes& passes,
                            std::span<const std::uint32_t> index) {
  for (const auto& [id, name, program] : groups_in(walk)) {
    const auto netns = std::ranges::find(passes.namespaces, id, &Netns::id);
    if (netns == passes.namespaces.end()) continue;
    const auto number = index[static_cast<std::size_t>(netns - passes.namespaces.begin())];
    snapshot.reach.push_back({number, ReachKind::program, name, describe_program(program)});
  }
}

}  // namespace netmon
