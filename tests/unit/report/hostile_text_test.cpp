// No text from outside may reach a terminal, a file or a log as anything but text.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

struct Report {
  std::string name;
  std::string text;
};

std::vector<Report> reports_at(std::size_t width) {
  const Layout layout{width, Color::off};
  const Snapshot snapshot = fixture::snapshot();
  return {{"diff", render_table(fixture::unapproved_review(), layout, Detail::everything)},
          {"decided", render_table(fixture::decided_review(), layout, Detail::everything)},
          {"hostile", render_table(fixture::hostile_review(), layout, Detail::everything)},
          {"history", render_table(fixture::appearances(), layout)},
          {"controls", render_table(controls(), layout)},
          {"inconclusive", render_table(fixture::inconclusive_review(), layout, Detail::gating)},
          {"snapshot", render_table(snapshot, {}, layout)},
          {"list", render_table(fixture::summaries(), layout)},
          {"doctor", render_table(fixture::findings(), layout)}};
}

std::vector<Report> all_reports() {
  std::vector<Report> reports = reports_at(0);
  for (const std::size_t width : {1U, 40U, 80U, 120U}) {
    for (auto& report : reports_at(width)) reports.push_back(std::move(report));
  }
  const Snapshot snapshot = fixture::snapshot();
  const Review review = fixture::unapproved_review();
  reports.insert(reports.end(), {{"diff csv", render_csv(review)},
                                 {"diff json", render_json(review)},
                                 {"history csv", render_csv(fixture::appearances())},
                                 {"history json", render_json(fixture::appearances())},
                                 {"snapshot csv", render_csv(snapshot, {})},
                                 {"snapshot json", render_json(snapshot, {})},
                                 {"list csv", render_csv(fixture::summaries())},
                                 {"list json", render_json(fixture::summaries())},
                                 {"doctor csv", render_csv(fixture::findings())},
                                 {"doctor json", render_json(fixture::findings())}});
  for (const Review& any : {review, fixture::decided_review(), fixture::hostile_review()}) {
    reports.insert(reports.end(), {{"csv", render_csv(any)},
                                   {"json", render_json(any)},
                                   {"markdown", render_markdown(any)},
                                   {"html", render_html(any, fixture::hostile_picture())},
                                   {"sarif", render_sarif(any, "/tmp/x.db", Detail::everything)},
                                   {"ocsf", render_ocsf(any, Detail::everything)},
                                   {"prom", render_prom(any)}});
    for (auto& entry : journal_entries(any, Detail::everything)) {
      for (auto& field : entry.fields) reports.push_back({"journal", std::move(field)});
    }
  }
  std::vector<Change> changes;
  for (const auto& reviewed : review.changes) changes.push_back(reviewed.change);
  for (auto& line : warnings(review)) reports.push_back({"warning", std::move(line)});
  for (auto& line : watch_warnings(changes)) reports.push_back({"watch", std::move(line)});
  return reports;
}

// Characters that escape_controls() must escape: C1 CSI, bidirectional marks and isolates,
// zero-width characters and line separators.
constexpr std::array<std::string_view, 8> kMarks{"\xc2\x9b",     "\xe2\x80\xae",    "\xe2\x81\xa6",
                                                 "\xe2\x80\x8f", "\xe2\x80\x8b",    "\xe2\x80\xa8",
                                                 "\xef\xbb\xbf", "\xf3\xa0\x80\xa0"};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

}  // namespace

TEST_CASE("no control, escape, bidi or invalid byte is in any report") {
  for (const auto& report : all_reports()) {
    CAPTURE(report.name);
    for (const auto& line : lines_of(report.text)) {
      CHECK(escape_controls(line) == line);
      CHECK(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
      for (const std::string_view mark : kMarks) CHECK(line.find(mark) == std::string::npos);
    }
  }
}

TEST_CASE("a warning is one line, and so is a field of the journal, whatever the name in it") {
  for (const auto& report : all_reports()) {
    if (report.name == "warning" || report.name == "watch" || report.name == "journal")
      CHECK(report.text.find('\n') == std::string::npos);
  }
}

TEST_CASE("no line of a table is wider than its terminal") {
  for (const std::size_t width : {40U, 60U, 80U, 100U, 120U, 200U}) {
    for (const auto& report : reports_at(width)) {
      CAPTURE(report.name);
      for (const auto& line : lines_of(report.text)) CHECK(display_width(line) <= width);
    }
  }
}

TEST_CASE("no line of a table ends in a space") {
  for (const std::size_t width : {0U, 80U, 120U}) {
    for (const auto& report : reports_at(width)) {
      CAPTURE(report.name);
      for (const auto& line : lines_of(report.text)) CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("colour changes nothing but the SGR sequences") {
  const Review review = fixture::unapproved_review();
  std::string text = render_table(review, {80, Color::on}, Detail::everything);
  REQUIRE(text.find("\x1b[1;31mhigh\x1b[0m") != std::string::npos);
  for (auto begin = text.find('\x1b'); begin != std::string::npos; begin = text.find('\x1b')) {
    const auto end = text.find('m', begin);
    const std::string parameters = text.substr(begin + 2, end - begin - 2);
    CHECK(text[begin + 1] == '[');
    CHECK(
        std::ranges::all_of(parameters, [](char c) { return c == ';' || (c >= '0' && c <= '9'); }));
    text.erase(begin, end - begin + 1);
  }
  CHECK(text == render_table(review, {80, Color::off}, Detail::everything));
}
