#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/reach/reach_space.h"

namespace netmon {
namespace {

using Sequences = std::map<std::string, std::vector<std::string>>;

// The rules of each chain and the elements of each set, in order.
Sequences sequences_of(const SpaceReach& side) {
  Sequences sequences;
  for (const ReachFact* fact : side.facts) {
    if (fact->kind != ReachKind::rule) continue;
    sequences[fact->name].push_back(stable_text(with_scopes(fact->value, *side.addresses)));
  }
  return sequences;
}

AttributeChange digests(const SpacePair& pair) {
  const auto of = [](const SpaceReach& side) {
    Values values;
    for (const auto& [name, digest] : side.by_name(ReachKind::rule_set)) {
      values.insert(digest.begin(), digest.end());
    }
    return values;
  };
  return lines_of(Attribute::sha256, of(pair.before), of(pair.after));
}

// How rules name the target of a forward: "daddr 172.17.0.2 ", "dport 80 ".
struct Passed {
  std::string address;
  std::string port;
};

class FilterDiff {
 public:
  FilterDiff(const SpacePair& pair, const Values& new_targets) : pair_(pair) {
    for (const std::string& target : new_targets) {
      const std::size_t colon = target.rfind(':');
      if (colon == std::string::npos || colon == 0) continue;
      const auto address = with_scopes(target.substr(0, colon), *pair.after.addresses);
      passed_.push_back(
          {fmt::format("daddr {} ", address), fmt::format("dport {} ", target.substr(colon + 1))});
    }
  }

  std::vector<Change> run() && {
    if (compare_rules()) return std::move(changes_);
    compare_order();
    compare_bans();
    return std::move(changes_);
  }

 private:
  Change& add(Severity severity) {
    changes_.push_back(network_change(pair_, ChangeKind::filter_changed, severity, ""));
    return changes_.back();
  }

  // A rule that accepts the packets of a new forward belongs to it: a container engine adds both.
  [[nodiscard]] bool goes_with_forward(const std::string& line) const {
    if (!line.ends_with(" accept")) return false;
    return std::ranges::any_of(passed_, [&](const Passed& passed) {
      return line.find(passed.address) != std::string::npos &&
             line.find(passed.port) != std::string::npos;
    });
  }

  bool compare_rules() {
    const Values rules = pair_.before.lines(ReachKind::rule);
    const Values rules_now = pair_.after.lines(ReachKind::rule);
    Values came = without(rules_now, rules);
    const Values went = without(rules, rules_now);
    std::erase_if(came, [&](const std::string& line) { return goes_with_forward(line); });
    const Values policies = pair_.before.lines(ReachKind::policy);
    const Values policies_now = pair_.after.lines(ReachKind::policy);
    const Values policies_went = without(policies, policies_now);
    const Values policies_came = without(policies_now, policies);
    const bool same_policies = policies_went.empty() && policies_came.empty();
    if (came.empty() && went.empty() && same_policies) return false;
    const bool opens = std::ranges::any_of(
        policies_went, [](const std::string& line) { return line.ends_with(" drop"); });
    Change& change = add(opens ? Severity::high : Severity::medium);
    if (!same_policies) {
      change.attributes.push_back(lines_of(Attribute::policy, policies_went, policies_came));
    }
    if (!came.empty() || !went.empty()) {
      change.attributes.push_back(lines_of(Attribute::rules, went, came));
    }
    change.attributes.push_back(digests(pair_));
    return true;
  }

  // The same rules in another order can decide differently. Neither a span nor several namespaces
  // that are compared as one have a single order.
  void compare_order() {
    const auto has_order = [](const SpaceReach& side) {
      return side.namespaces.size() == 1 && !side.snapshot->info.span;
    };
    if (!has_order(pair_.before) || !has_order(pair_.after)) return;
    const Sequences old = sequences_of(pair_.before);
    Values chains;
    for (const auto& [name, rules] : sequences_of(pair_.after)) {
      const auto was = old.find(name);
      if (was != old.end() && was->second != rules && !goes_with_any(was->second, rules, name)) {
        chains.insert(name + ": the same rules in another order");
      }
    }
    const bool cut = std::ranges::any_of(pair_.after.facts, [](const ReachFact* fact) {
      return fact->kind == ReachKind::rule_set && fact->name.ends_with(" (cut)");
    });
    const AttributeChange both = digests(pair_);
    if (chains.empty() && !(cut && both.before != both.after)) return;
    Change& change = add(Severity::medium);
    if (!chains.empty()) change.attributes.push_back(lines_of(Attribute::rules, {}, chains));
    change.attributes.push_back(both);
  }

  // Whether the chains differ only in rules that belong to a new forward.
  [[nodiscard]] bool goes_with_any(const std::vector<std::string>& old,
                                   std::vector<std::string> now, const std::string& name) const {
    std::erase_if(now,
                  [&](const std::string& rule) { return goes_with_forward(name + ": " + rule); });
    return now == old;
  }

  void compare_bans() {
    const Values old = pair_.before.lines(ReachKind::ban);
    const Values now = pair_.after.lines(ReachKind::ban);
    if (old == now) return;
    add(Severity::notice)
        .attributes.push_back(lines_of(Attribute::rules, without(old, now), without(now, old)));
  }

  const SpacePair& pair_;
  std::vector<Passed> passed_;
  std::vector<Change> changes_;
};

// The hook of "xdp eth0" is "xdp".
std::string hook_of(const std::string& name) { return name.substr(0, name.find(' ')); }

std::set<std::pair<std::string, std::string>> programs_by_hook(const SpaceReach& side) {
  std::set<std::pair<std::string, std::string>> known;
  for (const ReachFact* fact : side.facts) {
    if (fact->kind == ReachKind::program) known.emplace(hook_of(fact->name), fact->value);
  }
  return known;
}

}  // namespace

std::vector<Change> filter_changes(const SpacePair& pair, const Values& new_targets) {
  return FilterDiff(pair, new_targets).run();
}

// A program that is attached in one more place is known; a new one can take over connections.
std::vector<Change> program_changes(const SpacePair& pair) {
  std::vector<Change> changes;
  const auto known = programs_by_hook(pair.before);
  auto old = pair.before.by_name(ReachKind::program);
  auto now = pair.after.by_name(ReachKind::program);
  for (const auto& [name, values] : old) now.try_emplace(name);
  for (const auto& [name, is] : now) {
    const GapCode gap =
        is_of_reuseport(name) ? GapCode::families_not_read : GapCode::programs_not_read;
    if (!pair.read(gap)) continue;
    const Values& was = old[name];
    if (was == is) continue;
    const Values fresh = without(is, was);
    const std::string hook = hook_of(name);
    const bool all_known = std::ranges::all_of(fresh, [&](const std::string& value) {
      return known.contains({hook, value});
    });
    const Severity severity = fresh.empty() ? Severity::medium
                              : all_known   ? Severity::notice
                                            : Severity::high;
    changes.push_back(network_change(pair, ChangeKind::filter_changed, severity, name));
    changes.back().attributes.push_back(lines_of(Attribute::program, was, is));
  }
  return changes;
}

}  // namespace netmon
