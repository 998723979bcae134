#include "cli/live/screen.h"

// ncurses is used by its functions, not its macros, because other code has names such as `erase`
// and `move` too.
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <cwctype>
#include <string_view>

#include "cli/live/terminfo.h"
#include "cli/output/terminal.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"

namespace netmon::cli {
namespace {

constexpr int kEscapeDelayMs = 100;  // wait for the rest of an escape sequence; enough for ssh
constexpr const char* kTerminal = "/dev/tty";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Keys are read from standard input or, where that is no terminal, from the terminal itself, as
// less(1) does.
File open_keyboard() {
  if (::isatty(STDIN_FILENO) == 1) return File(::fdopen(::dup(STDIN_FILENO), "r"));
  return File(std::fopen(kTerminal, "re"));
}

// Sets a UTF-8 locale, because netmon writes UTF-8 and ncurses counts columns by the locale.
void use_utf8() {
  if (std::setlocale(LC_CTYPE, "") != nullptr &&
      std::string_view(::nl_langinfo(CODESET)) == "UTF-8") {
    return;
  }
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

// Restores the handlers of signals, because ncurses installs its own for those that have none.
class KeptSignals {
 public:
  KeptSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals.at(i), nullptr, &former_.at(i));
    }
  }
  KeptSignals(const KeptSignals&) = delete;
  KeptSignals& operator=(const KeptSignals&) = delete;
  ~KeptSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals.at(i), &former_.at(i), nullptr);
    }
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  std::array<struct sigaction, kSignals.size()> former_{};
};

enum Pair : short { kRed = 1, kYellow, kGreen, kCyan };

attr_t attributes_of(Look look) {
  switch (look) {
    case Look::plain:
      return A_NORMAL;
    case Look::strong:
    case Look::bad:
      return A_BOLD;
    case Look::faint:
      return A_DIM;
    case Look::warning:
    case Look::good:
    case Look::mild:
      return A_NORMAL;
  }
  no_such_enumerator();
}

short pair_of(Look look) {
  switch (look) {
    case Look::bad:
      return kRed;
    case Look::warning:
      return kYellow;
    case Look::good:
      return kGreen;
    case Look::mild:
      return kCyan;
    case Look::plain:
    case Look::strong:
    case Look::faint:
      return 0;
  }
  no_such_enumerator();
}

std::size_t code_point_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80U ? 1 : byte < 0xe0U ? 2 : byte < 0xf0U ? 3 : 4;
}

// Converts text for ncurses. A character that the C library does not know, or to which it gives
// another width than netmon, would shift the rest of the line, so it is replaced by "?".
std::wstring wide(std::string_view text) {
  std::wstring out;
  std::mbstate_t state{};
  while (!text.empty()) {
    const std::size_t length = std::min(code_point_length(text.front()), text.size());
    const std::string_view bytes = text.substr(0, length);
    text.remove_prefix(length);
    const std::size_t columns = display_width(bytes);
    wchar_t character = 0;
    const bool known = std::mbrtowc(&character, bytes.data(), length, &state) == length &&
                       std::iswprint(static_cast<std::wint_t>(character)) != 0 &&
                       ::wcwidth(character) == static_cast<int>(columns);
    if (known) {
      out += character;
    } else {
      state = {};
      out.append(columns, L'?');
    }
  }
  return out;
}

std::string utf8_of(std::wint_t character) {
  std::array<char, MB_LEN_MAX> bytes{};
  std::mbstate_t state{};
  const std::size_t length = std::wcrtomb(bytes.data(), static_cast<wchar_t>(character), &state);
  return length == static_cast<std::size_t>(-1) ? "" : std::string(bytes.data(), length);
}

Key special_key(std::wint_t code) {
  switch (code) {
    case KEY_UP:
      return Key::up;
    case KEY_DOWN:
      return Key::down;
    case KEY_PPAGE:
      return Key::page_up;
    case KEY_NPAGE:
      return Key::page_down;
    case KEY_HOME:
      return Key::home;
    case KEY_END:
      return Key::end;
    case KEY_ENTER:
      return Key::enter;
    case KEY_BACKSPACE:
      return Key::backspace;
    default:
      return Key::none;
  }
}

constexpr std::wint_t kControlL = 'L' & 0x1f;  // redraws the screen, as in less(1) and vi(1)
constexpr std::wint_t kControlU = 'U' & 0x1f;
constexpr std::wint_t kControlH = 'H' & 0x1f;
constexpr std::wint_t kDelete = 0x7f;
constexpr std::wint_t kEscape = 0x1b;

