#include "linux/owners/owner_search.h"

#include "linux/owners/owner_join.h"
#include "netmon/core/values/error.h"

namespace netmon {

OwnerSearch::OwnerSearch(const ProcHost& host, std::optional<OwnerMethod> method,
                         const WalkDescriptors& walk)
    : host_(host), method_(method), walk_(walk) {
  if (method == OwnerMethod::bpf && !walk) throw Error("bpf", "not a part of this netmon");
  if (method != OwnerMethod::proc && walk) first_ = std::async(std::launch::async, walk_);
}

const DescriptorWalk* OwnerSearch::descriptors() {
  if (first_.valid()) {
    try {
      newest_ = first_.get();
    } catch (const Error&) {
      if (method_ == OwnerMethod::bpf) throw;
    }
  }
  return newest_ ? &*newest_ : nullptr;
}

bool OwnerSearch::walk_again() {
  if (descriptors() == nullptr) return false;
  try {
    newest_ = walk_();
    is_current_ = true;
  } catch (const Error&) {
    if (method_ == OwnerMethod::bpf) throw;
    is_current_ = false;
  }
  return is_current_;
}

OwnerWalk OwnerSearch::find(std::span<const std::uint32_t> inodes, Strangers strangers) {
  const DescriptorWalk* found = descriptors();
  return found != nullptr && is_current_ ? join_owners(host_, *found, inodes)
                                         : find_owners(host_, inodes, strangers);
}

}  // namespace netmon
