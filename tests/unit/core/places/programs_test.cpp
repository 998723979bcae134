// What a program runs: executable, script, foreign code.
#include "core/places/programs.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

const Process kApp = running(process("python3", 300), "/srv/app.py");

}  // namespace

TEST_CASE("an executable with other bytes is changed, under the same path") {
  Process old = kNginx;
  old.exe_sha256 = std::string(64, 'a');
  Process replaced = process("nginx", 999);
  replaced.exe_sha256 = std::string(64, 'b');
  replaced.started_at = Timestamp{std::chrono::hours{24}};
  const auto comparison = diff(held_by({old}).get(), held_by({replaced}).get());
  REQUIRE(kinds(comparison) == Words{"executable-changed high"});
  const auto& attributes = comparison.changes[0].attributes;
  REQUIRE(attributes.size() == 2);
  CHECK(attributes[0] ==
        AttributeChange{Attribute::sha256, {std::string(64, 'a')}, {std::string(64, 'b')}});
  CHECK(attributes[1].attribute == Attribute::restarted);
  CHECK(comparison.changes[0].process->exe_sha256 == std::string(64, 'b'));
  replaced.started_at += std::chrono::hours{1};
  const auto restarted = diff(held_by({old}).get(), held_by({replaced}).get());
  CHECK(restarted.changes[0].fingerprint == comparison.changes[0].fingerprint);
}

TEST_CASE("another path with other bytes is changed, at listeners and at peers") {
  Process other = process("nginx", 900);
  other.exe = "/tmp/nginx";
  other.exe_sha256 = "another";
  CHECK(kinds(held_by({kNginx}), held_by({other})) == Words{"executable-changed high"});
  CHECK(kinds(Builder().connect("10.0.0.9", 80, {kNginx}),
              Builder().connect("10.0.0.9", 80, {other})) == Words{"executable-changed high"});
}

TEST_CASE("the same bytes at another path have moved") {
  const auto comparison = after_change(kNginx, [](Process& now) { now.exe = "/opt/sbin/nginx"; });
  CHECK(kinds(comparison) == Words{"executable-moved notice"});
  CHECK(is_conclusive(comparison));
}

TEST_CASE("a file that was replaced is not another path") {
  CHECK(after_change(kNginx, [](Process& now) { now.exe_deleted = true; }).changes.empty());
}

TEST_CASE("one worker of several with other bytes is enough") {
  Process other = process("nginx", 901);
  other.exe_sha256 = "another";
  CHECK(kinds(held_by({kNginx, process("nginx", 201)}), held_by({kNginx, other})) ==
        Words{"executable-changed high"});
}

TEST_CASE("an executable that was not read is no new one, and decides") {
  const auto unread = [](Process& process) { process.exe_sha256.reset(); };
  Process old = kNginx;
  unread(old);
  CHECK(has_decisive(after_change(kNginx, unread), GapCode::executables_not_hashed, Side::after));
  CHECK(has_decisive(after_change(old, [](Process& now) { now.exe_sha256 = "x"; }),
                     GapCode::executables_not_hashed, Side::before));
  const auto on_both = after_change(old, [](Process&) {});
  CHECK(on_both.changes.empty());
  CHECK_FALSE(is_conclusive(on_both));
  const auto pathless = after_change(kNginx, [](Process& now) {
    now.exe.reset();
    now.exe_sha256.reset();
  });
  CHECK(pathless.changes.empty());
  CHECK_FALSE(is_conclusive(pathless));
}

TEST_CASE("one holder that was not read among others that were decides") {
  Process unread = process("nginx", 201);
  unread.exe_sha256.reset();
  const auto comparison = diff(held_by({kNginx}).get(), held_by({kNginx, unread}).get());
  CHECK(comparison.changes.empty());
  CHECK(has_decisive(comparison, GapCode::executables_not_hashed, Side::after));
}

TEST_CASE("what inbound peers and clients run is not compared") {
  const auto session = [](const Process& owner) {
    return Builder().listen("0.0.0.0", 22, {kSshd}).accept("10.0.0.5", 22, {owner});
  };
  Process other = as_user(kSshd, 1000, "audit");
  other.pid = 900;
  other.exe_sha256.reset();
  other.code.reset();
  CHECK(is_quiet(session(kSshd), session(other)));
}

