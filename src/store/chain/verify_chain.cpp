#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "store/chain/chain.h"
#include "store/chain/entries.h"
#include "store/chain/flaws.h"
#include "store/chain/verify.h"
#include "store/rows/child_rows.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

constexpr std::size_t kOriginDigits = 32;

bool is_origin(std::string_view text) {
  return text.size() == kOriginDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct Chain {
  std::int64_t number = kOwnChain;
  std::string origin;
};

// Calls visit(number, statement) for each row of "SELECT number, …", which must be sorted by
// number. Throws BadRow where the numbers do not increase, because a damaged table could form a
// cycle.
void for_each_number(SQLite::Database& database, const std::string& sql, auto visit) {
  SQLite::Statement statement(database, sql);
  std::optional<std::int64_t> last;
  while (statement.executeStep()) {
    const std::int64_t number = statement.getColumn(0).getInt64();
    if (last && number <= *last) throw BadRow("is damaged: its rows are out of order");
    last = number;
    visit(number, statement);
  }
}

// Checks each entry of one chain against the entry before it and against the rows that it covers.
class ChainCheck {
 public:
  ChainCheck(SQLite::Database& database, Chain chain, FlawList& flaws)
      : database_(database), chain_(std::move(chain)), flaws_(flaws) {
    extent_.origin = chain_.origin;
    extent_.own = chain_.number == kOwnChain;
  }

  ChainExtent run(const std::string& digest, std::optional<DigestMatch>& match) {
    bool found = false;
    for (LinkReader reader(database_, chain_.number); next(reader);) {
      if (found) ++match->later;
      attempt(reader.number(), [&] {
        const Link link = reader.link();
        if (!digest.empty() && link.digest == digest && !match) {
          match = DigestMatch{chain_.origin, link.number, 0};
          found = true;
        }
        check(link);
      });
      extent_.last = std::max(extent_.last, reader.number());
    }
    return extent_;
  }

 private:
  bool next(LinkReader& reader) {
    try {
      return reader.next();
    } catch (const BadRow& bad_row) {
      add(extent_.last, bad_row.what());
      return false;
    }
  }

  void attempt(std::int64_t number, auto work) {
    try {
      work();
    } catch (const BadRow& bad_row) {
      add(number, bad_row.what());
    }
  }

  void add(std::int64_t number, const std::string& what) {
    flaws_.add(extent_.own ? fmt::format("#{}", number)
                           : fmt::format("#{} of chain {}", number, extent_.origin),
               what);
  }

  void check(const Link& link) {
    const std::string head = std::exchange(extent_.head, link.digest);
    check_position(link, head);
    attempt(link.number, [&] { require_sound(link, chain_.origin); });
    if (extent_.own) {
      check_content(link);
    } else if (link.kind == LinkKind::capture) {
      count_imported(link);
    }
  }

  void check_position(const Link& link, const std::string& head) {
    if (link.number < 1) throw BadRow("has a number that no entry can have");
    if (link.number != extent_.last + 1) {
      const std::int64_t first = extent_.last + 1;
      const std::int64_t last = link.number - 1;
      add(first, first == last ? "is missing from the chain"
                               : fmt::format("and all up to #{} are missing from the chain", last));
    } else if (link.previous_digest.value_or("") != head) {
      add(link.number, "does not name the digest of the entry before it");
    }
  }

  void check_content(const Link& link) {
    if (link.kind == LinkKind::prune) {
      const auto prune = read_prune(database_, link.number);
      if (!prune) throw BadRow("pruned snapshots, but the record of that is missing");
      if (prune->content_digest != link.content_digest) {
        throw BadRow("the record of what it pruned does not match its digest");
      }
      return;
    }
    const Provenance provenance = provenance_of(database_, link);
    const auto tombstone = read_tombstone(database_, link.number);
    if (check_snapshot(link.number, provenance.link)) {
      ++extent_.snapshots;
      if (link.kind == LinkKind::import) ++extent_.imports;
      if (tombstone) throw BadRow("is recorded as pruned, but is still there");
      return;
    }
    if (!tombstone) throw BadRow("is missing, and no entry records that it was pruned");
    if (tombstone->digest != provenance.link.digest) {
      throw BadRow("is not the snapshot that is recorded as pruned under its number");
    }
    ++extent_.pruned;
  }

  // Returns false where the snapshot is not there.
  bool check_snapshot(std::int64_t id, const Link& link) {
    SQLite::Statement select(database_,
                             "SELECT digest, previous_digest FROM snapshot WHERE id = ?");
    bind_all(select, id);
    if (!select.executeStep()) return false;
    attempt(id, [&] {
      require_linked(link, select.getColumn(0).getString(), optional_text(select, 1));
    });
    return true;
  }

  // Counts what this file has for an entry of another chain.
  void count_imported(const Link& link) {
    SQLite::Statement select(database_,
                             "SELECT max(EXISTS (SELECT 1 FROM snapshot WHERE id = number)) "
                             "FROM import WHERE chain_no = ? AND origin_number = ?");
    bind_all(select, chain_.number, link.number);
    select.executeStep();
    const bool was_imported = !select.isColumnNull(0);
    const bool is_here = select.getColumn(0).getInt() == 1;
    if (is_here) ++extent_.snapshots;
    if (was_imported && !is_here) ++extent_.pruned;
  }

  SQLite::Database& database_;
  Chain chain_;
  FlawList& flaws_;
  ChainExtent extent_;
};

std::vector<Chain> read_chains(SQLite::Database& database, FlawList& flaws) {
  std::vector<Chain> chains{{kOwnChain, origin_of(database, kOwnChain)}};
  for_each_number(database, "SELECT chain_no, origin FROM chain ORDER BY chain_no",
                  [&](std::int64_t number, SQLite::Statement& row) {
                    std::string origin = row.getColumn(1).getString();
                    if (!is_origin(origin)) {
                      origin = fmt::format("number {}", number);
                      flaws.add("the chain of " + origin, "its origin is damaged");
                    }
                    if (number != kOwnChain) chains.push_back({number, std::move(origin)});
                  });
  if (chains.front().origin.empty()) flaws.add("the chain of this database", "is missing");
  return chains;
}

// Finds rows that no entry of the own chain covers.
class StrayCheck {
 public:
  StrayCheck(SQLite::Database& database, FlawList& flaws) : database_(database), flaws_(flaws) {}

  void run(const std::vector<Chain>& chains) {
    sweep("snapshot", "id", [&](std::int64_t id) {
      if (!is_snapshot(kind_of(id))) flaws_.add(fmt::format("#{}", id), "is not in the chain");
    });
    ChildRows::for_each([&]<typename Row>() { check_children(Row::kTable); });
    sweep("import", "number", [&](std::int64_t number) {
      if (kind_of(number) != LinkKind::import) reject(number, "is recorded as imported");
    });
    sweep("prune", "number", [&](std::int64_t number) {
      if (kind_of(number) != LinkKind::prune) reject(number, "is recorded as a prune");
    });
    sweep("tombstone", "snapshot_id", [&](std::int64_t id) { check_tombstone(id); });
    check_link_chains(chains);
  }

 private:
  static bool is_snapshot(std::optional<LinkKind> kind) {
    return kind == LinkKind::capture || kind == LinkKind::import;
  }

  std::optional<LinkKind> kind_of(std::int64_t number) {
    try {
      const auto link = read_link(database_, kOwnChain, number);
      return link ? std::optional(link->kind) : std::nullopt;
    } catch (const BadRow&) {
      return std::nullopt;  // reported when the chain was read
    }
  }

  void reject(std::int64_t number, const char* what) {
    flaws_.add(fmt::format("#{}", number), fmt::format("{}, and the chain does not say so", what));
  }

  void sweep(const std::string& table, const std::string& column, auto visit) {
    try {
      for_each_number(database_, fmt::format("SELECT {0} FROM {1} ORDER BY {0}", column, table),
                      [&](std::int64_t number, SQLite::Statement&) { visit(number); });
    } catch (const BadRow& bad_row) {
      flaws_.add("table " + table, bad_row.what());
    }
  }

  void check_tombstone(std::int64_t id) {
    try {
      const auto tombstone = read_tombstone(database_, id);
      if (!tombstone || kind_of(tombstone->prune_number) != LinkKind::prune ||
          !is_snapshot(kind_of(id))) {
        reject(id, "is recorded as pruned");
      }
    } catch (const BadRow& bad_row) {
      flaws_.add(fmt::format("#{}", id), bad_row.what());
    }
  }

  void check_children(std::string_view table) {
    for_each_distinct(fmt::format("SELECT snapshot_id FROM {0} WHERE snapshot_id > ?1 "
                                  "ORDER BY snapshot_id LIMIT 1",
                                  table),
                      [&](std::int64_t id) {
                        SQLite::Statement find(database_, "SELECT 1 FROM snapshot WHERE id = ?");
                        bind_all(find, id);
                        if (find.executeStep()) return;
                        flaws_.add(fmt::format("table {}", table),
                                   fmt::format("has rows of #{}, which is not there", id));
                      });
  }

  void check_link_chains(const std::vector<Chain>& chains) {
    std::set<std::int64_t> known;
    for (const Chain& chain : chains) known.insert(chain.number);
    for_each_distinct("SELECT chain_no FROM link WHERE chain_no > ?1 ORDER BY chain_no LIMIT 1",
                      [&](std::int64_t number) {
                        if (known.contains(number)) return;
                        flaws_.add("table link", fmt::format("has rows of chain number {}, which "
                                                             "is not there",
                                                             number));
                      });
  }

  // Calls visit(value) for each distinct value of a column with many equal ones. `next` selects the
  // smallest value greater than ?1.
  void for_each_distinct(const std::string& next, auto visit) {
    SQLite::Statement statement(database_, next);
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    while (true) {
      bind_all(statement, last);
      if (!statement.executeStep()) return;
      const std::int64_t value = statement.getColumn(0).getInt64();
      if (value <= last) throw BadRow("a table is damaged: its rows are out of order");
      visit(value);
      last = value;
    }
  }

  SQLite::Database& database_;
  FlawList& flaws_;
};

}  // namespace

ChainVerdict verify_chains(SQLite::Database& database, const std::string& digest) {
  ChainVerdict verdict;
  FlawList flaws;
  try {
    const std::vector<Chain> chains = read_chains(database, flaws);
    for (const Chain& chain : chains) {
      verdict.chains.push_back(ChainCheck(database, chain, flaws).run(digest, verdict.match));
    }
    StrayCheck(database, flaws).run(chains);
  } catch (const BadRow& bad_row) {
    flaws.add("the chain", bad_row.what());
  }
  verdict.flaws = flaws.take();
  return verdict;
}

}  // namespace netmon
