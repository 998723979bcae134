#include "report/text/markup.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "netmon/report/report.h"
#include "report/fixtures.h"

using namespace netmon;

TEST_CASE("text in HTML is text") {
  CHECK(html_text("a <b> & \"c\" 'd'") == "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  CHECK(html_text("two\nlines\x1b[31m\u202e") == "two\\nlines\\x1b[31m\\u202e");
  CHECK(html_text("データ &amp;") == "データ &amp;amp;");
}

TEST_CASE("text in Markdown is a code span, in which nothing has a meaning") {
  CHECK(markdown_code("*a* _b_ [c](d) <e> @f #1") == "`*a* _b_ [c](d) <e> @f #1`");
  CHECK(markdown_code("") == "");
  SUBCASE("one line, whatever is in it") { CHECK(markdown_code("a\n# b") == "`a\\n# b`"); }
  SUBCASE("and what would end the span or the table's cell stands beside it") {
    CHECK(markdown_code("a|b") == "`a`&#124;`b`");
    CHECK(markdown_code("|") == "&#124;");
    CHECK(markdown_code("a``b") == "`a`&#96;&#96;`b`");
    CHECK(markdown_code("a\\|b\\`") == "`a\\`&#124;`b\\`&#96;");
  }
  SUBCASE("and keeps its spaces") {
    CHECK(markdown_code(" a ") == "`  a  `");
    CHECK(markdown_code(" a") == "` a`");
  }
}

namespace {

// A Markdown text without its code spans.
std::string without_code(const std::string& markdown) {
  std::string out;
  bool inside = false;
  for (const char byte : markdown) {
    if (byte == '`') {
      inside = !inside;
    } else if (!inside || byte == '\n') {
      out += byte;
    }
  }
  CHECK_FALSE(inside);
  return out;
}

}  // namespace

TEST_CASE("outside of code spans a hostile Markdown report holds netmon's own words alone") {
  const std::string own = without_code(render_markdown(fixture::hostile_review()));
  for (const char* const word :
       {"evil", "<script", "alert", "@", "http", "](", "onerror", "owned"}) {
    CAPTURE(word);
    CHECK(own.find(word) == std::string::npos);
  }
  SUBCASE("and every row of a table has as many cells as its header") {
    std::size_t columns = 0;
    std::size_t begin = 0;
    for (auto end = own.find('\n'); end != std::string::npos; end = own.find('\n', begin)) {
      const std::string line = own.substr(begin, end - begin);
      begin = end + 1;
      if (!line.starts_with('|')) {
        columns = 0;
        continue;
      }
      const auto cells = static_cast<std::size_t>(std::ranges::count(line, '|'));
      if (columns == 0) columns = cells;
      CHECK(cells == columns);
    }
  }
}
