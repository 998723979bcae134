// Comparison of the code that a program has mapped, and of its loader variables.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {

Process with_library(Process process, std::string path, std::optional<std::string> sha256) {
  process.code->foreign.push_back({std::move(path), false, std::move(sha256)});
  return process;
}

}  // namespace

TEST_CASE("new foreign code is a change, and less of it is none") {
  const auto comparison =
      after_change(kNginx, [](Process& now) { now = with_library(now, "/tmp/evil.so", "x"); });
  CHECK(kinds(comparison) == Words{"code-changed high"});
  CHECK(comparison.changes.at(0).attributes.at(0) ==
        AttributeChange{Attribute::code, {}, {"/tmp/evil.so sha256:x"}});
  CHECK(comparison.changes[0].process->foreign_code == Words{"/tmp/evil.so"});
  const Process had = with_library(kNginx, "/opt/app.so", "x");
  CHECK(after_change(had, [](Process& now) { now.code->foreign.clear(); }).changes.empty());
}

TEST_CASE("foreign code is told by its bytes where they are known, else by its path") {
  const Process read = with_library(kNginx, "/tmp/jna-1234.so", "x");
  const auto becomes = [](std::string path, std::optional<std::string> sha256) {
    return [=](Process& now) { now.code->foreign = {{path, false, sha256}}; };
  };
  CHECK(after_change(read, becomes("/tmp/jna-9876.so", "x")).changes.empty());
  CHECK(is_conclusive(after_change(read, becomes("/tmp/jna-9876.so", "x"))));
  CHECK(kinds(after_change(read, becomes("/tmp/jna-1234.so", "y"))) == Words{"code-changed high"});
  const Process unread = with_library(kNginx, "/memfd:jit", {});
  CHECK(after_change(unread, becomes("/memfd:jit", {})).changes.empty());
  CHECK(kinds(after_change(unread, becomes("/memfd:other", {}))) == Words{"code-changed high"});
}

TEST_CASE("foreign code of which the bytes were read on one side alone decides") {
  const Process read = with_library(kNginx, "/opt/app.so", "x");
  Process unread = read;
  unread.code->foreign[0].sha256.reset();
  for (const auto& comparison :
       {after_change(read, [](Process& now) { now.code->foreign[0].sha256.reset(); }),
        after_change(unread, [](Process& now) { now.code->foreign[0].sha256 = "x"; })}) {
    CHECK((!comparison.changes.empty() || !is_conclusive(comparison)));
  }
}

TEST_CASE(
    "a foreign file without a digest on both sides leaves the verdict open, memory does not") {
  const auto nothing = [](Process&) {};
  CHECK_FALSE(is_conclusive(after_change(with_library(kNginx, "/opt/large.so", {}), nothing)));
  CHECK(is_conclusive(after_change(with_library(kNginx, "/memfd:jit", {}), nothing)));
}

TEST_CASE("a loader's variable that is new or has another value is a change") {
  Process old = kNginx;
  old.code->loader = {{"LD_LIBRARY_PATH", "/opt/lib"}};
  const auto comparison = after_change(old, [](Process& now) {
    now.code->loader.push_back({"LD_PRELOAD", "/tmp/evil.so"});
  });
  CHECK(kinds(comparison) == Words{"code-changed high"});
  CHECK(comparison.changes.at(0).attributes.at(0) ==
        AttributeChange{Attribute::loader,
                        {"LD_LIBRARY_PATH=/opt/lib"},
                        {"LD_LIBRARY_PATH=/opt/lib", "LD_PRELOAD=/tmp/evil.so"}});
  CHECK(kinds(after_change(old, [](Process& now) { now.code->loader[0].value = "/tmp"; })) ==
        Words{"code-changed high"});
  CHECK(after_change(old, [](Process& now) { now.code->loader.clear(); }).changes.empty());
}

TEST_CASE("anonymous executable memory never gates") {
  CHECK(after_change(kNginx, [](Process& now) { now.code->anonymous = true; }).changes.empty());
}

TEST_CASE("code that was not read decides, on one side and on both") {
  Process unread = kNginx;
  unread.code.reset();
  CHECK(has_decisive(after_change(kNginx, [](Process& now) { now.code.reset(); }),
                     GapCode::code_not_read, Side::after));
  CHECK(has_decisive(after_change(unread, [](Process& now) { now.code.emplace(); }),
                     GapCode::code_not_read, Side::before));
  const auto on_both = after_change(unread, [](Process&) {});
  CHECK(on_both.changes.empty());
  CHECK_FALSE(is_conclusive(on_both));
}

TEST_CASE("an executable that is not what the process has mapped is forged") {
  const auto forge = [](Process& now) { now.code->exe_mapped = false; };
  CHECK(kinds(after_change(kNginx, forge)) == Words{"executable-forged high"});
  Process forged = kPython;
  forge(forged);
  CHECK(kinds(Builder(), held_by({forged})) ==
        Words{"listener-added high", "executable-forged high"});
  CHECK(kinds(held_by({kNginx}), held_by({kNginx, forged})) ==
        Words{"holder-added high", "executable-forged high"});
  CHECK(kinds(Builder(), Builder().connect("203.0.113.7", 443, {forged})) ==
        Words{"executable-forged high", "outbound-added high"});
  CHECK(after_change(forged, [](Process&) {}).changes.empty());
}
