#include "core/match_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/change_message.h"
#include "netmon/text.h"

namespace netmon {
namespace {

// A program that hands thousands of listeners on must not make thousands of caveats.
constexpr std::size_t kMostHeldListeners = 8;

// An older netmon read no executable, and some captures do not: what is absent there is not hidden.
bool has_digests(const Snapshot& snapshot) {
  return std::ranges::any_of(
             snapshot.processes,
             [](const Process& process) { return process.exe_sha256.has_value(); }) ||
         std::ranges::find(snapshot.gaps, GapCode::executables_not_hashed, &Gap::code) !=
             snapshot.gaps.end();
}

// An executable that is not known may be any.
bool same_program(const Process& a, const Process& b) {
  return a.name == b.name && (a.exe == b.exe || !a.exe || !b.exe);
}

}  // namespace

bool can_gate(Role role) { return role != Role::client && role != Role::inbound; }

MatchNotes::MatchNotes(const Snapshot& before, const Snapshot& after, const Interned& interned)
    : before_(before), after_(after), interned_(interned), after_has_digests_(has_digests(after)) {}

std::string MatchNotes::subject_of(const Group& after) const {
  return subject_text(start_change(ChangeKind::listener_added, {after_, after.members}, interned_));
}

// Decisive where the missing name may hide a change that would gate: a name on one side meets a
// nameless socket on the other, or a nameless one joins a place that was fully named.
void MatchNotes::note_nameless(const Group* nameless_before, const Group* nameless_after,
                               const std::vector<Group>& before_only,
                               const std::vector<Group>& after_only) {
  const bool hidden_before =
      nameless_before != nullptr && hides_a_process(before_, *nameless_before);
  const bool hidden_after = nameless_after != nullptr && hides_a_process(after_, *nameless_after);
  const bool absorbs_before = nameless_after != nullptr && !before_only.empty();
  const bool absorbs_after = nameless_before != nullptr && !after_only.empty();
  const bool joins = hidden_after && nameless_before == nullptr;
  if (!absorbs_before && !absorbs_after && !joins) return;
  const Group& any = nameless_before != nullptr ? *nameless_before : *nameless_after;
  const bool decisive =
      can_gate(any.members.front().place.role) &&
      ((hidden_after && absorbs_before) || (hidden_before && absorbs_after) || joins);
  ++(decisive ? nameless_decisive_ : nameless_other_);
}

// A program can keep its executable from being read: by touching it all the time, or by living in
// a thread whose process has ended.
void MatchNotes::note_executables(const Group& before, const Group& after) {
  if (!can_gate(after.members.front().place.role)) return;
  const SideMembers b{before_, before.members};
  const SideMembers a{after_, after.members};
  const bool path_lost = !all_executables_known(a) && !executables_of(b, Unknown::left_out).empty();
  const bool digest_lost = after_has_digests_ && !all_digests_known(a) && !digests_of(b).empty();
  if (!path_lost && !digest_lost) return;
  if (unread_executables_++ == 0) unread_example_ = subject_of(after);
}

// The process that is shown is compared with the one before: only the others are news here.
void MatchNotes::note_holders(const Group& before, const Group& after) {
  if (after.members.front().place.role != Role::listener) return;
  const auto socket_of = [&](const Member& member) -> const Socket& {
    return after_.sockets[member.socket];
  };
  const bool shared = std::ranges::any_of(
      after.members, [&](const Member& member) { return socket_of(member).owner_count > 1; });
  if (!shared) return;
  const std::vector<const Process*> known = holders_of({before_, before.members});
  std::vector<std::string> added;
  for (const Process* holder : holders_of({after_, after.members})) {
    const auto is_it = [&](const Process* other) { return same_program(*other, *holder); };
    const auto shows_it = [&](const Member& member) {
      return is_it(after_.shown_process(socket_of(member)));
    };
    if (std::ranges::any_of(known, is_it) || std::ranges::any_of(after.members, shows_it)) continue;
    added.push_back(fmt::format("{} (pid {})", holder->name, holder->pid));
  }
  if (added.empty()) return;
  also_held_.push_back(
      fmt::format("{} is now also held by {}", subject_of(after), join_some(added)));
}

void MatchNotes::add_holder_caveats(std::vector<Caveat>& caveats) const {
  const std::size_t told = std::min(also_held_.size(), kMostHeldListeners);
  for (std::size_t i = 0; i < told; ++i) {
    caveats.push_back({"also-held-by", Side::after, Weight::informational, 1, also_held_[i]});
  }
  const std::uint64_t rest = also_held_.size() - told;
  if (rest == 0) return;
  caveats.push_back({"also-held-by", Side::after, Weight::informational, rest,
                     counted(rest, "more listener is", "more listeners are") +
                         " now also held by other programs"});
}

void MatchNotes::add_caveats(std::vector<Caveat>& caveats) const {
  if (nameless_decisive_ > 0) {
    caveats.push_back({"nameless-match", Side::both, Weight::decisive, nameless_decisive_,
                       counted(nameless_decisive_, "listener or peer", "listeners or peers") +
                           " compared without a process name, which one side could not see: "
                           "another program there would not show"});
  }
  if (nameless_other_ > 0) {
    caveats.push_back({"nameless-match", Side::both, Weight::informational, nameless_other_,
                       counted(nameless_other_, "peer", "peers") +
                           " compared without a process name: a socket that has none by nature "
                           "matches any"});
  }
  if (unread_executables_ > 0) {
    caveats.push_back(
        {"executable-not-compared", Side::after, Weight::decisive, unread_executables_,
         fmt::format("{} whose executable was read before and could not be read after: another "
                     "program of the same name there would not show; the first: {}",
                     counted(unread_executables_, "listener or peer", "listeners or peers"),
                     unread_example_)});
  }
  add_holder_caveats(caveats);
}

}  // namespace netmon
