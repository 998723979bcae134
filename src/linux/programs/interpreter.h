// Recognises executables that run other programs: interpreters, multi-call binaries and the dynamic
// loader. The executable of such a process says little about what the process does. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netmon {

// The arguments of all interpreters of one kind are similar enough to find the script among them in
// the same way.
enum class Interpreter : std::uint8_t {
  multicall,  // busybox, toybox
  loader,     // ld-linux.so(8), and that of musl
  python,
  perl,
  ruby,
  node,  // Node.js, Deno, Bun
  php,   // the command line program, not php-fpm
  shell,
  java,
  dotnet,
  lua,
  r,
  tcl,
  guile,
  awk,
};

// The stable words that are stored with cached digests. Each function is the inverse of the other.
std::string_view to_string(Interpreter interpreter);
std::optional<Interpreter> parse_interpreter(std::string_view word);

// The interpreter with this base name; a version at its end is ignored: "python3.11", "lua5.4".
std::optional<Interpreter> interpreter_by_name(std::string_view base_name);

// Recognises an interpreter by its bytes, so that a copy under another name is found too. It
// searches a file, which is added piece by piece, for texts that only the interpreter has. A
// program that embeds an interpreter can have them as well.
class InterpreterMarks {
 public:
  void add(std::string_view piece);
  [[nodiscard]] std::optional<Interpreter> found() const;

 private:
  void search(std::string_view text);

  std::string tail_;        // the end of the pieces so far: a mark may lie across two of them
  std::uint32_t seen_ = 0;  // one bit for each Interpreter
};

}  // namespace netmon
