// What a capture could not see, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/netns.h"
#include "netmon/core/model/socket.h"

namespace netmon {

// The kinds of blindness. A gap without a count and a reason is no gap.
enum class GapCode : std::uint8_t {
  owners_not_visible,   // sockets whose holder this user may not see
  owners_not_found,     // sockets with a file that none of the processes holds
  owners_vanished,      // sockets whose holder went away during the capture
  processes_hidden,     // /proc hides other users' processes (hidepid)
  processes_vanished,   // processes that ended while they were being read
  netns_not_entered,    // namespaces seen but not read
  netns_not_requested,  // other namespaces, left out by --netns current
  netns_not_known,      // processes whose network namespace, or the ones they mount, are not known
  netns_not_found,      // namespaces that the kernel counts and that no path or process leads to
  netns_vanished,       // namespaces that ended while they were being read
  protocol_not_answered,   // a table that the kernel did not return
  port_choice_not_known,   // sockets in the ephemeral range where it is unknown who chose the port
  executables_not_hashed,  // processes whose executable should have been read and was not
  scripts_not_hashed,      // interpreters whose script should have been read and was not
  code_not_read,           // processes whose mapped code or environment could not be read
  not_cross_checked,       // sockets for which only one view of the kernel was read
  samples_missed,          // samples of a span that were not taken
  command_lines_left_out,  // processes whose command line was left out on request (--no-cmdline)
  boot_not_known,          // the boot id could not be read: a reboot would go unnoticed
  users_not_named,         // users of a directory service that did not answer in time
  between_samples,         // what a span held between two samples: events were not available
  events_lost,             // events of a span that were seen but not kept, or not accounted for
  addresses_not_read,      // namespaces whose addresses, routes or settings were not read
  filters_not_read,        // namespaces whose nf_tables rules were not read
  iptables_not_read,       // namespaces with rules of iptables-legacy, which were not read
  programs_not_read,       // namespaces whose attached BPF programs were not read
  families_not_read,       // sockets of other families were not listed
};

struct Gap {
  GapCode code = GapCode::owners_not_visible;
  std::optional<Scope> scope;        // absent: not known, or several
  std::optional<Protocol> protocol;  // only for protocol_not_answered
  std::string reason;                // "Permission denied", "3 processes could not be read: …"
  std::uint64_t count = 0;           // how many of what the code names

  bool operator==(const Gap&) const = default;
};

// One line for people: "5 sockets whose process this user may not see (…)".
std::string describe(const Gap& gap);

// The stable words that are stored and printed. Each parse_ function is the inverse.
std::string_view to_string(GapCode code);
std::vector<GapCode> all_gap_codes();  // in the order of their declaration
std::optional<GapCode> parse_gap_code(std::string_view text);

}  // namespace netmon
