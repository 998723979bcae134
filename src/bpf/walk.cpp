// Compiled where clang, bpftool and libbpf's headers are available; otherwise without_bpf.cpp is.
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bpf/decode.h"
#include "bpf/open_walk.h"
#include "netmon/bpf/bpf.h"
#include "netmon/core/values/error.h"
#include "netmon/posix/fd.h"

namespace netmon {
namespace {

// The kernel collects up to eight pages of whole records (kernel/bpf/bpf_iter.c), which are 512 KiB
// where a page has 64 KiB. It splits a record only where the reader's buffer is smaller.
constexpr std::size_t kReadBytes = 1024UL * 1024;

// The descriptor of the loaded program, or the negative errno with which loading failed. It stays
// loaded as long as netmon runs, because loading takes 1 ms, as much as the walk on a small host.
int attached_program() {
  static const Fd link(netmon_attach_socket_walk());
  return link.get();
}

// Whether netmon has CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which includes both. The error
// alone does not tell that: with only one of the two the verifier returns EINVAL.
bool has_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  const std::uint64_t effective = std::uint64_t{data[1].effective} << 32U | data[0].effective;
  const auto has = [effective](unsigned number) { return (effective >> number & 1U) != 0; };
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

// The programs that list the kernel's own sockets. They too stay loaded as long as netmon runs.
struct KernelSocketLinks {
  Fd tcp;
  Fd udp;
};
const KernelSocketLinks& attached_listers() {
  static const KernelSocketLinks kLinks = [] {
    const netmon_kernel_socket_links links = netmon_attach_kernel_sockets();
    return KernelSocketLinks{Fd(links.tcp), Fd(links.udp)};
  }();
  return kLinks;
}

std::string reason_of(int error) {
  if (error == EPERM || !has_capabilities()) {
    return errno_text(EPERM) + " (needs CAP_BPF and CAP_PERFMON)";
  }
  if (error == ENOSYS) return errno_text(error) + " (bpf(2) does not exist or is filtered)";
  if (::access("/sys/kernel/btf/vmlinux", F_OK) != 0) return "this kernel has no BTF";
  if (error != EINVAL && error != E2BIG) return errno_text(error);
  return errno_text(error) + " (needs Linux 5.17, and no lockdown=confidentiality)";
}

// Why the walk cannot be joined with /proc; "" where it can. The walk shows the processes of
// netmon's own pid namespace, by their numbers there: joined with the /proc of another namespace,
// they would name the wrong programs.
std::string why_not_this_proc() {
  std::ifstream status("/proc/self/status");
  const std::string key = "NSpid:\t";  // followed by one number for each level, from /proc's on
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(key)) continue;
    const bool same_level = line.find('\t', key.size()) == std::string::npos;
    return same_level ? "" : "/proc shows another pid namespace than netmon's";
  }
  return "/proc/self/status cannot be read";
}

// Calls `take` with the whole records that each read of a walk returns.
template <typename Take>
void read_walk(int link, Take take) {
  const Fd file(link < 0 ? link : netmon_begin_walk(link));
  if (!file) throw Error("bpf", reason_of(-file.get()));
  // NOLINTNEXTLINE(modernize-avoid-c-arrays): a megabyte that is not zeroed first
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kReadBytes);
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.get(), kReadBytes);
    if (got == 0) return;
    // EAGAIN means that a million files in a row were of no interest; the walk goes on after them.
    if (got < 0 && errno != EAGAIN && errno != EINTR) throw SystemError("bpf", errno);
    if (got > 0) take(std::span<const std::byte>(buffer.get(), static_cast<std::size_t>(got)));
  }
}

}  // namespace

std::string why_no_bpf() {
  if (std::string reason = why_not_this_proc(); !reason.empty()) return reason;
  const int link = attached_program();
  return link < 0 ? reason_of(-link) : "";
}

DescriptorWalk walk_descriptors() {
  if (const std::string reason = why_not_this_proc(); !reason.empty()) throw Error("bpf", reason);
  WalkDecoder decoder;
  read_walk(attached_program(), [&](std::span<const std::byte> records) { decoder.add(records); });
  return std::move(decoder).take();
}

std::vector<std::uint64_t> list_kernel_sockets() {
  std::vector<std::uint64_t> cookies;
  const auto add = [&](std::span<const std::byte> bytes) {
    const std::vector<std::uint64_t> more = decode_cookies(bytes);
    cookies.insert(cookies.end(), more.begin(), more.end());
  };
  read_walk(attached_listers().tcp.get(), add);
  read_walk(attached_listers().udp.get(), add);
  return cookies;
}

}  // namespace netmon
