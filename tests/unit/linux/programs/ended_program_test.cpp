#include "linux/programs/ended_program.h"

#include <doctest/doctest.h>

#include <string>

namespace netmon {

using namespace std::string_literals;

namespace {

EventProcess seen() {
  EventProcess then;
  then.process.start_ticks = 4711;
  then.process.comm = "caller";
  then.process.uid = 1000;
  then.executable.inode = 12;
  then.executable.size_bytes = 345;
  then.own.emplace().arguments = "caller\0-x\0"s;
  return then;
}

FoundProcess found() {
  FoundProcess now;
  now.process = seen().process;
  now.file.status.version = seen().executable;
  now.cmdline = *seen().own->arguments;
  return now;
}

}  // namespace

TEST_CASE("a process is as it was where its start, file, name, user and arguments are") {
  CHECK(is_same_program(seen(), found()));
  FoundProcess now = found();
  SUBCASE("start") { now.process.start_ticks = 4712; }
  SUBCASE("file") { now.file.status.version.inode = 13; }
  SUBCASE("a file that cannot be seen") { now.file.error = 13; }
  SUBCASE("name") { now.process.comm = "heir"; }
  SUBCASE("user") { now.process.uid = 0; }
  SUBCASE("arguments") { now.cmdline = "caller\0-y\0"s; }
  SUBCASE("more arguments") { now.cmdline += "-y\0"s; }
  CHECK_FALSE(is_same_program(seen(), now));
}

TEST_CASE("arguments that an event kept in part, or not at all, are compared as far as they go") {
  EventProcess then = seen();
  then.own->arguments = std::string(1024, 'x');
  FoundProcess now = found();
  now.cmdline = std::string(2000, 'x');
  CHECK(is_same_program(then, now));
  now.cmdline[1000] = 'y';
  CHECK_FALSE(is_same_program(then, now));
  then.own->arguments.reset();
  CHECK(is_same_program(then, now));
}

}  // namespace netmon
