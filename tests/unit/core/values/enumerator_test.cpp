#include "netmon/core/values/enumerator.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "netmon/core/model/netns.h"
#include "netmon/core/model/socket.h"
#include "netmon/core/values/ip_address.h"

namespace netmon {
namespace {

std::string named_by() {
  try {
    no_such_enumerator();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a value that is no enumerator is said to be a bug, with the function that met it") {
  CHECK_EQ(named_by(), "a bug of netmon: no such enumerator in named_by()");
}

TEST_CASE("a value that is no enumerator gets no plausible answer") {
  CHECK_THROWS_AS(to_string(IpAddress{.family = static_cast<Family>(99), .bytes = {}}),
                  std::logic_error);
  CHECK_THROWS_AS(to_string(Scope{.kind = static_cast<ScopeKind>(99), .name = {}}),
                  std::logic_error);
}

}  // namespace
}  // namespace netmon
