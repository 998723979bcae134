#include "cli/completion/scripts.h"

namespace netmon::cli {

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

}  // namespace netmon::cli
