// From what was read to a snapshot's rows. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linux/owners.h"
#include "netmon/model.h"

namespace netmon {

// The union of two passes over the same tables, by namespace and cookie; where the source has no
// cookie, by all that the row says. A socket in both keeps its row of the first pass: its owners
// were looked for with that. A row that one pass has twice is one.
std::vector<Socket> merge_passes(std::vector<Socket> first, std::vector<Socket> second);

// Whether the owner walk saw all processes there are.
enum class ProcessView : std::uint8_t { complete, incomplete };

// Sets each socket's owners and why it has them; returns Snapshot::owners, grouped in the order of
// `sockets`. `held` is sorted by inode.
std::vector<Owner> attach_owners(std::vector<Socket>& sockets, std::span<const HeldSocket> held,
                                 ProcessView view);

// The inodes, sorted, of the sockets that are still there and that nobody in `held` holds.
std::vector<std::uint32_t> wanted_inodes(std::span<const Socket> sockets,
                                         std::span<const HeldSocket> held);

// By namespace, protocol, state, addresses, ports, cookie, inode.
void sort_sockets(std::vector<Socket>& sockets);

}  // namespace netmon
