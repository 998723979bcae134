// How the kernel hands over a table of the older iptables or arptables: the same for each of them
// but for the structures' sizes.
#pragma once

#include <linux/netfilter/x_tables.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "linux/reach/reach.h"
#include "netmon/posix/fd.h"

namespace netmon {

// Where such tables are asked for.
struct OlderTables {
  const char* names;  // the file in /proc/net that names the tables that there are
  const char* word;   // for people: "ip"
  int domain;         // of the socket
  int level;          // of its options
  int info;           // the option that tells of a table
  int entries;        // the option that has its entries
  std::size_t max_bytes;
};

// The tables that the kernel has: one that it has not yet is not asked for, for it would be made.
// Whether the file names one, where it may not be read, is a failure: it decides where the other
// snapshot has rules.
std::vector<std::string> older_table_names(int proc_net, const OlderTables& tables,
                                           std::vector<ReachFailure>& failures);

// Reads one of them into `info` (struct ipt_getinfo and its like) and `entries`, which struct
// ipt_get_entries and its like (`Head`) comes before. Returns 0 or an errno.
template <typename Head, typename Info>
int read_older_table(const OlderTables& tables, const std::string& name, Info& info,
                     std::vector<std::byte>& entries) {
  const Fd socket(::socket(tables.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  const auto ask = [&](int option, void* value, std::size_t bytes) {
    auto size = static_cast<socklen_t>(bytes);
    return ::getsockopt(socket.get(), tables.level, option, value, &size) == 0 ? 0 : errno;
  };
  // A table that is replaced meanwhile has another size than it was said to have.
  int error = EAGAIN;
  for (int attempt = 0; error == EAGAIN && attempt < 3; ++attempt) {
    info = {};
    std::memcpy(info.name, name.data(), name.size());
    error = ask(tables.info, &info, sizeof info);
    if (error != 0) continue;
    if (info.size > tables.max_bytes) return EFBIG;
    entries.assign(offsetof(Head, entrytable) + info.size, {});
    std::memcpy(entries.data(), info.name, sizeof info.name);
    std::memcpy(entries.data() + offsetof(Head, size), &info.size, sizeof info.size);
    error = ask(tables.entries, entries.data(), entries.size());
  }
  if (error != 0) return error;
  entries.erase(entries.begin(), entries.begin() + offsetof(Head, entrytable));
  return 0;
}

}  // namespace netmon
