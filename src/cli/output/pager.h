// What is longer than the terminal is shown a page at a time, as git(1) does it.
#pragma once

#include <string_view>

namespace netmon::cli {

// Writes `text` to standard output; through the command in PAGER, or less(1) where it is not set,
// when standard output is a terminal with fewer rows than the text has lines. An empty PAGER, or
// "cat", turns that off. Throws SystemError where the text cannot be written; a reader who leaves
// the pager before the end has read enough.
void write_paged(std::string_view text);

}  // namespace netmon::cli
