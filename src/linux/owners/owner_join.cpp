#include "linux/owners/owner_join.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <utility>

#include "linux/netlink/merge.h"
#include "linux/owners/inode_set.h"
#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::uint32_t kNoIndex = UINT32_MAX;

// Whether the process lives although /proc does not show it (hidepid in proc(5)).
bool is_hidden(std::uint32_t pid, int proc) {
  if (::faccessat(proc, std::to_string(pid).c_str(), F_OK, 0) == 0) return false;
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {
    require_resources(errno);
    return false;
  }
  pollfd ended{process.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

std::string folder_of(const DescriptorHolder& holder, const Descriptor& descriptor) {
  std::string folder = std::to_string(holder.pid);
  if (descriptor.thread != 0) folder += "/task/" + std::to_string(descriptor.thread);
  return folder;
}

// The text of the link of an open file, proc_pid_fd(5).
std::string link_text(const Descriptor& descriptor) {
  return descriptor.kind == DescriptorKind::io_uring ? "anon_inode:[io_uring]"
                                                     : fmt::format("socket:[{}]", descriptor.inode);
}

class Join {
 public:
  Join(const ProcHost& host, int proc, const DescriptorWalk& found,
       std::span<const std::uint32_t> inodes)
      : host_(host), proc_(proc), found_(found), wanted_(inodes) {}

  OwnerWalk run() {
    walk_.seen = found_.holders.size();
    process_of_.assign(found_.holders.size(), kNoIndex);
    for (const Descriptor& descriptor : found_.descriptors) take(descriptor);
    set_aside(read_processes());
    return std::move(walk_);
  }

 private:
  void take(const Descriptor& descriptor) {
    switch (descriptor.kind) {
      case DescriptorKind::socket:
        if (descriptor.inode <= UINT32_MAX) {
          hold(static_cast<std::uint32_t>(descriptor.inode), descriptor, descriptor.fd,
               descriptor.socket.port_choice);
        }
        break;
      case DescriptorKind::net_namespace:
        walk_.namespaces.push_back(
            {descriptor.inode,
             descriptor_path(host_.root, found_.holders[descriptor.holder], descriptor)});
        break;
      case DescriptorKind::io_uring:
        scan_ring(descriptor);
        break;
    }
  }

  void hold(std::uint32_t inode, const Descriptor& descriptor, std::int32_t fd,
            std::optional<PortChoice> port_choice) {
    if (!wanted_.contains(inode)) return;
    std::uint32_t& process = process_of_[descriptor.holder];
    if (process == kNoIndex) {
      process = static_cast<std::uint32_t>(proofs_.size());
      proofs_.push_back(&descriptor);
    }
    walk_.held.push_back({inode, {process, descriptor.thread, fd}, port_choice});
  }

  // Adds the sockets that are registered with an io_uring. The pid may have been reused since the
  // walk, so what was read counts only where the process still has the start that the walk saw.
  void scan_ring(const Descriptor& ring) {
    const DescriptorHolder& holder = found_.holders[ring.holder];
    const OpenResult dir = open_directory(proc_, folder_of(holder, ring).c_str());
    const std::string path = "fdinfo/" + std::to_string(ring.fd);
    const ReadResult info =
        dir.fd ? read_file(dir.fd.get(), path.c_str(), 64 * kMebibyte) : ReadResult{{}, dir.error};
    if (info.error != 0) {
      if (!is_gone(info.error)) refuse(info.error);
      return;
    }
    if (start_of(holder.pid) != holder.start_ticks()) return;
    for (const std::uint32_t inode : registered_sockets(info.text)) {
      hold(inode, ring, -1, std::nullopt);
    }
  }

  [[nodiscard]] std::optional<std::uint64_t> start_of(std::uint32_t pid) const {
    const auto stat = parse_stat(read_file(proc_, (std::to_string(pid) + "/stat").c_str()).text);
    return stat ? std::optional(stat->start_ticks) : std::nullopt;
  }

  void refuse(int error) {
    ++walk_.not_permitted;
    if (walk_.error == 0) walk_.error = error;
  }

  // Returns which processes have ended. The result is no vector of bool because two threads write
  // to neighbouring elements.
  std::vector<std::uint8_t> read_processes() {
    walk_.processes.resize(proofs_.size());
    std::vector<std::uint8_t> ended(proofs_.size());
    const auto read_share = [&](std::size_t first) {
      for (std::size_t i = first; i < proofs_.size(); i += 2) {
        const DescriptorHolder& holder = found_.holders[proofs_[i]->holder];
        std::optional<FoundProcess> read = read_process(holder, *proofs_[i]);
        ended[i] = read || is_hidden(holder.pid, proc_) ? 0 : 1;
        walk_.processes[i] = read ? std::move(*read) : named_by_walk(holder);
      }
    };
    // A thread costs as much as a few processes.
    constexpr std::size_t kMinForThread = 8;
    std::future<void> other;
    if (proofs_.size() >= kMinForThread) other = std::async(std::launch::async, read_share, 1U);
    read_share(0);
    if (other.valid()) {
      other.get();
    } else {
      read_share(1);
    }
    return ended;
  }

  // Moves the processes that have ended, and what they held, to OwnerWalk::ended. The others keep
  // their order.
  void set_aside(const std::vector<std::uint8_t>& ended) {
    std::vector<std::uint32_t> new_index(ended.size());
    std::vector<FoundProcess> living;
    for (std::size_t i = 0; i < ended.size(); ++i) {
      FoundProcess& process = walk_.processes[i];
      new_index[i] = static_cast<std::uint32_t>(ended[i] != 0 ? walk_.ended.size() : living.size());
      if (ended[i] != 0) {
        walk_.ended.push_back({std::move(process), {}});
      } else {
        living.push_back(std::move(process));
      }
    }
    walk_.processes = std::move(living);
    walk_.vanished = walk_.ended.size();
    for (HeldSocket held : std::exchange(walk_.held, {})) {
      const std::uint32_t process = held.owner.process;
      held.owner.process = new_index[process];
      (ended[process] != 0 ? walk_.ended[new_index[process]].held : walk_.held).push_back(held);
    }
  }

  // Reads the holder in /proc; absent where it has ended. A process with the holder's pid and start
  // tick but another name has either renamed itself since the walk, or is another process that got
  // the pid within that tick. Only the former still holds what the walk saw, which `proof` names.
  [[nodiscard]] std::optional<FoundProcess> read_process(const DescriptorHolder& holder,
                                                         const Descriptor& proof) const {
    const OpenResult dir = open_directory(proc_, std::to_string(holder.pid).c_str());
    if (!dir.fd) return std::nullopt;
    std::optional<FoundProcess> read = read_owner(dir.fd.get(), holder.pid, host_);
    if (!read || read->process.start_ticks != holder.start_ticks()) return std::nullopt;
    if (read->process.comm != sanitize(holder.comm)) {
      std::string path = fmt::format("fd/{}", proof.fd);
      if (proof.thread != 0) path = fmt::format("task/{}/{}", proof.thread, path);
      if (read_link(dir.fd.get(), path.c_str()).text != link_text(proof)) return std::nullopt;
    }
    read->start_ns = holder.start_ns;
    return read;
  }

  [[nodiscard]] FoundProcess named_by_walk(const DescriptorHolder& holder) const {
    FoundProcess found;
    found.process.pid = holder.pid;
    found.process.start_ticks = holder.start_ticks();
    found.process.started_at = host_.clock.at(holder.start_ticks());
    found.start_ns = holder.start_ns;
    found.process.comm = sanitize(holder.comm);
    found.process.name = found.process.comm;
    found.file.error = ESRCH;
    return found;
  }

  const ProcHost& host_;
  int proc_;
  const DescriptorWalk& found_;
  const InodeSet wanted_;
  OwnerWalk walk_;
  std::vector<std::uint32_t> process_of_;  // index of the process, by index of the holder
  std::vector<const Descriptor*> proofs_;  // by process: the first wanted descriptor of it
};

}  // namespace

std::string descriptor_path(const std::string& proc_root, const DescriptorHolder& holder,
                            const Descriptor& descriptor) {
  return proc_root + "/" + folder_of(holder, descriptor) + "/fd/" + std::to_string(descriptor.fd);
}

OwnerWalk join_owners(const ProcHost& host, const DescriptorWalk& found,
                      std::span<const std::uint32_t> inodes) {
  const OpenResult proc = open_directory(AT_FDCWD, host.root.c_str());
  if (!proc.fd) throw SystemError(host.root, proc.error);
  return finish_walk(Join(host, proc.fd.get(), found, inodes).run(), host);
}

OwnerWalk attribute_to_ended(OwnerWalk walk) {
  OwnerWalk more;
  for (EndedProcess& ended : std::exchange(walk.ended, {})) {
    std::erase_if(ended.held, [&](const HeldSocket& held) {
      return !holders_of(walk.held, held.inode).empty();
    });
    if (ended.held.empty()) continue;
    for (HeldSocket& held : ended.held) {
      held.owner.process = static_cast<std::uint32_t>(more.processes.size());
      more.held.push_back(held);
    }
    more.processes.push_back(std::move(ended.process));
  }
  return merge_walks(std::move(walk), std::move(more));
}

}  // namespace netmon
