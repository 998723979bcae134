#include "netmon/core/model/gap.h"

#include <fmt/format.h>

#include <array>

#include "core/values/words.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kGapCodes{"owners-not-visible"sv,     "owners-not-found"sv,
                               "owners-vanished"sv,        "processes-hidden"sv,
                               "processes-vanished"sv,     "netns-not-entered"sv,
                               "netns-not-requested"sv,    "netns-not-known"sv,
                               "netns-not-found"sv,        "netns-vanished"sv,
                               "protocol-not-answered"sv,  "port-choice-not-known"sv,
                               "executables-not-hashed"sv, "scripts-not-hashed"sv,
                               "code-not-read"sv,          "not-cross-checked"sv,
                               "samples-missed"sv,         "command-lines-left-out"sv,
                               "boot-not-known"sv,         "users-not-named"sv,
                               "between-samples"sv,        "events-lost"sv,
                               "addresses-not-read"sv,     "filters-not-read"sv,
                               "iptables-not-read"sv,      "programs-not-read"sv,
                               "families-not-read"sv};

std::string namespaces_text(const Gap& gap) {
  return counted(gap.count, "network namespace", "network namespaces");
}

std::string what_is_missing(const Gap& gap) {
  switch (gap.code) {
    case GapCode::owners_not_visible:
      return counted(gap.count, "socket", "sockets") + " whose process this user may not see";
    case GapCode::owners_not_found:
      return counted(gap.count, "socket", "sockets") + " whose holder was not found, although " +
             (gap.count == 1 ? "it has a file" : "they have files");
    case GapCode::owners_vanished:
      return counted(gap.count, "socket", "sockets") +
             " that went away, or whose process did, during the capture";
    case GapCode::processes_hidden:
      return "the processes of other users are hidden";
    case GapCode::processes_vanished:
      return counted(gap.count, "process", "processes") + " ended while being read";
    case GapCode::netns_not_entered:
      return counted(gap.count, "network namespace was", "network namespaces were") +
             " not entered";
    case GapCode::netns_not_requested:
      return counted(gap.count, "other network namespace", "other network namespaces") +
             " left out by --netns current";
    case GapCode::netns_not_known:
      return counted(gap.count, "process", "processes") + " whose network namespaces are not known";
    case GapCode::netns_not_found:
      return counted(gap.count, "network namespace", "network namespaces") +
             " that this host is linked to and that netmon found no way into";
    case GapCode::netns_vanished:
      return counted(gap.count, "network namespace", "network namespaces") +
             " went away while being read";
    case GapCode::protocol_not_answered:
      return fmt::format("the kernel did not list the {} sockets",
                         gap.protocol ? to_string(*gap.protocol) : "");
    case GapCode::port_choice_not_known:
      return counted(gap.count, "socket", "sockets") +
             " in the ephemeral range whose port the program or the kernel may have chosen";
    case GapCode::executables_not_hashed:
      return "the executable of " + counted(gap.count, "process", "processes") + " was not read";
    case GapCode::scripts_not_hashed:
      return "the script of " + counted(gap.count, "process", "processes") + " was not read";
    case GapCode::code_not_read:
      return "the mapped code of " + counted(gap.count, "process", "processes") + " was not read";
    case GapCode::not_cross_checked:
      return counted(gap.count, "socket was", "sockets were") +
             " seen in one view of the kernel only";
    case GapCode::samples_missed:
      return counted(gap.count, "sample of the span was", "samples of the span were") +
             " not taken";
    case GapCode::command_lines_left_out:
      return "the command line of " + counted(gap.count, "process", "processes") +
             " was left out on request";
    case GapCode::boot_not_known:
      return "the boot id is not known";
    case GapCode::users_not_named:
      return counted(gap.count, "user is", "users are") + " shown by number only";
    case GapCode::between_samples:
      return "what came and went between two samples was not seen";
    case GapCode::events_lost:
      return counted(gap.count, "event of the span was", "events of the span were") + " not kept";
    case GapCode::addresses_not_read:
      return "the addresses and routes of " + namespaces_text(gap) + " were not completely read";
    case GapCode::filters_not_read:
      return "the filters and forwards of " + namespaces_text(gap) + " were not completely read";
    case GapCode::iptables_not_read:
      return "the iptables-legacy rules of " + namespaces_text(gap) + " were not read";
    case GapCode::programs_not_read:
      return "the BPF programs attached in " + namespaces_text(gap) + " were not read";
    case GapCode::families_not_read:
      return "sockets of other families, such as vsock and AF_XDP, were not looked for";
  }
  no_such_enumerator();
}

}  // namespace

std::string_view to_string(GapCode code) { return word_of(kGapCodes, code); }

std::vector<GapCode> all_gap_codes() {
  std::vector<GapCode> codes;
  for (std::size_t i = 0; i < kGapCodes.size(); ++i) codes.push_back(static_cast<GapCode>(i));
  return codes;
}
std::optional<GapCode> parse_gap_code(std::string_view text) {
  return parse_word<GapCode>(kGapCodes, text);
}

std::string describe(const Gap& gap) {
  std::string line = what_is_missing(gap);
  if (gap.scope) line += fmt::format(" in {}", to_string(*gap.scope));
  if (!gap.reason.empty()) line += fmt::format(" ({})", gap.reason);
  return line;
}

}  // namespace netmon
