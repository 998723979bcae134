#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

namespace {

std::vector<std::string> values_of(const JournalEntry& entry, std::string_view name) {
  const std::string prefix = std::string(name) + "=";
  std::vector<std::string> values;
  for (const std::string& field : entry.fields) {
    if (field.starts_with(prefix)) values.push_back(field.substr(prefix.size()));
  }
  return values;
}

std::string value_of(const JournalEntry& entry, std::string_view name) {
  const std::vector<std::string> values = values_of(entry, name);
  CAPTURE(name);
  REQUIRE(values.size() == 1);
  return values[0];
}

}  // namespace

TEST_CASE("each change that nobody approved is an entry, and the verdict is the last one") {
  const auto entries = journal_entries(fixture::decided_review(), Detail::gating);
  REQUIRE(entries.size() == 5);
  CHECK(value_of(entries[0], "NETMON_KIND") == "listener-added");
  CHECK(value_of(entries[0], "NETMON_STATUS") == "unapproved");
  CHECK(value_of(entries[0], "NETMON_PORT") == "31337");
  CHECK(value_of(entries[0], "NETMON_PROGRAM") == "python3");
  CHECK(value_of(entries[0], "NETMON_FINGERPRINT") == "n0000000000000000");
  CHECK(values_of(entries[0], "NETMON_ADDRESS") == std::vector<std::string>{"0.0.0.0", "::"});
  CHECK(value_of(entries[1], "NETMON_PEER") == "185.220.101.5");
  CHECK(value_of(entries[1], "NETMON_PEER_PORT") == "4444");
  CHECK(value_of(entries[4], "NETMON_VERDICT") == "unapproved");
  CHECK(value_of(entries[4], "NETMON_EXIT_CODE") == "1");
  CHECK(value_of(entries[4], "NETMON_UNAPPROVED") == "2");
  CHECK(value_of(entries[0], "MESSAGE_ID") != value_of(entries[4], "MESSAGE_ID"));
}

TEST_CASE("the severity is the priority, and what is approved needs nobody's attention") {
  const auto entries = journal_entries(fixture::decided_review(), Detail::everything);
  REQUIRE(entries.size() == 9);
  CHECK(value_of(entries[0], "PRIORITY") == "3");
  CHECK(value_of(entries[2], "PRIORITY") == "4");
  CHECK(value_of(entries[4], "NETMON_STATUS") == "approved");
  CHECK(value_of(entries[4], "PRIORITY") == "6");
  CHECK(value_of(entries[7], "NETMON_STATUS") == "notice");
  CHECK(value_of(entries[7], "PRIORITY") == "6");
}

TEST_CASE("a review that could not see everything says so in its own words and priority") {
  const auto inconclusive = journal_entries(fixture::inconclusive_review(), Detail::gating);
  REQUIRE(inconclusive.size() == 1);
  CHECK(value_of(inconclusive[0], "NETMON_VERDICT") == "inconclusive");
  CHECK(value_of(inconclusive[0], "PRIORITY") == "4");
  CHECK(value_of(inconclusive[0], "NETMON_CAVEATS") == "1");
  CHECK(value_of(inconclusive[0], "NETMON_CAVEAT").starts_with("owners-not-visible: "));
  const auto clean = journal_entries(fixture::clean_review(), Detail::gating);
  REQUIRE(clean.size() == 1);
  CHECK(value_of(clean[0], "NETMON_VERDICT") == "clean");
  CHECK(value_of(clean[0], "PRIORITY") == "6");
  CHECK(value_of(clean[0], "NETMON_CAVEATS") == "0");
}

TEST_CASE("entries have a bound, and the verdict counts those that are left out") {
  Review review = fixture::decided_review();
  review.changes.assign(kMaxJournalChanges + 7, review.changes[0]);
  const auto entries = journal_entries(review, Detail::gating);
  REQUIRE(entries.size() == kMaxJournalChanges + 1);
  CHECK(value_of(entries.back(), "NETMON_LEFT_OUT") == "7");
  SUBCASE("and so have the addresses of one entry") {
    review.changes[0].change.addresses.assign(2000, "10.0.0.1");
    CHECK(values_of(journal_entries(review, Detail::gating)[0], "NETMON_ADDRESS").size() == 64);
  }
}

TEST_CASE("a field's name is one that journald takes") {
  for (const auto& entry : journal_entries(fixture::hostile_review(), Detail::everything)) {
    for (const std::string& field : entry.fields) {
      const std::string name = field.substr(0, field.find('='));
      CAPTURE(field);
      CHECK(std::ranges::all_of(name, [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); }));
      CHECK(!name.starts_with('_'));
      CHECK(name.size() < field.size());
    }
  }
}
