// The chain of a database: an entry for all that was ever stored. An entry's digest is that of its
// link alone, which names the digest of the content and of the entry before: the chain can be
// checked where contents are gone, or are in another database.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/statement.h"

namespace netmon {

constexpr std::int64_t kOwnChain = 0;
constexpr int kSchemaWithChain = 3;

enum class LinkKind : std::uint8_t { capture, import, prune };

struct Link {
  std::int64_t number = 0;
  LinkKind kind = LinkKind::capture;
  std::optional<std::string> previous_digest;  // absent for the first
  std::string content_digest;
  std::string digest;

  bool operator==(const Link&) const = default;
};

// Of the link's canonical line, json_array('link', origin, number, kind, previous_digest,
// content_digest).
std::string compute_digest(const Link& link, std::string_view origin);

// An entry from before there were links: its digest is that of its content, which names the digest
// before it, so only the content proves the link.
inline bool is_proved_by_content(const Link& link) { return link.digest == link.content_digest; }

// The links of one chain, one at a time, by number. `which` may narrow it: "AND …", "ORDER BY …".
// Of a database older than links: what they will be.
class LinkReader {
 public:
  LinkReader(sqlite3* database, std::int64_t chain_no,
             const std::string& which = "ORDER BY number");

  bool next();  // throws BadRow where the numbers do not rise
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] Link link() const;  // throws BadRow where it cannot be read; next() goes on

 private:
  StatementHandle statement_;
  std::int64_t number_ = 0;
  bool is_first_ = true;
};

// By number, oldest first. Of a database older than links: what they will be. Throws
// SQLite::Exception; BadRow for a row that cannot be read.
std::vector<Link> read_links(sqlite3* database, std::int64_t chain_no);

// Nothing where there is no such entry.
std::optional<Link> read_link(sqlite3* database, std::int64_t chain_no, std::int64_t number);

std::optional<Link> newest_link(sqlite3* database, std::int64_t chain_no);

// "" for a database older than links.
std::string origin_of(sqlite3* database, std::int64_t chain_no);

// The number that the next entry of the own chain gets, for content that is not there yet. Throws
// std::overflow_error where none is left, BadRow where snapshots are there that the chain does not
// hold: it was cut off.
std::int64_t next_number(sqlite3* database);

// Appends an entry to the own chain, behind its newest. Call it within a transaction, after its
// content. Throws SQLite::Exception, std::overflow_error.
Link append_link(sqlite3* database, LinkKind kind, const std::string& content_digest);

// As it is, to a chain that came with an import.
void copy_link(sqlite3* database, std::int64_t chain_no, const Link& link);

std::string_view to_string(LinkKind kind);
std::optional<LinkKind> parse_link_kind(std::string_view text);

}  // namespace netmon
