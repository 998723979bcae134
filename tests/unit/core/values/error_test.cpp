#include "netmon/core/values/error.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace netmon {

TEST_CASE("an error names its subject, then the cause") {
  const Error error("pre-chnge", "no snapshot has this label");
  CHECK(std::string(error.what()) == "pre-chnge: no snapshot has this label");
  CHECK(error.exit_code() == ExitCode::failure);
}

TEST_CASE("a system error carries the text and the number of errno") {
  const SystemError error("/var/lib/netmon", EACCES);
  CHECK(std::string(error.what()) == "/var/lib/netmon: Permission denied");
  CHECK(error.error_number() == EACCES);
}

TEST_CASE("an integrity error keeps its exit code") {
  CHECK(Error("db", "does not match", ExitCode::integrity).exit_code() == ExitCode::integrity);
}

}  // namespace netmon
