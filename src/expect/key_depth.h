// A bound on the nesting of a TOML text, before it is parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace netmon {

// The first line of which a key has more parts ("a.b.c") than any file of ours; absent for none.
// toml++ 3.3 bounds the nesting of values and not that of dotted keys, and frees tables by
// recursion: a key of some 30,000 parts would overflow the stack.
std::optional<std::uint32_t> line_with_deep_key(std::string_view text);

}  // namespace netmon
