#include "store/lookup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "netmon/error.h"
#include "netmon/text.h"
#include "netmon/time.h"
#include "store/chain.h"
#include "store/entries.h"
#include "store/statement.h"

namespace netmon {
namespace {

constexpr std::size_t kLabelsNamed = 5;
constexpr std::size_t kMaxLabelBytes = 128;  // netmon/revision.h

// How many characters must be put in, taken out or replaced (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row[to.size()];
}

// The labels in use, the closest to `wanted` first, the newest first among equals.
std::vector<std::string> closest_labels(SQLite::Database& database, const std::string& wanted) {
  struct Candidate {
    std::size_t distance;
    std::string label;
  };
  std::vector<Candidate> candidates;
  SQLite::Statement labels(database,
                           "SELECT label FROM snapshot GROUP BY label ORDER BY max(id) DESC");
  while (labels.executeStep()) {
    std::string label = labels.getColumn(0).getString();
    label.resize(std::min(label.size(), kMaxLabelBytes));
    candidates.push_back({edit_distance(wanted, label), std::move(label)});
  }
  std::ranges::stable_sort(candidates, {}, &Candidate::distance);
  std::vector<std::string> result;
  result.reserve(candidates.size());
  for (Candidate& candidate : candidates) result.push_back(escape_controls(candidate.label));
  return result;
}

std::string no_such_label(SQLite::Database& database, const std::string& wanted) {
  const std::vector<std::string> labels = closest_labels(database, wanted);
  const auto named = std::span(labels).first(std::min(labels.size(), kLabelsNamed));
  std::string cause =
      fmt::format("no snapshot has this label; there are: {}", fmt::join(named, ", "));
  if (named.size() < labels.size()) {
    cause += fmt::format(" and {} more", labels.size() - named.size());
  }
  return cause;
}

// The first column of the first row, if there is one.
std::optional<std::int64_t> first_number(SQLite::Statement statement) {
  if (!statement.executeStep() || statement.isColumnNull(0)) return std::nullopt;
  return statement.getColumn(0).getInt64();
}

SQLite::Statement query(SQLite::Database& database, const char* sql, const auto&... values) {
  SQLite::Statement statement(database, sql);
  int position = 0;
  (statement.bind(++position, values), ...);
  return statement;
}

void require_any(SQLite::Database& database, const std::string& subject) {
  if (!first_number(query(database, "SELECT id FROM snapshot LIMIT 1"))) {
    const bool had_some = newest_link(database.getHandle(), kOwnChain).has_value();
    throw Error(subject, had_some ? "the database holds no snapshot any more"
                                  : "the database holds no snapshot yet");
  }
}

std::int64_t find(SQLite::Database& database, const LabelRevision& revision) {
  const auto found = first_number(
      query(database, "SELECT id FROM snapshot WHERE label = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
            revision.label, revision.ancestor));
  if (found) return *found;

  const std::string subject = revision.ancestor == 0
                                  ? revision.label
                                  : fmt::format("{}~{}", revision.label, revision.ancestor);
  require_any(database, subject);
  const std::int64_t count =
      first_number(query(database, "SELECT count(*) FROM snapshot WHERE label = ?", revision.label))
          .value_or(0);
  if (count == 0) throw Error(subject, no_such_label(database, revision.label));
  throw Error(subject, count == 1 ? "only 1 snapshot has this label"
                                  : fmt::format("only {} snapshots have this label", count));
}

// "2026-03-02T19:45:00.123Z by root", of the prune with this number.
std::string when_and_by_whom(const PruneRow& prune) {
  return fmt::format("on {} by {}", to_string(prune.pruned_at), escape_controls(prune.user.name));
}

// What a number is where it is no snapshot's.
std::optional<std::string> other_meaning(sqlite3* database, std::int64_t number) {
  if (schema_version(database) < kSchemaWithChain) return std::nullopt;
  if (const auto prune = read_prune(database, number)) {
    return fmt::format("is no snapshot, but the removal of {} {}",
                       counted(prune->row.snapshots, "snapshot", "snapshots"),
                       when_and_by_whom(prune->row));
  }
  const auto tombstone = read_tombstone(database, number);
  if (!tombstone) return std::nullopt;
  const auto prune = read_prune(database, tombstone->prune_number);
  return fmt::format("was taken out{} (prune #{})", prune ? " " + when_and_by_whom(prune->row) : "",
                     tombstone->prune_number);
}

std::int64_t find(SQLite::Database& database, const NumberRevision& revision) {
  const auto found =
      first_number(query(database, "SELECT id FROM snapshot WHERE id = ?", revision.id));
  if (found) return *found;

  const std::string subject = fmt::format("#{}", revision.id);
  if (const auto meaning = other_meaning(database.getHandle(), revision.id)) {
    throw Error(subject, *meaning);
  }
  require_any(database, subject);
  const auto newest = first_number(query(database, "SELECT max(id) FROM snapshot"));
  throw Error(subject, fmt::format("no such snapshot; the newest is #{}", newest.value_or(0)));
}

// Stored times are compared as text: all have the same length and are UTC.
std::int64_t find(SQLite::Database& database, const TimeRevision& revision) {
  const std::string time = to_string(revision.time);
  const auto found = first_number(query(
      database, "SELECT id FROM snapshot WHERE started_at <= ? ORDER BY id DESC LIMIT 1", time));
  if (found) return *found;

  const std::string subject = "@" + time;
  require_any(database, subject);
  auto first =
      query(database, "SELECT id, started_at FROM snapshot ORDER BY started_at, id LIMIT 1");
  first.executeStep();
  throw Error(
      subject,
      fmt::format("no snapshot was taken at or before this time; the first is #{} of {}",
                  first.getColumn(0).getInt64(), escape_controls(first.getColumn(1).getString())));
}

std::int64_t find(SQLite::Database&, const NowRevision&) {
  throw std::logic_error("@now is not stored");
}

std::int64_t find(SQLite::Database&, const EmptyRevision&) {
  throw std::logic_error("@empty is not stored");
}

}  // namespace

std::int64_t find_snapshot(SQLite::Database& database, const Revision& revision) {
  return std::visit([&](const auto& alternative) { return find(database, alternative); }, revision);
}

}  // namespace netmon
