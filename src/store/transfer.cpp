#include "store/transfer.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "netmon/core/values/error.h"
#include "store/chain/chain.h"
#include "store/chain/documents.h"
#include "store/chain/entries.h"
#include "store/history/history_index.h"
#include "store/sqlite/bind.h"
#include "store/sqlite/database.h"
#include "store/sqlite/soundness.h"

namespace netmon {
namespace {

// Upper bound for one value or row of an imported file. The largest that netmon writes is a
// document.
constexpr int kMaxRowBytes = static_cast<int>(2 * kMaxDocumentBytes);

std::string short_name(std::string_view origin) { return fmt::format("{}…", origin.substr(0, 8)); }

std::optional<std::int64_t> chain_of(SQLite::Database& database, const std::string& origin) {
  SQLite::Statement select(database, "SELECT chain_no FROM chain WHERE origin = ?");
  bind_all(select, origin);
  if (!select.executeStep()) return std::nullopt;
  return select.getColumn(0).getInt64();
}

std::vector<std::int64_t> first_column(SQLite::Database& database, const char* sql) {
  std::vector<std::int64_t> values;
  SQLite::Statement select(database, sql);
  while (select.executeStep()) values.push_back(select.getColumn(0).getInt64());
  return values;
}

// Copies snapshots into a database, each with the chain of the database that stored it first. Call
// it within a transaction of the target and one of the source, which must have been found sound.
class SnapshotTransfer {
 public:
  SnapshotTransfer(const Source& source, SQLite::Database& target, const Actor& actor,
                   CommandLines command_lines)
      : source_(source), target_(target), actor_(actor), command_lines_(command_lines) {}

  // A chain that both databases know must be the same in both, whether or not snapshots of it are
  // transferred.
  void check_known_chains() {
    const auto chains = source_.read(source_.path.string(), [&] {
      return first_column(source_.database, "SELECT chain_no FROM chain ORDER BY chain_no");
    });
    for (const std::int64_t chain_no : chains) {
      const std::string origin = origin_in_source(chain_no);
      if (chain_of(target_, origin)) transfer_chain(origin);
    }
  }

  struct Found {
    Origin origin;
    std::string digest;  // of its link in that chain
    std::string label;
    std::string host_name;
  };

  // The chain of the database that first stored a snapshot of the source. Throws Error where there
  // is none.
  Found find(std::int64_t id) const {
    const std::string subject = fmt::format("{}: snapshot #{}", source_.path.string(), id);
    return source_.read(subject, [&] {
      SQLite::Statement select(source_.database,
                               "SELECT label, host_name FROM snapshot WHERE id = ?");
      bind_all(select, id);
      if (!select.executeStep()) throw Error(subject, "no such snapshot");
      const Provenance from = provenance_of(source_.database, id);
      const Origin own{.chain = origin_of(source_.database, kOwnChain), .number = id};
      return Found{.origin = from.origin.value_or(own),
                   .digest = from.link.digest,
                   .label = select.getColumn(0).getString(),
                   .host_name = select.getColumn(1).getString()};
    });
  }

  ImportedSnapshot run(std::int64_t id, const Found& found) {
    const std::int64_t chain_no = transfer_chain(found.origin.chain);
    ImportedSnapshot imported{
        .origin = found.origin, .label = found.label, .host_name = found.host_name};
    if (const auto present = find_present(chain_no, found.origin.number)) {
      imported.id = *present;
      imported.was_present = true;
      return imported;
    }
    imported.id = next_number(target_);
    copy_snapshot(source_, target_,
                  {.id = id,
                   .new_id = imported.id,
                   .origin_number = found.origin.number,
                   .command_lines = command_lines_});
    record({.number = imported.id,
            .origin = found.origin.chain,
            .origin_number = found.origin.number,
            .digest = found.digest,
            .imported_at = actor_.at,
            .user = actor_.user,
            .netmon_version = actor_.netmon_version},
           chain_no);
    return imported;
  }

 private:
  std::string origin_in_source(std::int64_t chain_no) const {
    return source_.read(source_.path.string(),
                        [&] { return origin_of(source_.database, chain_no); });
  }

  std::vector<Link> links_in_source(const std::string& origin) const {
    return source_.read(source_.path.string(), [&] {
      const auto chain_no = chain_of(source_.database, origin);
      if (!chain_no) throw BadRow("a snapshot belongs to no chain");
      return read_links(source_.database, *chain_no);
    });
  }

  // Copies all links of the chain to the target and returns the chain's number there.
  std::int64_t transfer_chain(const std::string& origin) {
    if (const auto taken = chains_.find(origin); taken != chains_.end()) return taken->second;
    const std::vector<Link> theirs = links_in_source(origin);
    auto chain_no = chain_of(target_, origin);
    if (!chain_no) {
      execute(target_, "INSERT INTO chain (origin) VALUES (?)", origin);
      chain_no = target_.getLastInsertRowid();
    }
    const std::vector<Link> ours = read_links(target_, *chain_no);
    const std::size_t common = std::min(ours.size(), theirs.size());
    const auto [our, their] = std::ranges::mismatch(ours, std::span(theirs).first(common));
    if (their != std::span(theirs).first(common).end()) reject_fork(origin, their->number);
    if (*chain_no == kOwnChain && theirs.size() > common) reject_longer(theirs[common].number);
    for (const Link& link : std::span(theirs).subspan(common)) {
      insert_link(target_, *chain_no, link);
    }
    chains_.emplace(origin, *chain_no);
    return *chain_no;
  }

