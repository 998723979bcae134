#include <doctest/doctest.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>

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
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, style.size(), reinterpret_cast<const std::uint8_t*>(style.data()));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  std::array<char, BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)> text{};
  base64_encode_raw(text.data(), digest.size(), digest.data());
  return "sha256-" + std::string(text.begin(), text.end());
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

// Every tag with its attributes, in a page whose texts contain no '<'.
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
  CHECK(banner.find("<b>accepted, after</b>: ") != std::string::npos);
  CHECK(banner.find("CHG-1042.toml:12: the hypervisor&#39;s agent refuses every user") !=
        std::string::npos);
  CHECK(banner.find("saw enough") == std::string::npos);
  CHECK(page_of(fixture::inconclusive_review()).find("<b>not seen, after</b>: 12 sockets") !=
        std::string::npos);
}

TEST_CASE("a page explains each kind of change that it lists, once") {
  const std::string page = page_of(fixture::every_kind_review());
  const std::string legend = between(page, "what these changes mean", "<h2>");
  for (const ChangeKind kind : all_change_kinds()) {
    CAPTURE(to_string(kind));
    CHECK(count(legend, ">" + std::string(to_string(kind)) + "<") == 1);
  }
  CHECK(page_of(fixture::clean_review()).find("what these changes mean") == std::string::npos);
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
        "netmon: CHG-1042 on db1: UNAPPROVED, pre-change (#1) to post-change (#2)");
}

TEST_CASE("a page is titled and headed by its ticket") {
  Review review = fixture::decided_review();
  const auto heading = [&] { return between(page_of(review), "<h1>", "</h1>"); };
  CHECK(heading().starts_with("<code>CHG-1042</code>: did the network behaviour of <code>db1<"));
  SUBCASE("that of the first snapshot, where the second has none") {
    review.after.ticket = "";
    review.before.ticket = "CHG-7";
    CHECK(heading().starts_with("<code>CHG-7</code>: "));
  }
  SUBCASE("that of its rules, where neither snapshot has one") {
    review.after.ticket = review.before.ticket = "";
    CHECK(heading().starts_with("<code>CHG-1042</code>: "));
    review = fixture::clean_review();
    review.after.ticket = review.before.ticket = "";
    CHECK(heading().starts_with("No ticket named: "));
    CHECK(between(page_of(review), "<title>", "</title>").starts_with("netmon: db1: CLEAN"));
  }
}

TEST_CASE("the head of a page names what is not allowed and who did it, and what was not seen") {
  Review review = fixture::decided_review();
  const auto head = [&] { return between(page_of(review), "<header>", "</header>"); };
  CHECK(head().find(
            "<b>Not approved, high</b>: A port that was closed before now has a listener: tcp "
            "<code>0.0.0.0:31337</code>, by <code>python3 (pid 7821, root)</code>, which "
            "runs <code>/srv/app.py</code>, started by <code>bash ← sshd</code>; also held "
            "by <code>nginx (pid 900, www-data)</code>.") != std::string::npos);
  CHECK(head().find("<ol>\n<li><b>Forbidden, high</b>: There is a connection to a peer that had "
                    "none before: ") != std::string::npos);
  CHECK(head().find("; a rule forbids it: <code>standing rule: no connection to a Tor exit "
                    "(/etc/netmon/standing.toml:9)</code>.</li>") != std::string::npos);
  CHECK(count(head(), "xpected, not seen") == 2);   // once in words, once in the count
  CHECK(head().find("8443") == std::string::npos);  // it is approved
  CHECK(head().find("<b>not seen, before</b>: 1 network namespace was not entered in netns:blue") !=
        std::string::npos);
  CHECK(head().find("rebooted") == std::string::npos);  // it is not decisive
  SUBCASE("the first ones, and how many more") {
    review.changes.insert(review.changes.begin(), 20, review.changes[0]);
    review.caveats.insert(review.caveats.begin(), 20, review.caveats[0]);
    CHECK(count(head(), "<b>Not approved, high</b>") == 4);
    CHECK(head().find("<p>And 19 more, among the changes below.</p>") != std::string::npos);
    CHECK(count(head(), "<b>not seen, before</b>") == 5);
    CHECK(head().find("<p>And 16 more, among the caveats below.</p>") != std::string::npos);
  }
  SUBCASE("nothing unseen is said, too") {
    review.caveats.clear();
    CHECK(head().find("<p>Nothing that could count.</p>") != std::string::npos);
  }
}

