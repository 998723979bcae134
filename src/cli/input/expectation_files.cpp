#include "cli/input/expectation_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/input/database_path.h"
#include "cli/input/input_file.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/expect/expectation_file.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStandingFolder = "/etc/netmon/expect.d";
constexpr std::string_view kInDatabase = "db:";

void require_roots_alone(const std::string& path, const struct stat& status) {
  if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Error(path, "must belong to root and be writable by root alone: it approves changes");
  }
}

// Reads a standing file. No user named it and so vouches for it, so only root may be able to write
// to it.
Expectations read_standing_file(const std::string& path) {
  const InputFile file(path, LastLink::refused);
  require_roots_alone(path, file.status());
  Expectations expectations = parse_expectations(file.read(), path);
  if (!std::ranges::all_of(expectations.rules, &Rule::standing)) {
    throw Error(
        path, "has a ticket: use it with --expect instead, because it would approve for ever here");
  }
  return expectations;
}

// The file of expected changes with this name that came with imported snapshots, or is in an
// exported file.
Document stored_file(const std::string& argument, const std::string& db_option) {
  const std::string name = argument.substr(kInDatabase.size());
  std::optional<Document> found;
  for (Document& document :
       Store::open_for_reading(existing_database_path(db_option)).documents()) {
    if (document.kind != DocumentKind::expectations || document.name != name) continue;
    if (found) throw Error(argument, "is ambiguous: the database has several files of this name");
    found = std::move(document);
  }
  if (!found) throw Error(argument, "no expectation file of this name is in the database");
  return *found;
}

// Whoever can write to the database can change this file too, and no digest would show that, so the
// report says where the rules come from.
Caveat from_database(const Document& document, std::uint64_t rules) {
  return {.code = Circumstance::expectations_from_database,
          .side = Side::both,
          .weight = Weight::informational,
          .count = rules,
          .message = fmt::format(
              "{} from {} as stored in the database, {}: compare it with the ticket",
              counted(rules, "rule is", "rules are"), document.name, digest_of(document))};
}

std::vector<std::string> standing_files() {
  std::error_code error;
  fs::directory_iterator entries(kStandingFolder, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) throw SystemError(kStandingFolder, error.value());
  struct stat status {};
  if (::stat(kStandingFolder, &status) != 0) throw SystemError(kStandingFolder, errno);
  require_roots_alone(kStandingFolder, status);
  std::vector<std::string> files;
  while (entries != fs::directory_iterator()) {
    const std::string name = entries->path().filename();
    if (!name.starts_with('.') && name.ends_with(".toml")) files.push_back(entries->path());
    entries.increment(error);
    if (error) throw SystemError(kStandingFolder, error.value());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Expectations read_expectations(const std::vector<std::string>& files,
                               const std::string& db_option) {
  Expectations given;
  const auto add = [&](Expectations more) {
    std::ranges::move(more.rules, std::back_inserter(given.rules));
  };
  for (const std::string& path : files) {
    if (!path.starts_with(kInDatabase)) {
      add(parse_expectations(InputFile(path).read(), path));
      continue;
    }
    const Document document = stored_file(path, db_option);
    Expectations more = parse_expectations(document.text, path);
    given.origins.push_back(from_database(document, more.rules.size()));
    add(std::move(more));
  }
  for (const std::string& path : standing_files()) add(read_standing_file(path));
  return given;
}

Document read_document(const std::string& path) {
  std::string text = InputFile(path).read();
  static_cast<void>(parse_expectations(text, path));  // throws for a wrong one
  return {DocumentKind::expectations, base_name(path), "", std::move(text)};
}

}  // namespace netmon::cli
