// What the tests of the store share: a folder of their own, snapshots, and processes to run in.
#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <functional>
#include <string>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/values/error.h"

namespace netmon::test {

// A folder (0700) that goes away with everything in it.
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

// A snapshot with every text, number and absence that a store could trip over, the same for the
// same seed.
Snapshot hostile_snapshot(unsigned seed);

// `sockets` sockets, each with an owner.
Snapshot large_snapshot(std::uint32_t sockets);

// The tables of a snapshot's rows beside `snapshot`, none before one that it refers to.
inline constexpr std::array<const char*, 16> kRowTables{
    "forward",         "reach",         "foreign_code", "loader_variable",
    "command_line",    "other_owner",   "event_count",  "event_proof",
    "sighting",        "hidden_socket", "socket",       "process",
    "netns_container", "netns_device",  "netns",        "gap"};

// Runs SQL with nothing of netmon's in the way.
void execute(const std::filesystem::path& database, const std::string& sql);
// The same with the triggers put aside meanwhile, as one does who knows of them.
void tamper(const std::filesystem::path& database, const std::string& sql);
// The first column of the first row.
std::string query(const std::filesystem::path& database, const std::string& sql);

// A database with one snapshot, as a killed writer leaves it: pages written, the journal with their
// old content beside.
std::filesystem::path interrupted_database(const TempFolder& folder);

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

// How `work` failed: "EXIT_CODE MESSAGE", or "" where it did not.
std::string failure(const std::function<void()>& work);

// Runs `work` in a child process, which may give up its rights or its mounts, and returns what
// `work` returned.
std::string in_child(const std::function<std::string()>& work);

// A user who is not the one that runs the tests, and whether we may become him and give him files.
constexpr uid_t kOtherUser = 4321;
bool may_act_for_others();

// A file system of the child's own at `folder`; `options` as in tmpfs(5). False where this machine
// does not let us.
bool mount_tmpfs(const std::filesystem::path& folder, const std::string& options);

}  // namespace netmon::test
