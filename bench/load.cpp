// Holds sockets and open files in many processes, until its standard input is closed.
//
//   netmon_load --sockets 40000 --processes 500 --files 90000
//
// Each process has a loopback address of its own, so that ports do not collide, and holds TCP
// listeners (one socket in ten), UDP sockets (one in ten) and both ends of TCP connections. Each
// client has an address of its own too, so that there are as many peers as on a server with that
// many users. All traffic stays on 127.0.0.0/8. Run it in a network namespace of its own, so that
// nothing else is counted. It prints "ready N", with the number of sockets, once all are held.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

// The address of a process: 127.1.0.1, 127.1.0.2 …
sockaddr_in address_of(unsigned process, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(0x7f010001U + process);
  return address;
}

int bound_socket(int type, unsigned process, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int on = 1;  // an earlier load's connections may still be in TIME_WAIT
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = address_of(process, port);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, generic, sizeof address) != 0) fail("bind");
  return fd;
}

// The address of a client, from 127.64.0.0 on. From its 1,024th client on, a process uses addresses
// again.
sockaddr_in client_address(unsigned process, unsigned client) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr =
      htonl(0x7f400000U + ((process << 10U) | (client & 1023U)) % 0x00b00000U);
  return address;
}

// Makes a connection. Both ends stay open in this process.
void hold_connection(int listener, unsigned process, unsigned number, std::uint16_t port) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;  // connect(2) chooses the port, as it would without bind(2)
  ::setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in own = client_address(process, number);
  const sockaddr_in address = address_of(process, port);
  if (client < 0 || ::bind(client, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    fail("bind");
  }
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(client, generic, sizeof address) != 0) fail("connect");
  if (::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) < 0) fail("accept");
}

// Returns the number of sockets that it holds: `wanted`, or one more where connections need it.
unsigned hold_sockets(unsigned process, unsigned wanted) {
  const unsigned listeners = wanted / 10 + 1;
  const unsigned datagrams = wanted / 10;
  int first_listener = -1;
  for (unsigned i = 0; i < listeners; ++i) {
    const int fd = bound_socket(SOCK_STREAM, process, static_cast<std::uint16_t>(2000 + i));
    if (::listen(fd, 1024) != 0) fail("listen");
    if (first_listener < 0) first_listener = fd;
  }
  for (unsigned i = 0; i < datagrams; ++i) {
    bound_socket(SOCK_DGRAM, process, static_cast<std::uint16_t>(2000 + i));
  }
  unsigned held = listeners + datagrams;
  for (unsigned client = 0; held < wanted; held += 2) {
    hold_connection(first_listener, process, client++, 2000);
  }
  return held;
}

void hold_files(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    if (::open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) fail("open");
  }
}

[[noreturn]] void run_child(unsigned process, unsigned sockets, unsigned files, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const unsigned held = hold_sockets(process, sockets);
  hold_files(files);
  if (::write(report, &held, sizeof held) != sizeof held) fail("report");
  ::close(report);
  while (true) ::pause();
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Load {
  unsigned sockets = 1000;
  unsigned processes = 60;
  unsigned files = 3000;
};

int hold(const Load& load) {
  raise_descriptor_limit();
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) fail("pipe");
  std::vector<pid_t> children;
  for (unsigned i = 0; i < load.processes; ++i) {
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      run_child(i, load.sockets / load.processes, load.files / load.processes, report[1]);
    }
    children.push_back(child);
  }
  ::close(report[1]);
  unsigned total = 0;
  for (unsigned i = 0; i < load.processes; ++i) {
    unsigned held = 0;
    if (::read(report[0], &held, sizeof held) != sizeof held) return 1;  // the child printed why
    total += held;
  }
  std::printf("ready %u\n", total);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  return 0;
}

int run(int argc, char** argv) {
  Load load;
  CLI::App app("Hold sockets and open files until standard input is closed.");
  app.add_option("--sockets", load.sockets, "Sockets in all")->capture_default_str();
  app.add_option("--processes", load.processes, "Processes that share them")
      ->check(CLI::Range(1, 60000))
      ->capture_default_str();
  app.add_option("--files", load.files, "Other open files in all")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return hold(load);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 2;
  }
}
