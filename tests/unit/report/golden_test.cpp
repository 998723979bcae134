#include "report/golden.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

// One field on each line, and an empty line after each entry, as journalctl exports them.
std::string journal_text(const Review& review, Detail detail) {
  std::string text;
  for (const JournalEntry& entry : journal_entries(review, detail)) {
    text += fmt::format("{}\n\n", fmt::join(entry.fields, "\n"));
  }
  return text;
}

}  // namespace

TEST_CASE("a diff looks as its golden files") {
  const Review review = fixture::unapproved_review();
  check_golden("diff.txt", render_table(review, {}, Detail::gating));
  check_golden("diff-all-80.txt", render_table(review, {80, Color::off}, Detail::everything));
  check_golden("diff-120.txt", render_table(review, {120, Color::off}, Detail::gating));
  check_golden("diff-color.txt", render_table(review, {100, Color::on}, Detail::gating));
  check_golden("diff.csv", render_csv(review));
  check_golden("diff.json", render_json(review));
  check_golden("diff.journal", journal_text(review, Detail::gating));
}

TEST_CASE("a diff of every status looks as its golden files, in every format") {
  const Review review = fixture::decided_review();
  check_golden("decided.txt", render_table(review, {}, Detail::gating));
  check_golden("decided-all-80.txt", render_table(review, {80, Color::off}, Detail::everything));
  check_golden("decided.csv", render_csv(review));
  check_golden("decided.json", render_json(review));
  check_golden("decided.md", render_markdown(review));
  check_golden("decided.html", render_html(review, fixture::decided_picture()));
  check_golden("decided.sarif",
               render_sarif(review, "/var/lib/netmon/netmon.db", Detail::everything));
  check_golden("decided.ocsf.jsonl", render_ocsf(review, Detail::everything));
  check_golden("decided.prom", render_prom(review));
  check_golden("decided.journal", journal_text(review, Detail::everything));
}

TEST_CASE("every kind of change looks as its golden files") {
  const Review review = fixture::every_kind_review();
  check_golden("kinds.txt", render_table(review, {}, Detail::gating));
  check_golden("kinds-all-80.txt", render_table(review, {80, Color::off}, Detail::everything));
  check_golden("kinds.csv", render_csv(review));
  check_golden("kinds.md", render_markdown(review));
  check_golden("kinds.html", render_html(review, {}));
  check_golden("kinds.sarif",
               render_sarif(review, "/var/lib/netmon/netmon.db", Detail::everything));
  check_golden("kinds.ocsf.jsonl", render_ocsf(review, Detail::everything));
}

TEST_CASE("a diff that is clean because of what was accepted looks as its golden files") {
  const Review review = fixture::accepted_review();
  check_golden("accepted.txt", render_table(review, {80, Color::off}, Detail::gating));
  check_golden("accepted.csv", render_csv(review));
  check_golden("accepted.json", render_json(review));
  check_golden("accepted.md", render_markdown(review));
  check_golden("accepted.html", render_html(review, {}));
  check_golden("accepted.sarif",
               render_sarif(review, "/var/lib/netmon/netmon.db", Detail::everything));
}

TEST_CASE("a diff full of markup looks as its golden files") {
  const Review review = fixture::hostile_review();
  check_golden("hostile.md", render_markdown(review));
  check_golden("hostile.html", render_html(review, fixture::hostile_picture()));
  check_golden("hostile.sarif", render_sarif(review, "/tmp/a b%.db", Detail::everything));
  check_golden("hostile.ocsf.jsonl", render_ocsf(review, Detail::gating));
  check_golden("hostile.prom", render_prom(review));
  check_golden("hostile.journal", journal_text(review, Detail::gating));
}

TEST_CASE("a diff that proves nothing looks as its golden files") {
  check_golden("diff-clean.html", render_html(fixture::clean_review(), {}));
  check_golden("diff-inconclusive.html", render_html(fixture::inconclusive_review(), {}));
  check_golden("diff-inconclusive.md", render_markdown(fixture::inconclusive_review()));
  check_golden("diff-clean.prom", render_prom(fixture::clean_review()));
  check_golden("diff-inconclusive.prom", render_prom(fixture::inconclusive_review()));
  check_golden("diff-inconclusive.ocsf.jsonl",
               render_ocsf(fixture::inconclusive_review(), Detail::gating));
  check_golden("diff-inconclusive.journal",
               journal_text(fixture::inconclusive_review(), Detail::gating));
}

TEST_CASE("a page of three changes looks as its golden file") {
  check_golden("small.html", render_html(fixture::small_review(), fixture::decided_picture()));
}

TEST_CASE("a history looks as its golden files") {
  const auto appearances = fixture::appearances();
  check_golden("history.txt", render_table(appearances, {}));
  check_golden("history-80.txt", render_table(appearances, {80, Color::off}));
  check_golden("history.csv", render_csv(appearances));
  check_golden("history.json", render_json(appearances));
}

TEST_CASE("the regulation map looks as its golden files") {
  check_golden("controls.txt", render_table(controls(), {80, Color::off}));
  check_golden("controls.csv", render_csv(controls()));
  check_golden("controls.json", render_json(controls()));
}

TEST_CASE("a diff without a change looks as its golden files") {
  check_golden("diff-clean.txt", render_table(fixture::clean_review(), {}, Detail::gating));
  check_golden("diff-clean.csv", render_csv(fixture::clean_review()));
  const Review inconclusive = fixture::inconclusive_review();
  check_golden("diff-inconclusive.txt", render_table(inconclusive, {80}, Detail::gating));
  check_golden("diff-inconclusive.csv", render_csv(inconclusive));
  check_golden("diff-inconclusive.json", render_json(inconclusive));
}

TEST_CASE("a snapshot looks as its golden files") {
  const Snapshot snapshot = fixture::snapshot();
  check_golden("snapshot.txt", render_table(snapshot, {}, {}));
  check_golden("snapshot-80.txt", render_table(snapshot, {}, {80, Color::off}));
  check_golden("snapshot-120.txt", render_table(snapshot, {}, {120, Color::off}));
  check_golden("snapshot.csv", render_csv(snapshot, {}));
  check_golden("snapshot.json", render_json(snapshot, {}));
}

TEST_CASE("a list of snapshots looks as its golden files") {
  const auto snapshots = fixture::summaries();
  check_golden("list.txt", render_table(snapshots, {}));
  check_golden("list-80.txt", render_table(snapshots, {80, Color::off}));
  check_golden("list.csv", render_csv(snapshots));
  check_golden("list.json", render_json(snapshots));
}

TEST_CASE("the findings of doctor look as their golden files") {
  const auto findings = fixture::findings();
  check_golden("doctor.txt", render_table(findings, {}));
  check_golden("doctor-80.txt", render_table(findings, {80, Color::off}));
  check_golden("doctor.csv", render_csv(findings));
  check_golden("doctor.json", render_json(findings));
}
