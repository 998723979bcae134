// Tables of the older arptables, in the form of the kernel.
#include "linux/netfilter/arptables.h"

#include <doctest/doctest.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp/arp_tables.h>

#include <cstring>

namespace netmon {
namespace {

// An entry with a standard target.
std::vector<std::byte> entry(int verdict, std::uint64_t packets = 0, const char* in = "") {
  std::vector<std::byte> bytes(sizeof(arpt_entry) + sizeof(xt_standard_target));
  arpt_entry head{};
  head.target_offset = sizeof(arpt_entry);
  head.next_offset = static_cast<std::uint16_t>(bytes.size());
  head.counters.pcnt = packets;
  std::strncpy(head.arp.iniface, in, sizeof head.arp.iniface - 1);
  xt_standard_target target{};
  target.target.u.user.target_size = sizeof target;
  target.verdict = verdict;
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + sizeof head, &target, sizeof target);
  return bytes;
}

constexpr int kAccept = -NF_ACCEPT - 1;
constexpr int kDrop = -NF_DROP - 1;
constexpr std::size_t kEntry = sizeof(arpt_entry) + sizeof(xt_standard_target);

std::vector<std::byte> table(std::initializer_list<std::vector<std::byte>> entries) {
  std::vector<std::byte> bytes;
  for (const auto& one : entries) bytes.insert(bytes.end(), one.begin(), one.end());
  return bytes;
}

// One chain with a policy, and the end of the table.
ArptablesCount with_rules(std::uint32_t rules) { return {1, rules + 2, {rules * kEntry}}; }

}  // namespace

TEST_CASE("a table of arptables without rules decides nothing, unless a policy drops") {
  CHECK(arptables_text(with_rules(0), table({entry(kAccept), entry(kAccept)})) == "");
  const auto drops = arptables_text(with_rules(0), table({entry(kDrop), entry(kAccept)}));
  CHECK(drops.value_or("").starts_with("0 rules, sha256 "));
}

TEST_CASE("a rule of arptables is part of a digest, and what it counts is not") {
  const auto text = [](int verdict, std::uint64_t packets, const char* in) {
    return arptables_text(with_rules(1),
                          table({entry(verdict, packets, in), entry(kAccept), entry(kAccept)}));
  };
  CHECK(text(kDrop, 0, "eth0").value_or("").starts_with("1 rules, sha256 "));
  CHECK(text(kDrop, 0, "eth0") == text(kDrop, 7, "eth0"));
  CHECK(text(kDrop, 0, "eth0") != text(kAccept, 0, "eth0"));
  CHECK(text(kDrop, 0, "eth0") != text(kDrop, 0, "eth1"));
}

TEST_CASE("entries of arptables that do not fit are not understood") {
  auto cut = table({entry(kAccept), entry(kAccept)});
  cut.pop_back();
  CHECK_FALSE(arptables_text(with_rules(0), cut));
  auto endless = entry(kAccept);
  std::memset(endless.data() + offsetof(arpt_entry, next_offset), 0, sizeof(std::uint16_t));
  CHECK_FALSE(arptables_text(with_rules(0), endless));
  // A policy outside the table does not count as one that drops.
  CHECK(arptables_text({1, 2, {5 * kEntry}}, table({entry(kDrop), entry(kAccept)})) == "");
}

}  // namespace netmon
