// The options of one command. This header hides the parser (CLI11), so that only options.cpp and
// program.cpp have to include its 10,000 lines.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/completion/syntax.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace netmon::cli {

// The column at which --help begins to describe an option.
inline constexpr std::size_t kHelpColumn = 34;

// The words that are offered for the value of an option.
using OfferedWords = std::map<const CLI::Option*, std::vector<std::string>>;

// The options of `program` itself, outside of its commands, as a command without a name.
CommandSyntax program_syntax(const CLI::App& program);

// One option or positional argument that was registered.
class Option {
 public:
  Option(CLI::Option* option, OfferedWords& offered) : option_(option), offered_(&offered) {}

  // Sets what --help calls its value: "FILE".
  Option& type(const std::string& name);
  // Sets the words that a shell proposes for the value; one that ends with "=" is the beginning of
  // a value. The words of a type such as "all|current" are proposed without this.
  Option& offers(std::vector<std::string> words);
  Option& required();
  // Refuses an empty value, so that "--db $UNSET" does not mean another database.
  Option& not_empty();
  // The option may be given only together with `other`, or never together with it.
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

 private:
  CLI::Option* option_;
  OfferedWords* offered_;  // belongs to the Options that registered it
};

// Registers options by name, such as "--label" or "-o,--output"; a name without dashes is a
// positional argument. Each writes what the user gives into a variable that must outlive the
// parsing.
class Options {
 public:
  // Adds the command `name` to `program`.
  Options(CLI::App& program, const std::string& name, const std::string& description);
  Options(const Options&) = delete;  // each Option has a pointer into its Options
  Options& operator=(const Options&) = delete;

  Option flag(const std::string& name, bool& given, const std::string& help);
  // The content of `value` is the default, which --help shows where it is not empty.
  Option value(const std::string& name, std::string& value, const std::string& help);
  // `value` stays std::nullopt where the option is not given.
  Option value(const std::string& name, std::optional<std::string>& value, const std::string& help);
  // As above, but the option may be given without a value, which sets `value` to "".
  Option value_or_empty(const std::string& name, std::optional<std::string>& value,
                        const std::string& help);
  // An option that may be given several times, each time with one value. A positional argument
  // takes all arguments that are left.
  Option values(const std::string& name, std::vector<std::string>& values, const std::string& help);

  // What --help prints after the options.
  void footer(const std::string& text);

  // Whether the command was named on the command line.
  [[nodiscard]] bool chosen() const;

  // The options and positional arguments that were registered.
  [[nodiscard]] CommandSyntax syntax() const;

 private:
  CLI::App* app_;
  OfferedWords offered_;
};

}  // namespace netmon::cli
