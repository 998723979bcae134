#include "linux/procfs/host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "linux/directory.h"
#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/version.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxHostName = 256;

std::string first_line(const char* path) {
  const std::string text = read_file(AT_FDCWD, path, 4096).text;
  std::string_view rest = text;
  return sanitize(take_until(rest, '\n'), kMaxHostName);
}

// The user that sudo(8) names to its child in the environment. Anyone can set these variables, so
// they count only where this process runs as root.
std::optional<User> sudo_user() {
  const char* number = std::getenv("SUDO_UID");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  const char* name = std::getenv("SUDO_USER");   // NOLINT(concurrency-mt-unsafe)
  if (::geteuid() != 0 || number == nullptr || name == nullptr) return std::nullopt;
  const auto uid = parse_number<std::uint32_t>(number);
  if (!uid) return std::nullopt;
  return User{*uid, sanitize(name, kMaxHostName)};
}

std::optional<User> login_user(const UserNames& users) {
  constexpr std::uint32_t kNotSet = UINT32_MAX;
  const auto uid = parse_number<std::uint32_t>(first_line("/proc/self/loginuid"));
  if (!uid || *uid == kNotSet) return std::nullopt;
  return User{*uid, users.name_of(*uid)};
}

std::chrono::nanoseconds read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// How many processes the listing of /proc leaves out. The link count of /proc is 2, plus one for
// each folder of its own and one for each process of the host, hidden or not (proc_root_getattr()).
std::uint64_t count_unlisted(const std::string& proc_root) {
  const auto links = [&]() -> std::uint64_t {
    struct stat status {};
    return ::stat(proc_root.c_str(), &status) == 0 ? status.st_nlink : 0;
  };
  const OpenResult proc = open_directory(AT_FDCWD, proc_root.c_str());
  if (!proc.fd) return 0;
  const std::uint64_t before = links();
  std::uint64_t listed = 2;
  for_each_entry(proc.fd.get(), [&](std::string_view name) {
    struct stat status {};
    const bool is_process = parse_number<std::uint32_t>(name).has_value();
    const bool is_folder =
        is_process || (::fstatat(proc.fd.get(), name.data(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISDIR(status.st_mode));
    if (is_folder) ++listed;
    return Walk::go_on;
  });
  const std::uint64_t linked = std::min(before, links());  // processes come and go meanwhile
  return linked > listed ? linked - listed : 0;
}

}  // namespace

Capabilities own_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return {};
  return {std::uint64_t{data[1].effective} << 32U | data[0].effective};
}

Privilege own_privilege() {
  if (::geteuid() == 0) return Privilege::root;
  const Capabilities capabilities = own_capabilities();
  const bool some = capabilities.has(CAP_SYS_PTRACE) || capabilities.has(CAP_SYS_ADMIN) ||
                    capabilities.has(CAP_NET_ADMIN) || capabilities.has(CAP_BPF);
  return some ? Privilege::capabilities : Privilege::user;
}

User effective_user() {
  const uid_t uid = ::geteuid();
  User user{uid, read_user_names().name_of(uid)};
  if (user.name != std::to_string(uid)) return user;
  const DirectoryAnswer answer = ask_directory({uid}, kDirectoryLimit);
  if (const auto found = answer.names.find(uid); found != answer.names.end()) {
    user.name = found->second;
  }
  return user;
}

SnapshotInfo read_host_info(const UserNames& users) {
  SnapshotInfo info;
  utsname name{};
  ::uname(&name);
  info.host_name = sanitize(&name.nodename[0], kMaxHostName);
  info.kernel = sanitize(&name.release[0], kMaxHostName);
  info.machine_id = first_line("/etc/machine-id");
  info.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  info.netmon_version = version();
  info.user = {::geteuid(), users.name_of(::geteuid())};
  info.sudo_user = sudo_user();
  info.login_user = login_user(users);
  info.privilege = own_privilege();
  return info;
}

UserNames read_user_names() {
  return UserNames(read_file(AT_FDCWD, "/etc/passwd", 16 * kMebibyte).text);
}

BootClock read_boot_clock() {
  return {read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME), ::sysconf(_SC_CLK_TCK)};
}

ProcHost read_proc_host(const std::string& proc_root) {
  const OpenResult own = open_directory(AT_FDCWD, (proc_root + "/self").c_str());
  return {proc_root,
          read_user_names(),
          read_boot_clock(),
          own.fd ? read_namespaces(own.fd.get()) : NamespaceIds{},
          {"/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
           "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}};
}

bool in_initial_pid_namespace(const std::string& proc_root) {
  constexpr ino_t kInitialPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO in linux/proc_ns.h
  struct stat status {};
  return ::stat((proc_root + "/self/ns/pid").c_str(), &status) == 0 &&
         status.st_ino == kInitialPidNamespace;
}

HiddenProcesses count_hidden_processes(const std::string& proc_root) {
  const std::string option = hidepid_option(
      read_file(AT_FDCWD, (proc_root + "/self/mountinfo").c_str(), 16 * kMebibyte).text);
  const bool hides =
      option == "invisible" || option == "2" || option == "ptraceable" || option == "4";
  const bool init_hidden = ::access((proc_root + "/1").c_str(), F_OK) != 0 && errno == ENOENT;
  if (!hides && !init_hidden) return {};
  const std::string reason =
      hides ? "/proc is mounted with hidepid=" + option : "/proc does not show process 1";
  if (in_initial_pid_namespace(proc_root)) {
    const std::uint64_t unlisted = count_unlisted(proc_root);
    return {std::max(unlisted, std::uint64_t{init_hidden ? 1U : 0U}), reason};
  }
  const bool sees_all = !init_hidden && own_capabilities().has(CAP_SYS_PTRACE);
  return {sees_all ? 0U : 1U, reason};
}

std::string hidepid_option(std::string_view mountinfo) {
  std::string value;
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    for (int field = 1; field <= 4; ++field) take_word(line);  // ids, device, root
    const bool at_proc = take_word(line) == "/proc";
    const std::size_t separator = line.find(" - proc ");
    if (!at_proc || separator == std::string_view::npos) continue;
    std::string_view options = line.substr(line.find_last_of(' ') + 1);
    value.clear();  // the newest mount covers those before it
    while (!options.empty()) {
      const std::string_view option = take_until(options, ',');
      if (option.starts_with("hidepid=")) value = option.substr(8);
    }
  }
  return value;
}

}  // namespace netmon
