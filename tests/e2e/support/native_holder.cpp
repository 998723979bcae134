// Holds sockets for a scenario, as holder.py does, in a program that is no interpreter: its
// executable says what it runs. Reads statements from standard input, one on each line, and answers
// each with one line of JSON. Ends at the end of standard input, together with its child processes.
//
//   listen ADDRESS:PORT [reuseport]
//   bind udp ADDRESS:PORT [reuseport]
//   connect tcp|udp ADDRESS:PORT [from=ADDRESS:PORT] [range=LOW-HIGH] [reuseport]
//   accept FD, close FD
//   worker [UID]      a child that shares every socket, perhaps as another user
//   spawn PATH [orphan]   a child that runs the program at PATH and inherits every socket;
//                         an orphan outlives this process
//   exec PATH         executes the program at PATH, which keeps every socket
//   ids REAL EFFECTIVE SAVED, groups GID...
//   map PATH          maps a file as code
//   compile           makes executable memory without a file
//   forge PATH        lets /proc/self/exe name PATH, in a user namespace of its own
//   name TEXT
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

void require(bool holds, const std::string& what) {
  if (!holds) fail(what);
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Address address_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const auto port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  Address address;
  if (host.front() == '[') {
    host = host.substr(1, host.size() - 2);
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = port;
    require(::inet_pton(AF_INET6, host.c_str(), &in6.sin6_addr) == 1, text);
    std::memcpy(&address.storage, &in6, sizeof in6);
    address.length = sizeof in6;
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = port;
    require(::inet_pton(AF_INET, host.c_str(), &in.sin_addr) == 1, text);
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  }
  return address;
}

const sockaddr* pointer(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

std::string answer_for(int fd) {
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length);
  const auto* in =
      reinterpret_cast<const sockaddr_in*>(&own);  // the port has the same offset as in IPv6
  return "{\"fd\": " + std::to_string(fd) + ", \"port\": " + std::to_string(ntohs(in->sin_port)) +
         "}";
}

int open_socket(const std::string& protocol, const Address& address, const Words& options) {
  const bool tcp = protocol == "tcp";
  const int fd = ::socket(address.storage.ss_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  require(fd >= 0, "socket");
  const int on = 1;
  if (tcp) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  for (const std::string& option : options) {
    if (option == "reuseport") {
      require(::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0, option);
    } else if (option.rfind("from=", 0) == 0) {
      const Address from = address_of(option.substr(5));
      require(::bind(fd, pointer(from), from.length) == 0, option);
    } else if (option.rfind("range=", 0) == 0) {
      constexpr int kIpLocalPortRange = 51;  // ip(7), Linux 6.3
      const std::size_t dash = option.find('-');
      const auto low = static_cast<std::uint32_t>(std::stoul(option.substr(6, dash - 6)));
      const auto high = static_cast<std::uint32_t>(std::stoul(option.substr(dash + 1)));
      const std::uint32_t range = high << 16U | low;
      require(::setsockopt(fd, IPPROTO_IP, kIpLocalPortRange, &range, sizeof range) == 0, option);
    } else {
      throw std::runtime_error("unknown option " + option);
    }
  }
  return fd;
}

std::string listen_at(const Words& words) {
  const Address address = address_of(words.at(1));
  const int fd = open_socket("tcp", address, {words.begin() + 2, words.end()});
  require(::bind(fd, pointer(address), address.length) == 0, "bind " + words[1]);
  require(::listen(fd, 16) == 0, "listen " + words[1]);
  return answer_for(fd);
}

std::string bind_at(const Words& words) {
  const Address address = address_of(words.at(2));
  const int fd = open_socket(words[1], address, {words.begin() + 3, words.end()});
  require(::bind(fd, pointer(address), address.length) == 0, "bind " + words[2]);
  return answer_for(fd);
}

std::string connect_to(const Words& words) {
  const Address address = address_of(words.at(2));
  const int fd = open_socket(words[1], address, {words.begin() + 3, words.end()});
  require(::connect(fd, pointer(address), address.length) == 0, "connect " + words[2]);
  return answer_for(fd);
}

std::string accept_from(const Words& words) {
  const int listener = std::stoi(words.at(1));
  pollfd waiting{listener, POLLIN, 0};
  require(::poll(&waiting, 1, 10'000) == 1, "nobody connects");
  const int fd = ::accept(listener, nullptr, nullptr);
  require(fd >= 0, "accept");
  return answer_for(fd);
}

std::string pid_answer(pid_t pid) { return "{\"pid\": " + std::to_string(pid) + "}"; }

enum class Lives { with_its_parent, on_its_own };

// Returns 0 in the child.
pid_t fork_worker(Lives lives = Lives::with_its_parent) {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  require(pid >= 0, "fork");
  if (pid != 0 || lives == Lives::on_its_own) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) std::_Exit(0);
  return 0;
}

std::string spawn(const Words& words) {
  const std::string& path = words.at(1);
  const bool orphan = words.size() > 2 && words[2] == "orphan";
  std::array<int, 2> ready{};
  require(::pipe2(ready.data(), O_CLOEXEC) == 0, "pipe");
  const pid_t pid = fork_worker(orphan ? Lives::on_its_own : Lives::with_its_parent);
  if (pid == 0) {
    ::execl(path.c_str(), path.c_str(), "--hold", nullptr);
    std::_Exit(127);
  }
  ::close(ready[1]);
  char byte = 0;
  while (::read(ready[0], &byte, 1) > 0) {  // until the child executes the other program
  }
  ::close(ready[0]);
  return pid_answer(pid);
}

std::string worker(const Words& words) {
  std::array<int, 2> ready{};
  require(::pipe2(ready.data(), O_CLOEXEC) == 0, "pipe");
  const pid_t pid = fork_worker();
  if (pid == 0) {
    if (words.size() > 1) {
      const auto id = static_cast<uid_t>(std::stoul(words[1]));
      if (::setresuid(id, id, id) != 0) std::_Exit(1);
      ::prctl(PR_SET_DUMPABLE, 1);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // because a change of user clears it
    }
    ::close(ready[1]);
    while (true) ::pause();
  }
  ::close(ready[1]);
  char byte = 0;
  while (::read(ready[0], &byte, 1) > 0) {  // until the worker is ready
  }
  ::close(ready[0]);
  return pid_answer(pid);
}

struct Mapping {
  unsigned long begin = 0;
  unsigned long end = 0;
  int protection = 0;
};

// The mappings of this program's own file.
std::vector<Mapping> own_mappings() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  require(length > 0, "/proc/self/exe");
  const std::string own(path.data(), static_cast<std::size_t>(length));
  std::vector<Mapping> mappings;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.size() < own.size() || line.substr(line.size() - own.size()) != own) continue;
    Mapping mapping;
    std::string mode;
    char dash = 0;
    std::istringstream fields(line);
    fields >> std::hex >> mapping.begin >> dash >> mapping.end >> mode;
    require(!fields.fail() && mode.size() == 4, "/proc/self/maps");
    mapping.protection = (mode[0] == 'r' ? PROT_READ : 0) | (mode[1] == 'w' ? PROT_WRITE : 0) |
                         (mode[2] == 'x' ? PROT_EXEC : 0);
    mappings.push_back(mapping);
  }
  return mappings;
}

