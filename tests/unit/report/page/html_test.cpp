#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "netmon/report/report.h"
#include "report/fixtures.h"
#include "report/page/html_style.h"
#include "report/page/picture_svg.h"

using namespace netmon;

namespace {

// The source expression of a Content-Security-Policy for an inline style.
std::string source_of(std::string_view style) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  REQUIRE(EVP_Digest(style.data(), style.size(), digest.data(), &length, EVP_sha256(), nullptr) ==
          1);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return "sha256-" + std::string(text.begin(), text.begin() + size);
}

std::string between(const std::string& text, std::string_view first, std::string_view last) {
  const auto begin = text.find(first);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find(last, begin + first.size());
  REQUIRE(end != std::string::npos);
  return text.substr(begin + first.size(), end - begin - first.size());
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// Every tag with its attributes, of a page whose texts hold no '<'.
std::set<std::string> tag_names(const std::string& page) {
  std::set<std::string> names;
  for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const auto end = page.find_first_of(" >", at);
    names.insert(page.substr(at + 1, end - at - 1));
  }
  return names;
}

std::string page_of(const Review& review) {
  return render_html(review, fixture::decided_picture());
}

}  // namespace

TEST_CASE("the page's style is the one that its policy lets in") {
  const std::string page = page_of(fixture::decided_review());
  CHECK(between(page, "<style>", "</style>") == kHtmlStyle);
  CHECK(source_of(kHtmlStyle) == kHtmlStyleHash);
  CHECK(between(page, "style-src '", "'") == kHtmlStyleHash);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  SUBCASE("and there is no other style, no script and nothing to load") {
    CHECK(count(page, "<style") == 1);
    for (const char* const word : {" style=", "<script", "<img", "<link", "<iframe", "<form",
                                   "href=", "src=", "url(", "@import", "http:", "https:"}) {
      CAPTURE(word);
      CHECK(page.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("hostile text adds no tag to a page") {
  const std::string page = render_html(fixture::hostile_review(), fixture::hostile_picture());
  auto names = tag_names(page);
  for (const auto& name : tag_names(page_of(fixture::decided_review()))) names.erase(name);
  CHECK(names == std::set<std::string>{});
  SUBCASE("and no attribute: each quote in a text is escaped") {
    CHECK(page.find("onerror=alert(1)>") == std::string::npos);
    CHECK(page.find("' onmouseover") == std::string::npos);
    CHECK(page.find("&lt;/code&gt;&lt;/style&gt;") != std::string::npos);
  }
}

TEST_CASE("a page says the verdict before anything else, in words") {
  CHECK(page_of(fixture::decided_review()).find("UNAPPROVED") <
        page_of(fixture::decided_review()).find("<h2>"));
  CHECK(page_of(fixture::clean_review()).find("✔ CLEAN") != std::string::npos);
  CHECK(page_of(fixture::inconclusive_review()).find("This is not a pass.") != std::string::npos);
  CHECK(page_of(fixture::clean_review()).find("This is not a pass.") == std::string::npos);
}

TEST_CASE("a page says what its verdict rests on") {
  Review review = fixture::decided_review();
  CHECK(page_of(review).find("no approval in force covers") != std::string::npos);
  review.summary = {.expected_missing = 1};
  CHECK(page_of(review).find("no approval in force covers") == std::string::npos);
  CHECK(page_of(review).find("promised did not all happen") != std::string::npos);
}

TEST_CASE("a page says of what its verdict speaks and what was accepted, before anything else") {
  const std::string page = page_of(fixture::accepted_review());
  const std::string banner = between(page, "<header>", "</header>");
  CHECK(banner.find("✔ CLEAN</strong> for what was asked (this namespace)") != std::string::npos);
  CHECK(banner.find("<b>accepted</b>: owners-not-visible (CHG-1042.toml:12: the hypervisor&#39;s "
                    "agent refuses every user)") != std::string::npos);
  CHECK(banner.find("saw enough") == std::string::npos);
  CHECK(page_of(fixture::inconclusive_review()).find("<b>inconclusive</b>: 12 sockets") !=
        std::string::npos);
}

TEST_CASE("a page explains each kind of change that it lists, once") {
  const std::string page = page_of(fixture::every_kind_review());
  const std::string legend = between(page, "What these changes mean", "<h2>");
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    CHECK(count(legend, ">" + std::string(to_string(kind)) + "<") == 1);
  }
  CHECK(page_of(fixture::clean_review()).find("What these changes mean") == std::string::npos);
}

TEST_CASE("headings go down one step at a time and table headers say what they head") {
  const std::string page = page_of(fixture::decided_review());
  char last = '0';
  for (auto at = page.find("<h"); at != std::string::npos; at = page.find("<h", at + 1)) {
    const char level = page[at + 2];
    if (level < '1' || level > '6' || page[at + 3] != '>') continue;
    CHECK(level <= last + 1);
    last = level;
  }
  CHECK(count(page, "<h1>") == 1);
  CHECK(count(page, "<th ") == count(page, "<th scope="));
  CHECK(page.find("<html lang=\"en\">") != std::string::npos);
  CHECK(between(page, "<title>", "</title>") ==
        "netmon: pre-change (#1) to post-change (#2) on db1");
}

TEST_CASE("the page names both digests in full, and every rule with its reason") {
  const Review review = fixture::decided_review();
  const std::string page = page_of(review);
  CHECK(count(page, review.after.digest) == 2);
  for (const auto& outcome : review.rules) {
    CHECK(page.find(outcome.rule.reason) != std::string::npos);
  }
}

TEST_CASE("the picture marks by sign and shape, not by colour alone") {
  const std::string svg = picture_svg(fixture::decided_picture(), "db1");
  CHECK(count(svg, "<svg ") == 2);  // the host, and netns:blue
  CHECK(count(svg, ">+</text>") == 4);
  CHECK(count(svg, "<circle class=\"badge\"") == 4);
  CHECK(count(svg, ">−</text>") == 1);
  CHECK(count(svg, "<rect class=\"badge\"") == 1);
  CHECK(count(svg, ">~</text>") == 1);
  CHECK(count(svg, ">?</text>") == 1);
  CHECK(svg.find("python3: new, NOT APPROVED") != std::string::npos);
  CHECK(svg.find("1204 peers") != std::string::npos);
  SUBCASE("what needs a decision comes first") {
    CHECK(svg.find("0.0.0.0:31337") < svg.find("10.0.0.5:8443"));
    CHECK(svg.find("10.0.0.5:8443") < svg.find("0.0.0.0:22"));
  }
  SUBCASE("what does not fit in its box is whole in its title") {
    CHECK(svg.find("<title>tcp [2001:db8:1111:2222:3333:4444:5555:6666]:5432 app: unchanged") !=
          std::string::npos);
  }
}

TEST_CASE("a picture of peers without their listener is drawn all the same") {
  Picture picture;
  PictureItem peer;
  peer.role = Role::inbound;
  peer.port = 9;
  peer.peer = "192.0.2.1";
  picture.items = {peer};
  CHECK(count(picture_svg(picture, "db1"), "192.0.2.1") == 2);
}
