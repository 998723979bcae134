#include "linux/nftables/ruleset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libnftnl/chain.h>
#include <libnftnl/flowtable.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "linux/nftables/message_form.h"
#include "linux/reach/dump.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr int kAttempts = 3;  // readings, where the rule set is replaced meanwhile

// Takes the object in a message. Returns false where libnftnl cannot parse it.
using ObjectSink = std::function<bool(const nlmsghdr& message)>;

// The text, escaped: a name is part of a line that is digested, so a line feed in it must not look
// like the end of the line.
std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : escape_controls(sanitize(text));
}

class NftDumps {
 public:
  // Dumps one kind of object. `set` is the set whose elements are dumped; otherwise null.
  int dump(std::uint16_t type, std::uint32_t family, const ObjectSink& sink,
           const NftSet* set = nullptr) {
    const auto whole = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8U | type);
    const std::vector<std::byte> body = body_for(family, set);
    return netlink_.dump({whole, body}, [&](const nlmsghdr& message) {
      if (!has_known_form(message) || !sink(message)) all_known_ = false;
    });
  }

  // Whether libnftnl could parse every message so far.
  [[nodiscard]] bool all_known() const { return all_known_; }

 private:
  static std::vector<std::byte> body_for(std::uint32_t family, const NftSet* set) {
    std::vector<std::byte> body;
    const auto put = [&](const void* data, std::size_t size) {
      const auto* const bytes = static_cast<const std::byte*>(data);
      body.insert(body.end(), bytes, bytes + size);
    };
    const nfgenmsg header{static_cast<std::uint8_t>(family), NFNETLINK_V0, 0};
    put(&header, sizeof header);
    const auto put_text = [&](std::uint16_t attribute, const std::string& text) {
      const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + text.size() + 1), attribute};
      put(&head, sizeof head);
      put(text.c_str(), text.size() + 1);
      body.resize(NLMSG_ALIGN(body.size()));
    };
    if (set != nullptr) {
      put_text(NFTA_SET_ELEM_LIST_TABLE, set->table.second);
      put_text(NFTA_SET_ELEM_LIST_SET, set->name);
    }
    return body;
  }

  NetlinkDumps netlink_{NETLINK_NETFILTER};
  bool all_known_ = true;
};

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(const T* object) const { Free(const_cast<T*>(object)); }
};

void free_table(nftnl_table* table) { nftnl_table_free(table); }
void free_chain(nftnl_chain* chain) { nftnl_chain_free(chain); }
void free_set(nftnl_set* set) { nftnl_set_free(set); }
using TableHandle = std::unique_ptr<nftnl_table, Freer<nftnl_table, free_table>>;
using ChainHandle = std::unique_ptr<nftnl_chain, Freer<nftnl_chain, free_chain>>;
using SetHandle = std::unique_ptr<nftnl_set, Freer<nftnl_set, free_set>>;

int read_tables(NftDumps& netlink, NftRuleset& ruleset, bool& any) {
  return netlink.dump(NFT_MSG_GETTABLE, NFPROTO_UNSPEC, [&](const nlmsghdr& message) {
    const TableHandle table(nftnl_table_alloc());
    if (!table || nftnl_table_nlmsg_parse(&message, table.get()) < 0) return false;
    any = true;
    const std::uint32_t flags = nftnl_table_get_u32(table.get(), NFTNL_TABLE_FLAGS);
    if ((flags & NFT_TABLE_F_DORMANT) == 0) return true;
    ruleset.dormant.emplace_back(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FAMILY),
                                 text_or_empty(nftnl_table_get_str(table.get(), NFTNL_TABLE_NAME)));
    return true;
  });
}

// "eth0", or "{ eth0, eth1 }"; "" for a chain that is for all interfaces.
std::string devices_of(const nftnl_chain* chain) {
  if (!nftnl_chain_is_set(chain, NFTNL_CHAIN_DEVICES)) {
    return text_or_empty(nftnl_chain_get_str(chain, NFTNL_CHAIN_DEV));
  }
  std::vector<std::string> names;
  const char* const* const devices = nftnl_chain_get_array(chain, NFTNL_CHAIN_DEVICES);
  for (std::size_t i = 0; devices != nullptr && devices[i] != nullptr; ++i) {
    names.push_back(text_or_empty(devices[i]));
  }
  std::ranges::sort(names);
  return fmt::format("{{ {} }}", fmt::join(names, ", "));
}

