#include "cli/live/watch_screen.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"

namespace netmon::cli {
namespace {

void add_lines(std::vector<std::string>& lines, const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

// The first notes in at most `most` lines, the very first one however long it is.
void add_notes(std::vector<std::string>& lines, const std::vector<std::string>& notes,
               const Layout& layout, std::size_t most) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    std::vector<std::string> note;
    add_lines(note, render_line(notes[i], layout));
    const bool is_last = i + 1 == notes.size();
    if (i > 0 && shown.size() + note.size() + (is_last ? 0 : 1) > most) {
      shown.push_back(fmt::format("and {} more", notes.size() - i));
      break;
    }
    shown.insert(shown.end(), note.begin(), note.end());
  }
  lines.insert(lines.end(), shown.begin(), shown.end());
}

// Home, each line followed by "erase to its end", then "erase below" (ECMA-48 CUP, EL, ED). The
// last line has no line end, which would scroll a full screen.
std::string in_place(const std::vector<std::string>& lines) {
  std::string frame = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\r\n" : "");
  }
  return frame + "\x1b[J";
}

}  // namespace

std::string frame_of(const Round& round, const Filter& filter, const Layout& layout,
                     const TerminalSize& size) {
  std::vector<std::string> lines;
  const std::string time = to_display(round.snapshot.info.started_at);
  add_lines(lines, render_line(fmt::format("netmon watch  {}  Ctrl-C ends", time), layout));
  if (!round.status.empty()) add_lines(lines, render_line(round.status, layout));
  add_notes(lines, round.notes, layout, size.rows / 2);
  add_lines(lines, render_rows(round.snapshot, filter, layout));
  if (lines.size() > size.rows) {
    const std::size_t hidden = lines.size() - (size.rows - 1);
    lines.resize(size.rows - 1);
    lines.push_back(fmt::format("… and {}; --filter shows fewer", counted(hidden, "row", "rows")));
  }
  return in_place(lines);
}

}  // namespace netmon::cli
