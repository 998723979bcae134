#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>

#include "netmon/cli/program.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace {

// One line, whatever is in it, even where there is no memory to make it visible.
int report(const char* what, netmon::ExitCode exit_code) {
  try {
    const std::string line = "netmon: " + netmon::escape_controls(what) + "\n";
    std::fputs(line.c_str(), stderr);
  } catch (const std::bad_alloc&) {
    std::fputs("netmon: out of memory\n", stderr);
  }
  return static_cast<int>(exit_code);
}

// A program started without one of the three would open a file of its own in its place, and write
// there what is meant for people. What is put there instead fails as a closed one does.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    const int access = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", access) != fd) throw netmon::SystemError("/dev/null", errno);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // The threads of a capture pass on what they read: a heap for each of them holds a fifth more
  // memory, and saves no time. See mallopt(3).
  ::mallopt(M_ARENA_MAX, 1);
  // A closed pipe is an error of the write, which is reported, and not a silent end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow (RLIMIT_FSIZE)
  try {
    occupy_standard_descriptors();
    return netmon::cli::run(argc, argv);
  } catch (const netmon::Error& error) {
    return report(error.what(), error.exit_code());
  } catch (const std::bad_alloc&) {
    return report("out of memory", netmon::ExitCode::failure);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(error.what(), netmon::ExitCode::failure);
  } catch (const std::system_error& error) {
    // Thrown by the threads of the standard library, which say no more than "Operation not
    // permitted" or "Resource temporarily unavailable".
    const bool too_many = error.code() == std::errc::resource_unavailable_try_again;
    const std::string cause =
        too_many ? "too many processes or too little memory" : error.code().message();
    return report(("cannot start a thread: " + cause).c_str(), netmon::ExitCode::failure);
  } catch (const std::exception& error) {
    return report(error.what(), netmon::ExitCode::failure);
  }
}
