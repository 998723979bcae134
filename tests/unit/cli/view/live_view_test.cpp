#include "cli/view/live_view.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "netmon/core/values/text.h"
#include "netmon/expect/expectation_file.h"
#include "view/view_fixtures.h"

namespace netmon::cli {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::Builder;
using test::press;
using test::process;
using test::round_of;
using test::rows_of;
using test::text_of;
using test::type;

constexpr std::array kSizes{FrameSize{80, 24}, FrameSize{120, 40}, FrameSize{200, 50}};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const Line* line_with(const Frame& frame, std::string_view part) {
  for (const Line& line : frame.lines) {
    if (contains(text_of(line), part)) return &line;
  }
  return nullptr;
}

// A round with a listener and a peer that the baseline does not have, among many that it has.
Round story() {
  Builder before;
  for (std::uint16_t port = 1; port <= 200; ++port) {
    before.listen("127.0.0.1", port, {process("app" + std::to_string(port), port)});
  }
  before.connect("192.0.2.7", 443, {process("billing", 900)});
  Builder now = before;
  now.listen("0.0.0.0", 31337, {process("python3", 7821)});
  now.child_of(7821, process("bash", 7000));
  now.connect("203.0.113.9", 5432, {process("python3", 7821)});
  Round round = round_of(before, now);
  round.notes = {"⚠ Unexpected listener on port 31337 — investigate. (python3, pid 7821)",
                 "inconclusive: owners", "not seen: one thing", "not seen: another",
                 "not seen: a third"};
  return round;
}

LiveView view_of(Round round) {
  LiveView view;
  view.take(std::move(round), at(0s));
  return view;
}

}  // namespace

TEST_CASE("the culprit is on the first screen, by a sign and in colour, at every size") {
  LiveView view = view_of(story());
  for (const FrameSize& size : kSizes) {
    const Frame frame = view.frame(size);
    REQUIRE(frame.lines.size() == size.rows);
    for (const std::string_view part : {"0.0.0.0:31337", "203.0.113.9:5432"}) {
      const Line* const line = line_with(frame, part);
      REQUIRE(line != nullptr);
      CHECK(text_of(*line).starts_with("! "));
      CHECK(contains(text_of(*line), "python3"));
      CHECK(line->spans.back().look == Look::bad);
    }
    CHECK(line_with(frame, "UNAPPROVED: 2 changes not approved") != nullptr);
    CHECK(line_with(frame, "203 sockets   2 unexpected") != nullptr);
  }
}

TEST_CASE("no line is wider than the screen, however small that is, on any page") {
  LiveView view = view_of(story());
  const auto check = [&](LiveView& shown) {
    for (std::size_t columns : {1U, 2U, 5U, 20U, 40U, 80U, 300U}) {
      for (std::size_t rows : {1U, 2U, 3U, 5U, 10U, 24U}) {
        const Frame frame = shown.frame({columns, rows});
        CHECK(frame.lines.size() == rows);
        for (const Line& line : frame.lines) CHECK(width_of(line) <= columns);
        if (frame.cursor) CHECK(frame.cursor->column < columns);
      }
    }
  };
  check(view);
  for (const char key : {'?', 'w'}) {
    type(view, std::string(1, key));
    check(view);
    press(view, Key::escape);
  }
  press(view, Key::enter);
  check(view);
  press(view, Key::escape);
  type(view, "/a very long filter that does not fit in a narrow terminal");
  check(view);
}

TEST_CASE("columns that do not fit are counted") {
  LiveView view = view_of(story());
  CHECK(contains(text_of(view.frame({80, 24})), "columns hidden"));
  CHECK_FALSE(contains(text_of(view.frame({300, 24})), "hidden"));
}

