#include "linux/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "linux/gaps.h"
#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/privilege.h"
#include "netmon/posix/fd.h"
#include "netmon/posix/static_program.h"

namespace netmon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxUserName = 256;  // useradd(8) allows 256 bytes at most

// One answer on the pipe. It is shorter than PIPE_BUF, so each write arrives whole.
struct Answer {
  std::uint32_t uid = 0;
  std::uint32_t length = 0;  // of the name; 0 where nobody has the uid
  std::array<char, kMaxUserName> name{};
};

Answer look_up(std::uint32_t uid) {
  Answer answer{.uid = uid};
  std::vector<char> buffer(64 * kKibibyte);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr || found->pw_name == nullptr) return answer;
  const std::string_view name = found->pw_name;
  answer.length = static_cast<std::uint32_t>(std::min(name.size(), answer.name.size()));
  std::copy_n(name.begin(), answer.length, answer.name.begin());
  return answer;
}

[[noreturn]] void answer_all(const Fd& pipe, const std::set<std::uint32_t>& uids) {
  try {
    drop_privileges(Keep::nothing);
    for (const std::uint32_t uid : uids) {
      const Answer answer = look_up(uid);
      if (::write(pipe.get(), &answer, sizeof answer) != sizeof answer) break;
    }
  } catch (const std::exception&) {  // the parent process counts the answers that are missing
  }
  ::_exit(0);
}

// Returns std::nullopt at the end of the pipe and when the time is over.
std::optional<Answer> read_answer(const Fd& pipe, Clock::time_point end) {
  pollfd ready{.fd = pipe.get(), .events = POLLIN, .revents = 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    Answer answer;
    if (::read(pipe.get(), &answer, sizeof answer) != sizeof answer) return std::nullopt;
    answer.length = std::min(answer.length, static_cast<std::uint32_t>(kMaxUserName));
    return answer;
  }
}

// Kills the process and reaps it. A process that the kernel cannot end yet, such as one that waits
// for a file server, is left to end later.
void end_process(pid_t process) {
  ::kill(process, SIGKILL);
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (::waitpid(process, nullptr, WNOHANG) != 0) return;
    ::usleep(1000);
  }
}

}  // namespace

bool names_directory(std::string_view nsswitch) {
  while (!nsswitch.empty()) {
    std::string_view line = take_until(nsswitch, '\n');
    line = line.substr(0, line.find('#'));
    const std::string_view database = take_word(line);
    if (database != "passwd:") continue;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (word != "files" && word != "compat" && !word.starts_with("[")) return true;
    }
  }
  return false;
}

DirectoryAnswer ask_directory(const std::set<std::uint32_t>& uids,
                              std::chrono::milliseconds limit) {
  DirectoryAnswer answer;
  if (uids.empty() || !names_directory(read_file(AT_FDCWD, "/etc/nsswitch.conf").text)) {
    return answer;
  }
  answer.unanswered = uids.size();
  if (is_static_program()) {
    answer.reason = "a statically linked netmon cannot ask the user directory";
    return answer;
  }
  const Clock::time_point end = Clock::now() + limit;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    answer.reason = errno_text(errno);
    return answer;
  }
  const Fd from(ends[0]);
  Fd to(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) {
    answer.reason = errno_text(errno);
    return answer;
  }
  if (process == 0) answer_all(to, uids);
  to = Fd();
  while (answer.unanswered > 0) {
    const std::optional<Answer> one = read_answer(from, end);
    if (!one) break;
    --answer.unanswered;
    const std::string name = sanitize(std::string_view(one->name.data(), one->length));
    if (!name.empty() && uids.contains(one->uid)) answer.names.emplace(one->uid, name);
  }
  end_process(process);
  if (answer.unanswered > 0) {
    answer.reason =
        Clock::now() < end
            ? "the user directory's lookup ended early"
            : fmt::format("the user directory did not answer within {} ms", limit.count());
  }
  return answer;
}

void name_directory_users(Snapshot& snapshot) {
  SnapshotInfo& info = snapshot.info;
  std::set<std::uint32_t> unnamed;
  const auto note = [&](std::uint32_t uid, const std::string& name) {
    if (name == std::to_string(uid)) unnamed.insert(uid);
  };
  for (const Process& process : snapshot.processes) {
    if (process.uid) note(*process.uid, process.user);
  }
  note(info.user.uid, info.user.name);
  if (info.login_user) note(info.login_user->uid, info.login_user->name);

  const DirectoryAnswer answer = ask_directory(unnamed, kDirectoryLimit);
  const auto give_name = [&](std::uint32_t uid, std::string& name) {
    if (!unnamed.contains(uid)) return;
    if (const auto found = answer.names.find(uid); found != answer.names.end()) {
      name = found->second;
    }
  };
  for (Process& process : snapshot.processes) {
    if (process.uid) give_name(*process.uid, process.user);
  }
  give_name(info.user.uid, info.user.name);
  if (info.login_user) give_name(info.login_user->uid, info.login_user->name);
  add_gap(snapshot.gaps, {GapCode::users_not_named, {}, {}, answer.reason, answer.unanswered});
}

}  // namespace netmon
