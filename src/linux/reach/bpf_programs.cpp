#include "linux/reach/bpf_programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/posix/fd.h"

namespace netmon {
namespace {

// Values of enum bpf_attach_type of Linux 6.7, which Debian's header does not have yet.
constexpr std::uint32_t kTcxIngress = 46, kTcxEgress = 47, kNetkitPrimary = 54, kNetkitPeer = 55;

constexpr std::uint32_t kMaxPrograms = 64;  // on one hook, which is the kernel's own limit
constexpr std::size_t kMaxLinks = 16'384;   // of all programs on the host

// The part of struct bpf_link_info (Linux 6.4) that describes a link to a hook of netfilter.
// Debian's header does not have it yet.
struct NetfilterLink {
  std::uint32_t type;
  std::uint32_t id;
  std::uint32_t program;
  std::uint32_t padding;
  std::uint32_t family;
  std::uint32_t hook;
  std::int32_t priority;
  std::uint32_t flags;
};
constexpr std::uint32_t kLinkTypeNetfilter = 10;

int bpf(bpf_cmd command, bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

struct Attached {
  int error = 0;
  std::vector<std::uint32_t> ids;
};

// Lists the programs on a hook. `target` is a descriptor of a namespace or the index of an
// interface, which share one field of bpf_attr.
Attached query(std::uint32_t target, std::uint32_t type) {
  std::array<std::uint32_t, kMaxPrograms> ids{};
  bpf_attr query{};
  query.query.target_fd = target;
  query.query.attach_type = type;
  query.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids.data());
  query.query.prog_cnt = kMaxPrograms;
  if (bpf(BPF_PROG_QUERY, query) != 0) {
    const bool has_none = errno == EINVAL || errno == ENOSYS;  // the kernel has no such programs
    return {has_none ? 0 : errno, {}};
  }
  return {0, {ids.begin(), ids.begin() + std::min(query.query.prog_cnt, kMaxPrograms)}};
}

// The kernel's description of a program or a link, which `command` opens by its id. Ids of all
// kinds share one field of bpf_attr. Absent where the object has gone or may not be opened.
template <typename Info>
std::optional<Info> info_by_id(bpf_cmd command, std::uint32_t id) {
  bpf_attr by_id{};
  by_id.prog_id = id;
  const Fd object(bpf(command, by_id));
  if (!object) return std::nullopt;
  Info info{};
  bpf_attr ask{};
  ask.info.bpf_fd = static_cast<std::uint32_t>(object.get());
  ask.info.info_len = sizeof info;
  ask.info.info = reinterpret_cast<std::uintptr_t>(&info);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, ask) != 0) return std::nullopt;
  return info;
}

std::optional<bpf_prog_info> info_of(std::uint32_t id) {
  return info_by_id<bpf_prog_info>(BPF_PROG_GET_FD_BY_ID, id);
}

// Absent where the link is of another type, or has gone.
std::optional<NetfilterLink> netfilter_link(std::uint32_t id) {
  auto info = info_by_id<NetfilterLink>(BPF_LINK_GET_FD_BY_ID, id);
  return info && info->type == kLinkTypeNetfilter ? info : std::nullopt;
}

// The name of a hook: "netfilter ip input priority -10".
std::string name_of(const NetfilterLink& link) {
  constexpr std::array kHooks{"prerouting", "input", "forward", "output", "postrouting"};
  const bool ipv6 = link.family == NFPROTO_IPV6;
  return fmt::format("netfilter {} {} priority {}", ipv6 ? "ip6" : "ip",
                     link.hook < kHooks.size() ? kHooks.at(link.hook) : std::to_string(link.hook),
                     link.priority);
}

std::string describe(const bpf_prog_info& info) {
  std::string text = sanitize(std::string_view(info.name, ::strnlen(info.name, sizeof info.name)));
  text += text.empty() ? "" : " ";
  for (const std::uint8_t byte : info.tag) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

std::string describe_program(std::uint32_t id) {
  const auto info = info_of(id);
  return info ? describe(*info) : "(not readable)";
}

void read_namespace_programs(ReachRead& reach) {
  const OpenResult netns = open_file(AT_FDCWD, "/proc/thread-self/ns/net");
  if (!netns.fd) return;
  const auto target = static_cast<std::uint32_t>(netns.fd.get());
  for (const auto& [type, name] :
       {std::pair<std::uint32_t, const char*>(BPF_SK_LOOKUP, "sk_lookup"),
        {BPF_FLOW_DISSECTOR, "flow_dissector"}}) {
    const Attached attached = query(target, type);
    if (attached.error != 0) {
      reach.failures.push_back({GapCode::programs_not_read, errno_text(attached.error)});
      return;
    }
    for (const std::uint32_t id : attached.ids) {
      reach.facts.push_back({0, ReachKind::program, name, describe_program(id)});
    }
  }
}

void read_netfilter_programs(ReachRead& reach) {
  bpf_attr next{};
  for (std::size_t i = 0; i < kMaxLinks; ++i) {
    if (bpf(BPF_LINK_GET_NEXT_ID, next) != 0) {
      // ENOENT comes after the last link, and EINVAL from a kernel without links.
      if (errno == ENOENT || errno == EINVAL) return;
      reach.failures.push_back({GapCode::programs_not_read, "links of BPF: " + errno_text(errno)});
      return;
    }
    next.start_id = next.next_id;
    if (const auto link = netfilter_link(next.start_id)) {
      reach.facts.push_back(
          {0, ReachKind::program, name_of(*link), describe_program(link->program)});
    }
  }
  reach.failures.push_back(
      {GapCode::programs_not_read, fmt::format("links of BPF: more than {}", kMaxLinks)});
}

// Errors are ignored here: a refusal for an interface comes with the same refusal for its
// namespace, and read_namespace_programs() reports that one.
std::vector<AttachedProgram> interface_programs(std::uint32_t index, bool is_netkit) {
  std::vector<AttachedProgram> programs;
  const auto add = [&](std::uint32_t type, const char* hook) {
    for (const std::uint32_t id : query(index, type).ids) programs.push_back({hook, id});
  };
  add(kTcxIngress, "tcx ingress");
  add(kTcxEgress, "tcx egress");
  if (is_netkit) {
    add(kNetkitPrimary, "netkit primary");
    add(kNetkitPeer, "netkit peer");
  }
  return programs;
}

}  // namespace netmon
