// What a diff says where one side could not see.

#include <doctest/doctest.h>

#include "builder.h"
#include "comparison.h"
#include "netmon/diff.h"

namespace netmon {
namespace {

using test::Builder;
using test::has_caveat;
using test::is_conclusive;
using test::kinds;
using test::kNginx;
using test::kPython;
using test::kSshd;
using test::process;
using test::Words;

}  // namespace

TEST_CASE("a missing process name matches any, with a caveat that decides") {
  Builder named;
  named.listen("0.0.0.0", 22, {kSshd});
  Builder nameless;
  nameless.listen("0.0.0.0", 22, {}, OwnerState::not_permitted);
  for (const auto& comparison :
       {diff(named.get(), nameless.get()), diff(nameless.get(), named.get())}) {
    CHECK(comparison.changes.empty());
    CHECK(has_caveat(comparison, "nameless-match"));
    CHECK_FALSE(is_conclusive(comparison));
  }
}

TEST_CASE("sides that are equally blind are compared without a verdict on what neither saw") {
  Builder both;
  both.listen("0.0.0.0", 22, {}, OwnerState::not_permitted);
  both.gap({.code = GapCode::owners_not_visible, .count = 1});
  const auto comparison = diff(both.get(), both.get());
  CHECK(comparison.changes.empty());
  CHECK(is_conclusive(comparison));
  CHECK(has_caveat(comparison, "owners-not-visible"));
}

TEST_CASE("a wider binding shows even where the process does not") {
  CHECK(kinds(Builder().listen("127.0.0.1", 22, {kSshd}),
              Builder().listen("0.0.0.0", 22, {}, OwnerState::not_permitted)) ==
        Words{"exposure-widened high"});
}

TEST_CASE("a name that one side proves to be new is reported beside a nameless socket") {
  Builder after;
  after.listen("0.0.0.0", 80, {}, OwnerState::not_permitted).listen("0.0.0.0", 80, {kPython});
  CHECK(kinds(Builder().listen("0.0.0.0", 80, {kNginx}), after) == Words{"listener-added high"});
}

TEST_CASE("a nameless socket that joins a named listener decides") {
  Builder after;
  after.listen("0.0.0.0", 80, {kNginx}).listen("0.0.0.0", 80, {}, OwnerState::not_permitted);
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {kNginx}).get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("a named listener that is gone from among nameless ones decides") {
  Builder before;
  before.listen("0.0.0.0", 80, {}, OwnerState::not_permitted).listen("0.0.0.0", 80, {kNginx});
  const auto comparison =
      diff(before.get(), Builder().listen("0.0.0.0", 80, {}, OwnerState::not_permitted).get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("a new nameless listener is a change, and says why it has no process") {
  const auto comparison =
      diff(Builder().get(), Builder().listen("0.0.0.0", 80, {}, OwnerState::not_permitted).get());
  CHECK(kinds(comparison) == Words{"listener-added high"});
  CHECK(comparison.changes.front().message == "new listener: tcp 0.0.0.0:80 (process not visible)");
}

TEST_CASE("a closed connection to a new peer is a new peer") {
  const auto comparison = diff(
      Builder().get(),
      Builder().connect("185.220.101.5", 4444, {}, State::time_wait, OwnerState::time_wait).get());
  CHECK(kinds(comparison) == Words{"outbound-added high"});
  CHECK(comparison.changes.front().message ==
        "new outbound peer: tcp 185.220.101.5:4444 (time-wait, no process)");
}

TEST_CASE("a closed connection beside an open one is the same change") {
  Builder after;
  after.connect("185.220.101.5", 4444, {}, State::time_wait, OwnerState::time_wait);
  after.connect("185.220.101.5", 4444, {kPython});
  const auto comparison = diff(Builder().get(), after.get());
  CHECK(kinds(comparison) == Words{"outbound-added high"});
  CHECK(comparison.changes.front().process->name == "python3");
}

TEST_CASE("a connection without an owner by nature matches any, without deciding") {
  Builder closed;
  closed.connect("10.0.0.9", 5432, {}, State::time_wait, OwnerState::time_wait);
  const auto comparison = diff(closed.get(), Builder().connect("10.0.0.9", 5432, {kPython}).get());
  CHECK(comparison.changes.empty());
  CHECK(has_caveat(comparison, "nameless-match"));
  CHECK(is_conclusive(comparison));
}

TEST_CASE("a closed connection of before does not hide a new program to that peer") {
  Builder before;
  before.connect("185.220.101.5", 443, {}, State::time_wait, OwnerState::time_wait);
  before.connect("185.220.101.5", 443, {kNginx});
  Builder after;
  after.connect("185.220.101.5", 443, {kNginx}).connect("185.220.101.5", 443, {kPython});
  const auto comparison = diff(before.get(), after.get());
  CHECK(kinds(comparison) == Words{"outbound-added high"});
  CHECK_FALSE(has_caveat(comparison, "nameless-match"));
  CHECK(kinds(after, before) == Words{"outbound-removed notice"});
}

TEST_CASE("a connection of a process that is hidden still matches any") {
  Builder before;
  before.connect("10.0.0.9", 5432, {}, State::established, OwnerState::not_permitted);
  before.connect("10.0.0.9", 5432, {kNginx});
  Builder after;
  after.connect("10.0.0.9", 5432, {kNginx}).connect("10.0.0.9", 5432, {kPython});
  const auto comparison = diff(before.get(), after.get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("an executable that could be read before and not after decides") {
  Process hashed = kNginx;
  hashed.exe_sha256 = std::string(64, 'a');
  Process unhashed = process("nginx", 201);
  Process pathless = hashed;
  pathless.exe = std::nullopt;
  const Gap gap{.code = GapCode::executables_not_hashed, .count = 1};
  const auto listening = [](const Process& owner) {
    return Builder().listen("0.0.0.0", 80, {owner});
  };
  const auto decides = [](const Builder& before, const Builder& after) {
    const auto comparison = diff(before.get(), after.get());
    CHECK(comparison.changes.empty());
    CHECK(has_caveat(comparison, "executable-not-compared") == !is_conclusive(comparison));
    return !is_conclusive(comparison);
  };
  CHECK(decides(listening(hashed), listening(unhashed).gap(gap)));
  CHECK(decides(listening(hashed), listening(pathless)));
  CHECK(decides(listening(hashed), listening(hashed).listen("0.0.0.0", 80, {unhashed}).gap(gap)));
  CHECK_FALSE(decides(listening(hashed), listening(hashed)));
  CHECK_FALSE(decides(listening(unhashed), listening(hashed)));
  CHECK_FALSE(decides(listening(unhashed), listening(unhashed).gap(gap)));
}

TEST_CASE("a capture that read no executable at all does not decide") {
  Process hashed = kNginx;
  hashed.exe_sha256 = std::string(64, 'a');
  const auto comparison = diff(Builder().listen("0.0.0.0", 80, {hashed}).get(),
                               Builder().listen("0.0.0.0", 80, {kNginx}).get());
  CHECK(comparison.changes.empty());
  CHECK(is_conclusive(comparison));
}

TEST_CASE("executables are compared of what can gate alone") {
  Process pathless = process("app", 300);
  pathless.exe = std::nullopt;
  const auto session = [](const Process& owner) {
    Builder builder;
    builder.listen("0.0.0.0", 22, {kSshd});
    return builder.socket(Protocol::tcp, State::established, test::endpoint("10.0.0.5", 22),
                          test::endpoint("10.0.0.9", 50000), {owner});
  };
  CHECK(is_conclusive(diff(session(process("app", 300)).get(), session(pathless).get())));
}

TEST_CASE("absent behind a gap is unknown, neither added nor removed") {
  const Scope blue{ScopeKind::named, "blue"};
  Builder sees;
  sees.in(blue).listen("0.0.0.0", 80, {kNginx});
  Builder blind;
  blind.gap({.code = GapCode::netns_not_entered,
             .scope = blue,
             .reason = "Operation not permitted",
             .count = 1});
  for (const auto& comparison : {diff(sees.get(), blind.get()), diff(blind.get(), sees.get())}) {
    CHECK(comparison.changes.empty());
    CHECK(has_caveat(comparison, "not-comparable"));
    CHECK(has_caveat(comparison, "netns-not-entered"));
    CHECK_FALSE(is_conclusive(comparison));
  }
}

TEST_CASE("what never gates does not decide from behind a gap") {
  const Scope blue{ScopeKind::named, "blue"};
  Builder sees;
  sees.in(blue).udp("0.0.0.0", 40000, {kPython});
  Builder blind;
  blind.gap({.code = GapCode::netns_not_entered, .scope = blue, .count = 1});
  CHECK_FALSE(has_caveat(diff(blind.get(), sees.get()), "not-comparable"));
}

}  // namespace netmon
