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

#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"
#include "store/chain/chain.h"
#include "store/chain/entries.h"
#include "store/history/history_index.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxNamed = 5;
constexpr std::size_t kMaxLabelBytes = 128;  // netmon/core/model/revision.h

// The number of characters to insert, remove or replace (Levenshtein).
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

SQLite::Statement query(SQLite::Database& database, const std::string& sql, const auto&... values) {
  SQLite::Statement statement(database, sql);
  bind_all(statement, values...);
  return statement;
}

// The first column of the first row, if there is a row.
std::optional<std::int64_t> first_number(SQLite::Statement statement) {
  if (!statement.executeStep() || statement.isColumnNull(0)) return std::nullopt;
  return statement.getColumn(0).getInt64();
}

std::vector<std::string> first_texts(SQLite::Statement statement) {
  std::vector<std::string> texts;
  while (statement.executeStep()) texts.push_back(statement.getColumn(0).getString());
  return texts;
}

// "db1, db2 and 3 more", escaped.
std::string enumerate(const std::vector<std::string>& names) {
  const auto named = std::span(names).first(std::min(names.size(), kMaxNamed));
  std::string text = escape_controls(fmt::format("{}", fmt::join(named, ", ")));
  if (named.size() < names.size()) text += fmt::format(" and {} more", names.size() - named.size());
  return text;
}

void require_any(SQLite::Database& database, const std::string& subject) {
  if (!first_number(query(database, "SELECT id FROM snapshot LIMIT 1"))) {
    const bool had_some = newest_link(database, kOwnChain).has_value();
    throw Error(subject, had_some ? "the database holds no snapshot any more"
                                  : "the database holds no snapshot yet");
  }
}

// The snapshots that a revision may name, as an SQL condition and the value of its ?1.
struct Candidates {
  std::string condition;
  std::string machine;
};

constexpr std::string_view kStoredHere = "id NOT IN (SELECT number FROM import)";

Candidates of_machine(const std::string& machine) {
  return {fmt::format("{} = ?1", kMachine), machine};
}

std::vector<std::string> machines_where(SQLite::Database& database, const std::string& condition,
                                        const std::string& value) {
  return first_texts(
      query(database, fmt::format("SELECT DISTINCT {} FROM snapshot WHERE {}", kMachine, condition),
            value));
}

// The names of hosts, that of the newest snapshot first.
std::vector<std::string> hosts_where(SQLite::Database& database, const std::string& condition,
                                     const std::string& value) {
  return first_texts(query(database,
                           fmt::format("SELECT iif(host_name = '', machine_id, host_name) FROM "
                                       "snapshot WHERE {} GROUP BY 1 ORDER BY max(id) DESC",
                                       condition),
                           value));
}

constexpr const char* kAnyHost = "?1 = ''";  // takes the value ""

// The snapshots of the host that the revision names. Throws Error where no host, or more than one,
// has this name.
Candidates of_host(SQLite::Database& database, const std::string& subject,
                   const std::string& host) {
  const auto machines = machines_where(database, "?1 IN (host_name, machine_id)", host);
  if (machines.size() == 1) return of_machine(machines.front());
  require_any(database, subject);
  if (machines.empty()) {
    throw Error(subject, fmt::format("there is no snapshot of this host, only of: {}",
                                     enumerate(hosts_where(database, kAnyHost, ""))));
  }
  throw Error(subject, fmt::format("several hosts have this name; give the machine id: {}",
                                   enumerate(machines)));
}

// The snapshots of this host. Where it has none and all others are of one host, as in an exported
// file, those of that host. Throws Error that names the hosts where there are several.
Candidates of_this_host(SQLite::Database& database, const std::string& subject,
                        const std::string& this_machine) {
  Candidates own = of_machine(this_machine);
  if (this_machine.empty()) own.condition = fmt::format("?1 = '' AND {}", kStoredHere);
  const auto any = first_number(
      query(database, "SELECT id FROM snapshot WHERE " + own.condition + " LIMIT 1", own.machine));
  if (any) return own;
  require_any(database, subject);
  const auto machines = machines_where(database, kAnyHost, "");
  if (machines.size() == 1) return of_machine(machines.front());
  const auto hosts = hosts_where(database, kAnyHost, "");
  throw Error(subject, fmt::format("there is no snapshot of this host, only of: {} (give {}@{})",
                                   enumerate(hosts), subject, escape_controls(hosts.front())));
}

std::string subject_of(const LabelRevision& revision) {
  std::string text = revision.label;
  if (revision.ancestor != 0) text += fmt::format("~{}", revision.ancestor);
  return revision.host.empty() ? text : text + "@" + revision.host;
}

std::string subject_of(const TimeRevision& revision) {
  const std::string text = "@" + to_string(revision.time);
  return revision.host.empty() ? text : text + "@" + revision.host;
}

Candidates candidates_of(SQLite::Database& database, const auto& revision,
                         const std::string& this_machine) {
  const std::string subject = subject_of(revision);
  return revision.host.empty() ? of_this_host(database, subject, this_machine)
                               : of_host(database, subject, revision.host);
}

// The labels of the candidates: the closest to `wanted` first, and the newest first among equals.
std::vector<std::string> closest_labels(SQLite::Database& database, const Candidates& candidates,
                                        const std::string& wanted) {
  std::vector<std::string> labels =
      first_texts(query(database,
                        fmt::format("SELECT label FROM snapshot WHERE {} GROUP BY label "
                                    "ORDER BY max(id) DESC",
                                    candidates.condition),
                        candidates.machine));
  for (std::string& label : labels) label.resize(std::min(label.size(), kMaxLabelBytes));
  std::ranges::stable_sort(labels, {},
                           [&](const std::string& label) { return edit_distance(wanted, label); });
  return labels;
}

