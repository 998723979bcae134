#include "netmon/core/values/enumerator.h"

#include <stdexcept>
#include <string>

namespace netmon {

void no_such_enumerator(const char* caller) {
  throw std::logic_error(std::string("a bug of netmon: no such enumerator in ") + caller + "()");
}

}  // namespace netmon
