#include "linux/reach/iptables.h"

#include <doctest/doctest.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <cstring>

namespace netmon {
namespace {

// Two rules, each with 8 bytes for what follows its head.
std::string table(std::uint64_t packets, std::uint16_t second_length) {
  std::string bytes;
  for (const std::uint16_t length :
       {static_cast<std::uint16_t>(sizeof(ipt_entry) + 8), second_length}) {
    ipt_entry entry{};
    entry.ip.proto = 6;
    entry.next_offset = length;
    entry.counters.pcnt = packets;
    std::string raw(sizeof entry + 8, 'x');
    std::memcpy(raw.data(), &entry, sizeof entry);
    bytes += raw;
  }
  return bytes;
}

std::string cleared(const std::string& bytes) {
  return without_counters(std::as_bytes(std::span(bytes)), TableFamily::ipv4);
}

constexpr std::uint16_t kWhole = sizeof(ipt_entry) + 8;

}  // namespace

TEST_CASE("a table of iptables is the same whatever its counters say") {
  CHECK(cleared(table(0, kWhole)) == cleared(table(99, kWhole)));
  CHECK(cleared(table(0, kWhole)).size() == table(0, kWhole).size());
}

TEST_CASE("a table of iptables whose lengths lie is none") {
  CHECK(cleared(table(0, kWhole + 1)).empty());
  CHECK(cleared(table(0, 0)).empty());
  CHECK(cleared(table(0, kWhole).substr(0, kWhole + 5)).empty());
}

}  // namespace netmon