TEST_CASE("a column never narrows while rows come and go") {
  Builder wide;
  wide.listen("0.0.0.0", 80, {process("a-very-long-name-of-a-program", 7)});
  Builder narrow;
  narrow.listen("0.0.0.0", 80, {process("web", 7)});
  LiveView view = view_of(round_of(wide));
  const std::string titles = text_of(view.frame({120, 24}).lines[3]);
  view.take(round_of(narrow), at(1s));
  view.model().tick(at(30s));
  CHECK(text_of(view.frame({120, 24}).lines[3]) == titles);
}

TEST_CASE("notes that do not fit are counted, and a page has them all") {
  LiveView view = view_of(story());
  const std::string table = text_of(view.frame({80, 24}));
  CHECK(contains(table, "⚠ Unexpected listener"));
  CHECK(contains(table, "2 more notes: press w"));
  type(view, "w");
  const std::string page = text_of(view.frame({80, 24}));
  for (const std::string& note : view.model().round().notes) CHECK(contains(page, note));
}

TEST_CASE("a filter is typed, and a wrong one leaves the old one") {
  LiveView view = view_of(story());
  type(view, "/port=80");
  CHECK(view.frame({80, 24}).cursor == Cursor{23, 16});
  press(view, Key::enter);
  CHECK(rows_of(view.model()).size() == 1);
  CHECK(contains(text_of(view.frame({80, 24})), "hides 2 unexpected   1 of 203 rows"));
  type(view, "/ colour=red");
  press(view, Key::enter);
  const std::string refused = text_of(view.frame({80, 24}));
  CHECK(contains(refused, "there is no field 'colour'"));
  CHECK(view.model().filter_text() == "port=80");
  CHECK(rows_of(view.model()).size() == 1);
  CHECK(contains(refused, "Filter: port=80 colour=red"));  // and the filter can be corrected
  press(view, Key::escape);
  CHECK_FALSE(view.frame({80, 24}).cursor);
  type(view, "/");
  press(view, Key::clear_line);
  press(view, Key::enter);
  CHECK(rows_of(view.model()).size() == 203);
}

TEST_CASE("keys that mean something else are text while something is typed") {
  LiveView view = view_of(story());
  CHECK(type(view, "/q") == Request::none);
  CHECK(type(view, "?j") == Request::none);
  CHECK(contains(text_of(view.frame({80, 24})), "Filter: q?j"));
}

TEST_CASE("backspace takes whole characters, and what is typed is bounded") {
  LiveView view = view_of(story());
  type(view, "/a");
  view.press({Key::character, "ü"}, at(0s));
  view.press({Key::character, "漢"}, at(0s));
  press(view, Key::backspace);
  CHECK(contains(text_of(view.frame({80, 24})), "Filter: aü"));
  press(view, Key::backspace);
  press(view, Key::backspace);
  press(view, Key::backspace);
  type(view, std::string(2 * LiveView::kMaxTyped, 'x'));
  CHECK(view.rule_path().size() == LiveView::kMaxTyped);
}

TEST_CASE("details say who holds the socket, what it runs and why it is marked") {
  LiveView view = view_of(story());
  REQUIRE(press(view, Key::enter) == Request::look_up_history);
  REQUIRE(view.history_query());
  CHECK(view.history_query()->port == 31337);
  view.set_history("first seen yesterday");
  const std::string page = text_of(view.frame({120, 60}));
  for (const std::string_view part :
       {"unapproved, high: listener-added", "tcp 0.0.0.0:31337 → *:*", "python3 (pid 7821)",
        "bash (7000)", "/usr/bin/python3", "sha256-of-python3", "root (uid 0)",
        "first seen yesterday"}) {
    CHECK_MESSAGE(contains(page, part), part);
  }
  press(view, Key::escape);
  CHECK(contains(text_of(view.frame({120, 60})), "UNAPPROVED"));
}

