#include <vector>

#include "netmon/core/diff/caveat.h"
#include "netmon/core/values/nearest.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {

std::string not_a_gap(std::string_view word) {
  std::vector<std::string_view> words;
  for (const CaveatCode& code : acceptable_codes()) words.push_back(to_string(code));
  return "is not the code of a gap; " + help_with(word, words);
}

}  // namespace netmon
