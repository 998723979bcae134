// Checks that a message of nf_tables has the form that libnftnl expects. Where an attribute has
// another size, that library would end the process.
#pragma once

#include <linux/netlink.h>

namespace netmon {

// Knows the messages for tables, chains, flowtables, sets, elements and rules. Returns false for
// any other message, for an expression that is not known here, and where a length is wrong.
bool has_known_form(const nlmsghdr& message);

}  // namespace netmon
