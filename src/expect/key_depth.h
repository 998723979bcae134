// A limit on the nesting of keys in a TOML text, checked before parsing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace netmon {

// The first line with a key of more parts ("a.b.c") than any valid file has; absent where there is
// none. toml++ 3.3 limits the nesting of values but not that of dotted keys, and frees tables
// recursively: a key of some 30,000 parts would overflow the stack.
std::optional<std::uint32_t> line_with_deep_key(std::string_view text);

}  // namespace netmon
