#include "netmon/core/review/picture.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

#include "comparison.h"
#include "netmon/core/review/review.h"

using namespace netmon;
using namespace netmon::test;

namespace {

Picture picture(const Builder& before, const Builder& after) {
  return picture_of(review(diff(before.get(), after.get(), Unchanged::listed)));
}

std::string_view word_of(Mark mark) {
  constexpr std::array<std::string_view, 5> kWords{"unchanged", "added", "removed", "changed",
                                                   "unknown"};
  return kWords.at(static_cast<std::size_t>(mark));
}

// "listener 22 sshd unchanged", "outbound 192.0.2.1:443 nginx added unapproved".
std::vector<std::string> words(const Picture& picture) {
  std::vector<std::string> all;
  for (const PictureItem& item : picture.items) {
    std::string text(to_string(item.role));
    if (item.port) text += fmt::format(" {}", *item.port);
    if (item.peer) text += " " + *item.peer;
    if (item.peer_port) text += fmt::format(":{}", *item.peer_port);
    text += fmt::format(" {} {}", item.process, word_of(item.mark));
    if (item.status) text += fmt::format(" {}", to_string(*item.status));
    if (item.count > 1) text += fmt::format(" x{}", item.count);
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace

TEST_CASE("a picture shows what stayed beside what came and went") {
  Builder before;
  before.listen("0.0.0.0", 22, {kSshd}).connect("192.0.2.1", 443, {kNginx});
  Builder after;
  after.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 31337, {kPython});
  const Picture drawn = picture(before, after);
  CHECK(words(drawn) == Words{"listener 22 sshd unchanged",
                              "listener 31337 python3 added unapproved",
                              "outbound 192.0.2.1:443 nginx removed notice"});
  CHECK(drawn.left_out == 0);
  CHECK(drawn.items[0].addresses == Words{"0.0.0.0"});
}

TEST_CASE("what is on both sides and has a change is marked as changed") {
  Builder before;
  before.listen("127.0.0.1", 22, {kSshd}).listen("0.0.0.0", 80, {kNginx});
  Builder after;
  after.listen("0.0.0.0", 22, {kSshd}).listen("0.0.0.0", 80, {kPython});
  CHECK(words(picture(before, after)) ==
        Words{"listener 22 sshd changed unapproved", "listener 80 python3 changed unapproved"});
}

TEST_CASE("a program that joins a port does not mark the one that was there") {
  Builder before;
  before.listen("0.0.0.0", 80, {kNginx});
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {kPython});
  CHECK(words(picture(before, after)) == Words{"listener 80 python3 added unapproved"});
}

TEST_CASE("what one side could not see is unknown, not added") {
  const Scope blue{ScopeKind::named, "blue"};
  Builder before;
  before.gap({GapCode::netns_not_entered, blue, std::nullopt, "Operation not permitted", 1});
  Builder after;
  after.in(blue).listen("0.0.0.0", 80, {kNginx});
  CHECK(words(picture(before, after)) == Words{"listener 80 nginx unknown"});
}

TEST_CASE("who holds a port behind blindness is unknown") {
  Builder before;
  before.listen("0.0.0.0", 80, {}, OwnerState::not_permitted);
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx});
  CHECK(words(picture(before, after)) == Words{"listener 80 nginx unknown"});
  CHECK(words(picture(before, before)) == Words{"listener 80  unknown"});
}

TEST_CASE("of several changes of one thing the most urgent is drawn") {
  Process other = as_user(kNginx, 33, "www-data");
  other.exe_sha256 = "another";
  CHECK(words(picture(Builder().listen("127.0.0.1", 80, {kNginx}),
                      Builder().listen("127.0.0.1", 80, {other}))) ==
        Words{"listener 80 nginx changed unapproved"});
}

TEST_CASE("a restart is no mark") {
  Builder before;
  before.listen("0.0.0.0", 22, {process("sshd", 100)});
  Builder after;
  after.listen("0.0.0.0", 22, {process("sshd", 999)});
  CHECK(words(picture(before, after)) == Words{"listener 22 sshd unchanged"});
}

TEST_CASE("clients are not drawn") {
  Builder both;
  both.udp("0.0.0.0", 40000, {kNginx});
  both.last().port_choice = PortChoice::kernel;
  CHECK(picture(both, both).items.empty());
}

TEST_CASE("many unchanged peers are drawn as one, and what changed on its own") {
  Builder before;
  before.listen("0.0.0.0", 443, {kNginx});
  for (int i = 0; i < 400; ++i) {
    before.socket(Protocol::tcp, State::established, endpoint("10.0.0.5", 443),
                  endpoint(fmt::format("192.0.{}.{}", i / 250, i % 250 + 1), 50000), {kNginx});
  }
  Builder after = before;
  after.connect("203.0.113.9", 4444, {kPython});
  const Picture drawn = picture(before, after);
  CHECK(words(drawn) == Words{"listener 443 nginx unchanged", "inbound 443 nginx unchanged x400",
                              "outbound 203.0.113.9:4444 python3 added unapproved"});
  CHECK(drawn.left_out == 0);
}

TEST_CASE("a scan's many new peers are drawn as one") {
  Builder before;
  Builder after;
  for (int i = 0; i < 400; ++i) {
    after.connect(fmt::format("198.51.{}.{}", i / 250, i % 250 + 1), 22, {kPython});
  }
  CHECK(words(picture(before, after)) == Words{"outbound:22 python3 added unapproved x400"});
}

TEST_CASE("a picture is bounded: what changed goes first and the rest is counted") {
  Builder before;
  for (std::uint16_t port = 1; port <= 1000; ++port) before.listen("0.0.0.0", port, {kNginx});
  Builder after = before;
  after.listen("0.0.0.0", 31337, {kPython});
  const Picture drawn = picture(before, after);
  CHECK(drawn.items.size() == kMaxPictureItems);
  CHECK(drawn.left_out == 1001 - kMaxPictureItems);
  CHECK(words(drawn).back() == "listener 31337 python3 added unapproved");
}
