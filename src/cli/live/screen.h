// The terminal while the full-screen view has it (ncurses(3X)): draws frames, reads keys, and gives
// the terminal back as it was, whatever ends the view.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/view/frame.h"
#include "cli/view/live_view.h"
#include "netmon/report/report.h"

namespace netmon::cli {

// Why there can be no full-screen view here, in words; absent where there can: standard output is a
// terminal of a kind that terminfo(5) knows, and there is a keyboard.
std::optional<std::string> why_no_screen();

// One at a time: ncurses keeps its state in the process. Only the thread that made it may use it.
class Screen {
 public:
  // Takes the terminal. SIGINT, SIGTERM and SIGTSTP stay as they were. Throws Error where that
  // cannot be.
  explicit Screen(Color color);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  [[nodiscard]] FrameSize size() const;
  // Sends what differs from what is on the screen.
  void draw(const Frame& frame);

  // A descriptor that can be read where keys may be waiting.
  [[nodiscard]] int keyboard() const;
  // The next key that was pressed; Key::none where there is none.
  KeyPress read_key();

  // The terminal has another size by now.
  void resize();
  // Gives the terminal back until the next draw(), which then draws everything.
  void leave();
  // Everything is drawn anew: others may have written to the terminal.
  void redraw();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon::cli
