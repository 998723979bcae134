#include "linux/netfilter/iptables.h"

#include <fmt/format.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/posix/fd.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxEntryBytes = 64 * kMebibyte;  // of one table

struct TableKind {
  TableFamily family;
  const char* names;  // the file that names the tables that there are
  const char* word;
  int domain;
  int level;
};

constexpr TableKind kIpv4{TableFamily::ipv4, "ip_tables_names", "ip", AF_INET, IPPROTO_IP};
constexpr TableKind kIpv6{TableFamily::ipv6, "ip6_tables_names", "ip6", AF_INET6, IPPROTO_IPV6};

// Both families have the same numbers and layouts for these.
static_assert(IPT_SO_GET_INFO == IP6T_SO_GET_INFO && IPT_SO_GET_ENTRIES == IP6T_SO_GET_ENTRIES);
static_assert(sizeof(ipt_getinfo) == sizeof(ip6t_getinfo));
static_assert(offsetof(ipt_get_entries, entrytable) == offsetof(ip6t_get_entries, entrytable));

// Returns 0 or an errno.
int read_table(const TableKind& kind, IptablesTable& table) {
  const Fd socket(::socket(kind.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  ipt_getinfo info{};
  std::memcpy(info.name, table.name.data(), table.name.size());
  socklen_t size = sizeof info;
  if (::getsockopt(socket.get(), kind.level, IPT_SO_GET_INFO, &info, &size) != 0) return errno;
  if (info.size > kMaxEntryBytes) return EFBIG;
  std::vector<std::byte> buffer(offsetof(ipt_get_entries, entrytable) + info.size);
  std::memcpy(buffer.data(), info.name, sizeof info.name);
  std::memcpy(buffer.data() + offsetof(ipt_get_entries, size), &info.size, sizeof info.size);
  size = static_cast<socklen_t>(buffer.size());
  if (::getsockopt(socket.get(), kind.level, IPT_SO_GET_ENTRIES, buffer.data(), &size) != 0) {
    return errno;
  }
  buffer.erase(buffer.begin(), buffer.begin() + offsetof(ipt_get_entries, entrytable));
  table.valid_hooks = info.valid_hooks;
  std::copy_n(info.hook_entry, table.hook_entry.size(), table.hook_entry.begin());
  table.entries = std::move(buffer);
  return 0;
}

void read_family(int proc_net, const TableKind& kind, IptablesRead& read) {
  const ReadResult file = read_file(proc_net, kind.names);
  if (file.error != 0 && file.error != ENOENT) {
    // Whether it names a table is not known, so it decides where the other snapshot has rules.
    read.failures.push_back({GapCode::filters_not_read,
                             fmt::format("tables of {}: {}", kind.word, errno_text(file.error))});
  }
  std::istringstream names(file.text);
  for (std::string name; names >> name;) {
    if (name.size() >= XT_TABLE_MAXNAMELEN) continue;
    IptablesTable table{.family = kind.family, .name = name};
    // A table that is replaced meanwhile has another size than it was said to have.
    int error = EAGAIN;
    for (int attempt = 0; error == EAGAIN && attempt < 3; ++attempt) {
      error = read_table(kind, table);
    }
    if (error == 0) {
      read.tables.push_back(std::move(table));
    } else {
      read.failures.push_back(
          {GapCode::iptables_not_read,
           fmt::format("table {} of {}: {}", sanitize(name), kind.word, errno_text(error))});
    }
  }
}

}  // namespace

IptablesRead read_iptables(int proc_net) {
  IptablesRead read;
  read_family(proc_net, kIpv4, read);
  read_family(proc_net, kIpv6, read);
  return read;
}

}  // namespace netmon
