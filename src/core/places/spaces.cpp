#include "core/places/spaces.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace netmon {
namespace {

// What tells namespaces apart within a boot; a cookie is never used twice.
using Key = std::pair<bool, std::uint64_t>;  // whether it is the cookie; the number

std::optional<Key> key_of(const NetNamespace& netns, bool by_cookie) {
  const std::uint64_t number = by_cookie ? netns.cookie : netns.id;
  if (number == 0) return std::nullopt;
  return Key{by_cookie, number};
}

bool has_cookies(const Snapshot& snapshot) {
  return std::ranges::none_of(snapshot.namespaces,
                              [](const NetNamespace& netns) { return netns.cookie == 0; });
}

class NamespacePairing {
 public:
  NamespacePairing(const Snapshot& before, const Snapshot& after)
      : before_(before),
        after_(after),
        one_boot_(same_boot(before.info, after.info)),
        by_cookie_(has_cookies(before) && has_cookies(after)) {}

  Spaces run() {
    find_survivors();
    for (const NetNamespace& netns : before_.namespaces) {
      const auto key = key_of(netns, by_cookie_);
      const bool survives = key && survivors_.contains(*key);
      spaces_.before.push_back(survives ? survivors_.at(*key) : shared(netns.scope));
    }
    for (std::uint32_t i = 0; i < after_.namespaces.size(); ++i) place_after(i);
    spaces_.also_before = second_spaces(spaces_.before);
    spaces_.also_after = second_spaces(spaces_.after);
    return std::move(spaces_);
  }

 private:
  std::uint32_t add(const Scope& scope, bool single) {
    spaces_.scopes.push_back(scope);
    spaces_.single.push_back(single);
    return static_cast<std::uint32_t>(spaces_.scopes.size() - 1);
  }

  // The space of all namespaces of this scope that are not on both sides.
  std::uint32_t shared(const Scope& scope) {
    const auto [entry, is_new] = shared_.try_emplace(scope, 0);
    if (is_new) entry->second = add(scope, !is_collective(scope));
    return entry->second;
  }

  // For each namespace that stayed: the shared space of its scope where others of the scope came or
  // went, else kNoSpace.
  [[nodiscard]] std::vector<std::uint32_t> second_spaces(
      const std::vector<std::uint32_t>& of) const {
    std::vector<std::uint32_t> second;
    for (const std::uint32_t space : of) {
      const Scope& scope = spaces_.scopes[space];
      const auto all = shared_.find(scope);
      const bool joins = is_collective(scope) && all != shared_.end() && all->second != space;
      second.push_back(joins ? all->second : kNoSpace);
    }
    return second;
  }

  void find_survivors() {
    if (!one_boot_) return;
    std::map<Key, const NetNamespace*> known;
    for (const NetNamespace& netns : before_.namespaces) {
      if (const auto key = key_of(netns, by_cookie_)) known.emplace(*key, &netns);
    }
    for (const NetNamespace& netns : after_.namespaces) {
      const auto key = key_of(netns, by_cookie_);
      const auto same = key ? known.find(*key) : known.end();
      if (same == known.end() || survivors_.contains(*key)) continue;
      survivors_.emplace(*key, add(same->second->scope, true));
    }
  }

  // Two namespaces are not the same because the second got the name of the first.
  void place_after(std::uint32_t index) {
    const NetNamespace& netns = after_.namespaces[index];
    const auto key = key_of(netns, by_cookie_);
    const auto survivor = key ? survivors_.find(*key) : survivors_.end();
    const bool survives = survivor != survivors_.end();
    const bool taken = one_boot_ && key && !is_collective(netns.scope) && was_another(netns, *key);
    if (taken) spaces_.renamed.push_back(index);
    if (survives) {
      spaces_.after.push_back(survivor->second);
    } else {
      spaces_.after.push_back(taken ? add(netns.scope, true) : shared(netns.scope));
    }
  }

  // Whether BEFORE had namespaces of this name and this one is none of them.
  [[nodiscard]] bool was_another(const NetNamespace& netns, const Key& key) const {
    bool had_another = false;
    for (const NetNamespace& old : before_.namespaces) {
      const auto old_key = key_of(old, by_cookie_);
      if (old.scope != netns.scope || !old_key) continue;
      if (*old_key == key) return false;
      had_another = true;
    }
    return had_another;
  }

  const Snapshot& before_;
  const Snapshot& after_;
  bool one_boot_;
  bool by_cookie_;
  Spaces spaces_;
  std::map<Key, std::uint32_t> survivors_;
  std::map<Scope, std::uint32_t> shared_;
};

}  // namespace

Spaces pair_spaces(const Snapshot& before, const Snapshot& after) {
  return NamespacePairing(before, after).run();
}

bool same_boot(const SnapshotInfo& a, const SnapshotInfo& b) {
  return !a.boot_id.empty() && a.boot_id == b.boot_id;
}

}  // namespace netmon
