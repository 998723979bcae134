#include "linux/netfilter/arptables.h"

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp/arp_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <span>

#include "linux/netfilter/older_tables.h"
#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/sha256.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxEntryBytes = 4 * kMebibyte;  // for one table

constexpr OlderTables kTables{
    "arp_tables_names",  "arp",         AF_INET, IPPROTO_IP, ARPT_SO_GET_INFO,
    ARPT_SO_GET_ENTRIES, kMaxEntryBytes};

// Sets the counters of the entry at the beginning of `rest` to 0. Returns the entry's size, or 0
// where it does not fit.
std::size_t pass_entry(std::span<std::byte> rest) {
  arpt_entry entry{};
  if (rest.size() < sizeof entry) return 0;
  std::memcpy(&entry, rest.data(), sizeof entry);
  const bool fits = entry.next_offset >= sizeof entry && entry.next_offset <= rest.size() &&
                    entry.target_offset >= sizeof entry && entry.target_offset <= entry.next_offset;
  if (!fits) return 0;
  std::memset(rest.data() + offsetof(arpt_entry, counters), 0, sizeof entry.counters);
  return entry.next_offset;
}

bool drops(std::span<const std::byte> entries, std::size_t offset) {
  arpt_entry entry{};
  if (offset + sizeof entry > entries.size()) return false;
  std::memcpy(&entry, entries.data() + offset, sizeof entry);
  xt_standard_target target{};
  const std::size_t begin = offset + entry.target_offset;
  if (begin + sizeof target > entries.size()) return false;
  std::memcpy(&target, entries.data() + begin, sizeof target);
  return target.verdict == -NF_DROP - 1;
}

ArptablesCount count_of(const arpt_getinfo& info) {
  ArptablesCount count{
      static_cast<std::uint32_t>(std::popcount(info.valid_hooks)), info.num_entries, {}};
  for (std::size_t hook = 0; hook < NF_ARP_NUMHOOKS; ++hook) {
    if ((info.valid_hooks >> hook & 1U) != 0) count.policies.push_back(info.underflow[hook]);
  }
  return count;
}

}  // namespace

std::optional<std::string> arptables_text(const ArptablesCount& count,
                                          std::vector<std::byte> entries) {
  Sha256 digest;
  for (std::size_t offset = 0; offset < entries.size();) {
    const std::size_t size = pass_entry(std::span(entries).subspan(offset));
    if (size == 0) return std::nullopt;
    offset += size;
  }
  digest.add(std::string_view(reinterpret_cast<const char*>(entries.data()), entries.size()));
  const std::uint32_t without_rules = count.hooks + 1;
  const std::uint32_t rules = count.entries > without_rules ? count.entries - without_rules : 0;
  const bool some_drop = std::any_of(count.policies.begin(), count.policies.end(),
                                     [&](std::size_t policy) { return drops(entries, policy); });
  if (rules == 0 && !some_drop) return "";
  return fmt::format("{} rules, sha256 {}", rules, digest.finish());
}

ArptablesRead read_arptables(int proc_net) {
  ArptablesRead read;
  for (const std::string& name : older_table_names(proc_net, kTables, read.failures)) {
    arpt_getinfo info{};
    std::vector<std::byte> entries;
    const int error = read_older_table<arpt_get_entries>(kTables, name, info, entries);
    const auto text = error == 0 ? arptables_text(count_of(info), std::move(entries))
                                 : std::optional<std::string>();
    const std::string shown = "arp " + escape_controls(sanitize(name));
    if (!text) {
      read.failures.push_back(
          {GapCode::iptables_not_read,
           fmt::format("table {}: {}", shown, errno_text(error == 0 ? EBADMSG : error))});
    } else if (!text->empty()) {
      read.tables.emplace_back(shown, *text);
    }
  }
  return read;
}

}  // namespace netmon
