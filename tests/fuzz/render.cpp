// Calls every renderer. Input: the bytes for two snapshots and their review (snapshots.h).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/history.h"
#include "netmon/core/model/visibility.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/controls.h"
#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/csv_reader.h"
#include "support/check.h"
#include "support/snapshots.h"
#include "support/text_checks.h"

namespace netmon {
namespace {

using fuzz::arbitrary_text;
using fuzz::is_harmless;
using fuzz::require;
using Input = FuzzedDataProvider;

void check_lines(std::string_view text) {
  require(is_harmless(text, fuzz::Lines::many), "a report holds nothing that moves text");
}

void check_csv(const std::string& text) {
  check_lines(text);
  for (const auto& row : read_csv(text)) {
    for (const std::string& cell : row) {
      const auto first = cell.find_first_not_of(" \"");
      require(first == std::string::npos ||
                  std::string_view("=+-@").find(cell[first]) == std::string_view::npos,
              "no cell is a formula");
    }
  }
}

void check_json(const std::string& text) {
  check_lines(text);
  require(nlohmann::json::accept(text), "JSON is JSON");
}

void check_json_lines(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    require(end != std::string_view::npos, "a line of JSON ends");
    check_json(std::string(text.substr(at, end - at)));
    at = end + 1;
  }
}

void check_html(const std::string& page) {
  check_lines(page);
  require(fuzz::is_inert_html(page), "a page is well-formed and runs and loads nothing");
}

// Outside code spans there are no tags except those of netmon's own elements.
void check_markdown(const std::string& text) {
  check_lines(text);
  for (const std::string_view word : {"<script", "<img", "<b>&", "<iframe", "<a "}) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const auto line = text.rfind('\n', at) + 1;
      const auto ticks = std::count(text.begin() + static_cast<std::ptrdiff_t>(line),
                                    text.begin() + static_cast<std::ptrdiff_t>(at), '`');
      require(ticks % 2 == 1, "a tag in Markdown is in a code span");
    }
  }
}

// Checks a `table` that was rendered in `layout`, without colour.
void check_table(const std::string& table, const Layout& layout) {
  check_lines(table);
  if (layout.width < 40) return;
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = std::min(table.find('\n', at), table.size());
    const std::string_view line = std::string_view(table).substr(at, end - at);
    require(display_width(line) <= layout.width, "a line fits its terminal");
    at = end + 1;
  }
}

// Checks the three formats that all rows have.
template <typename... Rows>
void check_rows(const Layout& layout, const Rows&... rows) {
  check_table(render_table(rows..., layout), layout);
  check_csv(render_csv(rows...));
  check_json(render_json(rows...));
}

void check_snapshot(const Snapshot& snapshot, const Layout& layout) {
  check_rows(layout, snapshot, Filter());
  check_table(render_rows(snapshot, {}, layout), layout);
  require(csv_header() + csv_rows(snapshot, {}) == render_csv(snapshot, {}),
          "appended rows are those of a whole file");
}

void check_review(const Review& review, const Picture& picture, const Layout& layout) {
  check_table(render_table(review, layout, Detail::everything), layout);
  check_table(render_table(review, layout, Detail::gating), layout);
  check_lines(render_table(review, {.width = layout.width, .color = Color::off}, Detail::gating));
  check_csv(render_csv(review));
  check_json(render_json(review));
  check_markdown(render_markdown(review));
  check_html(render_html(review, picture));
  check_json(render_sarif(review, review.before.note, Detail::everything));
  check_json_lines(render_ocsf(review, Detail::everything));
  check_lines(render_prom(review));
  for (const JournalEntry& entry : journal_entries(review, Detail::everything)) {
    for (const std::string& field : entry.fields) {
      require(is_harmless(field, fuzz::Lines::one), "a field of the journal is one harmless line");
    }
  }
  for (const std::string& line : warnings(review)) {
    require(is_harmless(line, fuzz::Lines::one), "a warning is one harmless line");
  }
  std::vector<Change> changes;
  for (const ReviewedChange& reviewed : review.changes) changes.push_back(reviewed.change);
  for (const std::string& line : watch_warnings(changes)) {
    require(is_harmless(line, fuzz::Lines::one), "a warning of watch is one harmless line");
  }
}

