#include "netmon/text.h"

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
  CHECK(escape_controls("\xef\xbb\xbf") == "\\ufeff");          // byte order mark
  CHECK(escape_controls("\xf3\xa0\x80\xa0") == "\\U000e0020");  // tag space
  CHECK(escape_controls("\xff") == "\\xff");
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

TEST_CASE("the width of ASCII is its length") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("") == 0);
}

}  // namespace netmon
