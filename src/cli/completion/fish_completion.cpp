#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "cli/completion/scripts.h"
#include "netmon/core/values/enumerator.h"

namespace netmon::cli {
namespace {

constexpr const char* kFishFunctions =
    R"(# The completion of netmon for fish, as 'netmon completion fish' prints it.

function __netmon_is
    set -l words (commandline -opc)
    set -q argv[1]; or set argv ''
    test "$words[2]" = "$argv[1]"
end

function __netmon_ask
    set -l words (commandline -opc)
    set -l database
    for i in (seq 2 (count $words))
        switch $words[$i]
            case --db
                set -q words[(math $i + 1)]; and set database --db $words[(math $i + 1)]
            case '--db=*'
                set database --db (string replace -- --db= '' $words[$i])
        end
    end
    $words[1] completion $argv[1] $database 2>/dev/null
end

complete -c netmon -f
)";

// The text as one word of fish, where a backslash escapes within single quotes: 'it\'s'.
std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "'";
}

// The options of "complete" that say which values an argument can have.
std::string values_of(const ArgumentSyntax& argument) {
  switch (argument.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::words:
      return fmt::format(" -a {}", fish_quoted(fmt::format("{}", fmt::join(argument.words, " "))));
    case ValueKind::file:
      return " -F";
    case ValueKind::label:
      return " -a '(__netmon_ask labels)'";
    case ValueKind::revision:
      return " -k -a '(__netmon_ask revisions)'";
    case ValueKind::text:
      return "";
  }
  no_such_enumerator();
}

std::string condition_of(const CommandSyntax& command) {
  return command.name.empty() ? "__netmon_is" : "__netmon_is " + command.name;
}

std::string line_for(const CommandSyntax& command, const ArgumentSyntax& option) {
  std::string line = fmt::format("complete -c netmon -n {}", fish_quoted(condition_of(command)));
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.kind != ValueKind::none && option.need == ValueNeed::required) {
    line += option.kind == ValueKind::file ? " -r" : " -x";
  }
  return line + values_of(option) + " -d " + fish_quoted(option.help) + "\n";
}

}  // namespace

std::string fish_completion(std::span<const CommandSyntax> commands) {
  std::string text = kFishFunctions;
  for (const CommandSyntax& command : commands) {
    if (!command.name.empty()) {
      text += fmt::format("complete -c netmon -n __netmon_is -a {} -d {}\n", command.name,
                          fish_quoted(command.help));
    }
    for (const ArgumentSyntax& option : command.options) text += line_for(command, option);
    if (command.positionals.empty()) continue;
    const std::string values = values_of(command.positionals.front());
    if (values.empty()) continue;
    text += fmt::format("complete -c netmon -n {}{}\n", fish_quoted(condition_of(command)), values);
  }
  return text;
}

}  // namespace netmon::cli
