#include "store/chain.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "store/digest.h"
#include "store/row_reader.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kLinkKinds{"capture"sv, "import"sv, "prune"sv};

// As the table `link`; of a database older than it what the migration would write there.
std::string link_table(sqlite3* database) {
  if (schema_version(database) >= kSchemaWithChain) return "link";
  return "(SELECT 0 AS chain_no, id AS number, 'capture' AS kind, previous_digest, "
         "digest AS content_digest, digest FROM snapshot)";
}

std::string select_links(sqlite3* database, std::int64_t chain_no, const std::string& which) {
  return fmt::format(
      "SELECT number, kind, previous_digest, content_digest, digest FROM {} WHERE chain_no = {} {}",
      link_table(database), chain_no, which);
}

std::optional<std::string> optional_text(sqlite3_stmt* statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
  return text_column(statement, column);
}

std::optional<Link> first_link(sqlite3* database, std::int64_t chain_no, const std::string& which) {
  LinkReader reader(database, chain_no, which);
  if (!reader.next()) return std::nullopt;
  return reader.link();
}

void bind(sqlite3_stmt* statement, int parameter, std::string_view value) {
  sqlite3_bind_text64(statement, parameter, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void insert(sqlite3* database, std::int64_t chain_no, const Link& link) {
  const auto statement = prepare(database, "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?)");
  sqlite3_bind_int64(statement.get(), 1, chain_no);
  sqlite3_bind_int64(statement.get(), 2, link.number);
  bind(statement.get(), 3, to_string(link.kind));
  if (link.previous_digest) bind(statement.get(), 4, *link.previous_digest);
  bind(statement.get(), 5, link.content_digest);
  bind(statement.get(), 6, link.digest);
  step(statement.get());
}

std::int64_t number_behind(const std::optional<Link>& newest) {
  if (!newest) return 1;
  if (newest->number == std::numeric_limits<std::int64_t>::max()) {
    throw std::overflow_error("has no number left for another entry");
  }
  return newest->number + 1;
}

}  // namespace

std::string_view to_string(LinkKind kind) { return kLinkKinds.at(static_cast<std::size_t>(kind)); }

std::optional<LinkKind> parse_link_kind(std::string_view text) {
  const auto found = std::ranges::find(kLinkKinds, text);
  if (found == kLinkKinds.end()) return std::nullopt;
  return static_cast<LinkKind>(found - kLinkKinds.begin());
}

std::string compute_digest(const Link& link, std::string_view origin) {
  RowDigest digest;
  digest.begin_row("link");
  digest.add_text(origin);
  digest.add_integer(link.number);
  digest.add_text(to_string(link.kind));
  if (link.previous_digest) {
    digest.add_text(*link.previous_digest);
  } else {
    digest.add_null();
  }
  digest.add_text(link.content_digest);
  digest.end_row();
  return digest.finish();
}

LinkReader::LinkReader(sqlite3* database, std::int64_t chain_no, const std::string& which)
    : statement_(prepare(database, select_links(database, chain_no, which))) {}

bool LinkReader::next() {
  const std::int64_t last = number_;
  const bool was_first = std::exchange(is_first_, false);
  if (!step(statement_.get())) return false;
  number_ = sqlite3_column_int64(statement_.get(), 0);
  // A damaged table could go round and round.
  if (!was_first && number_ <= last) throw BadRow("its links are out of order");
  return true;
}

Link LinkReader::link() const {
  const auto kind = parse_link_kind(text_column(statement_.get(), 1));
  if (!kind) throw BadRow("its link is damaged: no such kind");
  return {.number = number_,
          .kind = *kind,
          .previous_digest = optional_text(statement_.get(), 2),
          .content_digest = text_column(statement_.get(), 3),
          .digest = text_column(statement_.get(), 4)};
}

std::vector<Link> read_links(sqlite3* database, std::int64_t chain_no) {
  std::vector<Link> links;
  for (LinkReader reader(database, chain_no); reader.next();) links.push_back(reader.link());
  return links;
}

std::optional<Link> read_link(sqlite3* database, std::int64_t chain_no, std::int64_t number) {
  return first_link(database, chain_no, fmt::format("AND number = {}", number));
}

std::optional<Link> newest_link(sqlite3* database, std::int64_t chain_no) {
  return first_link(database, chain_no, "ORDER BY number DESC LIMIT 1");
}

std::string origin_of(sqlite3* database, std::int64_t chain_no) {
  if (schema_version(database) < kSchemaWithChain) return "";
  const auto statement =
      prepare(database, fmt::format("SELECT origin FROM chain WHERE chain_no = {}", chain_no));
  return step(statement.get()) ? text_column(statement.get(), 0) : "";
}

std::int64_t next_number(sqlite3* database) {
  const std::int64_t number = number_behind(newest_link(database, kOwnChain));
  const auto statement = prepare(database, "SELECT max(id) FROM snapshot");
  const std::int64_t last = step(statement.get()) ? sqlite3_column_int64(statement.get(), 0) : 0;
  if (last >= number) {
    throw BadRow(fmt::format("snapshot #{} is not in the chain, whose end is missing", last));
  }
  return number;
}

Link append_link(sqlite3* database, LinkKind kind, const std::string& content_digest) {
  const auto newest = newest_link(database, kOwnChain);
  Link link{.number = number_behind(newest),
            .kind = kind,
            .previous_digest = newest ? std::optional(newest->digest) : std::nullopt,
            .content_digest = content_digest,
            .digest = ""};
  link.digest = compute_digest(link, origin_of(database, kOwnChain));
  insert(database, kOwnChain, link);
  return link;
}

void copy_link(sqlite3* database, std::int64_t chain_no, const Link& link) {
  insert(database, chain_no, link);
}

}  // namespace netmon
