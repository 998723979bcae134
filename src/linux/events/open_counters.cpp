#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "linux/procfs/files.h"
#include "linux/procfs/host.h"
#include "linux/procfs/proc_parse.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/error.h"
#include "netmon/linux/event_proofs.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxSnmpBytes = 64 * kKibibyte;

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

// Each protocol has two lines: one of titles, and one of the numbers that belong to them.
OpenCounters parse_open_counters(std::string_view snmp) {
  constexpr std::string_view kTcp = "Tcp: ";
  OpenCounters counters;
  std::string_view titles;
  while (!snmp.empty()) {
    std::string_view line = take_until(snmp, '\n');
    if (!line.starts_with(kTcp)) continue;
    line.remove_prefix(kTcp.size());
    if (titles.empty()) {
      titles = line;
      continue;
    }
    while (!titles.empty() && !line.empty()) {
      const std::string_view title = take_until(titles, ' ');
      const std::uint64_t number = number_of(take_until(line, ' '));
      if (title == "ActiveOpens") counters.active = number;
      if (title == "PassiveOpens") counters.passive = number;
    }
    break;
  }
  return counters;
}

std::map<std::uint64_t, OpenCounters> read_open_counters() {
  std::map<std::uint64_t, OpenCounters> counters;
  const OpenResult proc = open_directory(AT_FDCWD, kProcRoot);
  if (!proc.fd) throw SystemError(kProcRoot, proc.error);
  for_each_entry(proc.fd.get(), [&](std::string_view name) {
    if (name.find_first_not_of("0123456789") != std::string_view::npos) return Walk::go_on;
    const std::string folder(name);
    const ReadResult link = read_link(proc.fd.get(), (folder + "/ns/net").c_str());
    const auto id = bracketed_number(link.text, "net:");
    if (!id || counters.contains(*id)) return Walk::go_on;
    const ReadResult snmp = read_file(proc.fd.get(), (folder + "/net/snmp").c_str(), kMaxSnmpBytes);
    // In the meantime the process may have ended or moved to another namespace.
    const ReadResult again = read_link(proc.fd.get(), (folder + "/ns/net").c_str());
    if (snmp.error == 0 && again.text == link.text) {
      counters.emplace(*id, parse_open_counters(snmp.text));
    }
    return Walk::go_on;
  });
  return counters;
}

}  // namespace netmon
