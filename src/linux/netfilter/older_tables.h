// Reads a table of the older iptables or arptables from the kernel. The interface is the same for
// each of them, except for the sizes of its structures.
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

// The interface to one kind of tables.
struct OlderTables {
  const char* names;      // the file in /proc/net that names the existing tables
  const char* word;       // the kind in messages: "ip"
  int domain;             // the domain of the socket
  int level;              // the level of the socket's options
  int info;               // the option that describes a table
  int entries;            // the option that returns its entries
  std::size_t max_bytes;  // the largest table that is read
};

// The names of the tables that exist. No other may be requested, because the kernel would create
// it. A file that exists but cannot be read is added to `failures`, as a gap that decides only
// where the other snapshot of a comparison has rules.
std::vector<std::string> older_table_names(int proc_net, const OlderTables& tables,
                                           std::vector<ReachFailure>& failures);

// Reads one table into `info` (struct ipt_getinfo or its like) and `entries`. `Head` is struct
// ipt_get_entries or its like, which the kernel puts before the entries. Returns 0 or an errno.
template <typename Head, typename Info>
int read_older_table(const OlderTables& tables, const std::string& name, Info& info,
                     std::vector<std::byte>& entries) {
  const Fd socket(::socket(tables.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  const auto ask = [&](int option, void* value, std::size_t bytes) {
    auto size = static_cast<socklen_t>(bytes);
    return ::getsockopt(socket.get(), tables.level, option, value, &size) == 0 ? 0 : errno;
  };
  // EAGAIN means that the table was replaced meanwhile and its size has changed.
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
