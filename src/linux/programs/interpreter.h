// Which executables run other programs: interpreters, multi-call binaries and the dynamic loader.
// Of such a process the executable says little about what it does. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netmon {

// The interpreters of one kind understand the same arguments, nearly enough to find the script
// among them.
enum class Interpreter : std::uint8_t {
  multicall,  // busybox, toybox
  loader,     // ld-linux.so(8), that of musl
  python,
  perl,
  ruby,
  node,  // Node.js, Deno, Bun
  php,   // on the command line: php-fpm serves
  shell,
  java,
  dotnet,
  lua,
  r,
  tcl,
  guile,
  awk,
};

// The stable words that the digest cache keeps. Each function is the inverse of the other.
std::string_view to_string(Interpreter interpreter);
std::optional<Interpreter> parse_interpreter(std::string_view word);

// By the base name of an executable, without its version: "python3.11", "lua5.4", "php8.2".
std::optional<Interpreter> interpreter_by_name(std::string_view base_name);

// By bytes, so that a copy under another name is known too: looks for names that its interpreter
// alone has, in a file that is handed over piece by piece. A program that embeds an interpreter can
// have them as well.
class InterpreterMarks {
 public:
  void add(std::string_view piece);
  [[nodiscard]] std::optional<Interpreter> found() const;

 private:
  void search(std::string_view text);

  std::string tail_;        // of what was added: a mark may lie across two pieces
  std::uint32_t seen_ = 0;  // a bit for each Interpreter
};

}  // namespace netmon
