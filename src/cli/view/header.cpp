#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/view/pages.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr std::size_t kMaxNotes = 4;

Look look_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return Look::good;
    case Verdict::unapproved:
      return Look::bad;
    case Verdict::inconclusive:
      return Look::warning;
  }
  no_such_enumerator();
}

std::string baseline_name(const SnapshotInfo& info) {
  if (info.id) return fmt::format("{} (#{})", info.label, *info.id);
  return is_empty_revision(info) ? "@empty" : "@now";
}

Line title_line(const LiveModel& model, std::size_t columns) {
  const Round& round = model.round();
  const SnapshotInfo& info = round.present.snapshot.info;
  Line left{{span_of(" netmon watch", Look::strong), span_of("  " + info.host_name)}, true};
  if (model.paused()) {
    left.spans.push_back(
        span_of(fmt::format("  PAUSED, {} behind", model.rounds_waiting()), Look::strong));
  }
  if (round.has_baseline) {
    left.spans.push_back(span_of("  against " + baseline_name(round.review->before)));
  }
  const Line right{{span_of(model.has_round() ? to_display(info.started_at) + " " : "")}};
  return justified(std::move(left), right, columns);
}

Line verdict_of(const LiveModel& model) {
  const Round& round = model.round();
  if (!model.has_round()) return {{span_of(" The first round is being taken …", Look::faint)}};
  if (!round.has_baseline) {
    const std::string since =
        round.review ? to_display(round.review->before.started_at) : "this moment";
    return {{span_of(fmt::format(" No baseline: + marks what came since {}", since), Look::faint)}};
  }
  const Review& review = *round.review;
  return {{span_of(" " + verdict_line(review), look_of(review.verdict))}};
}

// Adds a text such as "2 unexpected". Adds nothing where the count is 0.
void add_count(Line& line, std::size_t count, const std::string& what, Look look) {
  if (count == 0) return;
  line.spans.push_back(span_of(fmt::format("   {} {}", count, what), look));
}

Line counts_of(const LiveModel& model) {
  const RowCounts& counts = model.counts();
  const auto& gaps = model.round().present.snapshot.gaps;
  Line line{{span_of(" " + counted(counts.sockets, "socket", "sockets"))}};
  add_count(line, counts.unexpected, "unexpected", Look::bad);
  add_count(line, counts.added, "new", Look::mild);
  add_count(line, counts.changed, "changed", Look::warning);
  add_count(line, counts.missing, "missing", Look::warning);
  add_count(line, counts.gone, "gone", Look::faint);
  add_count(line, model.gone_left_out(), "gone and not listed", Look::faint);
  add_count(line, gaps.size(), gaps.size() == 1 ? "gap" : "gaps", Look::warning);
  if (model.order() != Order::matters) {
    line.spans.push_back(span_of(fmt::format("   sorted by {}", to_string(model.order()))));
  }
  return line;
}

Line filter_of(const LiveModel& model, std::size_t columns) {
  Line left{{span_of(fmt::format(" Filter: {}", model.filter_text()), Look::strong)}};
  Line right;
  if (const std::size_t hidden = model.counts().unexpected_hidden; hidden > 0) {
    right.spans.push_back(span_of(fmt::format("hides {} unexpected   ", hidden), Look::bad));
  }
  right.spans.push_back(span_of(fmt::format("{} of {} ", model.rows().size(),
                                            counted(model.rows_before_filter(), "row", "rows"))));
  return justified(std::move(left), right, columns);
}

Look look_of_note(const std::string& note) {
  return note.starts_with("⚠") ? Look::bad : Look::warning;
}

void add_notes(std::vector<Line>& lines, const LiveModel& model, std::size_t columns,
               std::size_t max_lines) {
  const auto& notes = model.round().notes;
  max_lines = std::min(max_lines, kMaxNotes);
  if (max_lines == 0 || notes.empty()) return;
  const std::size_t shown = notes.size() <= max_lines ? notes.size() : max_lines - 1;
  for (std::size_t i = 0; i < shown; ++i) {
    lines.push_back(cut_line({{span_of(" " + notes[i], look_of_note(notes[i]))}}, columns));
  }
  if (shown == notes.size()) return;
  const std::string more = shown == 0 ? "" : "more ";
  lines.push_back(cut_line({{span_of(fmt::format(" {} {}{}: press w", notes.size() - shown, more,
                                                 notes.size() - shown == 1 ? "note" : "notes"),
                                     Look::faint)}},
                           columns));
}

}  // namespace

std::vector<Line> header_lines(const LiveModel& model, std::size_t hidden_columns,
                               std::size_t columns, std::size_t most) {
  std::vector<Line> lines{title_line(model, columns), cut_line(verdict_of(model), columns)};
  if (model.has_round()) {
    Line hidden;
    if (hidden_columns > 0) {
      hidden.spans.push_back(
          span_of(counted(hidden_columns, "column hidden ", "columns hidden "), Look::faint));
    }
    lines.push_back(justified(counts_of(model), hidden, columns));
  }
  if (!model.round().status.empty()) {
    lines.push_back(cut_line({{span_of(" " + model.round().status, Look::faint)}}, columns));
  }
  if (!model.filter_text().empty()) lines.push_back(filter_of(model, columns));
  if (lines.size() < most) add_notes(lines, model, columns, most - lines.size());
  if (lines.size() > most) lines.resize(most);
  return lines;
}

}  // namespace netmon::cli
