// The names of capabilities(7), and which of them are as good as being root.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netmon {

// "CAP_NET_ADMIN", by the bits of linux/capability.h; "CAP_63" for one without a name here.
std::vector<std::string> capability_names(std::uint64_t capabilities);

// Whether one of them lets a process become root, or read what only root may read.
bool is_as_good_as_root(std::uint64_t capabilities);

}  // namespace netmon
