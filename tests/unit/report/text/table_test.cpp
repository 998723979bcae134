#include "report/text/table.h"

#include <doctest/doctest.h>

using namespace netmon;

namespace {

Table example() {
  return {{{"NAME", Importance::essential, 6},
           {"PID", Importance::essential, 3, Cut::end, Align::right},
           {"PATH", Importance::medium, 10, Cut::middle},
           {"NOTE", Importance::low, 8}},
          {{{{"python3"}, {"7821"}, {"/usr/bin/python3.11"}, {"a word or two"}}, {}},
           {{{"sshd"}, {"1"}, {"/usr/sbin/sshd"}, {""}}, {}}}};
}

}  // namespace

TEST_CASE("a table without a width shows everything") {
  CHECK(render(example(), {}) ==
        "NAME      PID  PATH                 NOTE\n"
        "python3  7821  /usr/bin/python3.11  a word or two\n"
        "sshd        1  /usr/sbin/sshd       -\n");
}

TEST_CASE("the least important column is cut first") {
  CHECK(render(example(), {45}) ==
        "NAME      PID  PATH                 NOTE\n"
        "python3  7821  /usr/bin/python3.11  a word o…\n"
        "sshd        1  /usr/sbin/sshd       -\n");
}

TEST_CASE("then the next one, in its middle") {
  CHECK(render(example(), {40}) ==
        "NAME      PID  PATH             NOTE\n"
        "python3  7821  /usr/bi…hon3.11  a word …\n"
        "sshd        1  /usr/sbin/sshd   -\n");
}

TEST_CASE("what does not fit at all is dropped, the least important first") {
  Table table = example();
  table.rows[0].cells[0].text = "a-process-with-a-rather-long-name";
  table.columns[0].floor = 20;
  CHECK(render(table, {40}) ==
        "NAME                     PID  PATH\n"
        "a-process-with-a-rath…  7821  /usr/…3.11\n"
        "sshd                       1  /usr/…sshd\n");
}

TEST_CASE("an essential column is cut below its floor rather than dropped") {
  const Table table{{{"A", Importance::essential, 30}, {"B", Importance::essential, 30}},
                    {{{{std::string(50, 'a')}, {std::string(50, 'b')}}, {}}}};
  CHECK(render(table, {40}) ==
        "A                    B\n" + std::string(18, 'a') + "…  " + std::string(18, 'b') + "…\n");
}

TEST_CASE("a narrower terminal than any gets lines of 40 columns") {
  CHECK(render(example(), {3}) == render(example(), {40}));
  CHECK(line_width({3}) == 40);
  CHECK(line_width({0}) == 0);
  CHECK(line_width({80}) == 80);
}

TEST_CASE("a column without a value is left out") {
  Table table = example();
  table.rows[0].cells[3].text.clear();
  CHECK(render(table, {}).find("NOTE") == std::string::npos);
}

TEST_CASE("cells are escaped before they are measured") {
  const Table table{{{"A"}, {"B"}}, {{{{"x\x1b[31m"}, {"y"}}, {}}}};
  CHECK(render(table, {}) ==
        "A          B\n"
        "x\\x1b[31m  y\n");
}

TEST_CASE("notes stand below their row and wrap") {
  const Table table{{{"A"}}, {{{{"x"}}, {"one two three four five six seven\neight"}}}};
  CHECK(render(table, {40}) ==
        "A\n"
        "x\n"
        "          one two three four five six\n"
        "          seven\\neight\n");
}

TEST_CASE("colour surrounds the text and not its padding") {
  const Table table{{{"A"}, {"B"}}, {{{{"x", Style::bad}, {"y"}}, {}}}};
  CHECK(render(table, {0, Color::on}) ==
        "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n"
        "\x1b[1;31mx\x1b[0m  y\n");
}
