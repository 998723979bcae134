#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "cli/program.h"
#include "netmon/error.h"
#include "netmon/text.h"

namespace {

// One line, whatever is in it. fmt::print could throw here; fputs cannot.
int report(const char* what, netmon::ExitCode exit_code) {
  const std::string line = "netmon: " + netmon::escape_controls(what) + "\n";
  std::fputs(line.c_str(), stderr);
  return static_cast<int>(exit_code);
}

}  // namespace

int main(int argc, char** argv) {
  // The width of characters in a terminal is the only thing that a locale decides.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  // A closed pipe is an error of the write, which is reported, and not a silent end.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return netmon::cli::run(argc, argv);
  } catch (const netmon::Error& error) {
    return report(error.what(), error.exit_code());
  } catch (const std::bad_alloc&) {
    return report("out of memory", netmon::ExitCode::failure);
  } catch (const std::exception& error) {
    return report(error.what(), netmon::ExitCode::failure);
  }
}
