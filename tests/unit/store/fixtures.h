// Shared by the tests of the store: a temporary folder, snapshots, and child processes to run in.
#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <functional>
#include <string>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/values/error.h"

namespace netmon::test {

// A folder (0700) that is removed at the end, with everything in it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// A snapshot of two listeners, a connection and an unowned socket.
Snapshot small_snapshot(const std::string& label);

// The same as a span, with a row in every table.
Snapshot full_snapshot(const std::string& label);

// A snapshot with every kind of text, number and absent value that could break a store. The same
// seed gives the same snapshot.
Snapshot hostile_snapshot(unsigned seed);

// `sockets` sockets, each with an owner.
Snapshot large_snapshot(std::uint32_t sockets);

// The tables with rows of a snapshot, except `snapshot`. Rows can be deleted in this order: no
// table comes after one that it refers to.
inline constexpr std::array<const char*, 16> kRowTables{
    "forward",         "reach",         "foreign_code", "loader_variable",
    "command_line",    "other_owner",   "event_count",  "event_proof",
    "sighting",        "hidden_socket", "socket",       "process",
    "netns_container", "netns_device",  "netns",        "gap"};

// Runs SQL without using netmon.
void execute(const std::filesystem::path& database, const std::string& sql);
// Runs SQL while the triggers are dropped, as somebody would who knows about them.
void tamper(const std::filesystem::path& database, const std::string& sql);
// The first column of the first row.
std::string query(const std::filesystem::path& database, const std::string& sql);

// A database with one snapshot, as a killed writer leaves it: some pages are written, and the
// journal has their old content.
std::filesystem::path interrupted_database(const TempFolder& folder);

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

// How `work` failed: "EXIT_CODE MESSAGE", or "" if it did not.
std::string failure(const std::function<void()>& work);

// Runs `work` in a child process, which may give up its privileges or its mounts, and returns the
// result of `work`.
std::string in_child(const std::function<std::string()>& work);

// A user who does not run the tests, and whether the tests may become this user and give him files.
constexpr uid_t kOtherUser = 4321;
bool may_act_for_others();

// Mounts a file system at `folder` for the child only, with `options` as in tmpfs(5). False if this
// machine does not allow it.
bool mount_tmpfs(const std::filesystem::path& folder, const std::string& options);

}  // namespace netmon::test
