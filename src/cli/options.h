// The options of one command. The parser (CLI11) stays behind this header, so that its 10,000 lines
// are read by options.cpp and program.cpp alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace netmon::cli {

// Where --help begins to say what an option is for.
inline constexpr std::size_t kHelpColumn = 34;

// One option or positional argument that was registered.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  // What --help calls its value: "FILE".
  Option& type(const std::string& name);
  Option& required();
  // An empty value is refused: "--db $UNSET" must not mean something else than what was meant.
  Option& not_empty();
  // May only be given together with `other`, or never with it.
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

 private:
  CLI::Option* option_;
};

// Registers options by name, as "--label" or "-o,--output"; a name without dashes is a positional
// argument. Each writes what the user gave into a variable that must outlive the parsing.
class Options {
 public:
  // Adds the command `name` to `program`.
  Options(CLI::App& program, const std::string& name, const std::string& description);

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

 private:
  CLI::App* app_;
};

}  // namespace netmon::cli