TEST_CASE("an interpreter that runs another script has changed") {
  const auto path = after_change(kApp, [](Process& now) {
    now.script->name = "/srv/evil.py";
    now.script->sha256 = "another";
  });
  CHECK(kinds(path) == Words{"script-changed high"});
  CHECK(path.changes.at(0).attributes.at(0).attribute == Attribute::script);
  CHECK(kinds(after_change(kApp, [](Process& now) { now.script->sha256 = "another"; })) ==
        Words{"script-changed high"});
}

TEST_CASE("a script that was known before and is none now has changed") {
  CHECK(kinds(after_change(kApp, [](Process& now) { now.script.reset(); })) ==
        Words{"script-changed high"});
  CHECK(kinds(after_change(kApp, [](Process& now) { now.script->sha256.reset(); })) ==
        Words{"script-changed high"});
}

TEST_CASE("a script that was not read before decides") {
  Process old = kApp;
  old.script->sha256.reset();
  const auto read_now = after_change(old, [](Process& now) { now.script->sha256 = "x"; });
  CHECK(read_now.changes.empty());
  CHECK(has_decisive(read_now, GapCode::scripts_not_hashed, Side::before));
  const auto on_both = after_change(old, [](Process&) {});
  CHECK(on_both.changes.empty());
  CHECK_FALSE(is_conclusive(on_both));
}

TEST_CASE("the same script at another path has moved") {
  const auto comparison =
      after_change(kApp, [](Process& now) { now.script->name = "/opt/app.py"; });
  CHECK(kinds(comparison) == Words{"executable-moved notice"});
}

TEST_CASE("code and modules are compared as what they are") {
  Process code = kApp;
  code.script = Script{.kind = ScriptKind::code, .name = "-c", .sha256 = "first"};
  CHECK(after_change(code, [](Process&) {}).changes.empty());
  CHECK(kinds(after_change(code, [](Process& now) { now.script->sha256 = "second"; })) ==
        Words{"script-changed high"});
  Process module = kApp;
  module.script = Script{.kind = ScriptKind::module, .name = "http.server"};
  CHECK(is_conclusive(after_change(module, [](Process&) {})));
  CHECK(is_conclusive(after_change(module, [](Process& now) { now.unit = "web.service"; })));
  CHECK(kinds(after_change(module, [](Process& now) { now.script->name = "evil"; })) ==
        Words{"script-changed high"});
}

TEST_CASE("a second script beside the first under the interpreter's name is new") {
  const Process other = running(process("python3", 901), "/tmp/evil.py");
  CHECK(kinds(held_by({kApp}), held_by({kApp, other})) == Words{"script-changed high"});
}

TEST_CASE("a process that renames itself stays the same program") {
  const auto renamed = [](std::string name) {
    return [name = std::move(name)](Process& now) { now.name = now.comm = name; };
  };
  CHECK(after_change(kNginx, renamed("innocent")).changes.empty());
  CHECK(kinds(after_change(kNginx, [&](Process& now) {
          renamed("innocent")(now);
          now.exe = "/tmp/innocent";
        })) == Words{"executable-moved notice"});
  const Process worker = running(process("rq:worker:1234", 300), "/usr/bin/rq");
  CHECK(after_change(worker, renamed("rq:worker:98765")).changes.empty());
  CHECK(is_conclusive(after_change(worker, renamed("rq:worker:98765"))));
}

TEST_CASE("one of several processes that renames itself is neither gone nor new") {
  Process first = process("celeryd:main", 900);
  Process second = process("celeryd:main", 901);
  first.interpreter = second.interpreter = true;
  Process renamed = second;
  renamed.name = renamed.comm = "celeryd:task";
  CHECK(kinds(held_by({first, second}), held_by({first, renamed})).empty());
  CHECK(kinds(held_by({first, renamed}), held_by({first, second})).empty());
  renamed.exe = "/tmp/other";
  CHECK(kinds(held_by({first, second}), held_by({first, renamed})) == Words{"holder-added high"});
  Process another = renamed;
  another.exe = second.exe;
  another.pid = 902;
  CHECK(kinds(held_by({first, second}), held_by({first, another})) == Words{"holder-added high"});
}

TEST_CASE("an interpreter that renamed itself is known by the bytes of its script as well") {
  CHECK(kinds(after_change(kApp, [](Process& now) {
          now.name = now.comm = "innocent";
          now.script->name = "/opt/app.py";
        })) == Words{"executable-moved notice"});
}

TEST_CASE("a process that calls itself nothing does not match every other") {
  Process unnamed = process("", 900);
  CHECK(kinds(held_by({kNginx}), held_by({unnamed})) == Words{"owner-changed high"});
}

