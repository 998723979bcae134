#include "linux/procfs/proc_parse.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "linux/fixture.h"

namespace netmon {
namespace {

using namespace std::string_literals;

// Fields 3 to 22 and one more: state S, parent 42, started at tick 987654.
constexpr std::string_view kRest =
    " S 42 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 123456789 0\n";

std::string with_rest(std::string begin) { return begin.append(kRest); }

}  // namespace

TEST_CASE("stat gives name, parent and start") {
  CHECK(parse_stat(with_rest("7 (sshd)")) == ProcStat{"sshd", 42, 987654});
}

TEST_CASE("a comm may hold anything, closing brackets and newlines included") {
  CHECK(parse_stat(with_rest("7 (a) S 1 (b)")) == ProcStat{"a) S 1 (b", 42, 987654});
  CHECK(parse_stat(with_rest("7 (x)\n7 (y)")) == ProcStat{"x)\n7 (y", 42, 987654});
  CHECK(parse_stat(with_rest("7 (\x1b[31m\xff)")) == ProcStat{"\x1b[31m\xff", 42, 987654});
  CHECK(parse_stat(with_rest("7 ()")) == ProcStat{"", 42, 987654});
}

TEST_CASE("a process has ended when it waits for its parent and none of its threads lives") {
  const auto ended = [](char state, int threads) {
    std::string text = with_rest("7 (sshd)");
    text[text.find(" S ") + 1] = state;
    return parse_stat(text.replace(text.find(" 20 0 1 "), 8, fmt::format(" 20 0 {} ", threads)))
        ->ended;
  };
  CHECK(ended('Z', 1));
  CHECK(ended('X', 0));
  CHECK_FALSE(ended('Z', 2));
  CHECK_FALSE(ended('S', 1));
  CHECK_FALSE(ended('T', 1));
}

TEST_CASE("a cut stat is refused at every length before the start") {
  const std::string whole = with_rest("7 (sshd)");
  for (std::size_t length = 0; length < whole.find("987654"); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_stat(whole.substr(0, length)).has_value());
  }
  CHECK_FALSE(parse_stat(with_rest(")(")).has_value());
}

TEST_CASE("status gives the effective user and the innermost pid") {
  const ProcStatus nested = parse_status(fixture("status_nested"));
  CHECK(nested.effective_uid == 1000);
  CHECK(nested.namespaced_pid == 7);
  CHECK(parse_status("") == ProcStatus{});
  CHECK(parse_status("Uid:\t1\n") == ProcStatus{});
  CHECK(parse_status("Uid:\t0\t99999999999\t0\t0\n") == ProcStatus{});
  CHECK(parse_status("NSpid:\t5\n").namespaced_pid == 5);
  CHECK(parse_status("XUid:\t0\t5\t0\t0\n") == ProcStatus{});
}

TEST_CASE("status gives the credentials, and none where a part of them is missing") {
  const std::string ids = "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n";
  const std::string groups = "Groups:\t27 6 4 \n";
  const std::string capabilities = "CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\n";
  CHECK(parse_status(ids + groups + capabilities).credentials ==
        Credentials{1, 3, {4, 6, 27}, 0x1ffffffffff, false});
  CHECK(parse_status(ids + "Groups:\t \n" + capabilities).credentials->groups ==
        std::vector<std::uint32_t>{6});
  CHECK_FALSE(parse_status(ids + groups).credentials.has_value());
  CHECK_FALSE(parse_status(groups + capabilities).credentials.has_value());
  CHECK_FALSE(parse_status(ids + "CapPrm:\t0x1\n").credentials.has_value());
}

TEST_CASE("arguments are joined so that they can be told apart") {
  CHECK(join_cmdline("nginx\0-c\0/etc/nginx.conf\0"s) == "nginx -c /etc/nginx.conf");
  CHECK(join_cmdline("sh\0-c\0echo hi\0"s) == "sh -c 'echo hi'");
  CHECK(join_cmdline("echo\0it's\0"s) == "echo 'it'\\''s'");
  CHECK(join_cmdline("a\0\0b\0"s) == "a '' b");
  CHECK(join_cmdline("a\0$(x)\0"s) == "a '$(x)'");
}

