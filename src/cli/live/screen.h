// The terminal during the full-screen view (ncurses(3X)): draws frames, reads keys, and restores
// the terminal, whatever ends the view.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/view/frame.h"
#include "cli/view/live_view.h"
#include "netmon/report/report.h"

namespace netmon::cli {

// Why there can be no full-screen view here, as a text. Absent where there can be one: standard
// output is a terminal that terminfo(5) knows, and there is a keyboard.
std::optional<std::string> why_no_screen();

// Only one object may exist at a time, because ncurses has global state. Only the thread that made
// it may use it.
class Screen {
 public:
  // Takes over the terminal. The handlers of SIGINT, SIGTERM, SIGTSTP and SIGWINCH stay as they
  // were. Throws Error where that fails.
  explicit Screen(Color color);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  [[nodiscard]] FrameSize size() const;
  // Draws a frame by sending only what differs from the screen.
  void draw(const Frame& frame);

  // A descriptor that is readable when keys may be waiting.
  [[nodiscard]] int keyboard() const;
  // The next key that was pressed; Key::none where there is none.
  KeyPress read_key();

  // Adapts to the terminal's current size.
  void resize();
  // Gives the terminal back until the next draw(), which then draws everything.
  void suspend();
  // Makes the next draw() draw everything, because others may have written to the terminal.
  void redraw();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netmon::cli
