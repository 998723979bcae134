// The chain of a database: an entry for all that was ever stored. An entry's digest is that of its
// link alone, which names the digest of the content and of the entry before: the chain can be
// checked where contents are gone, or are in another database.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netmon {

constexpr std::int64_t kOwnChain = 0;

enum class LinkKind : std::uint8_t { capture, import, prune };

struct Link {
  std::int64_t number = 0;
  LinkKind kind = LinkKind::capture;
  std::optional<std::string> previous_digest;  // absent for the first
  std::string content_digest;
  std::string digest;

  bool operator==(const Link&) const = default;
};

// The digest of the link's canonical line, json_array('link', origin, number, kind,
// previous_digest, content_digest).
std::string compute_digest(const Link& link, std::string_view origin);

// The links of one chain, one at a time, by number. `which` may narrow it: "AND …", "ORDER BY …".
class LinkReader {
 public:
  LinkReader(SQLite::Database& database, std::int64_t chain_no,
             const std::string& which = "ORDER BY number");

  bool next();  // throws BadRow where the numbers do not rise
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] Link link();  // throws BadRow where it cannot be read; next() goes on

 private:
  SQLite::Statement statement_;
  std::int64_t number_ = 0;
  bool is_first_ = true;
};

// The links, oldest first. Throws SQLite::Exception; BadRow for a row that cannot be read.
std::vector<Link> read_links(SQLite::Database& database, std::int64_t chain_no);

// Nothing where there is no such entry.
std::optional<Link> read_link(SQLite::Database& database, std::int64_t chain_no,
                              std::int64_t number);

std::optional<Link> newest_link(SQLite::Database& database, std::int64_t chain_no);

// "" where there is no such chain.
std::string origin_of(SQLite::Database& database, std::int64_t chain_no);

// The number that the next entry of the own chain gets, for content that is not there yet. Throws
// std::overflow_error where none is left, BadRow where snapshots are there that the chain does not
// hold: it was cut off.
std::int64_t next_number(SQLite::Database& database);

// Appends an entry to the own chain, behind its newest. Call it within a transaction, after its
// content. Throws SQLite::Exception, std::overflow_error.
Link append_link(SQLite::Database& database, LinkKind kind, const std::string& content_digest);

// Adds it as it is, to a chain that came with an import.
void insert_link(SQLite::Database& database, std::int64_t chain_no, const Link& link);

std::string_view to_string(LinkKind kind);
std::optional<LinkKind> parse_link_kind(std::string_view text);

}  // namespace netmon
