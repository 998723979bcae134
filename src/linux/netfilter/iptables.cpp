#include "linux/netfilter/iptables.h"

#include <fmt/format.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "linux/netfilter/older_tables.h"
#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxEntryBytes = 64 * kMebibyte;  // for one table

constexpr OlderTables kIpv4{"ip_tables_names",  "ip",          AF_INET, IPPROTO_IP, IPT_SO_GET_INFO,
                            IPT_SO_GET_ENTRIES, kMaxEntryBytes};
constexpr OlderTables kIpv6{
    "ip6_tables_names",  "ip6",         AF_INET6, IPPROTO_IPV6, IP6T_SO_GET_INFO,
    IP6T_SO_GET_ENTRIES, kMaxEntryBytes};

// Both families have the same layout of these structures.
static_assert(sizeof(ipt_getinfo) == sizeof(ip6t_getinfo));
static_assert(offsetof(ipt_get_entries, entrytable) == offsetof(ip6t_get_entries, entrytable));

void read_family(int proc_net, TableFamily family, const OlderTables& tables, IptablesRead& read) {
  for (const std::string& name : older_table_names(proc_net, tables, read.failures)) {
    IptablesTable table{.family = family, .name = name};
    ipt_getinfo info{};
    const int error = read_older_table<ipt_get_entries>(tables, name, info, table.entries);
    if (error != 0) {
      read.failures.push_back(
          {GapCode::iptables_not_read,
           fmt::format("table {} of {}: {}", sanitize(name), tables.word, errno_text(error))});
      continue;
    }
    table.valid_hooks = info.valid_hooks;
    std::copy_n(info.hook_entry, table.hook_entry.size(), table.hook_entry.begin());
    read.tables.push_back(std::move(table));
  }
}

}  // namespace

IptablesRead read_iptables(int proc_net) {
  IptablesRead read;
  read_family(proc_net, TableFamily::ipv4, kIpv4, read);
  read_family(proc_net, TableFamily::ipv6, kIpv6, read);
  return read;
}

}  // namespace netmon
