#include "cli/output/journal.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <string>

#include "netmon/core/values/error.h"
#include "netmon/posix/static_program.h"

namespace netmon::cli {
namespace {

constexpr const char* kOption = "--journal";
constexpr const char* kLibrary = "libsystemd.so.0";
constexpr const char* kSocket = "/run/systemd/journal/socket";

using Send = decltype(&::sd_journal_sendv);

// Throws Error where journald has no socket: sd_journal_sendv() would report success then, although
// the entries are lost.
void require_journald() {
  struct stat found {};
  if (::stat(kSocket, &found) == 0 && S_ISSOCK(found.st_mode)) return;
  throw Error(kOption, fmt::format("journald does not listen: there is no socket {}", kSocket));
}

std::string last_dl_error() {
  const char* const text = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  return text == nullptr ? "not found" : text;
}

}  // namespace

Journal::Journal() {
  if (is_static_program())
    throw Error(kOption, "this netmon is statically linked and cannot load libsystemd");
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw Error(kOption, "libsystemd cannot be loaded: " + last_dl_error());
  send_ = ::dlsym(library, "sd_journal_sendv");
  if (send_ == nullptr) throw Error(kOption, "libsystemd cannot be used: " + last_dl_error());
  require_journald();
}

void Journal::write(const std::vector<JournalEntry>& entries) const {
  require_journald();
  const auto send = reinterpret_cast<Send>(send_);
  for (const JournalEntry& entry : entries) {
    std::vector<iovec> parts;
    parts.reserve(entry.fields.size());
    for (const std::string& field : entry.fields) {
      // The library only reads the fields. iovec has no const because it serves writing too.
      parts.push_back({const_cast<char*>(field.data()), field.size()});
    }
    const int result = send(parts.data(), static_cast<int>(parts.size()));
    if (result < 0) throw SystemError("the journal", -result);
  }
}

}  // namespace netmon::cli
