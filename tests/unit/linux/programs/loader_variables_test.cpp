#include "linux/programs/loader_variables.h"

#include <doctest/doctest.h>

#include <string>

namespace netmon {

using namespace std::string_literals;

TEST_CASE("variables by which code gets in are kept, and nothing else of an environment") {
  const auto variables = parse_loader_variables(
      "HOME=/root\0PYTHONPATH=/x:/y\0LD_PRELOAD=/tmp/a.so\0DB_PASSWORD=x\0XLD_PRELOAD=y\0"s);
  CHECK(variables ==
        std::vector<LoaderVariable>{{"LD_PRELOAD", "/tmp/a.so"}, {"PYTHONPATH", "/x:/y"}});
  CHECK(parse_loader_variables("").empty());
}

TEST_CASE("the variables of Lua's versions are kept too") {
  CHECK(parse_loader_variables("LUA_PATH_5_4=/x\0LUA_INITIAL=y\0"s) ==
        std::vector<LoaderVariable>{{"LUA_PATH_5_4", "/x"}});
}

TEST_CASE("a secret in a value is masked") {
  const auto variables = parse_loader_variables("JAVA_TOOL_OPTIONS=-Dpassword=hunter2 -Da=b\0"s);
  REQUIRE(variables.size() == 1);
  CHECK(variables[0].value == "-Dpassword=*** -Da=b");
}

TEST_CASE("a name that stands twice has both values, once each") {
  CHECK(parse_loader_variables("ENV=b\0ENV=a\0ENV=b\0"s) ==
        std::vector<LoaderVariable>{{"ENV", "a"}, {"ENV", "b"}});
}

TEST_CASE("hostile values are made valid, short and few") {
  const auto variables = parse_loader_variables("ENV=\xff" + std::string(100'000, 'x'));
  REQUIRE(variables.size() == 1);
  CHECK(variables[0].value.starts_with("\\xff"));
  CHECK(variables[0].value.size() <= 4096);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "ENV=" + std::to_string(i) + '\0';
  CHECK(parse_loader_variables(many).size() == 64);
  CHECK(parse_loader_variables("ENV\0=\0\0\0"s) == std::vector<LoaderVariable>{{"ENV", ""}});
}

}  // namespace netmon
