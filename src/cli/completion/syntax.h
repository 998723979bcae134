// The command line that the parser accepts, as data for the completion scripts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netmon::cli {

// The kind of an option's value or of a positional argument.
enum class ValueKind : std::uint8_t {
  none,      // an option without a value
  text,      // any text, so nothing can be proposed
  words,     // one of ArgumentSyntax::words; one that ends with "=" is the beginning of a value
  file,      // a path
  label,     // a label
  revision,  // a stored snapshot, @now or @empty
};

enum class ValueNeed : std::uint8_t { required, optional };

// One option, or one positional argument.
struct ArgumentSyntax {
  std::vector<std::string> names;  // "-o", "--output"; one name for a positional argument
  std::string type;                // what --help calls the value: "FILE"; "" where it has none
  std::string help;                // one line
  ValueKind kind = ValueKind::none;
  ValueNeed need = ValueNeed::required;  // an optional value is given as --option=VALUE
  std::vector<std::string> words;
  bool repeats = false;  // it may be given several times
};

struct CommandSyntax {
  std::string name;
  std::string help;
  std::vector<ArgumentSyntax> options;
  std::vector<ArgumentSyntax> positionals;
};

}  // namespace netmon::cli
