// What the tests of verify() share.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "fixtures.h"
#include "netmon/store/store.h"

namespace netmon::test {

inline const Timestamp kNow = *parse_timestamp("2026-03-05T10:00");
inline const Actor kActor{.user = {0, "root"}, .at = kNow, .netmon_version = "0.1.0"};

inline Snapshot taken(const std::string& label, Timestamp at = kNow) {
  Snapshot snapshot = full_snapshot(label);
  snapshot.info.started_at = at;
  snapshot.processes[2].cmdline = "nginx --password=secret";
  return snapshot;
}

inline std::filesystem::path exported(const TempFolder& folder) {
  auto store = Store::open_for_writing(folder / "source.db");
  for (const char* label : {"theirs-1", "theirs-2", "theirs-3"}) store.append(taken(label));
  const auto image = store.export_image({2}, {}, kActor);
  auto file = folder / "review.netmon";
  write_file(file, {reinterpret_cast<const char*>(image.data()), image.size()});
  return file;
}

// #1 was pruned by #6; #2, #4, #5 and #7 are its own; #3 is #2 of another database's three.
inline std::string make_database() {
  const TempFolder folder;
  const auto path = folder / "netmon.db";
  auto store = Store::open_for_writing(path);
  store.append(taken("gone", *parse_timestamp("2025-01-01")));
  store.append(taken("pre-change"));
  store.import_from(exported(folder), kActor);
  store.append(taken("post-change"));
  store.append(taken("post-change"));
  store.prune({.older_than = std::chrono::hours{24}}, kActor);
  store.append(taken("last"));
  return read_file(path);
}

// A copy of that database, and what verify() says of it.
class Evidence {
 public:
  Evidence() {
    static const std::string sound = make_database();
    write_file(path_, sound);
  }

  Evidence& tamper(const std::string& sql) {
    test::tamper(path_, sql);
    return *this;
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] Verification verify(const VerifyQuery& query = {}) const {
    return Store::open_for_reading(path_).verify(query);
  }

 private:
  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "netmon.db";
};

// "rows #2: does not match its digest; chain #3: …"; "" where nothing was found.
inline std::string flaws_of(const Verification& verified) {
  std::string text;
  const auto add = [&](const char* verdict, const std::vector<Flaw>& flaws) {
    for (const Flaw& flaw : flaws) {
      text +=
          fmt::format("{}{} {}: {}", text.empty() ? "" : "; ", verdict, flaw.subject, flaw.what);
    }
  };
  add("rows", verified.rows);
  add("schema", verified.schema);
  add("chain", verified.chain);
  return text;
}

inline std::string flaws_after(const std::string& sql) {
  return flaws_of(Evidence().tamper(sql).verify());
}

}  // namespace netmon::test
