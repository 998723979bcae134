// The findings of `netmon doctor`, as values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace netmon {

// What this user, on this kernel, can and cannot see.
enum class Visibility : std::uint8_t { full, partial, none };
std::string_view to_string(Visibility visibility);

struct Finding {
  std::string subject;  // "TCP sockets", "owners", "network namespaces", …
  Visibility visibility = Visibility::full;
  std::string detail;  // one line
  std::string remedy;  // the exact command or capability that would show it; "" for full visibility

  bool operator==(const Finding&) const = default;
};

}  // namespace netmon
