#include "netmon/report/text_fit.h"

#include <doctest/doctest.h>

using namespace netmon;

TEST_CASE("a text is cut to its columns") {
  CHECK(cut_to("python3", 7, Cut::end) == "python3");
  CHECK(cut_to("python3", 6, Cut::end) == "pytho…");
  CHECK(cut_to("python3", 1, Cut::end) == "…");
  CHECK(cut_to("/usr/bin/python3", 9, Cut::middle) == "/usr…hon3");
  CHECK(cut_to("/usr/bin/python3", 8, Cut::middle) == "/usr…on3");
  CHECK(cut_to("ab", 1, Cut::middle) == "…");
}

TEST_CASE("a cut never splits a character") {
  CHECK(cut_to("äöüß", 3, Cut::end) == "äö…");
  CHECK(cut_to("äöüßé", 4, Cut::middle) == "äö…é");
}

TEST_CASE("a wide character takes two columns, and a combining one stays with its letter") {
  CHECK(cut_to("データベース", 12, Cut::end) == "データベース");
  CHECK(cut_to("データベース", 6, Cut::end) == "デー…");
  CHECK(cut_to("データベース", 6, Cut::middle) == "デ…ス");
  CHECK(cut_to("e\u0301e\u0301e\u0301", 2, Cut::end) == "e\u0301…");
}

TEST_CASE("a paragraph is wrapped at spaces behind its prefix") {
  CHECK(paragraph("* ", "one two three", 9) == "* one two\n  three\n");
  CHECK(paragraph("* ", "one two three", 0) == "* one two three\n");
  CHECK(paragraph("", "", 10) == "\n");
}

TEST_CASE("a word that is longer than a line is broken, and nothing of it is lost") {
  CHECK(paragraph("> ", "a 0123456789 b", 6) == "> a\n  0123\n  4567\n  89 b\n");
}

TEST_CASE("a prefix that fills the line leaves one column") {
  CHECK(paragraph("12345", "ab", 5) == "12345a\n     b\n");
}

TEST_CASE("a paragraph escapes its text before it measures") {
  CHECK(paragraph("", "a\nb \x1b", 0) == "a\\nb \\x1b\n");
}
