// Writes to systemd's journal by sd_journal_sendv(3) of libsystemd. The library is loaded when it
// is needed.
#pragma once

#include <cstdint>
#include <vector>

#include "netmon/report/report.h"

namespace netmon::cli {

class Journal {
 public:
  // Throws Error with the subject "--journal" where there is no journal to write to: netmon was
  // built without it, libsystemd is not installed, or journald does not listen. To be called before
  // long work.
  Journal();

  // Writes all entries, in order. Throws SystemError with the subject "the journal" for the first
  // one that cannot be sent.
  void write(const std::vector<JournalEntry>& entries) const;

 private:
  // sd_journal_sendv(); the library stays loaded until the program ends.
  [[maybe_unused]] void* send_ = nullptr;
};

}  // namespace netmon::cli
