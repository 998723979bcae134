#include "fixtures.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "netmon/store/store.h"

namespace netmon::test {
namespace {

namespace fs = std::filesystem;

}  // namespace

TempFolder::TempFolder() {
  std::string name = fs::temp_directory_path() / "netmon-store-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void execute(const fs::path& database, const std::string& sql) {
  SQLite::Database(database.string(), SQLite::OPEN_READWRITE).exec(sql);
}

void tamper(const fs::path& path, const std::string& sql) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  std::string drop;
  std::string create;
  SQLite::Statement triggers(database,
                             "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
  while (triggers.executeStep()) {
    drop += "DROP TRIGGER " + triggers.getColumn(0).getString() + ";";
    create += triggers.getColumn(1).getString() + ";";
  }
  triggers.reset();
  database.exec("BEGIN; PRAGMA foreign_keys = OFF;" + drop + sql + ";" + create + "COMMIT");
}

std::string query(const fs::path& database, const std::string& sql) {
  return SQLite::Database(database.string()).execAndGet(sql).getString();
}

fs::path interrupted_database(const TempFolder& folder) {
  const auto path = folder / "netmon.db";
  Store::open_for_writing(path).append(small_snapshot("pre-change"));
  auto copy = folder / "copy" / "netmon.db";
  fs::create_directory(copy.parent_path());
  SQLite::Database writer(path.string(), SQLite::OPEN_READWRITE);
  writer.exec("PRAGMA cache_size = 1; DROP TRIGGER snapshot_delete; BEGIN IMMEDIATE");
  for (int i = 0; i < 200; ++i) {
    writer.exec(fmt::format("INSERT INTO gap VALUES (1, {}, 'x', NULL, NULL, '{}', 0)", i + 1,
                            std::string(500, 'x')));
  }
  fs::copy_file(path, copy);
  fs::copy_file(path.string() + "-journal", copy.string() + "-journal");
  writer.exec("ROLLBACK");
  return copy;
}

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return fmt::format("{} {}", static_cast<int>(error.exit_code()), error.what());
  }
  return "";
}

std::string in_child(const std::function<std::string()>& work) {
  std::array<int, 2> channel{};
  if (::pipe(channel.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    std::string answer;
    try {
      answer = work();
    } catch (const std::exception& exception) {
      answer = exception.what();
    }
    const auto written = ::write(channel[1], answer.data(), answer.size());
    ::_exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  ::close(channel[1]);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(channel[0], buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(channel[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? answer : "the child crashed: " + answer;
}

bool may_act_for_others() {
  const TempFolder folder;
  return ::geteuid() == 0 && ::lchown(folder.path().c_str(), kOtherUser, kOtherUser) == 0;
}

bool mount_tmpfs(const fs::path& folder, const std::string& options) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

}  // namespace netmon::test
