// A filter over the rows of a snapshot: "proto=tcp port=5432,5433 process!=sshd".
//
// Terms are separated by spaces and must all hold; a term is FIELD=VALUE[,VALUE...] or
// FIELD!=VALUE[,VALUE...]. Fields: proto, port (local or remote), lport, rport (numbers or
// LOW-HIGH), addr (local or remote), laddr, peer (address or CIDR), process, user, state, role,
// scope, pid. Text is compared whole, never as a pattern.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

using Filter = std::function<bool(const Snapshot&, const Socket&, std::optional<Role>)>;

// Throws Error, naming the term at fault. The empty text matches everything.
Filter parse_filter(std::string_view text);

// The texts that a term can begin with: "addr=", "laddr=" and so on, sorted.
std::vector<std::string> filter_beginnings();

}  // namespace netmon
