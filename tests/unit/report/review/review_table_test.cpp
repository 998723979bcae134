#include <doctest/doctest.h>

#include <string>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string table_of(const Review& review, Detail detail = Detail::gating) {
  return render_table(review, {}, detail);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the first line of a table is the verdict and of what it speaks") {
  CHECK(first_line(table_of(fixture::clean_review())) == "CLEAN: all of 84 places compared");
  CHECK(first_line(table_of(fixture::accepted_review())) ==
        "CLEAN for what was asked (this namespace)");
  CHECK(first_line(table_of(fixture::unapproved_review())) ==
        "UNAPPROVED: all of 84 places compared");
  CHECK(first_line(table_of(fixture::inconclusive_review())) ==
        "INCONCLUSIVE: 80 of 84 places compared");
  SUBCASE("whatever stands in it") {
    Review review = fixture::clean_review();
    review.verdict_scope = "for netns:\x1b[31m";
    CHECK(first_line(table_of(review)) == "CLEAN for netns:\\x1b[31m");
    review.verdict_scope.clear();
    CHECK(first_line(table_of(review)) == "CLEAN");
  }
}

TEST_CASE("what decides, and what was accepted, stands below the verdict") {
  CHECK(has(table_of(fixture::inconclusive_review()),
            "\n  inconclusive: 12 sockets whose process this user may not see (Permission "
            "denied)\n"));
  CHECK(has(table_of(fixture::accepted_review()),
            "\n  accepted: owners-not-visible (CHG-1042.toml:12: the hypervisor's agent refuses "
            "every user)\n"));
  SUBCASE("the first eight of it") {
    Review review = fixture::accepted_review();
    review.caveats.resize(11, review.caveats.front());
    const std::string table = table_of(review);
    CHECK(has(table, "\n  accepted: and 3 more, among the caveats below\n"));
  }
}

TEST_CASE("what differs is shown, and the rest where everything is asked for") {
  const std::string table = table_of(fixture::every_kind_review());
  CHECK(has(table, "\nthe same in both: span one moment; host db1; "));
  CHECK_FALSE(has(table, "\nhost "));
  CHECK_FALSE(has(table, "sha256 of the script: aaaa"));
  CHECK_FALSE(has(table, "\nbefore  sha256:"));
  CHECK(has(table, "sha256: 1111111111111111111111111111111111111111111111111111111111111111 →"));
  const std::string all = table_of(fixture::every_kind_review(), Detail::everything);
  CHECK(has(all, "\nhost         db1 "));
  CHECK(has(all, "sha256 of the script: aaaa"));
  CHECK(has(all, "\nbefore  sha256:"));
}

TEST_CASE("a narrow table cuts no kind, hides no executable, and ends with the verdict") {
  const std::string table = render_table(fixture::decided_review(), {.width = 80}, Detail::gating);
  CHECK(has(table, "exposure-widened "));
  CHECK(has(table, "\n          executable: /usr/lib/postgresql/15/bin/postgres\n"));
  const auto last = table.rfind("\n\n");
  CHECK(table.substr(last + 2).starts_with("UNAPPROVED: 2 changes not approved, "));
}

TEST_CASE("all who hold a socket are named, the first three of them whole") {
  CHECK(has(table_of(fixture::unapproved_review()), "also held by: nginx (pid 900, www-data)\n"));
  CHECK(has(table_of(fixture::every_kind_review()),
            "also held by: nginx (pid 900, www-data), nginx (pid 901, www-data), nginx (pid 902, "
            "www-data) and 2 more\n"));
}

TEST_CASE("a listener that is gone or runs with other arguments is named where notices are not") {
  Review review = fixture::every_kind_review();
  const std::string table = table_of(review);
  CHECK(has(table, "\nlistener gone: tcp 0.0.0.0:31337 python3 (pid 7821, root)"));
  CHECK(has(table, "\nother arguments: tcp 0.0.0.0:31337 python3 (pid 7821, root)"));
  CHECK_FALSE(has(table, "inbound-added"));
  CHECK(has(table, "\n16 more notices not shown: see --all\n"));
  SUBCASE("once where everything is shown") {
    CHECK_FALSE(has(table_of(review, Detail::everything), "\nlistener gone: "));
    CHECK(has(table_of(review, Detail::everything), "listener-removed"));
  }
  SUBCASE("also where a standing rule covers it") {
    Rule standing;
    standing.reason = "comes and goes";
    review.rules = {{standing, 1}};
    for (ReviewedChange& reviewed : review.changes) {
      reviewed.status = Status::approved;
      reviewed.rule = 0;
    }
    const std::string covered = table_of(review);
    CHECK(has(covered, "listener-removed"));
    CHECK(has(covered, "arguments-changed"));
    CHECK_FALSE(has(covered, "listener-added"));
  }
}
