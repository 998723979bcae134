// systemd's journal, over libsystemd's sd_journal_sendv(3). The library is loaded when it is
// needed.
#pragma once

#include <cstdint>
#include <vector>

#include "netmon/report/report.h"

namespace netmon::cli {

class Journal {
 public:
  // Throws Error, its subject "--journal", where there is no journal to write to: netmon was built
  // without it, libsystemd is not installed, or journald does not listen. Called before long work.
  Journal();

  // All entries, in order. Throws SystemError, its subject "the journal", for the first one that
  // could not be handed over.
  void write(const std::vector<JournalEntry>& entries) const;

 private:
  // sd_journal_sendv(); the library stays loaded until the program ends.
  [[maybe_unused]] void* send_ = nullptr;
};

}  // namespace netmon::cli
