#include "cli/live/terminfo.h"

// <term.h> is included in this file alone, because it defines `columns`, `lines` and hundreds of
// other words as macros.
#include <curses.h>
#include <term.h>
#include <unistd.h>

namespace netmon::cli {

bool terminal_is_known() {
  int found = 0;
  return setupterm(nullptr, STDOUT_FILENO, &found) == OK;
}

}  // namespace netmon::cli
