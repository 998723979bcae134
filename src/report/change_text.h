// The parts of a change in words, as tables, CSV and the warnings of watch show them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netmon/review.h"

namespace netmon {

// The local endpoints, "0.0.0.0:22", "[::]:22"; "*:22" where the address does not matter. The
// number of a packet socket is an EtherType: "eth0:0x0800". Empty where the change has none.
std::vector<std::string> local_texts(const Change& change);

// "192.0.2.1:443", "[2001:db8::1]:443"; "192.0.2.1:*" for a peer without a port; "" for none.
std::string remote_text(const Change& change);

// "a, b"; "(none)" for an empty list.
std::string values_text(const std::vector<std::string>& values);

// "/usr/bin/python3.11", with " (deleted)" where the file is gone; "" where not known.
std::string executable_text(const std::optional<std::string>& exe, bool deleted);

// "present" or "deleted"; "" where the executable is not known.
std::string executable_state(const std::optional<std::string>& exe, bool deleted);

// "2 changes not approved, 3 notices, 1 caveat".
std::string summary_text(const Review& review);

}  // namespace netmon
