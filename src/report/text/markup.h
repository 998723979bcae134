// Text from outside as plain text in a marked-up document.
#pragma once

#include <string>
#include <string_view>

namespace netmon {

// Text for HTML element content and quoted attributes. Controls are made visible.
std::string html_text(std::string_view text);

// For Markdown as GitHub and GitLab read it, in a table cell too: code spans, in which neither
// makes a link, a mention, a reference or HTML. What would end a span or a cell stands between
// spans, as an entity. "" stays "".
std::string markdown_code(std::string_view text);

// A sentence of netmon's own, in which a name may stand: as it is where none of its characters can
// mean anything there, else as markdown_code().
std::string markdown_words(std::string_view text);

}  // namespace netmon
