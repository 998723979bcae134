#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "cli/completion/scripts.h"
#include "netmon/core/values/enumerator.h"

namespace netmon::cli {
namespace {

// The script splits the line as netmon itself does: `command` is its first word, and the value of
// an option follows "=" or is the next word. bash splits words at ":" and "=" too, so what it split
// off is removed from each proposal at the end.
constexpr const char* kBashFunctions = R"(
_netmon_ask() {
  local i database=''
  for ((i = 1; i < ${#words[@]} - 1; ++i)); do
    [[ ${words[i]} == --db ]] && database=${words[i + 1]}
    [[ ${words[i]} == --db=* ]] && database=${words[i]#--db=}
  done
  if [[ $database == '~'* ]]; then database=$HOME${database:1}; fi
  "${words[0]}" completion "$1" ${database:+--db "$database"} 2>/dev/null
}

_netmon_offer() {
  local line
  while IFS= read -r line; do
    [[ -n $line && $line == "$value"* ]] && COMPREPLY+=("$line")
  done
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}

_netmon_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$value")
}

_netmon() {
  COMPREPLY=()
  local -a words
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
  local last=$((${#words[@]} - 1)) command='' option='' value=''
  value=${words[last]}
  if ((last > 1)); then
    command=${words[1]}
    if [[ $value == --*=* ]]; then
      option=${value%%=*}
      value=${value#*=}
    elif [[ ${words[last - 1]} == -* ]] && _netmon_takes "$command ${words[last - 1]}"; then
      option=${words[last - 1]}
    fi
  fi
  if [[ -z $option && $value == -* ]]; then
    _netmon_offer < <(_netmon_options "$command")
  elif [[ -z $command ]]; then
    _netmon_offer < <(_netmon_commands)
  else
    _netmon_values "$command $option"
  fi
  local own=${COMP_WORDS[COMP_CWORD]} i
  [[ $own == [:=] ]] && own=
  local cut=$((${#value} - ${#own}))
  for i in "${!COMPREPLY[@]}"; do
    if ((cut >= 0)); then
      COMPREPLY[i]=${COMPREPLY[i]:cut}
    else
      COMPREPLY[i]=${own:0:-cut}${COMPREPLY[i]}
    fi
  done
}

complete -F _netmon netmon
)";

// A command that prints each word on a line: "printf '%s\n' A B".
std::string print_words(const std::vector<std::string>& words) {
  std::string text = R"(printf '%s\n')";
  for (const std::string& word : words) text += " " + shell_quoted(word);
  return text;
}

std::vector<std::string> names_of(const CommandSyntax& command) {
  std::vector<std::string> names;
  for (const ArgumentSyntax& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::string offer_for(const ArgumentSyntax& argument) {
  switch (argument.kind) {
    case ValueKind::words:
      return "_netmon_offer < <(" + print_words(argument.words) + ")";
    case ValueKind::file:
      return "_netmon_files";
    case ValueKind::label:
      return "_netmon_offer < <(_netmon_ask labels)";
    case ValueKind::revision:
      return "_netmon_offer < <(_netmon_ask revisions)";
    case ValueKind::none:
    case ValueKind::text:
      return "";
  }
  no_such_enumerator();
}

// A pattern for all names of an option: "'diff --expect' | 'diff -e'".
std::string patterns_of(const CommandSyntax& command, const ArgumentSyntax& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back(shell_quoted(command.name + " " + name));
  }
  return fmt::format("{}", fmt::join(patterns, " | "));
}

// A function that says which options take the next word.
std::string takes_function(std::span<const CommandSyntax> commands) {
  std::string text = "_netmon_takes() {\n  case $1 in\n";
  for (const CommandSyntax& command : commands) {
    for (const ArgumentSyntax& option : command.options) {
      if (option.kind == ValueKind::none || option.need == ValueNeed::optional) continue;
      text += fmt::format("    {}) return 0 ;;\n", patterns_of(command, option));
    }
  }
  return text + "  esac\n  return 1\n}\n";
}

std::string options_function(std::span<const CommandSyntax> commands) {
  std::string text = "_netmon_options() {\n  case $1 in\n";
  for (const CommandSyntax& command : commands) {
    text +=
        fmt::format("    {}) {} ;;\n", shell_quoted(command.name), print_words(names_of(command)));
  }
  return text + "  esac\n}\n";
}

// A function that proposes values after "COMMAND OPTION", or after "COMMAND " for the positional
// arguments, which are all of one kind.
std::string values_function(std::span<const CommandSyntax> commands) {
  std::string text = "_netmon_values() {\n  case $1 in\n";
  for (const CommandSyntax& command : commands) {
    for (const ArgumentSyntax& option : command.options) {
      const std::string offer = offer_for(option);
      if (offer.empty()) continue;
      text += fmt::format("    {}) {} ;;\n", patterns_of(command, option), offer);
    }
    if (command.positionals.empty()) continue;
    const std::string offer = offer_for(command.positionals.front());
    if (offer.empty()) continue;
    text += fmt::format("    {}) {} ;;\n", shell_quoted(command.name + " "), offer);
  }
  return text + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(std::span<const CommandSyntax> commands) {
  std::vector<std::string> names;
  for (const CommandSyntax& command : commands) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  return "# The completion of netmon for bash, as 'netmon completion bash' prints it.\n\n" +
         fmt::format("_netmon_commands() {{\n  {}\n}}\n\n", print_words(names)) +
         options_function(commands) + "\n" + takes_function(commands) + "\n" +
         values_function(commands) + kBashFunctions;
}

}  // namespace netmon::cli
