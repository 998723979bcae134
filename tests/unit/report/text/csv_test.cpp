#include "report/text/csv.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "netmon/report/report.h"
#include "report/csv_reader.h"
#include "report/fixtures.h"

using namespace netmon;

TEST_CASE("a CSV cell") {
  SUBCASE("that is plain stays bare") { CHECK(csv_line({"a", "b c", ""}) == "a,b c,\n"); }
  SUBCASE("with a comma or a quote is quoted") {
    CHECK(csv_line({"a,b", "say \"x\""}) == "\"a,b\",\"say \"\"x\"\"\"\n");
  }
  SUBCASE("that begins or ends with a space keeps it in quotes") {
    CHECK(csv_line({" a", "a "}) == "\" a\",\"a \"\n");
  }
  SUBCASE("shows control characters instead of holding them") {
    CHECK(csv_line({"a\nb\r\tc\x1b[31m"}) == "a\\nb\\r\\tc\\x1b[31m\n");
  }
}

TEST_CASE("a text that a spreadsheet would run is made harmless") {
  CHECK(csv_line({"=1+1"}) == "'=1+1\n");
  CHECK(csv_line({"+1"}) == "'+1\n");
  CHECK(csv_line({"-1"}) == "'-1\n");
  CHECK(csv_line({"@SUM(A1)"}) == "'@SUM(A1)\n");
  SUBCASE("also behind spaces and quotes") {
    CHECK(csv_line({"  =1"}) == "'  =1\n");
    CHECK(csv_line({"\"=1"}) == "\"'\"\"=1\"\n");
    CHECK(csv_line({"\u00a0=1"}) == "'\u00a0=1\n");
    CHECK(csv_line({"\u3000=1"}) == "'\u3000=1\n");
  }
  SUBCASE("also in full-width letters") {
    CHECK(csv_line({"\uff1d1"}) == "'\uff1d1\n");
    CHECK(csv_line({"\uff0b1"}) == "'\uff0b1\n");
    CHECK(csv_line({"\uff0d1"}) == "'\uff0d1\n");
    CHECK(csv_line({"\uff20x"}) == "'\uff20x\n");
  }
  SUBCASE("and the apostrophe can be taken off again without doubt") {
    CHECK(csv_line({"'=1"}) == "''=1\n");
    CHECK(csv_line({"'x"}) == "'x\n");
  }
  SUBCASE("and a TAB or CR cannot lead it") {
    CHECK(csv_line({"\t=1"}) == "\\t=1\n");
    CHECK(csv_line({"\r=1"}) == "\\r=1\n");
  }
}

TEST_CASE("what a report writes in its own words is never taken for a formula") {
  CHECK(csv_line({"*:*", "0.0.0.0:22", "[::1]:22", "*:0x0003", "(none)", "2026-03-02"}) ==
        "*:*,0.0.0.0:22,[::1]:22,*:0x0003,(none),2026-03-02\n");
}

