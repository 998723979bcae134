#include "store/rows/snapshot_copy.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/values/secrets.h"
#include "store/rows/child_rows.h"
#include "store/rows/row_digest.h"

namespace netmon {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;  // rows in memory

class Copy {
 public:
  Copy(const Source& source, SQLite::Database& target, const CopiedSnapshot& snapshot)
      : source_(source),
        target_(target),
        snapshot_(snapshot),
        subject_(fmt::format("{}: snapshot #{}", source.path.string(), snapshot.id)) {}

  void run() {
    auto [row, content_digest] = own_row();
    digest_row(digest_, row);
    ChildRows::for_each([this]<typename Row>() { copy_table<Row>(); });
    if (digest_.finish() != content_digest) {
      throw Error(subject_, "is not written as netmon writes it", ExitCode::integrity);
    }
    row.id = snapshot_.new_id;
    RowWriter::snapshot_row(target_.getHandle()).add_sealed(row, content_digest);
  }

 private:
  std::pair<SnapshotRow, std::string> own_row() {
    return source_.read(subject_, [&] {
      auto reader = RowReader::snapshot_row(source_.database.getHandle(), snapshot_.id,
                                            snapshot_.origin_number, as_read_);
      if (!reader.next()) throw Error(subject_, "no such snapshot");
      auto row = reader.row<SnapshotRow>();
      return std::pair(std::move(row), reader.stored_digest());
    });
  }

  template <typename Row>
  void copy_table() {
    auto reader = source_.read(subject_, [&] {
      return RowReader::child_rows<Row>(source_.database.getHandle(), snapshot_.id, as_read_);
    });
    std::vector<Row> rows;
    do {
      rows = source_.read(subject_, [&] { return next_rows<Row>(reader); });
      write(rows);
    } while (rows.size() == kRowsAtOnce);
  }

  template <typename Row>
  std::vector<Row> next_rows(RowReader& reader) {
    std::vector<Row> rows;
    while (rows.size() < kRowsAtOnce && reader.next()) rows.push_back(reader.row<Row>());
    return rows;
  }

  template <typename Row>
  void write(std::vector<Row>& rows) {
    auto writer = RowWriter::child_rows<Row>(target_.getHandle(), snapshot_.new_id, rows.size());
    for (Row& row : rows) {
      if (snapshot_.command_lines == CommandLines::masked) mask(row);
      digest_row(digest_, row);
      writer.add(row);
    }
  }

  void mask(const auto& /*other_row*/) const {}

  // Without the salt, nobody can guess the original text and test it against the digest.
  static void mask(CommandLineRow& row) {
    std::string masked = mask_secrets(row.text);
    if (masked == row.text) return;
    row.salt.reset();
    row.text = std::move(masked);
  }

  const Source& source_;
  SQLite::Database& target_;
  CopiedSnapshot snapshot_;
  std::string subject_;
  RowDigest as_read_;
  RowDigest digest_;  // of the rows that are written
};

}  // namespace

void copy_snapshot(const Source& source, SQLite::Database& target, const CopiedSnapshot& snapshot) {
  Copy(source, target, snapshot).run();
}

}  // namespace netmon
