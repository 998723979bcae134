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

// Prints one line, whatever the message contains, even where there is no memory to escape it.
int report(const char* what, netmon::ExitCode exit_code) {
  try {
    const std::string line = "netmon: " + netmon::escape_controls(what) + "\n";
    std::fputs(line.c_str(), stderr);
  } catch (const std::bad_alloc&) {
    std::fputs("netmon: out of memory\n", stderr);
  }
  return static_cast<int>(exit_code);
}

// A program that is started without one of the three standard descriptors would get its number for
// the next file that it opens, and write messages into that file. The descriptor that is opened
// here instead fails like a closed one.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    const int access = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", access) != fd) throw netmon::SystemError("/dev/null", errno);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // The threads of a capture pass on what they read. A separate heap for each of them takes a fifth
  // more memory and saves no time. See mallopt(3).
  ::mallopt(M_ARENA_MAX, 1);
  // Writing to a closed pipe must fail with an error that is reported, and not end the program
  // silently.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // likewise for a file at its size limit (RLIMIT_FSIZE)
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
    // The standard library throws this when it cannot start a thread, and says no more than
    // "Operation not permitted" or "Resource temporarily unavailable".
    const bool too_many = error.code() == std::errc::resource_unavailable_try_again;
    const std::string cause =
        too_many ? "too many processes or too little memory" : error.code().message();
    return report(("cannot start a thread: " + cause).c_str(), netmon::ExitCode::failure);
  } catch (const std::exception& error) {
    return report(error.what(), netmon::ExitCode::failure);
  }
}
