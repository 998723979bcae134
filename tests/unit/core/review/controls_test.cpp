#include "netmon/core/review/controls.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include "netmon/core/values/time.h"

using namespace netmon;

TEST_CASE("every clause of the map is named once and says what is and what is not supported") {
  std::set<std::pair<std::string_view, std::string_view>> clauses;
  for (const Control& control : controls()) {
    CAPTURE(control.clause);
    CHECK(clauses.emplace(control.framework, control.clause).second);
    CHECK_FALSE(control.obligation.empty());
    CHECK_FALSE(control.supports.empty());
    CHECK_FALSE(control.does_not_support.empty());
  }
  CHECK(parse_timestamp(controls_date()));
}

TEST_CASE("the map claims support, never that a clause is met") {
  for (const Control& control : controls()) {
    for (const std::string_view text : {control.obligation, control.supports}) {
      for (const char* const word : {"satisf", "complian", "complies", "fulfil"}) {
        CHECK(text.find(word) == std::string_view::npos);
      }
    }
  }
}

TEST_CASE("the clauses that reports are asked about are there, by their numbers of today") {
  std::set<std::string_view> clauses;
  for (const Control& control : controls()) clauses.insert(control.clause);
  for (const char* const clause :
       {"DE.CM-01", "A.8.15", "A.8.32", "1.2.5", "2.2.4", "6.5.1", "6.5.2", "10.2", "11.5.2",
        "Art. 17", "13.1", "CM-3(f)", "SI-4"}) {
    CAPTURE(clause);
    CHECK(clauses.contains(clause));
  }
}

TEST_CASE("frameworks stay together") {
  std::set<std::string_view> seen;
  std::string_view last;
  for (const Control& control : controls()) {
    if (control.framework == last) continue;
    CHECK(seen.insert(control.framework).second);
    last = control.framework;
  }
}
