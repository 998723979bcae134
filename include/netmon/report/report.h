// Renders values as text. All renderers are pure: the same value gives the same bytes, and text
// from outside is escaped in the output. docs/FORMATS.md is their contract.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/filter.h"
#include "netmon/core/model/history.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/model/visibility.h"
#include "netmon/core/review/controls.h"
#include "netmon/core/review/evidence_report.h"
#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"

namespace netmon {

enum class Format : std::uint8_t { table, csv, json, markdown, html, sarif, ocsf, prom };
std::string_view to_string(Format format);
std::optional<Format> parse_format(std::string_view text);

// The extension of a format: ".html" for html, ".txt" for table.
std::string_view extension_of(Format format);
std::optional<Format> format_of_file(std::string_view path);

// The formats of every command that prints rows, and those of diff.
inline constexpr std::array kRowFormats{Format::table, Format::csv, Format::json};
inline constexpr std::array kDiffFormats{Format::table,    Format::csv,  Format::json,
                                         Format::markdown, Format::html, Format::sarif,
                                         Format::ocsf,     Format::prom};

enum class Color : std::uint8_t { off, on };

// How a table is laid out. Width 0 is unlimited (a file, a pipe).
struct Layout {
  std::size_t width = 0;
  Color color = Color::off;
};

// Which changes of a diff a report lists. `gating`: those that gate (tables), or those that nobody
// approved (SARIF; OCSF and the journal add those that every report names). `everything`: notices
// as well (tables, OCSF, the journal), or all that gate (SARIF).
enum class Detail : std::uint8_t { gating, everything };

// diff
std::string render_table(const Review& review, const Layout& layout, Detail detail);
std::string render_csv(const Review& review);
std::string render_json(const Review& review);
// For a ticket, in the dialect of GitHub and GitLab. It stays within their limit for a comment:
// rows that would exceed it are left out and counted.
std::string render_markdown(const Review& review);
// One self-contained file: no script, no network. `picture` is the picture_of() the same review.
std::string render_html(const Review& review, const Picture& picture);
// SARIF 2.1.0. A change that no rule matches is located in `database`, a path.
std::string render_sarif(const Review& review, std::string_view database, Detail detail);
// Detection findings of OCSF 1.3.0 as JSON lines, one per change; where something that counts could
// have happened unseen, one more comes first. Empty where there is nothing to report.
std::string render_ocsf(const Review& review, Detail detail);
// Prometheus' text format, for the textfile collector of node_exporter.
std::string render_prom(const Review& review);

// An entry for systemd's journal: its fields in the order in which they are sent, each "NAME=value"
// on one line of printable text.
struct JournalEntry {
  std::vector<std::string> fields;

  bool operator==(const JournalEntry&) const = default;
};

// How many changes journal_entries() makes entries for. journald drops entries that come too fast,
// and it must not drop the verdict's entry, which counts those left out.
inline constexpr std::size_t kMaxJournalChanges = 1000;

// One entry per change, most severe first, then one for the verdict.
std::vector<JournalEntry> journal_entries(const Review& review, Detail detail);

// A review in one line: "UNAPPROVED: 2 changes not approved, 3 notices (all of 84 places
// compared)".
std::string verdict_line(const Review& review);

// show: the most important rows first (listeners, then outbound, then the rest). `filter` may be
// empty.
std::string render_table(const Snapshot& snapshot, const Filter& filter, const Layout& layout);
std::string render_csv(const Snapshot& snapshot, const Filter& filter);
std::string render_json(const Snapshot& snapshot, const Filter& filter);

// watch: the same rows, each with the time of the capture, without title or summary.
std::string render_rows(const Snapshot& snapshot, const Filter& filter, const Layout& layout);

// The header line of a snapshot's CSV with its line end, and the rows alone, for appending.
std::string csv_header();
std::string csv_rows(const Snapshot& snapshot, const Filter& filter);

// list
std::string render_table(const std::vector<SnapshotSummary>& snapshots, const Layout& layout);
std::string render_csv(const std::vector<SnapshotSummary>& snapshots);
std::string render_json(const std::vector<SnapshotSummary>& snapshots);

// doctor
std::string render_table(const std::vector<Finding>& findings, const Layout& layout);
std::string render_csv(const std::vector<Finding>& findings);
std::string render_json(const std::vector<Finding>& findings);

// verify: one line per verdict.
std::string render_table(const EvidenceReport& report, const Layout& layout);
std::string render_json(const EvidenceReport& report);

// history
std::string render_table(const std::vector<Appearance>& appearances, const Layout& layout);
std::string render_csv(const std::vector<Appearance>& appearances);
std::string render_json(const std::vector<Appearance>& appearances);

// controls
std::string render_table(const std::vector<Control>& controls, const Layout& layout);
std::string render_csv(const std::vector<Control>& controls);
std::string render_json(const std::vector<Control>& controls);

// A line of prose, escaped and broken at spaces to fit the layout.
std::string render_line(std::string_view text, const Layout& layout);

// The warnings of a diff for standard error, one line each: changes that are not approved or whose
// approval has expired, and what was promised and not seen.
std::vector<std::string> warnings(const Review& review);

// The warnings of watch about new changes against its baseline. One line per process: "⚠ Unexpected
// listener on port 31337. Outbound to 185.220.101.5:4444 — investigate."
std::vector<std::string> watch_warnings(const std::vector<Change>& changes);

}  // namespace netmon
