#include "core/diff/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/places/spaces.h"
#include "core/reach/reach_diff.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxDoubts = 10'000;  // beyond these, doubts are only counted

bool has_read(const Snapshot& snapshot, const Scope& scope) {
  return std::ranges::any_of(snapshot.namespaces,
                             [&](const NetNamespace& netns) { return netns.scope == scope; });
}

// Whether the gap hides whole namespaces. A hidden process may live in a namespace that nothing
// else leads to.
bool hides_namespaces(GapCode code) {
  switch (code) {
    case GapCode::netns_not_entered:
    case GapCode::netns_not_requested:
    case GapCode::netns_not_known:
    case GapCode::netns_not_found:
    case GapCode::processes_hidden:
      return true;
    case GapCode::protocol_not_answered:
    case GapCode::owners_not_visible:
    case GapCode::owners_not_found:
    case GapCode::owners_vanished:
    case GapCode::processes_vanished:
    case GapCode::netns_vanished:
    case GapCode::port_choice_not_known:
    case GapCode::executables_not_hashed:
    case GapCode::scripts_not_hashed:
    case GapCode::code_not_read:
    case GapCode::not_cross_checked:
    case GapCode::samples_missed:
    case GapCode::command_lines_left_out:
    case GapCode::boot_not_known:
    case GapCode::users_not_named:
    case GapCode::between_samples:
    case GapCode::events_lost:
    case GapCode::addresses_not_read:
    case GapCode::filters_not_read:
    case GapCode::iptables_not_read:
    case GapCode::programs_not_read:
    case GapCode::families_not_read:
      return false;
  }
  no_such_enumerator();
}

// Whether the gap hides whole sockets. With other gaps the socket is visible, and they are weighed
// at each place.
bool hides_sockets(GapCode code) {
  return hides_namespaces(code) || code == GapCode::protocol_not_answered;
}

bool hides(const Gap& gap, const Snapshot& snapshot, const Scope& scope, Protocol protocol) {
  if (gap.code == GapCode::protocol_not_answered) {
    return gap.protocol == protocol && (!gap.scope || *gap.scope == scope);
  }
  if (!hides_namespaces(gap.code)) return false;
  if (gap.scope) return *gap.scope == scope;
  return is_collective(scope) || !has_read(snapshot, scope);
}

// What neither side was asked to read is no blindness: the verdict says what it covers.
bool is_decisive(const Gap& gap, const Snapshot& other) {
  if (gap.code == GapCode::netns_not_requested) {
    return other.info.netns != NetnsSelection::current && !is_empty_revision(other.info);
  }
  if (is_about_reach(gap.code)) return could_hide(gap, other);
  // What was lost may have been at any place.
  return hides_sockets(gap.code) || gap.code == GapCode::events_lost;
}

void add_gaps(std::vector<Caveat>& caveats, const Snapshot& side, const Snapshot& other,
              Side which) {
  for (const Gap& gap : side.gaps) {
    caveats.push_back({.code = gap.code,
                       .side = which,
                       .weight = is_decisive(gap, other) ? Weight::decisive : Weight::informational,
                       .count = gap.count,
                       .message = describe(gap),
                       .scope = gap.scope,
                       .protocol = gap.protocol});
  }
}

Caveat about_both(Circumstance circumstance, Weight weight, std::string message) {
  return {.code = circumstance,
          .side = Side::both,
          .weight = weight,
          .count = 1,
          .message = std::move(message)};
}

// Machine ids are cloned with images, so a host with another name and another boot may be another
// machine.
void add_host_caveat(std::vector<Caveat>& caveats, const SnapshotInfo& a, const SnapshotInfo& b) {
  const bool both_have_ids = !a.machine_id.empty() && !b.machine_id.empty();
  const bool same_name = a.host_name == b.host_name;
  const bool different = both_have_ids ? a.machine_id != b.machine_id : !same_name;
  if (different) {
    const std::string ids =
        same_name ? fmt::format(" (machine ids {} and {})", a.machine_id, b.machine_id) : "";
    caveats.push_back(about_both(
        Circumstance::different_host, Weight::decisive,
        fmt::format("captured on different hosts: {} and {}{}", a.host_name, b.host_name, ids)));
    return;
  }
  if (same_name) return;
  if (same_boot(a, b)) {
    caveats.push_back(
        about_both(Circumstance::host_renamed, Weight::informational,
                   fmt::format("the host was renamed from {} to {}", a.host_name, b.host_name)));
  } else {
    caveats.push_back(about_both(
        Circumstance::different_host, Weight::decisive,
        fmt::format("the host was renamed from {} to {} and rebooted, or is another one with the "
                    "same machine id",
                    a.host_name, b.host_name)));
  }
}