TEST_CASE("a page is read from the verdict to the sign-off, and the rest is an appendix") {
  const std::string page = page_of(fixture::decided_review());
  std::size_t last = 0;
  for (const char* const part :
       {"<h1>", "UNAPPROVED</strong>", "<h2>What is not allowed", "<h2>What could not be seen",
        "<h2>What changed", "<h2>All caveats", "<h2>The two captures", "<h2>Sign-off",
        "<div class=\"appendix\">", "<h2>Appendix: the host and its peers",
        "<h2>Appendix: the rules that were applied", "<h2>Appendix: what these changes mean",
        "<h2>Appendix: the method", "<h2>Appendix: which controls", "<footer>"}) {
    CAPTURE(part);
    CHECK(count(page, part) == 1);
    CHECK(page.find(part) > last);
    last = page.find(part);
  }
}

TEST_CASE("what is the same in both captures is one line, and what differs a row") {
  const std::string page = page_of(fixture::decided_review());
  const std::string captures = between(page, "<h2>The two captures</h2>", "<h2>");
  CHECK(captures.find("<p>The same on both sides: host <code>db1</code>; kernel <code>6.1") !=
        std::string::npos);
  CHECK(captures.find("<div>host</div>") == std::string::npos);
  CHECK(captures.find("<div>taken</div>") != std::string::npos);
  CHECK(captures.find("<div>digest</div>") != std::string::npos);
}

TEST_CASE("a page of many changes is shortened, says by how much and where the rest is") {
  Review review = fixture::decided_review();
  const ReviewedChange unapproved = review.changes[0];
  const ReviewedChange notice = review.changes.back();
  review.changes.assign(3000, unapproved);
  review.changes.insert(review.changes.end(), 40, notice);
  ReviewedChange named = notice;
  named.change.kind = ChangeKind::listener_removed;
  review.changes.push_back(named);
  const auto rows = [](const std::string& page, const std::string& title) {
    return count(between(page, "<caption>" + title, "</table>"), "<tr ") - 1;
  };
  const std::string page = page_of(review);
  CHECK(page.find("<h3>Not approved (3000)</h3>") != std::string::npos);
  CHECK(rows(page, "Not approved") == 500);
  CHECK(page.find("<b>2500 more of these are not on this page</b>, which lists the first 500. All "
                  "of them are in the files that -o review.csv and -o review.json write") !=
        std::string::npos);
  CHECK(page.size() < 2'000'000);
  SUBCASE("each status keeps some, and what every report names is among them") {
    CHECK(rows(page, "Notices") == 25);
    CHECK(page.find("<b>16 more of these are not on this page</b>") != std::string::npos);
    CHECK(count(between(page, "<caption>Notices", "</table>"), ">listener-removed<") == 1);
  }
  SUBCASE("up to the limit nothing is left out") {
    review.changes.assign(500, unapproved);
    CHECK(rows(page_of(review), "Not approved") == 500);
    CHECK(page_of(review).find("not on this page") == std::string::npos);
  }
}

TEST_CASE("a page of many caveats is shortened, and says by how much") {
  Review review = fixture::decided_review();
  review.caveats.insert(review.caveats.begin(), 300, review.caveats[0]);
  CHECK(page_of(review).find("<b>103 more are not on this page.</b>") != std::string::npos);
}

TEST_CASE("the foot of each sheet holds host, ticket and digests, cut to a line") {
  Review review = fixture::decided_review();
  const auto foot = [&] { return between(page_of(review), "<div class=\"foot\"", "</p>"); };
  CHECK(foot().find("<p><code>db1</code> · <code>CHG-1042</code> · <code>" +
                    review.before.digest.substr(0, 19) + "</code> → <code>" +
                    review.after.digest.substr(0, 19) + "</code>") != std::string::npos);
  review.after.digest = "";
  review.after.host_name = std::string(200, 'h');
  CHECK(foot().find("<code>not stored</code>") != std::string::npos);
  CHECK(foot().find(std::string(41, 'h')) == std::string::npos);
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

TEST_CASE("the picture is told in words for who does not see it") {
  const std::string svg = picture_svg(fixture::decided_picture(), "db1");
  CHECK(count(svg, "<svg ") == count(svg, "role=\"img\" aria-label=\"What listens on "));
  CHECK(count(svg, "<g class=\"node") == count(svg, "<li>"));
  CHECK(svg.find("<li>listens: <code>tcp 0.0.0.0:31337</code>, <code>python3</code>: new, NOT "
                 "APPROVED</li>") != std::string::npos);
}

TEST_CASE("a picture of peers without their listener is drawn all the same") {
  Picture picture;
  PictureItem peer;
  peer.role = Role::inbound;
  peer.port = 9;
  peer.peer = "192.0.2.1";
  picture.items = {peer};
  CHECK(count(picture_svg(picture, "db1"), "192.0.2.1") == 3);  // drawn twice, and once in words
}
