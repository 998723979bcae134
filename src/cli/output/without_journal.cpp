#include "cli/output/journal.h"
#include "netmon/core/values/error.h"

namespace netmon::cli {

Journal::Journal() {
  throw Error("--journal",
              "netmon was built without libsystemd, over which the journal is written");
}

void Journal::write(const std::vector<JournalEntry>& /*entries*/) const {}

}  // namespace netmon::cli
