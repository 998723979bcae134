#include "linux/owners/descriptors.h"

#include <linux/kcmp.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <tuple>

#include "linux/namespaces/socket_namespace.h"
#include "linux/procfs/files.h"
#include "linux/procfs/proc_parse.h"
#include "linux/procfs/scan.h"

namespace netmon {
namespace {

class Scanner {
 public:
  Scanner(int process, std::uint32_t pid, const InodeSet& wanted, Strangers strangers)
      : process_(process), pid_(pid), wanted_(wanted), strangers_(strangers) {}

  DescriptorScan run() {
    scan_table("", 0);
    if (scan_.error == 0 && !has_one_thread()) scan_threads();
    return std::move(scan_);
  }

 private:
  // Notes an error, but not that of a thread that has ended: its table went with it, so nothing was
  // missed.
  void fail(int error, std::uint32_t thread) {
    if (thread != 0 && is_gone(error)) return;
    if (scan_.error == 0) scan_.error = error;
  }

  // `prefix` is "" or "task/TID/".
  void scan_table(const std::string& prefix, std::uint32_t thread) {
    const OpenResult table = open_directory(process_, (prefix + "fd").c_str());
    if (!table.fd) {
      fail(table.error, thread);
      return;
    }
    const int unprobed = probe(table.fd.get(), prefix, thread);
    if (unprobed < 0) return;
    // The directory offset of descriptor N is N + 2 (proc_readfd_common()).
    if (unprobed > 0) ::lseek(table.fd.get(), unprobed + 2, SEEK_SET);
    const int error = for_each_entry(table.fd.get(), [&](std::string_view name) {
      return probe_descriptor(table.fd.get(), prefix, name, thread) == Probe::refused ? Walk::stop
                                                                                      : Walk::go_on;
    });
    // A zombie leader has no table (ENOENT), though its threads may have one.
    if (error != 0 && error != ENOENT) fail(error, thread);
  }

  // Tries descriptors one by one from 0 on, because listing the folder costs as much as reading its
  // links, and most descriptors have low numbers. The size of the folder is the number of
  // descriptors (kernel >= 6.2). Returns the first number that was not tried, or -1 where access is
  // refused.
  int probe(int table, const std::string& prefix, std::uint32_t thread) {
    struct statfs filesystem {};
    struct stat status {};
    if (::fstatfs(table, &filesystem) != 0 || filesystem.f_type != PROC_SUPER_MAGIC) return 0;
    if (::fstat(table, &status) != 0) return 0;
    constexpr int kMaxMisses = 8;
    int fd = 0;
    int misses = 0;
    for (off_t found = 0; found < status.st_size && misses < kMaxMisses; ++fd) {
      const Probe result = probe_descriptor(table, prefix, std::to_string(fd), thread);
      if (result == Probe::refused) return -1;
      if (result == Probe::found) ++found;
      misses = result == Probe::found ? 0 : misses + 1;
    }
    return fd;
  }

  enum class Probe : std::uint8_t { found, absent, refused };

  // `name` is NUL-terminated.
  Probe probe_descriptor(int table, const std::string& prefix, std::string_view name,
                         std::uint32_t thread) {
    // This is long enough for every target of interest. A longer one is a path.
    std::array<char, 64> buffer;
    const ssize_t length = ::readlinkat(table, name.data(), buffer.data(), buffer.size());
    if (length < 0) {
      if (errno == ENOENT) return Probe::absent;
      fail(errno, thread);
      return Probe::refused;
    }
    const std::string_view target(buffer.data(), static_cast<std::size_t>(length));
    if (const auto inode = bracketed_number(target, "socket:")) {
      const auto fd = parse_number<std::int32_t>(name).value_or(-1);
      if (*inode <= UINT32_MAX && wanted_.contains(static_cast<std::uint32_t>(*inode))) {
        scan_.sockets.push_back({static_cast<std::uint32_t>(*inode), thread, fd});
      } else if (strangers_ == Strangers::locate && is_internet_socket(table, name.data())) {
        scan_.strangers.push_back({thread, fd});
      }
    } else if (const auto id = bracketed_number(target, "net:")) {
      scan_.namespaces.push_back({*id, prefix + "fd/" + std::string(name)});
    } else if (target == "anon_inode:[io_uring]") {
      scan_ring(prefix + "fdinfo/" + std::string(name), thread);
    }
    return Probe::found;
  }

  void scan_ring(const std::string& path, std::uint32_t thread) {
    const ReadResult info = read_file(process_, path.c_str(), 64 * kMebibyte);
    if (info.error != 0 && info.error != ENOENT) fail(info.error, thread);
    for (const std::uint32_t inode : registered_sockets(info.text)) {
      if (wanted_.contains(inode)) scan_.sockets.push_back({inode, thread, -1});
    }
  }

  // The link count of task/ is the number of threads plus two (proc_task_getattr()).
  [[nodiscard]] bool has_one_thread() const {
    struct stat status {};
    return ::fstatat(process_, "task", &status, 0) == 0 && status.st_nlink == 3;
  }

  void scan_threads() {
    const OpenResult tasks = open_directory(process_, "task");
    if (!tasks.fd) {
      fail(tasks.error, 0);
      return;
    }
    std::vector<std::uint32_t> tables = {pid_};  // one thread for each table
    const int error = for_each_entry(tasks.fd.get(), [&](std::string_view name) {
      const auto thread = parse_number<std::uint32_t>(name);
      if (!thread || *thread == pid_ || is_known(tables, *thread)) return Walk::go_on;
      tables.push_back(*thread);
      scan_table("task/" + std::string(name) + "/", *thread);
      return Walk::go_on;
    });
    if (error != 0) fail(error, 0);
  }

  // Whether `thread` shares the table of one of `tables`. Where the kernel refuses kcmp(2), every
  // thread is scanned, which is slower but misses nothing.
  static bool is_known(const std::vector<std::uint32_t>& tables, std::uint32_t thread) {
    return std::any_of(tables.begin(), tables.end(), [thread](std::uint32_t other) {
      return ::syscall(SYS_kcmp, thread, other, KCMP_FILES, 0, 0) == 0;
    });
  }

  int process_;
  std::uint32_t pid_;
  const InodeSet& wanted_;
  Strangers strangers_;
  DescriptorScan scan_;
};

}  // namespace

DescriptorScan scan_descriptors(int process, std::uint32_t pid, const InodeSet& wanted,
                                Strangers strangers) {
  return Scanner(process, pid, wanted, strangers).run();
}

}  // namespace netmon