TEST_CASE("interpreters are paired by script, never by executable") {
  CHECK(kinds(after_change(kApp, [](Process& now) {
          now.name = now.comm = "innocent";
          now.script->name = "/tmp/evil.py";
          now.script->sha256 = "another";
        })) == Words{"owner-changed high"});
  Process scriptless = kApp;
  scriptless.script.reset();
  CHECK(kinds(after_change(scriptless, [](Process& now) { now.name = "innocent"; })) ==
        Words{"owner-changed high"});
}

TEST_CASE("an executable that was not known before is no new one, and decides") {
  Process unknown = kNginx;
  unknown.exe.reset();
  unknown.exe_sha256.reset();
  const auto comparison = after_change(unknown, [](Process& now) {
    now.exe = "/usr/bin/nginx";
    now.exe_sha256 = "x";
  });
  CHECK(comparison.changes.empty());
  CHECK(has_decisive(comparison, GapCode::executables_not_hashed, Side::before));
}

TEST_CASE("an interpreter of which the script is not known decides, on both sides alike") {
  Process titled = kApp;
  titled.script.reset();
  const auto comparison = after_change(titled, [](Process&) {});
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("of two processes under one name one has a script and the other none, as before") {
  const Process native = process("python3", 310);
  CHECK(is_quiet(held_by({kApp, native}), held_by({again(kApp), again(native)})));
  Process titled = kApp;
  titled.pid = 310;
  titled.script.reset();
  const auto comparison =
      diff(held_by({kApp, titled}).get(), held_by({again(kApp), again(titled)}).get());
  CHECK(comparison.changes.empty());
  CHECK_FALSE(is_conclusive(comparison));
}

TEST_CASE("an interpreter without a script is not the same program as another one") {
  Interner texts;
  Programs programs(texts);
  Process titled = kApp;
  titled.script.reset();
  Process same_title = titled;
  same_title.pid = 901;
  Snapshot snapshot;
  snapshot.processes = {titled, same_title};
  const auto number = programs.add(snapshot);
  CHECK_FALSE(programs.same_program(number[0], number[1]));
}

TEST_CASE("other arguments of a listener are named, and those of a peer are none") {
  const auto with = [](std::string cmdline) {
    return [=](Process& now) { now.cmdline = cmdline; };
  };
  Process old = kNginx;
  with("nginx --allow 10.0.0.0/8")(old);
  CHECK(after_change(old, with("nginx --allow 10.0.0.0/8")).changes.empty());
  CHECK(kinds(after_change(old, with("nginx --deny 10.0.0.0/8"))) ==
        Words{"arguments-changed notice"});
  CHECK(kinds(after_change(old, with("nginx --allow 0.0.0.0/0"))) ==
        Words{"arguments-changed notice"});
  Process other = old;
  with("nginx --deny all")(other);
  CHECK(is_quiet(Builder().connect("10.0.0.9", 80, {old}),
                 Builder().connect("10.0.0.9", 80, {other})));
}

TEST_CASE("a unit that differs is a notice") {
  CHECK(kinds(after_change(kNginx, [](Process& now) { now.unit = "nginx.service"; })) ==
        Words{"unit-changed notice"});
}

TEST_CASE("secrets among the arguments are masked in a change, and still compared") {
  Process old = kNginx;
  old.cmdline = "app --password hunter-one";
  const auto comparison =
      after_change(old, [](Process& now) { now.cmdline = "app --password hunter-two -x"; });
  REQUIRE(kinds(comparison) == Words{"arguments-changed notice"});
  CHECK(comparison.changes[0].message.find("hunter") == std::string::npos);
}

TEST_CASE("what has no script to be told by is not the same program") {
  Interner texts;
  Programs programs(texts);
  Process elsewhere = kNginx;
  elsewhere.exe_elsewhere = true;
  Process pathless = kNginx;
  pathless.exe.reset();
  Snapshot snapshot;
  snapshot.processes = {kNginx, again(kNginx), kApp, again(kApp), elsewhere, pathless, kPython};
  const auto number = programs.add(snapshot);
  CHECK(number[0] == number[1]);
  CHECK(programs.same_program(number[0], number[1]));
  CHECK(programs.same_program(number[2], number[3]));
  CHECK_FALSE(programs.same_program(number[2], number[6]));
  CHECK_FALSE(programs.same_program(number[0], number[4]));
  CHECK_FALSE(programs.same_program(number[5], number[5]));
  CHECK(programs.same_program(0, 0));
}
