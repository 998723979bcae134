#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "cli/completion/scripts.h"
#include "netmon/core/values/enumerator.h"

namespace netmon::cli {
namespace {

constexpr const char* kZshFunctions = R"(
# What _arguments has for compadd stands before the topic.
_netmon_ask() {
  local database=${(Q)opt_args[--db]}
  local -a found
  found=("${(@f)$(${program[1]} completion ${@[-1]} ${database:+--db} ${database:+${~database}} 2>/dev/null)}")
  [[ -n $found ]] && compadd "${@[1,-2]}" -a -- found
}

_netmon() {
  local curcontext=$curcontext state line
  local -a program=("${words[@]}")
  typeset -A opt_args
  _arguments -C : \
    '(- *)'{-h,--help}'[Print this help message and exit]' \
    '(- *)'{-V,--version}'[Display program version information and exit]' \
    '1:command:_netmon_commands' \
    '*::argument:->arguments' && return
  [[ $state == arguments ]] && _netmon_arguments
}

if [[ $funcstack[1] == _netmon ]]; then
  _netmon "$@"
else
  compdef _netmon netmon
fi
)";

// Escapes text for the brackets, or between the colons, of a specification of _arguments.
std::string in_specification(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == ':' || letter == '[' || letter == ']' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string action_for(const ArgumentSyntax& argument) {
  switch (argument.kind) {
    case ValueKind::words: {
      std::vector<std::string> words;
      bool begins_value = false;
      for (const std::string& word : argument.words) {
        begins_value = begins_value || word.ends_with('=');
        words.push_back(in_specification(word));
      }
      if (begins_value) return fmt::format("compadd -S '' -- {}", fmt::join(words, " "));
      return fmt::format("({})", fmt::join(words, " "));
    }
    case ValueKind::file:
      return "_files";
    case ValueKind::label:
      return "_netmon_ask labels";
    case ValueKind::revision:
      return "_netmon_ask revisions";
    case ValueKind::none:
    case ValueKind::text:
      return " ";
  }
  no_such_enumerator();
}

// A specification for each name of an option: "'--netns=[What to read]:all|current:(all current)'".
std::string specifications_of(const ArgumentSyntax& option) {
  std::string text;
  for (const std::string& name : option.names) {
    std::string one;
    if (option.repeats) {
      one += "*";
    } else if (option.names.size() > 1) {
      one += fmt::format("({})", fmt::join(option.names, " "));
    }
    one += name;
    const bool is_long = name.starts_with("--");
    const bool optional = option.need == ValueNeed::optional;
    if (option.kind != ValueKind::none) one += !is_long ? "+" : optional ? "=-" : "=";
    one += fmt::format("[{}]", in_specification(option.help));
    if (option.kind != ValueKind::none) {
      one += fmt::format("{}{}:{}", optional ? "::" : ":", in_specification(option.type),
                         action_for(option));
    }
    text += fmt::format(" \\\n        {}", shell_quoted(one));
  }
  return text;
}

std::string arguments_of(const CommandSyntax& command) {
  std::string text = fmt::format("    {})\n      _arguments", command.name);
  for (const ArgumentSyntax& option : command.options) text += specifications_of(option);
  for (const ArgumentSyntax& argument : command.positionals) {
    const std::string one = fmt::format("{}:{}:{}", argument.repeats ? "*" : "",
                                        in_specification(argument.names[0]), action_for(argument));
    text +=
        fmt::format(" \\\n        {}", shell_quoted(argument.repeats ? one : ":" + one.substr(1)));
  }
  return text + "\n      ;;\n";
}

std::string commands_function(std::span<const CommandSyntax> commands) {
  std::string text = "_netmon_commands() {\n  local -a commands=(\n";
  for (const CommandSyntax& command : commands) {
    if (command.name.empty()) continue;
    text +=
        fmt::format("    {}\n", shell_quoted(command.name + ":" + in_specification(command.help)));
  }
  return text + "  )\n  _describe -t commands command commands\n}\n";
}

}  // namespace

std::string zsh_completion(std::span<const CommandSyntax> commands) {
  std::string arguments = "_netmon_arguments() {\n  case $words[1] in\n";
  for (const CommandSyntax& command : commands) {
    if (!command.name.empty()) arguments += arguments_of(command);
  }
  arguments += "  esac\n}\n";
  return "#compdef netmon\n"
         "# The completion of netmon for zsh, as 'netmon completion zsh' prints it.\n\n" +
         commands_function(commands) + "\n" + arguments + kZshFunctions;
}

}  // namespace netmon::cli
