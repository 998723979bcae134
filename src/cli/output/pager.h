// Shows text that is longer than the terminal one page at a time, as git(1) does.
#pragma once

#include <string_view>

namespace netmon::cli {

// Writes `text` to standard output. Where that is a terminal with fewer rows than the text has
// lines, the text goes through the command in PAGER, or less(1) where PAGER is not set. An empty
// PAGER, or "cat", turns that off. Throws SystemError where the text cannot be written. It is no
// error to leave the pager before the end.
void write_paged(std::string_view text);

}  // namespace netmon::cli
