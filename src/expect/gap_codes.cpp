#include "netmon/core/diff/caveat.h"
#include "netmon/core/values/nearest.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {

std::string not_a_gap(std::string_view word) {
  return "is not the code of a gap; " + help_with(word, acceptable_words());
}

}  // namespace netmon
