#include "core/places/container_addresses.h"

#include <algorithm>
#include <array>

namespace netmon {
namespace {

constexpr std::string_view kAddressCharacters = "0123456789abcdef.:";

constexpr std::string_view kHexadecimal = "0123456789abcdef";

bool is_word(char c) {
  return c == '-' || c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// In "10.0.0.5:80" the address ends before the port; "[fd00::5]:80" is delimited by its brackets.
std::string_view without_port(std::string_view text) {
  const bool is_ipv4 = text.find('.') != std::string_view::npos;
  return is_ipv4 ? text.substr(0, text.find(':')) : text;
}

}  // namespace

AddressScopes address_scopes(const Snapshot& snapshot) {
  AddressScopes scopes;
  for (const ReachFact& fact : snapshot.reach) {
    const Scope& scope = snapshot.namespaces[fact.netns].scope;
    if (fact.kind != ReachKind::address || !is_collective(scope)) continue;
    const auto parsed = parse_ip_address(fact.value.substr(0, fact.value.find('/')));
    if (!parsed || reach_of(*parsed) == Reach::loopback) continue;
    const std::string name = to_string(scope);
    const auto [known, is_new] = scopes.emplace(to_string(*parsed), name);
    if (!is_new && known->second != name) known->second.clear();
  }
  std::erase_if(scopes, [](const auto& entry) { return entry.second.empty(); });
  return scopes;
}

std::string with_scopes(std::string_view text, const AddressScopes& scopes) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_of(kAddressCharacters);
    if (begin == std::string_view::npos) break;
    out += text.substr(0, begin);
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_not_of(kAddressCharacters), text.size());
    const std::string_view word = without_port(text.substr(0, end));
    const auto scope = scopes.find(word);
    if (scope == scopes.end()) {
      out += text.substr(0, end);
      text.remove_prefix(end);
    } else {
      out += scope->second;
      text.remove_prefix(word.size());
    }
  }
  return out.append(text);
}

std::string stable_text(std::string_view text) {
  struct GeneratedName {
    std::string_view prefix;
    std::size_t digits;  // hexadecimal
  };
  constexpr std::array kGenerated{GeneratedName{"br-", 12}, GeneratedName{"veth", 7},
                                  GeneratedName{"veth", 8}};
  std::string out;
  while (!text.empty()) {
    const bool in_word = !out.empty() && is_word(out.back());
    const auto* const generated = std::ranges::find_if(kGenerated, [&](const GeneratedName& name) {
      if (in_word || !text.starts_with(name.prefix)) return false;
      const std::string_view rest = text.substr(name.prefix.size());
      const std::size_t length = std::min(rest.find_first_not_of(kHexadecimal), rest.size());
      const bool ends = length == rest.size() || !is_word(rest[length]);
      return length == name.digits && ends;
    });
    if (generated == kGenerated.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out.append(generated->prefix) += '*';
      text.remove_prefix(generated->prefix.size() + generated->digits);
    }
  }
  return out;
}

Identity identity_of(const Snapshot& snapshot, const Forward& forward) {
  return {.scope = snapshot.namespaces[forward.netns].scope,
          .role = Role::forward,
          .protocol = forward.protocol,
          .port = forward.ports.low,
          .device = forward.device};
}

}  // namespace netmon