// Replaces the mapping by memory with the same bytes at the same address, but without a file. The
// program can go on meanwhile, because the code that moves the memory is in the C library.
void detach(const Mapping& mapping) {
  const std::size_t size = mapping.end - mapping.begin;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives the address as a number
  void* const there = reinterpret_cast<void*>(mapping.begin);
  void* const copy =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(copy != MAP_FAILED, "mmap");
  std::memcpy(copy, there, size);
  require(::mprotect(copy, size, mapping.protection) == 0, "mprotect");
  require(::mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, there) == there, "mremap");
}

void write_file(const char* path, const std::string& text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  require(fd >= 0, path);
  require(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), path);
  ::close(fd);
}

prctl_mm_map own_layout() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::vector<unsigned long> fields(3);  // so that fields[n] is field n of proc_pid_stat(5)
  for (std::string word; rest >> word;) fields.push_back(std::strtoul(word.c_str(), nullptr, 10));
  prctl_mm_map map{};
  map.start_code = fields.at(26);
  map.end_code = fields.at(27);
  map.start_stack = fields.at(28);
  map.start_data = fields.at(45);
  map.end_data = fields.at(46);
  map.start_brk = fields.at(47);
  map.brk = reinterpret_cast<unsigned long>(::sbrk(0));
  map.arg_start = fields.at(48);
  map.arg_end = fields.at(49);
  map.env_start = fields.at(50);
  map.env_end = fields.at(51);
  return map;
}

std::string forge(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(file >= 0, path);
  const auto uid = std::to_string(::geteuid());
  const auto gid = std::to_string(::getegid());
  const std::vector<Mapping> mappings = own_mappings();
  prctl_mm_map map = own_layout();
  require(::unshare(CLONE_NEWUSER) == 0, "unshare");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", uid + " " + uid + " 1");
  write_file("/proc/self/gid_map", gid + " " + gid + " 1");
  for (const Mapping& mapping : mappings) detach(mapping);
  map.exe_fd = static_cast<std::uint32_t>(file);
  require(::prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0, "PR_SET_MM_MAP");
  return "{}";
}

std::string map_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(fd >= 0, path);
  void* const mapped = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
  require(mapped != MAP_FAILED, "mmap");
  ::close(fd);
  return "{}";
}

std::string run(const Words& words) {
  const std::string& what = words.at(0);
  if (what == "listen") return listen_at(words);
  if (what == "bind") return bind_at(words);
  if (what == "connect") return connect_to(words);
  if (what == "accept") return accept_from(words);
  if (what == "spawn") return spawn(words);
  if (what == "forge") return forge(words.at(1));
  if (what == "map") return map_file(words.at(1));
  if (what == "close") {
    require(::close(std::stoi(words.at(1))) == 0, "close");
  } else if (what == "worker") {
    return worker(words);
  } else if (what == "exec") {
    ::execl(words.at(1).c_str(), words[1].c_str(), "--again", nullptr);
    fail(words[1]);
  } else if (what == "ids") {
    const auto id = [&](std::size_t n) { return static_cast<uid_t>(std::stoul(words.at(n))); };
    require(::setresuid(id(1), id(2), id(3)) == 0, "setresuid");
    ::prctl(PR_SET_DUMPABLE, 1);
  } else if (what == "groups") {
    std::vector<gid_t> groups;
    for (std::size_t i = 1; i < words.size(); ++i) {
      groups.push_back(static_cast<gid_t>(std::stoul(words[i])));
    }
    require(::setgroups(groups.size(), groups.data()) == 0, "setgroups");
    ::prctl(PR_SET_DUMPABLE, 1);
  } else if (what == "compile") {
    require(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0) != MAP_FAILED,
            "mmap");
  } else if (what == "name") {
    ::prctl(PR_SET_NAME, words.at(1).c_str());
  } else {
    throw std::runtime_error("unknown statement " + what);
  }
  return "{}";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  while (mode == "--hold") ::pause();
  if (mode == "--again") std::cout << "{}" << std::endl;  // the answer to `exec`
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    try {
      std::cout << run(words) << std::endl;
    } catch (const std::exception& error) {
      std::cout << R"({"error": ")" << error.what() << R"("})" << std::endl;
    }
  }
  return 0;
}
