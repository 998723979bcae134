#include "netmon/core/values/text.h"

#include <doctest/doctest.h>

#include <string>

namespace netmon {

TEST_CASE("valid text enters as it is") {
  CHECK(sanitize("nginx: worker") == "nginx: worker");
  CHECK(sanitize("a\nb\x1b[31m") == "a\nb\x1b[31m");
  CHECK(sanitize("データ") == "データ");
}

TEST_CASE("invalid UTF-8 enters as visible bytes") {
  CHECK(sanitize("a\xff z") == "a\\xff z");
  CHECK(sanitize("\xc3") == "\\xc3");                             // cut
  CHECK(sanitize("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(sanitize("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(sanitize("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  CHECK(sanitize(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("a long text is cut at a character, with a mark, and never longer than its bound") {
  CHECK(sanitize("abcdef", 6) == "abcdef");
  CHECK(sanitize("abcdefg", 6) == "abc…");
  CHECK(sanitize("ääää", 6) == "ä…");
  for (std::size_t bound = 0; bound < 12; ++bound) {
    CAPTURE(bound);
    CHECK(sanitize("aä\xff€zzzzzzzzzz", bound).size() <= bound);
  }
}

TEST_CASE("what could deceive a terminal is made visible") {
  CHECK(escape_controls("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(escape_controls("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(escape_controls("\x7f") == "\\x7f");
  CHECK(escape_controls("\xc2\x9b") == "\\x9b");                // C1 CSI
  CHECK(escape_controls("\xe2\x80\xae") == "\\u202e");          // right-to-left override
  CHECK(escape_controls("\xe2\x81\xa6") == "\\u2066");          // isolate
  CHECK(escape_controls("\xe2\x80\x8b") == "\\u200b");          // zero width space
  CHECK(escape_controls("\xcd\x8f") == "\\u034f");              // combining grapheme joiner
  CHECK(escape_controls("\xe1\x9e\xb4") == "\\u17b4");          // Khmer vowel inherent aq
  CHECK(escape_controls("\xef\xbf\xb0") == "\\ufff0");          // reserved for such characters
  CHECK(escape_controls("\xef\xbb\xbf") == "\\ufeff");          // byte order mark
  CHECK(escape_controls("\xf3\xa0\x80\xa0") == "\\U000e0020");  // tag space
  CHECK(escape_controls("\xff") == "\\xff");
  CHECK(escape_controls("\xe0\xa2\x90") == "\\u0890");          // Arabic pound mark above
  CHECK(escape_controls("\xe1\xa0\x8b") == "\\u180b");          // Mongolian variation selector
  CHECK(escape_controls("\xe1\xa0\x8e") == "\\u180e");          // Mongolian vowel separator
  CHECK(escape_controls("\xf0\x93\x90\xb0") == "\\U00013430");  // hieroglyph joiner
  CHECK(escape_controls("\xf0\x9b\xb2\xa0") == "\\U0001bca0");  // shorthand format
}

TEST_CASE("printable text leaves as it is") {
  for (const char* text : {"", "nginx", "Ünïcödé", "データベース", "=cmd|x", "a\\b", "⚠"}) {
    CHECK(escape_controls(text) == text);
  }
}

TEST_CASE("escaped text holds no control byte, whatever goes in") {
  for (unsigned first = 0; first < 256; ++first) {
    for (const unsigned second : {0x00U, 0x1bU, 0x80U, 0x9bU, 0xbfU, 0xffU}) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      for (const char c : escape_controls(text)) {
        const auto byte = static_cast<unsigned char>(c);
        REQUIRE(byte >= 0x20);
        REQUIRE(byte != 0x7f);
      }
    }
  }
}

TEST_CASE("one and many are told apart") {
  CHECK(counted(1, "socket", "sockets") == "1 socket");
  CHECK(counted(0, "socket", "sockets") == "0 sockets");
}

TEST_CASE("texts that differ in counts alone are the same without their numbers") {
  CHECK(without_numbers("1 of 92 processes: Permission denied") ==
        without_numbers("12 of 7 processes: Permission denied"));
  CHECK(without_numbers("3 sockets (2)") == " sockets ()");
  CHECK(without_numbers("net:[4026531840], 7") == "net:[], ");
  CHECK(without_numbers("42").empty());
}

TEST_CASE("a number within a name stays") {
  for (const char* text : {"netns:blue1", "netns:1", "2a0b::5", "10.0.0.1", "eth0 of web2", ""}) {
    CHECK(without_numbers(text) == text);
  }
}

TEST_CASE("the width of ASCII is its length") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("") == 0);
}

TEST_CASE("a list for one line is cut after eight") {
  const std::vector<std::string> eight(8, "a");
  CHECK(join_some({}).empty());
  CHECK(join_some(eight) == "a, a, a, a, a, a, a, a");
  CHECK(join_some(std::vector<std::string>(9, "a")) == "a, a, a, a, a, a, a, a and 1 more");
}

}  // namespace netmon