Rule arbitrary_rule(Input& input) {
  Rule rule;
  rule.kind = static_cast<RuleKind>(input.ConsumeIntegralInRange<int>(0, 2));
  const auto kinds = all_change_kinds();
  const std::size_t last = rule.kind == RuleKind::expect ? kinds.size() - 1 : kinds.size();
  const auto kind = input.ConsumeIntegralInRange<std::size_t>(0, last);
  if (kind < kinds.size()) rule.changes = {kinds[kind]};
  if (rule.kind == RuleKind::accept_gap) {
    rule.changes.clear();
    rule.gap = GapCode::owners_not_visible;
  }
  if (input.ConsumeBool()) rule.match.processes = {arbitrary_text(input)};
  if (input.ConsumeBool()) rule.match.ports = {{0, 443}};
  rule.reason = arbitrary_text(input);
  rule.approved_by = arbitrary_text(input);
  rule.ticket = arbitrary_text(input);
  rule.file = arbitrary_text(input);
  rule.required = input.ConsumeBool();
  if (input.ConsumeBool()) rule.starts = fuzz::arbitrary_timestamp(input);
  if (input.ConsumeBool()) rule.expires = fuzz::arbitrary_timestamp(input);
  if (input.ConsumeBool()) rule.hosts = {arbitrary_text(input)};
  return rule;
}

Past arbitrary_past(Input& input) {
  Past past{.snapshots = input.ConsumeIntegral<std::uint8_t>(), .of = 255};
  past.since = fuzz::arbitrary_timestamp(input);
  if (past.snapshots == 0) return past;
  past.first_seen = fuzz::arbitrary_timestamp(input);
  past.last_seen = fuzz::arbitrary_timestamp(input);
  return past;
}

Review arbitrary_review(Input& input, const Snapshot& before, const Snapshot& after) {
  Expectations rules;
  for (auto n = input.ConsumeIntegralInRange<int>(0, 3); n > 0; --n) {
    rules.rules.push_back(arbitrary_rule(input));
  }
  if (input.ConsumeBool()) {
    rules.origins.push_back(
        {.code = Circumstance::expectations_from_database, .message = arbitrary_text(input)});
  }
  Comparison comparison = diff(before, after, Unchanged::listed);
  std::vector<Background> background(comparison.changes.size());
  for (Background& one : background) {
    if (input.ConsumeBool()) one.past = arbitrary_past(input);
    one.package = arbitrary_text(input);
  }
  ReviewOptions options;
  options.fail_on_removed = input.ConsumeBool();
  options.across_hosts = input.ConsumeBool();
  if (input.ConsumeBool()) options.accepted_gaps = {GapCode::owners_not_visible};
  return review(std::move(comparison), rules, options, std::move(background));
}

Appearance arbitrary_appearance(Input& input) {
  Appearance appearance{.host = arbitrary_text(input)};
  Identity& identity = appearance.identity;
  identity.scope = {ScopeKind::named, "n" + arbitrary_text(input)};
  identity.device = arbitrary_text(input);
  identity.program = arbitrary_text(input);
  if (input.ConsumeBool()) identity.port = input.ConsumeIntegral<std::uint16_t>();
  if (input.ConsumeBool()) identity.remote = Peer{arbitrary_text(input), {}};
  appearance.first_seen = fuzz::arbitrary_timestamp(input);
  return appearance;
}

Finding arbitrary_finding(Input& input) {
  return {.subject = arbitrary_text(input),
          .visibility = static_cast<Visibility>(input.ConsumeIntegralInRange<int>(0, 2)),
          .detail = arbitrary_text(input),
          .remedy = arbitrary_text(input)};
}

void check(Input& input) {
  const Layout layout{.width = input.ConsumeIntegralInRange<std::size_t>(0, 160)};
  const Snapshot before = fuzz::arbitrary_snapshot(input);
  const Snapshot after = fuzz::arbitrary_snapshot(input);
  const Review review = arbitrary_review(input, before, after);
  check_snapshot(before, layout);
  check_review(review, picture_of(review), layout);
  check_rows(layout, std::vector{arbitrary_appearance(input)});
  check_rows(layout, std::vector{arbitrary_finding(input)});
  check_rows(layout, std::vector<SnapshotSummary>{{.info = before.info}, {.info = after.info}});
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  netmon::check(input);
  return 0;
}
