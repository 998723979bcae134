// Checks of the text that leaves the program, which share no code with the escaping.
#pragma once

#include <string_view>

namespace netmon::fuzz {

bool is_utf8(std::string_view text);

// Whether the text is valid UTF-8 without a control character (C0, DEL, C1), a bidirectional mark
// or a line separator. A line feed is allowed if `lines` says so.
enum class Lines { one, many };
bool is_harmless(std::string_view text, Lines lines);

// Whether every tag that is opened is closed, in order; attributes are quoted; every '<' or '&' in
// the text begins a tag or an entity; and no tag runs or loads anything.
bool is_inert_html(std::string_view page);

}  // namespace netmon::fuzz