int read_chains(NftDumps& netlink, NftRuleset& ruleset) {
  return netlink.dump(NFT_MSG_GETCHAIN, NFPROTO_UNSPEC, [&](const nlmsghdr& message) {
    const ChainHandle chain(nftnl_chain_alloc());
    if (!chain || nftnl_chain_nlmsg_parse(&message, chain.get()) < 0) return false;
    const nftnl_chain* const c = chain.get();
    NftChain found{.table = {nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY),
                             text_or_empty(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE))},
                   .name = text_or_empty(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME))};
    if (nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM)) {
      found.type = text_or_empty(nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE));
      found.hook = nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM);
      found.priority = nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO);
      found.drops = nftnl_chain_is_set(c, NFTNL_CHAIN_POLICY) &&
                    nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) == NF_DROP;
      found.device = devices_of(c);
    }
    ruleset.chains.push_back(std::move(found));
    return true;
  });
}

void free_flowtable(nftnl_flowtable* flowtable) { nftnl_flowtable_free(flowtable); }
using FlowtableHandle = std::unique_ptr<nftnl_flowtable, Freer<nftnl_flowtable, free_flowtable>>;

int read_flowtables(NftDumps& netlink, NftRuleset& ruleset) {
  return netlink.dump(NFT_MSG_GETFLOWTABLE, NFPROTO_UNSPEC, [&](const nlmsghdr& message) {
    auto found = parse_flowtable(message);
    if (found) ruleset.flowtables.push_back(std::move(*found));
    return found.has_value();
  });
}

std::string bytes_of(const nftnl_set_elem* element, std::uint16_t attribute) {
  std::uint32_t size = 0;
  if (!nftnl_set_elem_is_set(element, attribute)) return {};
  const void* const data =
      nftnl_set_elem_get(const_cast<nftnl_set_elem*>(element), attribute, &size);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

NftElement element_of(const nftnl_set_elem* element) {
  auto* const e = const_cast<nftnl_set_elem*>(element);
  NftElement found{.key = bytes_of(e, NFTNL_SET_ELEM_KEY),
                   .key_end = bytes_of(e, NFTNL_SET_ELEM_KEY_END),
                   .data = bytes_of(e, NFTNL_SET_ELEM_DATA)};
  const std::uint32_t flags = nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_FLAGS)
                                  ? nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_FLAGS)
                                  : 0;
  found.interval_end = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
  found.catch_all = (flags & NFT_SET_ELEM_CATCHALL) != 0;
  found.timed = nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_TIMEOUT) ||
                nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_EXPIRATION);
  if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT)) {
    found.has_verdict = true;
    found.verdict = static_cast<std::int32_t>(nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_VERDICT));
    found.chain = text_or_empty(nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN));
  }
  return found;
}

int read_elements(NftDumps& netlink, NftSet& set, std::size_t& objects) {
  const int error = netlink.dump(
      NFT_MSG_GETSETELEM, set.table.first,
      [&](const nlmsghdr& message) {
        const SetHandle part(nftnl_set_alloc());
        if (!part || nftnl_set_elems_nlmsg_parse(&message, part.get()) < 0) return false;
        const auto take = [](nftnl_set_elem* element, void* into) {
          static_cast<NftSet*>(into)->elements.push_back(element_of(element));
          return 0;
        };
        nftnl_set_elem_foreach(part.get(), take, &set);
        return true;
      },
      &set);
  objects += set.elements.size();
  std::ranges::sort(set.elements, {}, [](const NftElement& element) {
    return std::pair(element.key, !element.interval_end);
  });
  return error;
}

int read_sets(NftDumps& netlink, NftRuleset& ruleset, std::size_t& objects) {
  const int error = netlink.dump(NFT_MSG_GETSET, NFPROTO_UNSPEC, [&](const nlmsghdr& message) {
    const SetHandle set(nftnl_set_alloc());
    if (!set || nftnl_set_nlmsg_parse(&message, set.get()) < 0) return false;
    NftSet found{.table = {nftnl_set_get_u32(set.get(), NFTNL_SET_FAMILY),
                           text_or_empty(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE))},
                 .name = text_or_empty(nftnl_set_get_str(set.get(), NFTNL_SET_NAME)),
                 .flags = nftnl_set_get_u32(set.get(), NFTNL_SET_FLAGS)};
    auto key = std::pair(found.table, found.name);
    ruleset.sets.emplace(std::move(key), std::move(found));
    return true;
  });
  if (error != 0) return error;
  for (auto& [name, set] : ruleset.sets) {
    if (objects > kMaxNftObjects) return EOVERFLOW;
    if (const int failed = read_elements(netlink, set, objects); failed != 0) return failed;
  }
  return 0;
}