TEST_CASE("details of a socket that has gone stay open") {
  Builder now;
  now.listen("0.0.0.0", 80, {process("web", 7)});
  LiveView view = view_of(round_of(now));
  press(view, Key::enter);
  view.frame({80, 40});
  view.take(round_of(Builder()), at(1s));
  CHECK(contains(text_of(view.frame({80, 40})), "it has gone"));
  view.model().tick(at(30s));
  CHECK(contains(text_of(view.frame({80, 40})), "web (pid 7)"));
}

TEST_CASE("pages scroll, and q leaves them before it leaves the view") {
  LiveView view = view_of(story());
  type(view, "?");
  const std::string first = text_of(view.frame({80, 10}));
  press(view, Key::page_down);
  CHECK(text_of(view.frame({80, 10})) != first);
  press(view, Key::home);
  CHECK(text_of(view.frame({80, 10})) == first);
  CHECK(type(view, "q") == Request::none);
  CHECK(type(view, "q") == Request::quit);
}

TEST_CASE("a pause is said in the first line") {
  LiveView view = view_of(story());
  type(view, "p");
  view.take(story(), at(2s));
  CHECK(contains(text_of(view.frame({80, 24}).lines[0]), "PAUSED, 1 behind"));
  type(view, " ");
  CHECK_FALSE(contains(text_of(view.frame({80, 24})), "PAUSED"));
}

TEST_CASE("a rule for what is unexpected approves it once it is uncommented") {
  LiveView view = view_of(story());
  type(view, "e");
  CHECK(view.rule_path() == "rule-tcp-31337.toml");
  REQUIRE(press(view, Key::enter) == Request::write_rule);
  const std::string& text = view.rule_text();
  CHECK(contains(text, "# change = \"listener-added\""));
  CHECK(contains(text, "# match.port = 31337"));
  CHECK_FALSE(contains(text, "5432"));  // the port of another row
  CHECK_FALSE(contains(text, "\n["));   // nothing is approved by default
  view.rule_refused("rule-tcp-31337.toml: exists already");
  CHECK(contains(text_of(view.frame({80, 24})), "exists already"));
  CHECK(view.frame({80, 24}).cursor);  // the user can enter another name
  view.rule_written("Wrote it");
  CHECK(contains(text_of(view.frame({80, 24})), "Wrote it"));
}

TEST_CASE("a rule for what is known documents it, and there is none for what never gates") {
  Builder now;
  now.listen("0.0.0.0", 80, {process("web", 7)});
  now.accept("10.0.0.5", 80, {process("web", 7)});
  LiveView view = view_of(round_of(now));
  type(view, "e");
  CHECK(contains(view.rule_text(), "# match.port = 80"));
  press(view, Key::escape);
  press(view, Key::down);
  type(view, "e");
  CHECK(contains(text_of(view.frame({80, 24})), "needs an approval"));
}

TEST_CASE("hostile names are shown and do nothing") {
  const std::string hostile =
      "\x1b[2J\x1b]0;x\x07\r\n\t\u202e\u200b\xc2\x9b"
      "31m";
  Process evil = process(hostile, 66);
  evil.exe = "/tmp/" + hostile;
  evil.cmdline = hostile;
  evil.unit = hostile;
  Builder now;
  now.listen("0.0.0.0", 80, {evil});
  now.in({ScopeKind::named, hostile}).listen("0.0.0.0", 81, {process("漢字漢字漢字漢字漢字", 67)});
  now.info().host_name = hostile;
  Round round = round_of(Builder(), now);
  round.notes = {"⚠ " + hostile};
  LiveView view = view_of(std::move(round));
  const auto check = [&](std::size_t columns) {
    const Frame frame = view.frame({columns, 24});
    for (const Line& line : frame.lines) {
      CHECK(text_of(line) == escape_controls(text_of(line)));
      CHECK(width_of(line) <= columns);
    }
  };
  for (const std::size_t columns : {30U, 80U, 81U, 200U}) check(columns);
  type(view, "w");
  check(80);
  press(view, Key::escape);
  press(view, Key::enter);
  check(80);
}

}  // namespace netmon::cli
