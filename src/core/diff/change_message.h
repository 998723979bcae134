#pragma once

#include <string>

#include "netmon/core/diff/diff.h"

namespace netmon {

// The change in one line, as in "new listener: tcp 0.0.0.0:31337 python3 (pid 7821, root,
// /usr/bin/python3.11)". Text from outside is not escaped.
std::string change_message(const Change& change);

// The subject of the change, as in "tcp 0.0.0.0:31337 python3".
std::string subject_text(const Change& change);

}  // namespace netmon
