#include "cli/view/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "cli/view/table_page.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"
#include "netmon/report/report.h"
#include "netmon/report/socket_details.h"

namespace netmon::cli {
namespace {

constexpr std::size_t kLabelWidth = 14;

struct Entry {
  std::string_view key;  // "" for a heading
  std::string_view text;
};

constexpr std::array kHelp{
    Entry{"", "Signs"},
    Entry{"!", "unexpected: the baseline does not have it, and nobody approved it"},
    Entry{"+",
          "new: approved, or nothing that needs an approval; without a baseline, all that came "
          "since the view began"},
    Entry{"~", "changed, and approved or nothing that needs an approval"},
    Entry{"-", "gone: for ten seconds; what only the baseline has stays listed"},
    Entry{"", "Moving"},
    Entry{"j k ↓ ↑", "a row down, a row up"},
    Entry{"PgDn PgUp", "a page down, a page up (also: f b, Ctrl-F Ctrl-B)"},
    Entry{"g G Home End", "the first row, the last row"},
    Entry{"", "Looking"},
    Entry{"Enter",
          "all of the selected socket: holders, parents, executable, digest, unit, history"},
    Entry{"/", "filter, as in 'role=listener,outbound port=1-1023 process!=sshd'; empty for all"},
    Entry{"s", "sort by what matters, newest, process, local port, remote address"},
    Entry{"p Space", "pause and go on; captures, the CSV and warnings go on meanwhile"},
    Entry{"w", "all warnings and what could not be seen"},
    Entry{"", "Acting"},
    Entry{"e", "write a rule that would approve the selected socket to a file, commented out"},
    Entry{"", "Leaving"},
    Entry{"Esc", "back"},
    Entry{"q", "quit (also: Ctrl-C)"},
    Entry{"? h", "this help"}};

void append(std::vector<Line>& lines, std::vector<Line> more) {
  std::ranges::move(more, std::back_inserter(lines));
}

void add_heading(std::vector<Line>& lines, std::string_view text, Look look = Look::strong) {
  if (!lines.empty()) lines.push_back({});
  lines.push_back({{span_of(text, look)}});
}

std::string padded(std::string_view label) {
  std::string text(label);
  text.append(kLabelWidth - std::min(kLabelWidth - 1, display_width(label)), ' ');
  return text;
}

void add_facts(std::vector<Line>& lines, const std::vector<Fact>& facts, std::size_t columns,
               Look heading) {
  for (const Fact& fact : facts) {
    if (fact.label.empty()) {
      if (!lines.empty()) lines.push_back({});
      append(lines, labelled("", fact.text, columns, heading));
    } else {
      append(lines, labelled(padded(fact.label), fact.text, columns));
    }
  }
}

}  // namespace

std::vector<Line> help_lines(std::size_t columns) {
  std::vector<Line> lines;
  for (const Entry& entry : kHelp) {
    if (entry.key.empty()) {
      add_heading(lines, entry.text);
    } else {
      append(lines, labelled(padded(entry.key), entry.text, columns));
    }
  }
  return lines;
}

std::vector<Line> notes_lines(const LiveModel& model, std::size_t columns) {
  std::vector<Line> lines;
  for (const std::string& note : model.round().notes) {
    append(lines, labelled("", note, columns, note.starts_with("⚠") ? Look::bad : Look::warning));
  }
  if (lines.empty()) lines.push_back({{span_of("There are no warnings for this round.")}});
  return lines;
}

std::vector<Line> details_lines(const LiveModel& model, const RowRef& row,
                                const std::string& history, std::size_t columns) {
  const Part& part = model.part(row);
  const auto facts = socket_facts(part.snapshot, model.socket(row), part.roles[row.socket]);
  std::vector<Line> lines;
  const Review review = review_of(model.round(), part, row.socket);
  for (const ReviewedChange& reviewed : review.changes) {
    auto about = change_facts(review, reviewed);
    // Facts about the socket and its holders are shown below, and not a second time here.
    std::erase_if(about, [&](const Fact& fact) {
      return std::ranges::find(facts, fact.text, &Fact::text) != facts.end();
    });
    add_facts(lines, about, columns,
              model.mark(row) == Mark::unexpected ? Look::bad : Look::strong);
  }
  add_facts(lines, facts, columns, Look::strong);
  add_heading(lines, "When");
  append(lines, labelled(padded("in this view"),
                         "since " + to_display(part.first_seen[row.socket]) +
                             (model.is_gone(row) ? "; it has gone" : ""),
                         columns));
  if (!history.empty()) append(lines, labelled(padded("in database"), history, columns));
  return lines;
}

std::optional<HistoryQuery> history_query_of(const LiveModel& model, const RowRef& row) {
  const Part& part = model.part(row);
  const Socket& socket = model.socket(row);
  const auto& role = part.roles[row.socket];
  HistoryQuery query;
  if (role == Role::listener) query.port = socket.local.port;
  if (role == Role::outbound || role == Role::inbound) {
    const IpAddress address = normalized(socket.remote.address);
    if (address.family == Family::none) return std::nullopt;
    query.peer = IpPrefix{address, address.family == Family::ipv4 ? 32U : 128U};
    if (role == Role::outbound) query.port = socket.remote.port;
  }
  if (const Process* process = part.snapshot.shown_process(socket)) query.process = process->name;
  if (!query.port && !query.peer) return std::nullopt;
  return query;
}

std::string history_text(const std::vector<Appearance>& appearances) {
  if (appearances.empty()) return "never seen before";
  const Appearance* first = &appearances.front();
  const Appearance* last = first;
  for (const Appearance& each : appearances) {
    if (each.first_seen < first->first_seen) first = &each;
    if (each.last_seen > last->last_seen) last = &each;
  }
  return fmt::format("first seen {} (#{}), last seen {} (#{})", to_display(first->first_seen),
                     first->first_snapshot, to_display(last->last_seen), last->last_snapshot);
}

}  // namespace netmon::cli