KeyPress character_key(std::wint_t code) {
  switch (code) {
    case '\r':
    case '\n':
      return {Key::enter, ""};
    case kEscape:
      return {Key::escape, ""};
    case kControlH:
    case kDelete:
      return {Key::backspace, ""};
    case kControlU:
      return {Key::clear_line, ""};
    default:
      break;
  }
  std::string text = utf8_of(code);
  return text.empty() ? KeyPress{} : KeyPress{Key::character, std::move(text)};
}

}  // namespace

struct Screen::Impl {
  File keyboard;
  SCREEN* screen = nullptr;
  bool has_color = false;
};

std::optional<std::string> why_no_screen() {
  if (!stdout_can_redraw()) return "standard output is no terminal that can be drawn on";
  if (!open_keyboard()) return "there is no keyboard";
  if (terminal_is_known()) return std::nullopt;
  const char* name = std::getenv("TERM");
  return fmt::format("TERM={} is not known here (see terminfo(5))", name == nullptr ? "" : name);
}

Screen::Screen(Color color) : impl_(std::make_unique<Impl>()) {
  use_utf8();
  impl_->keyboard = open_keyboard();
  if (!impl_->keyboard) throw Error(kTerminal, "there is no keyboard");
  const KeptSignals kept;
  ::use_env(FALSE);  // the size is that of the terminal, not that of LINES and COLUMNS
  ::use_tioctl(TRUE);
  impl_->screen = ::newterm(nullptr, stdout, impl_->keyboard.get());
  if (impl_->screen == nullptr)
    throw Error("TERM", "names a terminal that this host does not know");
  ::cbreak();
  ::noecho();
  ::nonl();
  ::set_escdelay(kEscapeDelayMs);
  ::keypad(::stdscr, TRUE);
  ::nodelay(::stdscr, TRUE);
  ::curs_set(0);
  impl_->has_color = color == Color::on && ::has_colors() && ::start_color() == OK;
  if (!impl_->has_color) return;
  ::use_default_colors();
  ::init_pair(kRed, COLOR_RED, -1);
  ::init_pair(kYellow, COLOR_YELLOW, -1);
  ::init_pair(kGreen, COLOR_GREEN, -1);
  ::init_pair(kCyan, COLOR_CYAN, -1);
}

Screen::~Screen() {
  suspend();
  ::delscreen(impl_->screen);
}

FrameSize Screen::size() const {
  return {static_cast<std::size_t>(std::max(::getmaxx(::stdscr), 1)),
          static_cast<std::size_t>(std::max(::getmaxy(::stdscr), 1))};
}

void Screen::draw(const Frame& frame) {
  ::werase(::stdscr);
  const int columns = ::getmaxx(::stdscr);
  for (std::size_t i = 0; i < frame.lines.size(); ++i) {
    const Line& line = frame.lines[i];
    const auto y = static_cast<int>(i);
    const attr_t bar = line.reversed ? A_REVERSE : A_NORMAL;
    ::wmove(::stdscr, y, 0);
    for (const Span& span : line.spans) {
      const short pair = impl_->has_color ? pair_of(span.look) : short{0};
      ::wattr_set(::stdscr, attributes_of(span.look) | bar, pair, nullptr);
      ::waddwstr(::stdscr, wide(span.text).c_str());
    }
    if (line.reversed) {  // fills the line to its end with the last look
      const int rest = columns - ::getcurx(::stdscr);
      if (::getcury(::stdscr) == y && rest > 0) {
        ::waddwstr(::stdscr, std::wstring(static_cast<std::size_t>(rest), L' ').c_str());
      }
    }
    ::wattr_set(::stdscr, A_NORMAL, 0, nullptr);
  }
  ::curs_set(frame.cursor ? 1 : 0);
  if (frame.cursor) {
    ::wmove(::stdscr, static_cast<int>(frame.cursor->line), static_cast<int>(frame.cursor->column));
  }
  ::wrefresh(::stdscr);
}

int Screen::keyboard() const { return ::fileno(impl_->keyboard.get()); }

KeyPress Screen::read_key() {
  std::wint_t code = 0;
  while (true) {
    const int found = ::wget_wch(::stdscr, &code);
    if (found == ERR) return {};
    if (found == KEY_CODE_YES) {
      const Key key = special_key(code);
      if (key != Key::none) return {key, ""};
    } else if (code == kControlL) {
      redraw();
    } else if (KeyPress press = character_key(code); press.key != Key::none) {
      return press;
    }
  }
}

void Screen::resize() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return;
  }
  if (::is_term_resized(size.ws_row, size.ws_col)) ::resizeterm(size.ws_row, size.ws_col);
}

// Clears the last line first, where the shell continues on terminals without an alternate screen.
void Screen::suspend() {
  ::wmove(::stdscr, ::getmaxy(::stdscr) - 1, 0);
  ::wclrtoeol(::stdscr);
  ::wrefresh(::stdscr);
  ::endwin();
}

void Screen::redraw() { ::clearok(::curscr, TRUE); }

}  // namespace netmon::cli
