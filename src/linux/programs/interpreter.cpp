#include "linux/programs/interpreter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace netmon {
namespace {

using namespace std::string_view_literals;
using enum Interpreter;

constexpr std::array kWords{"multicall"sv, "loader"sv, "python"sv, "perl"sv,  "ruby"sv,
                            "node"sv,      "php"sv,    "shell"sv,  "java"sv,  "dotnet"sv,
                            "lua"sv,       "r"sv,      "tcl"sv,    "guile"sv, "awk"sv};

struct Named {
  std::string_view name;
  Interpreter interpreter;
};
constexpr std::array<Named, 39> kInterpreterNames{
    {{"busybox", multicall}, {"toybox", multicall}, {"python", python}, {"pypy", python},
     {"perl", perl},         {"ruby", ruby},        {"jruby", java},    {"node", node},
     {"nodejs", node},       {"deno", node},        {"bun", node},      {"php", php},
     {"sh", shell},          {"bash", shell},       {"rbash", shell},   {"dash", shell},
     {"zsh", shell},         {"rzsh", shell},       {"ksh", shell},     {"rksh", shell},
     {"mksh", shell},        {"lksh", shell},       {"ash", shell},     {"fish", shell},
     {"csh", shell},         {"tcsh", shell},       {"java", java},     {"dotnet", dotnet},
     {"lua", lua},           {"luajit", lua},       {"R", r},           {"Rscript", r},
     {"tclsh", tcl},         {"wish", tcl},         {"expect", tcl},    {"guile", guile},
     {"awk", awk},           {"gawk", awk},         {"mawk", awk}}};

// Symbols and texts that only the interpreter itself has in its executable. A program that embeds
// it, or completes its command lines, as a rule does not have them.
struct Mark {
  char first;  // apart from the rest, so that netmon's own executable contains no mark
  std::string_view rest;
  Interpreter interpreter;
};
constexpr std::array<Mark, 23> kMarks{{{'B', "usyBox is copyrighted", multicall},
                                       {'T', "oybox %s multicall binary", multicall},
                                       {'[', "ARGS-FOR-PROGRAM", loader},
                                       {'m', "usl libc (", loader},
                                       {'P', "y_BytesMain", python},
                                       {'P', "y_UnixMain", python},
                                       {'P', "y_Main", python},
                                       {'p', "ypy_main_startup", python},
                                       {'p', "erl_destruct", perl},
                                       {'r', "uby_run_node", ruby},
                                       {'_', "ZN4node5Start", node},
                                       {'c', "li_set_process_title", php},
                                       {'m', "ake_builtin_argv", shell},
                                       {'I', "llegal option -%c", shell},
                                       {'Z', "SH_EVAL_CONTEXT", shell},
                                       {'K', "SH_VERSION", shell},
                                       {'J', "LI_Launch", java},
                                       {'h', "ostfxr_main", dotnet},
                                       {'L', "UA_INIT", lua},
                                       {'R', "f_initialize_R", r},
                                       {'T', "cl_Main", tcl},
                                       {'s', "cm_shell", guile},
                                       {'A', "WKPATH", awk}}};
constexpr std::size_t kLongestMark =
    1 + std::ranges::max(kMarks, {}, [](const Mark& mark) { return mark.rest.size(); }).rest.size();

constexpr std::size_t pair_of(char first, char second) {
  return std::size_t{static_cast<unsigned char>(first)} << 8U | static_cast<unsigned char>(second);
}

// Whether a mark begins with this pair of bytes.
constexpr std::array<bool, 65536> kBeginsMark = [] {
  std::array<bool, 65536> begins{};
  for (const Mark& mark : kMarks) begins[pair_of(mark.first, mark.rest[0])] = true;
  return begins;
}();

constexpr std::uint32_t bit_of(Interpreter interpreter) {
  return 1U << static_cast<unsigned>(interpreter);
}

// Whether it is a name such as "ld-linux-x86-64.so.2", "ld-2.31.so", "ld-musl-x86_64.so.1" or
// "ld.so".
bool is_loader_name(std::string_view name) {
  const bool begins =
      name.starts_with("ld-") || name.starts_with("ld.so") || name.starts_with("ld64");
  return begins && name.find(".so") != std::string_view::npos;
}

}  // namespace

std::string_view to_string(Interpreter interpreter) {
  return kWords.at(static_cast<std::size_t>(interpreter));
}

std::optional<Interpreter> parse_interpreter(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Interpreter>(found - kWords.begin());
}

std::optional<Interpreter> interpreter_by_name(std::string_view base_name) {
  if (is_loader_name(base_name)) return loader;
  const auto by_name = [](std::string_view name) -> std::optional<Interpreter> {
    const auto found = std::ranges::find(kInterpreterNames, name, &Named::name);
    return found == kInterpreterNames.end() ? std::nullopt : std::optional(found->interpreter);
  };
  if (const auto whole = by_name(base_name)) return whole;
  return by_name(base_name.substr(0, base_name.find_last_not_of("0123456789.-") + 1));
}

void InterpreterMarks::add(std::string_view piece) {
  tail_ += piece.substr(0, kLongestMark);
  search(tail_);
  search(piece);
  tail_ = piece.size() < kLongestMark
              ? tail_.substr(tail_.size() - std::min(tail_.size(), kLongestMark))
              : std::string(piece.substr(piece.size() - kLongestMark));
}

std::optional<Interpreter> InterpreterMarks::found() const {
  if (seen_ == 0) return std::nullopt;
  return static_cast<Interpreter>(std::countr_zero(seen_));
}

// Searches for all marks in one pass, because a file can have a hundred megabytes. Few pairs of
// bytes begin a mark, so the inner loop rarely runs.
void InterpreterMarks::search(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (!kBeginsMark[pair_of(text[i], text[i + 1])]) continue;
    for (const Mark& mark : kMarks) {
      const bool is_there = text[i] == mark.first && text.substr(i + 1).starts_with(mark.rest);
      if (is_there) seen_ |= bit_of(mark.interpreter);
    }
  }
}

}  // namespace netmon