constexpr std::string_view what_is_unseen(GapCode code) {
  switch (code) {
    case GapCode::owners_not_visible:
      return "the capturing user may not see its holder";
    case GapCode::owners_not_found:
      return "no process was found that holds it";
    case GapCode::owners_vanished:
      return "its holder went away during the capture";
    case GapCode::port_choice_not_known:
      return "whether the program or the kernel chose the port is not known";
    case GapCode::executables_not_hashed:
      return "the content of its executable was not read";
    case GapCode::scripts_not_hashed:
      return "the content of its script was not read";
    case GapCode::code_not_read:
      return "its mapped code was not read";
    default:
      return "the other side could not see this place";
  }
}

}  // namespace

std::optional<GapCode> blind_to(const Snapshot& snapshot, const Scope& scope, Protocol protocol,
                                Reading reading) {
  const auto gap = std::ranges::find_if(snapshot.gaps, [&](const Gap& candidate) {
    const bool counts =
        reading == Reading::of_its_scope || candidate.code == GapCode::protocol_not_answered;
    return counts && hides(candidate, snapshot, scope, protocol);
  });
  if (gap == snapshot.gaps.end()) return std::nullopt;
  return gap->code;
}

bool is_empty_revision(const SnapshotInfo& info) { return info.netmon_version.empty(); }

std::vector<Caveat> coverage_caveats(const Snapshot& before, const Snapshot& after) {
  std::vector<Caveat> caveats;
  add_gaps(caveats, before, after, Side::before);
  add_gaps(caveats, after, before, Side::after);
  const SnapshotInfo& a = before.info;
  const SnapshotInfo& b = after.info;
  if (is_empty_revision(a) || is_empty_revision(b)) return caveats;
  if (b.started_at < a.started_at) {
    caveats.push_back(about_both(Circumstance::order_reversed, Weight::decisive,
                                 fmt::format("AFTER ({}) was captured before BEFORE ({})",
                                             to_display(b.started_at), to_display(a.started_at))));
  }
  add_host_caveat(caveats, a, b);
  const bool one_host = std::ranges::find(caveats, CaveatCode(Circumstance::different_host),
                                          &Caveat::code) == caveats.end();
  if (one_host && !a.boot_id.empty() && !b.boot_id.empty() && a.boot_id != b.boot_id) {
    caveats.push_back(about_both(Circumstance::rebooted, Weight::informational,
                                 "the host was rebooted between the two captures"));
  }
  return caveats;
}

void Doubts::add(GapCode code, Side side, const Identity& identity,
                 std::optional<std::uint32_t> port, const std::string& subject) {
  ++count_;
  if (caveats_.size() == kMaxDoubts) {
    ++rest_[{code, side}];
    return;
  }
  const std::string on =
      side == Side::both ? "on both sides" : fmt::format("in {}", to_string(side));
  caveats_.push_back({.code = code,
                      .side = side,
                      .weight = Weight::decisive,
                      .count = 1,
                      .message = fmt::format("{}: {} ({})", subject, what_is_unseen(code), on),
                      .scope = identity.scope,
                      .protocol = identity.protocol,
                      .port = port,
                      .process = identity.program});
}

std::vector<Caveat> Doubts::take() {
  for (const auto& [key, count] : rest_) {
    const auto& [code, side] = key;
    caveats_.push_back({.code = code,
                        .side = side,
                        .weight = Weight::decisive,
                        .count = count,
                        .message = fmt::format("{} more: {}", count, what_is_unseen(code))});
  }
  return std::move(caveats_);
}

std::vector<Caveat> merged(std::vector<Caveat> caveats) {
  std::vector<Caveat> result;
  std::map<std::tuple<CaveatCode, Side, Weight>, std::size_t> index_of;
  std::map<std::size_t, std::uint64_t> more;
  for (Caveat& caveat : caveats) {
    const bool of_a_place =
        caveat.scope && caveat.protocol && caveat.weight != Weight::informational;
    if (!of_a_place) {
      result.push_back(std::move(caveat));
      continue;
    }
    const auto [entry, is_new] =
        index_of.try_emplace({caveat.code, caveat.side, caveat.weight}, result.size());
    if (is_new) {
      result.push_back(std::move(caveat));
    } else {
      result[entry->second].count += caveat.count;
      more[entry->second] += caveat.count;
    }
  }
  for (const auto& [index, count] : more) {
    result[index].message +=
        fmt::format("; and {} more like it", counted(count, "place", "places"));
    result[index].scope.reset();
    result[index].protocol.reset();
    result[index].port.reset();
    result[index].process.clear();
  }
  std::ranges::stable_sort(result, std::ranges::greater{}, &Caveat::weight);
  return result;
}

}  // namespace netmon
