#include "store/chain/chain.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "store/chain/digest.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kLinkKinds{"capture"sv, "import"sv, "prune"sv};

std::string select_links(std::int64_t chain_no, const std::string& which) {
  return fmt::format(
      "SELECT number, kind, previous_digest, content_digest, digest FROM link WHERE chain_no = {} "
      "{}",
      chain_no, which);
}

std::optional<Link> first_link(SQLite::Database& database, std::int64_t chain_no,
                               const std::string& which) {
  LinkReader reader(database, chain_no, which);
  if (!reader.next()) return std::nullopt;
  return reader.link();
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

LinkReader::LinkReader(SQLite::Database& database, std::int64_t chain_no, const std::string& which)
    : statement_(database, select_links(chain_no, which)) {}

bool LinkReader::next() {
  const std::int64_t last = number_;
  const bool was_first = std::exchange(is_first_, false);
  if (!statement_.executeStep()) return false;
  number_ = statement_.getColumn(0).getInt64();
  // A damaged table could form a cycle.
  if (!was_first && number_ <= last) throw BadRow("its links are out of order");
  return true;
}

Link LinkReader::link() {
  const auto kind = parse_link_kind(statement_.getColumn(1).getString());
  if (!kind) throw BadRow("its link is damaged: no such kind");
  return {.number = number_,
          .kind = *kind,
          .previous_digest = optional_text(statement_, 2),
          .content_digest = statement_.getColumn(3).getString(),
          .digest = statement_.getColumn(4).getString()};
}

std::vector<Link> read_links(SQLite::Database& database, std::int64_t chain_no) {
  std::vector<Link> links;
  for (LinkReader reader(database, chain_no); reader.next();) links.push_back(reader.link());
  return links;
}

std::optional<Link> read_link(SQLite::Database& database, std::int64_t chain_no,
                              std::int64_t number) {
  return first_link(database, chain_no, fmt::format("AND number = {}", number));
}

std::optional<Link> newest_link(SQLite::Database& database, std::int64_t chain_no) {
  return first_link(database, chain_no, "ORDER BY number DESC LIMIT 1");
}

std::string origin_of(SQLite::Database& database, std::int64_t chain_no) {
  SQLite::Statement select(database, "SELECT origin FROM chain WHERE chain_no = ?");
  bind_all(select, chain_no);
  return select.executeStep() ? select.getColumn(0).getString() : "";
}

std::int64_t next_number(SQLite::Database& database) {
  const std::int64_t number = number_behind(newest_link(database, kOwnChain));
  const std::int64_t last =
      database.execAndGet("SELECT ifnull(max(id), 0) FROM snapshot").getInt64();
  if (last >= number) {
    throw BadRow(
        fmt::format("snapshot #{} is not in the chain: the end of the chain is missing", last));
  }
  return number;
}

Link append_link(SQLite::Database& database, LinkKind kind, const std::string& content_digest) {
  const auto newest = newest_link(database, kOwnChain);
  Link link{.number = number_behind(newest),
            .kind = kind,
            .previous_digest = newest ? std::optional(newest->digest) : std::nullopt,
            .content_digest = content_digest,
            .digest = ""};
  link.digest = compute_digest(link, origin_of(database, kOwnChain));
  insert_link(database, kOwnChain, link);
  return link;
}

void insert_link(SQLite::Database& database, std::int64_t chain_no, const Link& link) {
  SQLite::Statement insert(database, "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?)");
  bind_all(insert, chain_no, link.number, std::string(to_string(link.kind)), link.previous_digest,
           link.content_digest, link.digest);
  insert.exec();
}

}  // namespace netmon