TEST_CASE("the CSV of a snapshot reads back") {
  const Snapshot snapshot = fixture::snapshot();
  const auto rows = read_csv(render_csv(snapshot, {}));
  REQUIRE(rows.size() == snapshot.sockets.size() + 1);

  SUBCASE("its first six columns are fixed") {
    const CsvRow fixed(rows[0].begin(), rows[0].begin() + 6);
    CHECK(fixed == CsvRow{"Timestamp", "Proto", "Local addr", "Remote addr", "PID", "Process"});
  }
  SUBCASE("a listener's remote is *:*") {
    const CsvRow first(rows[1].begin(), rows[1].begin() + 6);
    CHECK(first == CsvRow{"2026-03-02T19:45:00.123Z", "tcp", "0.0.0.0:22", "*:*", "812", "sshd"});
  }
  SUBCASE("of several owners the oldest is named and all are counted") {
    CHECK(cell(rows, 3, "PID") == "900");
    CHECK(cell(rows, 3, "Owners") == "2");
  }
  SUBCASE("and named, in a column of their own") {
    CHECK(cell(rows, 3, "Holders") == "nginx (pid 900, root); nginx (pid 901, www-data)");
    CHECK(cell(rows, 6, "Holders").empty());
  }
  SUBCASE("what a process runs and may do has columns") {
    CHECK(cell(rows, 1, "Executable SHA-256") == std::string(64, '5'));
    CHECK(cell(rows, 1, "Exe protected") == "yes");
    CHECK(cell(rows, 1, "Exe mapped") == "yes");
    CHECK(cell(rows, 1, "Capabilities") == "1ffffffffff");
    CHECK(cell(rows, 1, "Script").empty());
    CHECK(cell(rows, 1, "Port choice").empty());
    CHECK(cell(rows, 3, "Port choice") == "program");
    CHECK(cell(rows, 12, "Script") == "/srv/two\\nlines\\r\\tand more");
    CHECK(cell(rows, 12, "Script SHA-256") == std::string(64, '7'));
    CHECK(cell(rows, 12, "Foreign code") == "/dev/shm/two\\nlines\\r\\tand more (deleted)");
    CHECK(cell(rows, 12, "Loader") == "LD_PRELOAD=/dev/shm/two\\nlines\\r\\tand more");
    CHECK(cell(rows, 12, "Exe mapped") == "no");
    CHECK(cell(rows, 12, "Exe elsewhere") == "yes");
    CHECK(cell(rows, 12, "Netns cookie") == "1002");
  }
  SUBCASE("what has no owner says why") {
    CHECK(cell(rows, 6, "PID").empty());
    CHECK(cell(rows, 6, "Process").empty());
    CHECK(cell(rows, 6, "Owner state") == "not-permitted");
    CHECK(cell(rows, 7, "Owner state") == "time-wait");
    CHECK(cell(rows, 7, "Socket UID").empty());
  }
  SUBCASE("hostile names arrive escaped, each in its own cell") {
    const std::vector<std::string> expected{R"(evil\x1b[31m)",
                                            R"(two\nlines\r\tand more)",
                                            "'=cmd|'/C calc'!A0",
                                            R"(\u202egnp.exe\u202c\u200b\x85\u2028end)",
                                            R"(bad\xff\xc3(\x7f)",
                                            R"(a "quoted", name)",
                                            "<script>alert(1)</script>",
                                            "' @SUM(1+1)",
                                            "'\uff1dcmd",
                                            "データベース"};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(cell(rows, 11 + i, "Process") == expected[i]);
      CHECK(cell(rows, 11 + i, "Exe state") == "deleted");
    }
  }
}

TEST_CASE("the rows that watch appends are those of the whole file") {
  const Snapshot snapshot = fixture::snapshot();
  CHECK(csv_header() + csv_rows(snapshot, {}) == render_csv(snapshot, {}));
  CHECK(csv_rows(Snapshot{}, {}).empty());
}

TEST_CASE("the CSV of a diff reads back") {
  const auto rows = read_csv(render_csv(fixture::unapproved_review()));
  SUBCASE("a change is one row") {
    CHECK(cell(rows, 1, "Record") == "change");
    CHECK(cell(rows, 1, "Kind") == "listener-added");
    CHECK(cell(rows, 1, "Local addresses") == "0.0.0.0 ::");
    CHECK(cell(rows, 1, "Local port") == "31337");
    CHECK(cell(rows, 2, "Remote address") == "185.220.101.5");
    CHECK(cell(rows, 2, "Remote port") == "4444");
  }
  SUBCASE("what changed about a thing is in words on both sides") {
    CHECK(cell(rows, 15, "Before") == "bind: 127.0.0.1");
    CHECK(cell(rows, 15, "After") == "bind: 10.0.0.5, 127.0.0.1");
  }
  SUBCASE("a change without a process says why") {
    CHECK(cell(rows, 4, "PID").empty());
    CHECK(cell(rows, 4, "No process") == "process not visible");
  }
  SUBCASE("a change names all who hold it, and what runs there") {
    CHECK(cell(rows, 1, "Holders") == "python3 (pid 7821, root); nginx (pid 900, www-data)");
    CHECK(cell(rows, 1, "UID") == "0");
    CHECK(cell(rows, 1, "Script") == "/srv/app.py");
    CHECK(cell(rows, 1, "Script SHA-256") == std::string(64, 'a'));
    CHECK(cell(rows, 5, "Foreign code") == "evil\\x1b[31m");
    CHECK(cell(rows, 5, "Exe elsewhere") == "yes");
    CHECK(cell(rows, 5, "Script") == "module evil\\x1b[31m (as its arguments say)");
  }
  SUBCASE("an inbound peer has no port") { CHECK(cell(rows, 16, "Remote port").empty()); }
  SUBCASE("caveats follow the changes") {
    CHECK(cell(rows, 18, "Record") == "caveat");
    CHECK(cell(rows, 18, "Status") == "decisive");
    CHECK(cell(rows, 18, "Side") == "before");
    CHECK(cell(rows, 18, "Count") == "1");
    CHECK(cell(rows, 19, "Status") == "informational");
  }
}

