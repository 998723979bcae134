#include "linux/descriptors.h"

#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <tuple>

#include "linux/files.h"
#include "linux/proc_parse.h"
#include "linux/scan.h"

namespace netmon {
namespace {

class Scanner {
 public:
  Scanner(int process, std::uint32_t pid, const InodeSet& wanted)
      : process_(process), pid_(pid), wanted_(wanted) {}

  DescriptorScan run() {
    scan_table("", 0);
    if (scan_.error == 0 && !has_one_thread()) scan_threads();
    // Where a process has a socket in several places, its shared table and its lowest descriptor
    // count; io_uring's (-1) only without any.
    auto& sockets = scan_.sockets;
    std::sort(sockets.begin(), sockets.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.inode, a.fd < 0, a.thread, a.fd) <
             std::tuple(b.inode, b.fd < 0, b.thread, b.fd);
    });
    const auto same_socket = [](const auto& a, const auto& b) { return a.inode == b.inode; };
    sockets.erase(std::unique(sockets.begin(), sockets.end(), same_socket), sockets.end());
    return std::move(scan_);
  }

 private:
  // A thread that has ended took its table with it: nothing was missed.
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
    const int error = for_each_entry(table.fd.get(), [&](std::string_view name) {
      return look_at(table.fd.get(), prefix, name, thread);
    });
    // A zombie leader has no table (ENOENT), though its threads may have one.
    if (error != 0 && error != ENOENT) fail(error, thread);
  }

  Walk look_at(int table, const std::string& prefix, std::string_view name, std::uint32_t thread) {
    // Long enough for all that is looked for; a longer target is a path.
    std::array<char, 64> buffer;
    const ssize_t length = ::readlinkat(table, name.data(), buffer.data(), buffer.size());
    if (length < 0) {
      if (errno == ENOENT) return Walk::go_on;  // closed meanwhile
      fail(errno, thread);
      return Walk::stop;
    }
    const std::string_view target(buffer.data(), static_cast<std::size_t>(length));
    if (const auto inode = bracketed_number(target, "socket:")) {
      if (*inode <= UINT32_MAX && wanted_.contains(static_cast<std::uint32_t>(*inode))) {
        const auto fd = parse_number<std::int32_t>(name).value_or(-1);
        scan_.sockets.push_back({static_cast<std::uint32_t>(*inode), thread, fd});
      }
    } else if (const auto id = bracketed_number(target, "net:")) {
      scan_.namespaces.push_back({*id, prefix + "fd/" + std::string(name)});
    } else if (target == "anon_inode:[io_uring]") {
      look_into_ring(prefix + "fdinfo/" + std::string(name), thread);
    }
    return Walk::go_on;
  }

  void look_into_ring(const std::string& path, std::uint32_t thread) {
    const ReadResult info = read_file(process_, path.c_str(), 64 * kMebibyte);
    if (info.error != 0 && info.error != ENOENT) fail(info.error, thread);
    for (const std::uint32_t inode : registered_sockets(info.text)) {
      if (wanted_.contains(inode)) scan_.sockets.push_back({inode, thread, -1});
    }
  }

  // The link count of task/ is two more than there are threads (proc_task_getattr()).
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
    std::vector<std::uint32_t> tables = {pid_};  // threads with tables that differ
    const int error = for_each_entry(tasks.fd.get(), [&](std::string_view name) {
      const auto thread = parse_number<std::uint32_t>(name);
      if (!thread || *thread == pid_ || is_known(tables, *thread)) return Walk::go_on;
      tables.push_back(*thread);
      scan_table("task/" + std::string(name) + "/", *thread);
      return Walk::go_on;
    });
    if (error != 0) fail(error, 0);
  }

  // Whether `thread` shares the table of one of `tables`. Where the kernel will not compare, every
  // thread is scanned: slower, and nothing is missed.
  static bool is_known(const std::vector<std::uint32_t>& tables, std::uint32_t thread) {
    return std::any_of(tables.begin(), tables.end(), [thread](std::uint32_t other) {
      return ::syscall(SYS_kcmp, thread, other, KCMP_FILES, 0, 0) == 0;
    });
  }

  int process_;
  std::uint32_t pid_;
  const InodeSet& wanted_;
  DescriptorScan scan_;
};

}  // namespace

DescriptorScan scan_descriptors(int process, std::uint32_t pid, const InodeSet& wanted) {
  return Scanner(process, pid, wanted).run();
}

}  // namespace netmon