  [[noreturn]] void reject_fork(const std::string& origin, std::int64_t number) const {
    throw Error(
        source_.path.string(),
        fmt::format("its chain {} and the one here differ from #{} on: one belongs to a copy that "
                    "was used separately, or was rewritten",
                    short_name(origin), number),
        ExitCode::integrity);
  }

  [[noreturn]] void reject_longer(std::int64_t number) const {
    throw Error(
        source_.path.string(),
        fmt::format("has #{} of this database's own chain, which is missing here: this database "
                    "was cut off, or the file comes from a copy that was used separately",
                    number),
        ExitCode::integrity);
  }

  // The number of a snapshot here, if it was stored here, or imported and not pruned.
  std::optional<std::int64_t> find_present(std::int64_t chain_no, std::int64_t number) {
    bind_all(present_, chain_no, number);
    if (!present_.executeStep()) return std::nullopt;
    const std::int64_t found = present_.getColumn(0).getInt64();
    present_.reset();
    return found;
  }

  void record(const ImportRow& row, std::int64_t chain_no) {
    execute(target_, "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row.number, chain_no,
            row.origin_number, row.digest, to_string(row.imported_at), row.user.uid, row.user.name,
            row.netmon_version);
    append_link(target_, LinkKind::import, compute_digest(row));
  }

  const Source& source_;
  SQLite::Database& target_;
  const Actor& actor_;
  CommandLines command_lines_;
  std::map<std::string, std::int64_t> chains_;  // from origin to number in the target
  SQLite::Statement present_{
      target_,
      "SELECT id FROM snapshot WHERE ?1 = 0 AND id = ?2 AND "
      "NOT EXISTS (SELECT 1 FROM import WHERE number = id) UNION ALL "
      "SELECT id FROM import JOIN snapshot ON id = number WHERE chain_no = ?1 AND "
      "origin_number = ?2"};
};

std::vector<std::byte> serialize(SQLite::Database& database) {
  struct Free {
    void operator()(unsigned char* bytes) const { sqlite3_free(bytes); }
  };
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, Free> bytes(
      sqlite3_serialize(database.getHandle(), "main", &size, 0));
  if (bytes == nullptr) throw SQLite::Exception("out of memory", SQLITE_NOMEM);
  const auto image = std::as_bytes(std::span(bytes.get(), static_cast<std::size_t>(size)));
  return {image.begin(), image.end()};
}

}  // namespace

std::vector<std::byte> export_snapshots(const Source& source, const std::vector<std::int64_t>& ids,
                                        const std::vector<Document>& documents,
                                        const Actor& actor) {
  require_sound_chains(source);
  SQLite::Database image(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(image, migrations());
  SQLite::Transaction transaction(image);
  SnapshotTransfer transfer(source, image, actor, CommandLines::masked);
  std::vector<std::int64_t> sorted = ids;
  std::ranges::sort(sorted);
  for (const std::int64_t id : sorted) {
    const auto found = transfer.find(id);
    require_sound_rows(source, id);
    transfer.run(id, found);
  }
  store_documents(image, source.path.string(), documents);
  transaction.commit();
  complete_history(image);  // for readers who may not write to the file
  return serialize(image);
}

std::vector<ImportedSnapshot> import_snapshots(SQLite::Database& database,
                                               const std::filesystem::path& path,
                                               const std::filesystem::path& file,
                                               const Actor& actor, const Progress& progress) {
  SQLite::Database opened = open_database(file, Access::read, migrations());
  sqlite3_limit(opened.getHandle(), SQLITE_LIMIT_LENGTH, kMaxRowBytes);
  const Source source{opened, file};
  const SQLite::Transaction one_state(opened);
  require_sound_database(source, progress);
  const auto ids = source.read(
      file.string(), [&] { return first_column(opened, "SELECT id FROM snapshot ORDER BY id"); });
  const auto documents = source.read(file.string(), [&] { return read_documents(opened); });

  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const int changes_before = database.getTotalChanges();
  SnapshotTransfer transfer(source, database, actor, CommandLines::as_they_are);
  transfer.check_known_chains();
  std::vector<ImportedSnapshot> imported;
  imported.reserve(ids.size());
  for (const std::int64_t id : ids) imported.push_back(transfer.run(id, transfer.find(id)));
  store_documents(database, path.string(), documents);
  // Even an empty commit waits for all readers, and a database that imports its own file is such a
  // reader.
  if (database.getTotalChanges() == changes_before) return imported;
  transaction.commit();
  return imported;
}

}  // namespace netmon