int read_rules(NftDumps& netlink, NftRuleset& ruleset, std::size_t& objects) {
  return netlink.dump(NFT_MSG_GETRULE, NFPROTO_UNSPEC, [&](const nlmsghdr& message) {
    std::unique_ptr<nftnl_rule, FreeNftRule> rule(nftnl_rule_alloc());
    if (!rule || nftnl_rule_nlmsg_parse(&message, rule.get()) < 0) return false;
    if (++objects > kMaxNftObjects) return true;
    NftRule found{.table = {nftnl_rule_get_u32(rule.get(), NFTNL_RULE_FAMILY),
                            text_or_empty(nftnl_rule_get_str(rule.get(), NFTNL_RULE_TABLE))},
                  .chain = text_or_empty(nftnl_rule_get_str(rule.get(), NFTNL_RULE_CHAIN))};
    found.rule = std::move(rule);
    ruleset.rules.push_back(std::move(found));
    return true;
  });
}

int read_all(NftDumps& netlink, NftRead& read) {
  NftRuleset& ruleset = read.ruleset;
  std::size_t objects = 0;
  bool any = false;
  const int of_tables = read_tables(netlink, ruleset, any);
  // EINVAL is nfnetlink's answer where it has no nf_tables, and EPROTONOSUPPORT the kernel's where
  // it has no nfnetlink.
  read.not_there = !any && (of_tables == EINVAL || of_tables == EPROTONOSUPPORT);
  if (of_tables != 0 || !any) return of_tables;
  if (const int error = read_chains(netlink, ruleset); error != 0) return error;
  if (const int error = read_flowtables(netlink, ruleset); error == EINTR) return error;
  if (const int error = read_sets(netlink, ruleset, objects); error != 0) return error;
  if (const int error = read_rules(netlink, ruleset, objects); error != 0) return error;
  return objects > kMaxNftObjects ? EOVERFLOW : 0;
}

}  // namespace

std::optional<NftFlowtable> parse_flowtable(const nlmsghdr& message) {
  const FlowtableHandle flowtable(nftnl_flowtable_alloc());
  if (!flowtable || nftnl_flowtable_nlmsg_parse(&message, flowtable.get()) < 0) return std::nullopt;
  const nftnl_flowtable* const f = flowtable.get();
  NftFlowtable found{.table = {nftnl_flowtable_get_u32(f, NFTNL_FLOWTABLE_FAMILY),
                               text_or_empty(nftnl_flowtable_get_str(f, NFTNL_FLOWTABLE_TABLE))},
                     .name = text_or_empty(nftnl_flowtable_get_str(f, NFTNL_FLOWTABLE_NAME)),
                     .priority = nftnl_flowtable_get_s32(f, NFTNL_FLOWTABLE_PRIO)};
  const char* const* const devices = nftnl_flowtable_get_array(f, NFTNL_FLOWTABLE_DEVICES);
  for (std::size_t i = 0; devices != nullptr && devices[i] != nullptr; ++i) {
    found.devices.push_back(sanitize(devices[i]));
  }
  std::ranges::sort(found.devices);
  return found;
}

std::string family_name(std::uint32_t family) {
  switch (family) {
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_ARP:
      return "arp";
    case NFPROTO_NETDEV:
      return "netdev";
    case NFPROTO_BRIDGE:
      return "bridge";
    default:
      return std::to_string(family);
  }
}

NftRead read_nft_ruleset() {
  NftRead read;
  for (int i = 0; i < kAttempts; ++i) {
    NftDumps netlink;
    read.ruleset = {};
    read.error = read_all(netlink, read);
    read.all_known = netlink.all_known();
    if (read.error != EINTR && read.error != ENOENT) break;
  }
  return read;
}

}  // namespace netmon
