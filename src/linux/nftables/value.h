// Writes the values of nf_tables' registers and sets as nft(8) writes them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linux/nftables/ruleset.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// The type of one part of a key. The types of all parts of a key are kept as one text, with one
// character for each.
enum class ValueType : char {
  bytes = 'x',
  port = 'p',
  protocol = 't',
  nfproto = 'f',
  address = '4',
  address6 = '6',
  name = 'n',
  bare_name = 'b',
  interface = 'i',       // by index
  bare_interface = 'j',  // without quotes
  host_number = 'h',     // in host byte order
  ct_state = 's',
  address_type = 'a',
};

// "80", "10.0.0.0/24" for the first three bytes of an address, "\"eth0\"", "0x0a".
std::string value_text(const std::string& bytes, ValueType type);
// A value that is compared after a mask is applied: "10.0.0.0/20", or "& 0xff == 0x0a".
std::string masked_text(const std::string& bytes, const std::string& mask, ValueType type);

std::uint16_t port_in(const std::string& two_bytes);
IpAddress address_in(const std::string& bytes);

// The size of a part of a key, without and with its padding. `left` is the number of bytes of the
// key from this part on.
std::size_t value_size(ValueType type, std::size_t left);
std::size_t padded_size(ValueType type, std::size_t left);

// "10.0.0.5:80", "[fd00::5]:80", ":8080", "10.0.0.5-10.0.0.9". The arguments are bytes, "" where
// not given.
std::string target_of(const std::string& address, const std::string& last_address,
                      const std::string& port, const std::string& last_port);

// "accept", "jump DOCKER".
std::string verdict_text(std::int32_t verdict, const std::string& chain);

// The first and the last key of each element or interval, as bytes.
std::vector<std::pair<std::string, std::string>> intervals_of(const NftSet& set);

// Calls use(element, last) for each element that is not the end of an interval. `last` is the last
// key of its interval, as bytes.
template <typename Use>
void for_each_interval(const NftSet& set, const Use& use) {
  const auto intervals = intervals_of(set);
  std::size_t next = 0;
  for (const NftElement& element : set.elements) {
    if (element.interval_end) continue;
    use(element, element.catch_all ? element.key : intervals[next++].second);
  }
}

struct NftElementText {
  std::string text;
  bool timed = false;  // it has a timeout and goes away by itself
};

// Each element as nft(8) writes it, sorted. `types` are the types of the parts of its key.
std::vector<NftElementText> element_texts(const NftSet& set, const std::string& types);

}  // namespace netmon
