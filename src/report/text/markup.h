// Text from outside as plain text in a marked-up document.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

// Text for HTML element content and quoted attributes. Controls are made visible.
std::string html_text(std::string_view text);

// Markdown code spans as GitHub and GitLab read them, also within a table cell: neither makes a
// link, a mention, a reference or HTML of their text. Characters that would end a span or a cell
// are written as entities between spans. "" stays "".
std::string markdown_code(std::string_view text);

// A sentence of netmon's own that may contain a name: returned unchanged where no character has a
// meaning in Markdown, else as markdown_code().
std::string markdown_words(std::string_view text);

}  // namespace netmon
