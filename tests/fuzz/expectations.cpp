// Parses expectation files. Input: the text of one.
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"
#include "netmon/core/values/error.h"
#include "netmon/expect/expectation_file.h"
#include "support/approval.h"
#include "support/check.h"

namespace netmon {
namespace {

using fuzz::require;

// Two changes of every kind: one with everything that a rule can name, and one without.
std::vector<Change> changes() {
  std::vector<Change> changes;
  for (const ChangeKind kind : all_change_kinds()) {
    Change change{.fingerprint = "n0123456789abcdef", .kind = kind, .severity = Severity::high};
    changes.push_back(change);
    change.addresses = {"10.0.0.5", "fe80::1%eth0", "not an address"};
    change.port = 8443;
    change.identity.remote = Peer{.address = "2001:db8::5", .port = 443};
    change.process = ProcessSummary{
        .name = "nginx", .uid = 0, .user = "root", .exe = "/usr/sbin/nginx", .exe_elsewhere = true};
    change.holders = {*change.process, {.name = "python3", .script = Script{.name = "/srv/a.py"}}};
    change.attributes = {
        {.attribute = Attribute::bind, .before = {"127.0.0.1"}, .after = {"0.0.0.0", "x"}},
        {.attribute = Attribute::port, .before = {"80"}, .after = {"8443", "none"}},
        {.attribute = Attribute::exe, .before = {}, .after = {"/usr/sbin/nginx", "/tmp/x"}}};
    changes.push_back(change);
  }
  return changes;
}

// Two caveats of every code that a rule can accept: one with a place, and one without.
std::vector<Caveat> caveats() {
  std::vector<Caveat> caveats;
  for (const CaveatCode& code : acceptable_codes()) {
    Caveat caveat{.code = code, .weight = Weight::decisive, .count = 1};
    caveats.push_back(caveat);
    caveat.scope = Scope{ScopeKind::container, "nginx"};
    caveat.protocol = Protocol::tcp;
    caveat.port = 8443;
    caveat.process = "nginx";
    caveats.push_back(caveat);
  }
  return caveats;
}

void check_review(const Expectations& rules) {
  const Review reviewed = review({.changes = changes(), .caveats = caveats()}, rules);
  require(reviewed.rules.size() == rules.rules.size(), "every rule has its outcome");
  for (const ReviewedChange& change : reviewed.changes) {
    const bool decided = change.status == Status::approved || change.status == Status::expired;
    if (!decided) continue;
    require(change.rule && matches(rules.rules.at(*change.rule), change.change, ""),
            "what approves a change speaks of it");
  }
}

// The suggestion for a promise that was not kept is the same rule again.
void check_suggestion(const Rule& rule) {
  if (rule.kind != RuleKind::expect) return;
  Review missing;
  missing.rules = {{rule, 0}};
  missing.changes = {{.change = {}, .status = Status::expected_missing, .rule = 0}};
  const std::string file = fuzz::approved_in_full(suggest_expectations(missing));
  const Expectations again = parse_expectations(file, "again");
  require(again.rules.size() == 1 && again.rules[0].match == rule.match &&
              again.rules[0].changes == rule.changes,
          "a rule, written out, is the same rule");
}

void check(std::string_view text) {
  Expectations rules;
  if (!fuzz::accepted<Error>([&] { rules = parse_expectations(text, "file"); })) return;
  require(!rules.rules.empty(), "a file without a rule is refused");
  check_review(rules);
  for (const Rule& rule : rules.rules) {
    require(!rule.reason.empty() && rule.line > 0, "a rule has its reason and its line");
    require(rule.kind == RuleKind::accept_gap || !(rule.match == Match()),
            "a rule matches on something");
    require(rule.gap.has_value() != (rule.kind != RuleKind::accept_gap),
            "a gap is named by its code");
    check_suggestion(rule);
  }
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  netmon::check(netmon::fuzz::text_of(data, size));
  return 0;
}
