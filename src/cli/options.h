// The options of one command. The parser (CLI11) stays behind this header, so that its 10,000 lines
// are read by options.cpp and program.cpp alone.
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

// The column at which --help begins to say what an option is for.
inline constexpr std::size_t kHelpColumn = 34;

// The words that the value of an option can be.
using OfferedWords = std::map<const CLI::Option*, std::vector<std::string>>;

// What `program` itself takes, apart from its commands, as a command without a name.
CommandSyntax program_syntax(const CLI::App& program);

// One option or positional argument that was registered.
class Option {
 public:
  Option(CLI::Option* option, OfferedWords& offered) : option_(option), offered_(&offered) {}

  // What --help calls its value: "FILE".
  Option& type(const std::string& name);
  // What a shell proposes for the value; one that ends with "=" begins a value. Those of a type
  // like "all|current" are proposed without this.
  Option& offers(std::vector<std::string> words);
  Option& required();
  // An empty value is refused: "--db $UNSET" must not mean something else than what was meant.
  Option& not_empty();
  // May only be given together with `other`, or never with it.
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

 private:
  CLI::Option* option_;
  OfferedWords* offered_;  // of the Options that registered it
};

// Registers options by name, as "--label" or "-o,--output"; a name without dashes is a positional
// argument. Each writes what the user gave into a variable that must outlive the parsing.
class Options {
 public:
  // Adds the command `name` to `program`.
  Options(CLI::App& program, const std::string& name, const std::string& description);
  Options(const Options&) = delete;  // each Option knows where its Options are
  Options& operator=(const Options&) = delete;

  Option flag(const std::string& name, bool& given, const std::string& help);
  // What `value` holds is the default, and --help shows it where it is not empty.
  Option value(const std::string& name, std::string& value, const std::string& help);
  // Stays nullopt where the option is not given.
  Option value(const std::string& name, std::optional<std::string>& value, const std::string& help);
  // The same, and "" where the option is given without a value.
  Option value_or_empty(const std::string& name, std::optional<std::string>& value,
                        const std::string& help);
  // An option that may be given several times, each time with one value; a positional argument
  // takes all that is left.
  Option values(const std::string& name, std::vector<std::string>& values, const std::string& help);

  // What --help prints after the options.
  void footer(const std::string& text);

  // Whether the command was named on the command line.
  [[nodiscard]] bool chosen() const;

  // All that was registered.
  [[nodiscard]] CommandSyntax syntax() const;

 private:
  CLI::App* app_;
  OfferedWords offered_;
};

}  // namespace netmon::cli
