#include "netmon/core/model/revision.h"

#include <doctest/doctest.h>

#include <string>

#include "netmon/core/values/error.h"

namespace netmon {

TEST_CASE("every form of a revision is read") {
  CHECK(parse_revision("pre-change") == Revision{LabelRevision{"pre-change", 0}});
  CHECK(parse_revision("pre-change~12") == Revision{LabelRevision{"pre-change", 12}});
  CHECK(parse_revision("#17") == Revision{NumberRevision{17}});
  CHECK(parse_revision("@now") == Revision{NowRevision{}});
  CHECK(parse_revision("@empty") == Revision{EmptyRevision{}});
  CHECK(parse_revision("@2026-03-02T19:45") ==
        Revision{TimeRevision{parse_timestamp("2026-03-02T19:45").value()}});
  CHECK(parse_revision("2026-03-02") == Revision{LabelRevision{"2026-03-02", 0}});
}

TEST_CASE("a label or a time may be of another host") {
  CHECK(parse_revision("pre-change@db1") == Revision{LabelRevision{"pre-change", 0, "db1"}});
  CHECK(parse_revision("pre-change~2@db1.example.org") ==
        Revision{LabelRevision{"pre-change", 2, "db1.example.org"}});
  CHECK(parse_revision("@2026-03-02T19:45+01:00@db1") ==
        Revision{TimeRevision{parse_timestamp("2026-03-02T18:45").value(), "db1"}});
  CHECK_THROWS_WITH(parse_revision("a@"),
                    "revision 'a@': a host must follow the last '@', as in pre-change@db1");
  CHECK_THROWS_WITH(parse_revision("@now@db1"),
                    "revision '@now@db1': @now always means this host, and @empty has no host");
}

TEST_CASE("what is no revision is refused by name") {
  for (const char* text : {"@empty@x",
                           "@@",
                           "@2026-03-02@",
                           "@@db1",
                           "#17@db1",
                           "a@~1@",
                           "a~@db1",
                           "",
                           "#",
                           "#0",
                           "#-1",
                           "#1x",
                           "#99999999999999999999",
                           "@",
                           "@yesterday",
                           "a~",
                           "a~x",
                           "a~-1",
                           "~1",
                           "-a",
                           "a b",
                           "a;b",
                           "ä",
                           "a~1~2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_revision(text), Error);
  }
  CHECK_THROWS_WITH(parse_revision("#x"),
                    "revision '#x': '#' must be followed by the number of a snapshot, as in '#17'");
}

TEST_CASE("a label is 1 to 128 plain characters that start with a letter or digit") {
  CHECK(is_valid_label("CHG-1042/pre:change_1.0"));
  CHECK(is_valid_label(std::string(128, 'a')));
  CHECK_FALSE(is_valid_label(std::string(129, 'a')));
  for (const char* label : {"", "-a", ".a", "a b", "a~1", "#1", "@now", "a\n", "ä", "a*"}) {
    CAPTURE(label);
    CHECK_FALSE(is_valid_label(label));
    CHECK_THROWS_AS(require_valid_label(label), Error);
  }
  CHECK_THROWS_WITH(require_valid_label(""), "label '': is empty");
}

}  // namespace netmon