TEST_CASE("the CSV of a diff says what decided each change") {
  const auto rows = read_csv(render_csv(fixture::decided_review()));
  CHECK(cell(rows, 1, "Executable SHA-256") == std::string(64, 'e'));
  CHECK(cell(rows, 1, "Exe state") == "deleted");
  CHECK(cell(rows, 1, "Past") == "never seen before in 41 snapshots since 2026-01-03");
  CHECK(cell(rows, 1, "Ticket").empty());
  CHECK(cell(rows, 2, "Forbidden by") ==
        "standing rule: no connection to a Tor exit (/etc/netmon/standing.toml:9)");
  CHECK(cell(rows, 3, "Status") == "expired");
  CHECK(cell(rows, 3, "Expires") == "2026-03-01T00:00:00.000Z");
  CHECK(cell(rows, 3, "Past") == "seen in 12 of 41 snapshots, first 2026-01-03, last 2026-02-01");
  CHECK(cell(rows, 4, "Status") == "expected-missing");
  CHECK(cell(rows, 5, "Ticket") == "CHG-1042");
  CHECK(cell(rows, 5, "Reason") == "new API endpoint");
  CHECK(cell(rows, 5, "Approved by") == "change-board");
  CHECK(cell(rows, 5, "Rule at") == "CHG-1042.toml:3");
  SUBCASE("rules and the facts of both captures are rows of their own") {
    const auto count = [&rows](std::string_view record) {
      return std::ranges::count(rows, record, [](const CsvRow& row) { return row[0]; });
    };
    CHECK(count("change") == 8);
    CHECK(count("caveat") == 3);
    CHECK(count("rule") == 6);
    CHECK(count("capture") == 14);
    CHECK(count("verdict") == 1);
  }
}

TEST_CASE("the last row of a diff's CSV is its verdict, so nothing cut off or blind looks clean") {
  const auto last_status = [](const Review& review) {
    const auto rows = read_csv(render_csv(review));
    CHECK(cell(rows, rows.size() - 1, "Record") == "verdict");
    return cell(rows, rows.size() - 1, "Status");
  };
  CHECK(last_status(fixture::clean_review()) == "clean");
  CHECK(last_status(fixture::inconclusive_review()) == "inconclusive");
  CHECK(last_status(fixture::unapproved_review()) == "unapproved");
}

TEST_CASE("the CSV of a diff says what was accepted, where and by whom") {
  const auto rows = read_csv(render_csv(fixture::accepted_review()));
  CHECK(cell(rows, 1, "Record") == "caveat");
  CHECK(cell(rows, 1, "Status") == "accepted");
  CHECK(cell(rows, 1, "Kind") == "owners-not-visible");
  CHECK(cell(rows, 1, "Scope") == "host");
  CHECK(cell(rows, 1, "Local port") == "2024");
  CHECK(cell(rows, 1, "Process") == "agent");
  CHECK(cell(rows, 2, "Record") == "rule");
  CHECK(cell(rows, 2, "Kind") == "accept-gap");
  CHECK(cell(rows, 2, "Message") ==
        "CHG-1042: the hypervisor's agent refuses every user (for owners-not-visible; approved by "
        "change-board; CHG-1042.toml:12)");
  CHECK(cell(rows, rows.size() - 1, "Message") ==
        "CLEAN for what was asked (this namespace); nothing unapproved, 1 caveat");
}

TEST_CASE("the CSV of list and doctor reads back") {
  const auto list = read_csv(render_csv(fixture::summaries()));
  CHECK(cell(list, 2, "ID") == "17");
  CHECK(cell(list, 2, "User") == "two\\nlines\\r\\tand more");
  CHECK(cell(list, 2, "Ticket") == "'=cmd|'/C calc'!A0");
  CHECK(cell(list, 1, "Sudo user").empty());
  const auto doctor = read_csv(render_csv(fixture::findings()));
  CHECK(cell(doctor, 2, "Visibility") == "partial");
  CHECK(cell(doctor, 1, "Remedy").empty());
}
