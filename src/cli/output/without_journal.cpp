#include "cli/output/journal.h"
#include "netmon/core/values/error.h"

namespace netmon::cli {

Journal::Journal() {
  throw Error("--journal",
              "netmon was built without libsystemd, which is needed to write to the journal");
}

void Journal::write(const std::vector<JournalEntry>& /*entries*/) const {}

}  // namespace netmon::cli
