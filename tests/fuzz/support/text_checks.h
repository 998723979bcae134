// What may leave the program as text, said apart from the code that escapes it.
#pragma once

#include <string_view>

namespace netmon::fuzz {

bool is_utf8(std::string_view text);

// Valid UTF-8 without a control character (C0, DEL, C1), a bidi mark or a line separator. A line
// feed is allowed where `lines` says so.
enum class Lines { one, many };
bool is_harmless(std::string_view text, Lines lines);

// Every tag that is opened is closed, in order; attributes are quoted; no '<' or '&' stands in a
// text but as a tag or an entity; and nothing that runs or loads is among the tags.
bool is_inert_html(std::string_view page);

}  // namespace netmon::fuzz
