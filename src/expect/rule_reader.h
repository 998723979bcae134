// Reads one [[expect]], [[forbid]] or [[accept-gap]] entry.
#pragma once

#include "expect/section.h"
#include "netmon/core/review/expectations.h"

namespace netmon {

Rule read_expect(const Section& section, const std::string& ticket);
Rule read_forbid(const Section& section, const std::string& ticket);
Rule read_accept_gap(const Section& section, const std::string& ticket);

}  // namespace netmon
