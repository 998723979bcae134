// Visits network namespaces, one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"

namespace netmon {

// Enters each namespace in turn and calls `visit` with its index. Returns for each 0, or the errno
// for which it could not be entered and was not visited. That is ESRCH where everything that led to
// it is gone.
//
// A namespace is entered by any process that lives in it, any path, or any socket in it. A separate
// thread does that, so the calling thread stays where it is. netmon's own is not entered: it is
// visited without a thread where it is the only one.
std::vector<int> visit_namespaces(const std::string& proc_root, std::span<const Netns> namespaces,
                                  const std::function<void(std::size_t)>& visit);

}  // namespace netmon