[[noreturn]] void throw_no_such_label(SQLite::Database& database, const Candidates& candidates,
                                      const LabelRevision& revision) {
  const std::string subject = subject_of(revision);
  const auto elsewhere = hosts_where(database, "label = ?1", revision.label);
  if (!elsewhere.empty() && revision.host.empty()) {
    throw Error(subject,
                fmt::format("no snapshot of this host has this label, only snapshots of: {} (give "
                            "{}@{})",
                            enumerate(elsewhere), subject, escape_controls(elsewhere.front())));
  }
  throw Error(subject,
              fmt::format("no snapshot has this label; there are: {}",
                          enumerate(closest_labels(database, candidates, revision.label))));
}

std::int64_t count_labelled(SQLite::Database& database, const Candidates& candidates,
                            const std::string& label) {
  return first_number(query(database,
                            fmt::format("SELECT count(*) FROM snapshot WHERE {} AND label = ?2",
                                        candidates.condition),
                            candidates.machine, label))
      .value_or(0);
}

std::int64_t find(SQLite::Database& database, const LabelRevision& revision,
                  const std::string& this_machine) {
  Candidates candidates = candidates_of(database, revision, this_machine);
  // Imported snapshots count only where no snapshot that was stored here has this label.
  const Candidates stored_here{fmt::format("{} AND {}", candidates.condition, kStoredHere),
                               candidates.machine};
  if (count_labelled(database, stored_here, revision.label) > 0) candidates = stored_here;
  const auto found =
      first_number(query(database,
                         fmt::format("SELECT id FROM snapshot WHERE {} AND label = ?2 "
                                     "ORDER BY id DESC LIMIT 1 OFFSET ?3",
                                     candidates.condition),
                         candidates.machine, revision.label, revision.ancestor));
  if (found) return *found;
  const std::int64_t count = count_labelled(database, candidates, revision.label);
  if (count == 0) throw_no_such_label(database, candidates, revision);
  throw Error(subject_of(revision), count == 1
                                        ? "only 1 snapshot has this label"
                                        : fmt::format("only {} snapshots have this label", count));
}

// "on 2026-03-02T19:45:00.123Z by root": when the prune was made, and by whom.
std::string when_and_by_whom(const PruneRow& prune) {
  return fmt::format("on {} by {}", to_string(prune.pruned_at), escape_controls(prune.user.name));
}

// What a number means if it is not that of a snapshot.
std::optional<std::string> other_meaning(SQLite::Database& database, std::int64_t number) {
  if (const auto prune = read_prune(database, number)) {
    return fmt::format("is no snapshot, but the removal of {} {}",
                       counted(prune->row.snapshots, "snapshot", "snapshots"),
                       when_and_by_whom(prune->row));
  }
  const auto tombstone = read_tombstone(database, number);
  if (!tombstone) return std::nullopt;
  const auto prune = read_prune(database, tombstone->prune_number);
  return fmt::format("was pruned{} (prune #{})", prune ? " " + when_and_by_whom(prune->row) : "",
                     tombstone->prune_number);
}

std::int64_t find(SQLite::Database& database, const NumberRevision& revision,
                  const std::string& /*this_machine*/) {
  const auto found =
      first_number(query(database, "SELECT id FROM snapshot WHERE id = ?", revision.id));
  if (found) return *found;

  const std::string subject = fmt::format("#{}", revision.id);
  if (const auto meaning = other_meaning(database, revision.id)) {
    throw Error(subject, *meaning);
  }
  require_any(database, subject);
  const auto newest = first_number(query(database, "SELECT max(id) FROM snapshot"));
  throw Error(subject, fmt::format("no such snapshot; the newest is #{}", newest.value_or(0)));
}

// Stored times are compared as text, because all are UTC and have the same length.
std::int64_t find(SQLite::Database& database, const TimeRevision& revision,
                  const std::string& this_machine) {
  const Candidates candidates = candidates_of(database, revision, this_machine);
  const auto found =
      first_number(query(database,
                         fmt::format("SELECT id FROM snapshot WHERE {} AND started_at <= ?2 "
                                     "ORDER BY started_at DESC, id DESC LIMIT 1",
                                     candidates.condition),
                         candidates.machine, to_string(revision.time)));
  if (found) return *found;
  auto first = query(database,
                     fmt::format("SELECT id, started_at FROM snapshot WHERE {} "
                                 "ORDER BY started_at, id LIMIT 1",
                                 candidates.condition),
                     candidates.machine);
  first.executeStep();
  throw Error(
      subject_of(revision),
      fmt::format("no snapshot was taken at or before this time; the first is #{} of {}",
                  first.getColumn(0).getInt64(), escape_controls(first.getColumn(1).getString())));
}

std::int64_t find(SQLite::Database&, const NowRevision&, const std::string&) {
  throw std::logic_error("@now is not stored");
}

std::int64_t find(SQLite::Database&, const EmptyRevision&, const std::string&) {
  throw std::logic_error("@empty is not stored");
}

}  // namespace

std::int64_t find_snapshot(SQLite::Database& database, const Revision& revision,
                           const std::string& this_machine) {
  return std::visit(
      [&](const auto& alternative) { return find(database, alternative, this_machine); }, revision);
}

}  // namespace netmon
