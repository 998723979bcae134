#include "linux/netfilter/filters.h"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <utility>

#include "linux/netfilter/arptables.h"
#include "linux/netfilter/filter_facts.h"
#include "linux/netfilter/iptables.h"
#include "linux/netfilter/iptables_ruleset.h"
#include "linux/nftables/ruleset.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

void note_nftables(ReachRead& reach, const std::string& why) {
  reach.failures.push_back({GapCode::filters_not_read, "nftables: " + why});
}

void read_nftables(NftRuleset& ruleset, ReachRead& reach, ModuleState state) {
  if (state == ModuleState::not_loaded) return;  // without the module there are no rules
  if (state == ModuleState::not_known) {
    return note_nftables(reach,
                         "it is not known whether the kernel has it, and asking could load it");
  }
  NftRead read = read_nft_ruleset();
  if (read.not_there && state == ModuleState::no_modules) return;
  if (!read.all_known)
    note_nftables(reach, "a rule, set or chain has a form that netmon does not know");
  const bool cut = read.error == EOVERFLOW;
  if (cut) note_nftables(reach, fmt::format("more than {} rules and elements", kMaxNftObjects));
  if (read.error == 0 || cut) {
    ruleset = std::move(read.ruleset);
  } else {
    note_nftables(reach, errno_text(read.error));
  }
}

void read_older_iptables(NftRuleset& ruleset, ReachRead& reach, int proc_net) {
  IptablesRead read = read_iptables(proc_net);
  for (const IptablesTable& table : read.tables) {
    if (add_iptables_table(table, ruleset)) continue;
    read.failures.push_back(
        {GapCode::iptables_not_read,
         fmt::format("table {}: {}", sanitize(table.name), errno_text(EBADMSG))});
  }
  for (ReachFailure& failure : read.failures) reach.failures.push_back(std::move(failure));
  ArptablesRead arp = read_arptables(proc_net);
  ruleset.whole_tables = std::move(arp.tables);
  for (ReachFailure& failure : arp.failures) reach.failures.push_back(std::move(failure));
}

}  // namespace

void read_filters(ReachRead& reach, const ReachSources& sources, int proc_net) {
  NftRuleset ruleset;
  read_nftables(ruleset, reach, sources.nftables);
  ruleset.older_iptables_alone = ruleset.chains.empty();
  if (sources.iptables) read_older_iptables(ruleset, reach, proc_net);
  if (sources.older_ebtables) {
    reach.failures.push_back(
        {GapCode::iptables_not_read, "ebtables-legacy is in use: its rules are not read"});
  }
  if (ruleset.chains.empty() && ruleset.rules.empty() && ruleset.whole_tables.empty()) return;
  add_filter_facts(ruleset, reach);
}

}  // namespace netmon
