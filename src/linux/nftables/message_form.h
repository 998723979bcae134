// Whether a message of nf_tables has the form that libnftnl knows: where an attribute has another
// size, that library ends the process.
#pragma once

#include <linux/netlink.h>

namespace netmon {

// Knows tables, chains, flowtables, sets, elements and rules. Returns false for all else, for an
// expression that is not known here, and where a length lies.
bool has_known_form(const nlmsghdr& message);

}  // namespace netmon
