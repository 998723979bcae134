// The platform's edge: reads the host. Everything else in netmon works on what this returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/model/executable.h"
#include "netmon/core/model/model.h"
#include "netmon/core/model/visibility.h"

namespace netmon {

// How the owners of sockets are looked for (--owners): `automatic` takes the faster way that works.
enum class OwnerWay : std::uint8_t { automatic, bpf, proc };
std::optional<OwnerWay> parse_owner_way(std::string_view text);  // "auto", "bpf", "proc"

// Whether what listening and connecting processes run is read: executables, scripts, mapped code.
enum class Executables : std::uint8_t { hashed, skipped };

struct CaptureOptions {
  std::string label;
  std::string ticket;
  std::string note;
  NetnsSelection netns = NetnsSelection::all;
  OwnerWay owners = OwnerWay::automatic;
  WalkDescriptors walk_descriptors;       // the way over BPF; not called where `owners` is proc
  ListKernelSockets list_kernel_sockets;  // over BPF too, and called where that way was taken
  Executables executables = Executables::hashed;
  ExecutableDigests known_executables;  // of earlier captures; empty: all is read anew
  bool command_lines = true;            // or they are left out, which is a gap of its own
};

struct CaptureResult {
  Snapshot snapshot;
  ExecutableDigests new_executables;  // that were not known; scripts and mapped code too
};

// All sockets of the host, in every network namespace that may be entered, with their owners.
// What could not be seen is in Snapshot::gaps. Throws SystemError when the sockets of netmon's own
// namespace could not be read at all, or where `owners` is bpf and BPF is refused. The snapshot is
// in the order of put_in_order().
CaptureResult capture(const CaptureOptions& options);

// The effective user of this process, its name as a capture would show it.
User effective_user();

// What this user, on this kernel, can and cannot see: nothing is captured. `why_no_bpf` is empty
// where the owner walk over BPF works (bpf.h).
std::vector<Finding> examine_visibility(const std::string& why_no_bpf);

}  // namespace netmon