TEST_CASE("a title that a program wrote over its arguments is given as it is") {
  CHECK(join_cmdline("nginx: master process /usr/sbin/nginx\0\0\0\0"s) ==
        "nginx: master process /usr/sbin/nginx");
}

TEST_CASE("a process without arguments has no command line") {
  CHECK_FALSE(join_cmdline("").has_value());
  CHECK_FALSE(join_cmdline("\0\0"s).has_value());
}

TEST_CASE("a long or invalid command line is cut and made valid") {
  const std::string joined = join_cmdline(std::string(8000, 'x')).value();
  CHECK(joined.size() <= 4096);
  CHECK(joined.ends_with("…"));
  CHECK(join_cmdline("a\xff").value() == "a\\xff");
}

TEST_CASE("a process goes by its comm") {
  CHECK(process_name("nginx", "/usr/sbin/nginx-debug", "") == "nginx");
  CHECK(process_name("", "/x", "/y").empty());
  CHECK(process_name("systemd", "/lib/systemd/systemd-networkd", "") == "systemd");
}

TEST_CASE("a comm of 15 bytes is completed by the executable or script that it begins") {
  CHECK(process_name("systemd-network", "/usr/lib/systemd/systemd-networkd", "") ==
        "systemd-networkd");
  CHECK(process_name("a-very-long-scr", "/usr/bin/python3.11", "/opt/a-very-long-script.py") ==
        "a-very-long-script.py");
  CHECK(process_name("systemd-network", "/usr/bin/python3.11", "/opt/app.py") == "systemd-network");
  CHECK(process_name("exactly15bytes!", "/bin/exactly15bytes!", "") == "exactly15bytes!");
}

TEST_CASE("an executable that was replaced is known as deleted") {
  CHECK(parse_exe_link("/usr/sbin/nginx") == ExeLink{"/usr/sbin/nginx", false});
  CHECK(parse_exe_link("/usr/sbin/nginx (deleted)") == ExeLink{"/usr/sbin/nginx", true});
}

TEST_CASE("a path is told without the kernel's remark") {
  CHECK(parse_file_name("/lib/x.so (deleted)").path == "/lib/x.so");
  CHECK(parse_file_name("/lib/x.so (deleted)").deleted);
  CHECK_FALSE(parse_file_name("/lib/x.so").deleted);
}

TEST_CASE("only a whole link of the right kind gives a number") {
  CHECK(bracketed_number("socket:[123]", "socket:") == 123);
  CHECK(bracketed_number("net:[4026531840]", "net:") == 4026531840);
  CHECK_FALSE(bracketed_number("socket:[123", "socket:").has_value());
  CHECK_FALSE(bracketed_number("socket:123]", "socket:").has_value());
  CHECK_FALSE(bracketed_number("socket:[]", "socket:").has_value());
  CHECK_FALSE(bracketed_number("socket:]", "socket:").has_value());
  CHECK_FALSE(bracketed_number("socket:[12x]", "socket:").has_value());
  CHECK_FALSE(bracketed_number("/tmp/socket:[123]", "socket:").has_value());
  CHECK_FALSE(bracketed_number("socket:[99999999999999999999]", "socket:").has_value());
}

TEST_CASE("sockets registered with an io_uring are found among its files only") {
  CHECK(registered_sockets(fixture("fdinfo_io_uring")) == std::vector<std::uint32_t>{30965, 30966});
  CHECK(registered_sockets("    0: socket:[5]\n").empty());
  CHECK(registered_sockets("UserFiles:\t1\nUserBufs:\t1\n    0: socket:[5]\n").empty());
  CHECK(registered_sockets("UserFiles:\t1\n    0: /tmp/socket:[5]\n").empty());
  CHECK(registered_sockets("UserFiles:\t1\n    0: socket:[4294967296]\n").empty());
}

TEST_CASE("user names come from the password file, numbers where it has none") {
  const UserNames users(fixture("passwd"));
  CHECK(users.name_of(0) == "root");
  CHECK(users.name_of(33) == "www-data");
  CHECK(users.name_of(4711) == "4711");
  CHECK(UserNames().name_of(0) == "0");
}

TEST_CASE("damaged lines of the password file are passed over") {
  const UserNames users(fixture("passwd"));
  CHECK(users.name_of(7) == "7");       // no name
  CHECK(users.name_of(99) == "first");  // the first entry of a number counts
}

}  // namespace netmon
