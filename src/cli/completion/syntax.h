// The command line as data: what the parser accepts, for whoever describes it to somebody else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netmon::cli {

// What the value of an option, or a positional argument, is.
enum class ValueKind : std::uint8_t {
  none,      // an option without a value
  text,      // anything: nothing can be offered
  words,     // one of ArgumentSyntax::words; one that ends with "=" is the beginning of a value
  file,      // a path
  label,     // a label
  revision,  // a stored snapshot, @now or @empty
};

enum class ValueNeed : std::uint8_t { required, optional };

// One option, or one positional argument.
struct ArgumentSyntax {
  std::vector<std::string> names;  // "-o", "--output"; of a positional argument its one name
  std::string type;                // what --help calls the value: "FILE"; "" where there is none
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
