// Going from one network namespace to the next.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "linux/namespaces/namespaces.h"

namespace netmon {

// Calls `visit` with the index of each, inside of it, one after the other. For each 0, or the errno
// for which it could not be entered and was not visited; ESRCH where every way to it is gone.
//
// A namespace is entered through any process that lives in it, any path, or any socket in it, on a
// thread of its own: the calling thread stays where it is. netmon's own needs no entering.
std::vector<int> visit_namespaces(const std::string& proc_root, std::span<const Netns> namespaces,
                                  const std::function<void(std::size_t)>& visit);

}  // namespace netmon
