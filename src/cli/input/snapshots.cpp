#include "cli/input/snapshots.h"

#include <filesystem>
#include <system_error>
#include <variant>

#include "cli/input/database_path.h"
#include "netmon/bpf/bpf.h"
#include "netmon/core/values/error.h"
#include "netmon/linux/packages.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

// Captures with the digests that the database knows, where there is one.
Snapshot capture_now(const std::string& db_option) {
  CaptureOptions options = live_capture();
  const auto path = database_path(db_option);
  if (std::error_code error; std::filesystem::exists(path, error)) {
    options.known_executables = Store::open_for_reading(path).executables();
  }
  return capture(options).snapshot;
}

}  // namespace

CaptureOptions live_capture() {
  CaptureOptions options;
  options.walk_descriptors = walk_descriptors;
  options.list_kernel_sockets = list_kernel_sockets;
  return options;
}

Revision stored_revision(const std::string& text) {
  Revision revision = parse_revision(text);
  if (std::holds_alternative<EmptyRevision>(revision) ||
      std::holds_alternative<NowRevision>(revision)) {
    throw Error(text, "is not stored");
  }
  return revision;
}

std::optional<Snapshot> captured_snapshot(const std::string& db_option, const Revision& revision) {
  if (!std::holds_alternative<NowRevision>(revision)) return std::nullopt;
  return capture_now(db_option);
}

Snapshot load_snapshot(const std::string& db_option, const Revision& revision) {
  if (std::holds_alternative<EmptyRevision>(revision)) return {};
  if (std::holds_alternative<NowRevision>(revision)) return capture_now(db_option);
  const Store store = Store::open_for_reading(existing_database_path(db_option));
  return store.load(store.resolve(revision, this_machine_id()));
}

}  // namespace netmon::cli
