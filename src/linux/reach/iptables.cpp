#include "linux/reach/iptables.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <vector>

#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/sha256.h"
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

constexpr TableKind kIpv4{TableFamily::ipv4, "/proc/thread-self/net/ip_tables_names", "ip", AF_INET,
                          IPPROTO_IP};
constexpr TableKind kIpv6{TableFamily::ipv6, "/proc/thread-self/net/ip6_tables_names", "ip6",
                          AF_INET6, IPPROTO_IPV6};

// Both families have the same numbers and layouts for these.
static_assert(IPT_SO_GET_INFO == IP6T_SO_GET_INFO && IPT_SO_GET_ENTRIES == IP6T_SO_GET_ENTRIES);
static_assert(sizeof(ipt_getinfo) == sizeof(ip6t_getinfo));
static_assert(offsetof(ipt_get_entries, entrytable) == offsetof(ip6t_get_entries, entrytable));

class Tables {
 public:
  Tables(const TableKind& kind, ReachRead& reach) : kind_(kind), reach_(reach) {}

  void read() {
    std::istringstream names(read_file(AT_FDCWD, kind_.names).text);
    for (std::string name; names >> name;) {
      if (name.size() >= XT_TABLE_MAXNAMELEN) continue;
      if (const int error = read_table(name); error != 0) {
        reach_.failures.push_back(
            {GapCode::iptables_not_read,
             fmt::format("table {} of {}: {}", sanitize(name), kind_.word, errno_text(error))});
      }
    }
  }

 private:
  // Returns 0 or an errno.
  int read_table(const std::string& name) {
    const Fd socket(::socket(kind_.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return errno;
    ipt_getinfo info{};
    std::memcpy(info.name, name.data(), name.size());
    socklen_t size = sizeof info;
    if (::getsockopt(socket.get(), kind_.level, IPT_SO_GET_INFO, &info, &size) != 0) return errno;
    if (info.size > kMaxEntryBytes) return EFBIG;
    std::vector<std::byte> buffer(offsetof(ipt_get_entries, entrytable) + info.size);
    std::memcpy(buffer.data(), info.name, sizeof info.name);
    std::memcpy(buffer.data() + offsetof(ipt_get_entries, size), &info.size, sizeof info.size);
    size = static_cast<socklen_t>(buffer.size());
    if (::getsockopt(socket.get(), kind_.level, IPT_SO_GET_ENTRIES, buffer.data(), &size) != 0) {
      return errno;
    }
    const auto entries = std::span(buffer).subspan(offsetof(ipt_get_entries, entrytable));
    const std::string rules = without_counters(entries, kind_.family);
    if (rules.empty()) return EBADMSG;
    add_fact(name, info, rules);
    return 0;
  }

  // A table has an entry for each chain's policy and one for its end.
  void add_fact(const std::string& name, const ipt_getinfo& info, const std::string& rules) {
    const auto own = static_cast<unsigned>(std::popcount(info.valid_hooks)) + 1;
    const unsigned count = info.num_entries - std::min(own, info.num_entries);
    reach_.facts.push_back({0, ReachKind::rule,
                            fmt::format("{} iptables-legacy {}", kind_.word, sanitize(name)),
                            fmt::format("{} and policies, sha256 {}",
                                        counted(count, "rule", "rules"), sha256_of(rules))});
  }

  const TableKind& kind_;
  ReachRead& reach_;
};

template <typename Entry>
std::string cleared(std::span<const std::byte> entries) {
  std::string rules(reinterpret_cast<const char*>(entries.data()), entries.size());
  for (std::size_t offset = 0; offset < rules.size();) {
    Entry entry{};
    if (rules.size() - offset < sizeof entry) return {};
    std::memcpy(&entry, rules.data() + offset, sizeof entry);
    if (entry.next_offset < sizeof entry || entry.next_offset > rules.size() - offset) return {};
    entry.counters = {};
    entry.comefrom = 0;
    entry.nfcache = 0;
    std::memcpy(rules.data() + offset, &entry, sizeof entry);
    offset += entry.next_offset;
  }
  return rules;
}

}  // namespace

std::string without_counters(std::span<const std::byte> entries, TableFamily family) {
  return family == TableFamily::ipv4 ? cleared<ipt_entry>(entries) : cleared<ip6t_entry>(entries);
}

void read_iptables(ReachRead& reach) {
  Tables(kIpv4, reach).read();
  Tables(kIpv6, reach).read();
}

}  // namespace netmon
