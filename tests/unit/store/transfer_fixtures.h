// Shared by the tests of transfers and pruning.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {

// The capture time of small_snapshot().
inline const Timestamp kCaptured = *parse_timestamp("2026-03-02T19:45:00.123Z");

inline Actor reviewer(Timestamp at = kCaptured + std::chrono::hours{24 * 30}) {
  return {.user = {1000, "audit"}, .at = at, .netmon_version = "1.2.3"};
}

// A snapshot of `host`, taken `hours` after kCaptured; one of its command lines contains a secret.
inline Snapshot captured(const std::string& label, const std::string& host = "db1", int hours = 0) {
  Snapshot snapshot = full_snapshot(label);
  snapshot.info.host_name = host;
  snapshot.info.machine_id = "machine-of-" + host;
  snapshot.info.started_at += std::chrono::hours{hours};
  snapshot.info.finished_at += std::chrono::hours{hours};
  snapshot.processes[1].cmdline = "nginx -c /etc/nginx.conf";
  snapshot.processes[2].cmdline = "worker --password=hunter2-of-" + host;
  return snapshot;
}

// A database in a folder of its own.
struct Site {
  TempFolder folder;
  std::filesystem::path path = folder / "netmon.db";
  Store store = Store::open_for_writing(path);

  Site& append(const Snapshot& snapshot) {
    store.append(snapshot);
    return *this;
  }

  // An exported file with the snapshots `ids`.
  [[nodiscard]] std::filesystem::path exported(const std::vector<std::int64_t>& ids,
                                               const std::vector<Document>& documents = {}) const {
    const auto image = store.export_image(ids, documents, reviewer());
    auto file = folder / "review.netmon";
    write_file(file, {reinterpret_cast<const char*>(image.data()), image.size()});
    return file;
  }

  std::vector<ImportedSnapshot> import(const std::filesystem::path& file) {
    return store.import_from(file, reviewer());
  }

  [[nodiscard]] std::string bytes() const { return read_file(path); }
};

// All flaws of a database, one on each line.
inline std::string flaws_of(const std::filesystem::path& database) {
  const Verification found = Store::open_for_reading(database).verify({});
  std::string text;
  for (const auto& flaws : {found.rows, found.schema, found.chain}) {
    for (const Flaw& flaw : flaws) text += flaw.subject + " " + flaw.what + "\n";
  }
  return text;
}

}  // namespace netmon::test
