// The chain of a database: one entry for everything that was ever stored. The digest of an entry
// covers only its link, which contains the digest of its content and of the entry before it. So the
// chain can be checked even where contents are gone or are in another database.
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

// Reads the links of one chain by number. `which` may narrow or order them: "AND …", "ORDER BY …".
class LinkReader {
 public:
  LinkReader(SQLite::Database& database, std::int64_t chain_no,
             const std::string& which = "ORDER BY number");

  bool next();  // throws BadRow where the numbers do not increase
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] Link link();  // throws BadRow for a damaged link; next() still works

 private:
  SQLite::Statement statement_;
  std::int64_t number_ = 0;
  bool is_first_ = true;
};

// All links of the chain, oldest first. Throws SQLite::Exception, and BadRow for a row that cannot
// be read.
std::vector<Link> read_links(SQLite::Database& database, std::int64_t chain_no);

// Returns nothing where there is no such entry.
std::optional<Link> read_link(SQLite::Database& database, std::int64_t chain_no,
                              std::int64_t number);

std::optional<Link> newest_link(SQLite::Database& database, std::int64_t chain_no);

// "" where there is no such chain.
std::string origin_of(SQLite::Database& database, std::int64_t chain_no);

// The number for the next entry of the own chain, before its content is written. Throws
// std::overflow_error where no number is left, and BadRow where there are snapshots that the chain
// does not contain, because its end was cut off.
std::int64_t next_number(SQLite::Database& database);

// Appends an entry to the own chain. Call it within a transaction, after writing the content.
// Throws SQLite::Exception and std::overflow_error.
Link append_link(SQLite::Database& database, LinkKind kind, const std::string& content_digest);

// Adds the link unchanged to a chain that came with an import.
void insert_link(SQLite::Database& database, std::int64_t chain_no, const Link& link);

std::string_view to_string(LinkKind kind);
std::optional<LinkKind> parse_link_kind(std::string_view text);

}  // namespace netmon
