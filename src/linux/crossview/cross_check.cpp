#include "linux/crossview/cross_check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace netmon {
namespace {

// A dump of a busy table misses a row now and then; it does not miss the same row every time.
constexpr int kConfirmations = 2;

std::vector<std::uint32_t> namespaces_of(const std::vector<Suspect>& suspects) {
  std::vector<std::uint32_t> namespaces;
  for (const Suspect& suspect : suspects) namespaces.push_back(suspect.netns);
  return namespaces;
}

// The ids of the namespaces whose tables were read, 0 for the others.
std::vector<std::uint64_t> readable_ids(const Passes& passes) {
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 0; i < passes.namespaces.size(); ++i) {
    ids.push_back(passes.entered(i) ? passes.namespaces[i].id : 0);
  }
  return ids;
}

// A row missing from a table that could not be read proves nothing.
bool is_of_failed_table(const Passes& passes, const Suspect& suspect) {
  const auto failed = [&](const NetnsRead& read) {
    const auto& failures = read.tables.failures;
    return std::any_of(failures.begin(), failures.end(), [&](const TableFailure& failure) {
      return failure.protocol == suspect.row.protocol;
    });
  };
  return failed(passes.first[suspect.netns]) || failed(passes.second[suspect.netns]);
}

}  // namespace

std::vector<Suspect> find_hidden(const Passes& passes, std::span<const Socket> sockets,
                                 const std::string& proc_root, const TableSources& sources,
                                 OwnerSearch& owners) {
  const auto drop_failed = [&](std::vector<Suspect>& suspects) {
    std::erase_if(suspects, [&](const Suspect& suspect) {
      return suspect.missing_from != View::proc && is_of_failed_table(passes, suspect);
    });
  };
  std::vector<Suspect> by_proc = compare_with_proc(sockets, passes.views);
  drop_failed(by_proc);
  for (int i = 0; i < kConfirmations && !by_proc.empty(); ++i) {
    const std::vector<std::uint32_t> affected = namespaces_of(by_proc);
    const auto again = read_again(passes, proc_root, sources, affected);
    for (std::uint32_t netns = 0; netns < again.size(); ++netns) {
      by_proc = confirm_with_proc(std::move(by_proc), netns, again[netns]);
    }
  }
  if (owners.descriptors() == nullptr) return by_proc;
  std::vector<Suspect> by_walk =
      compare_with_walk(sockets, *owners.descriptors(), readable_ids(passes));
  drop_failed(by_walk);
  for (int i = 0; i < kConfirmations && !by_walk.empty(); ++i) {
    const auto again = read_again(passes, proc_root, sources, namespaces_of(by_walk));
    if (!owners.walk_again()) return by_proc;
    by_walk = confirm_with_walk(std::move(by_walk), again, *owners.descriptors());
  }
  std::move(by_walk.begin(), by_walk.end(), std::back_inserter(by_proc));
  return by_proc;
}

}  // namespace netmon
