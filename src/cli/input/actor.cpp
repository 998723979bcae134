#include "cli/input/actor.h"

#include <chrono>
#include <string>

#include "netmon/core/values/version.h"
#include "netmon/linux/capture.h"

namespace netmon::cli {

Actor actor_now() {
  const auto now = std::chrono::system_clock::now();
  return {.user = effective_user(),
          .at = std::chrono::time_point_cast<std::chrono::milliseconds>(now),
          .netmon_version = std::string(version())};
}

}  // namespace netmon::cli
