// The edge to the platform: reads the host. Everything else in netmon works on what this returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/model/descriptor_walk.h"
#include "netmon/core/model/executable.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/model/visibility.h"

namespace netmon {

// Whether to read what listening and connecting processes run: executables, scripts, mapped code.
enum class Executables : std::uint8_t { hashed, skipped };

struct CaptureOptions {
  std::string label;
  std::string ticket;
  std::string note;
  NetnsSelection netns = NetnsSelection::all;
  std::optional<OwnerMethod> owner_method;  // absent: BPF where it works, else /proc
  WalkDescriptors walk_descriptors;         // over BPF; not called where `owner_method` is proc
  ListKernelSockets list_kernel_sockets;    // over BPF too; called only where it found the owners
  Executables executables = Executables::hashed;
  ExecutableDigests known_executables;  // from earlier captures; empty: everything is read anew
  bool command_lines = true;  // whether to read command lines; leaving them out is a gap of its own
};

struct CaptureResult {
  Snapshot snapshot;
  ExecutableDigests new_executables;  // those not known before; scripts and mapped code too
};

// Captures all sockets of the host, in every network namespace that may be entered, with their
// owners. What could not be seen is in Snapshot::gaps. Throws SystemError where the sockets of
// netmon's own namespace could not be read at all, or where `owner_method` is bpf and BPF is
// refused. The snapshot is in the order of put_in_order().
CaptureResult capture(const CaptureOptions& options);

// The effective user of this process, named as a capture would name it.
User effective_user();

// What this user, on this kernel, can and cannot see. Nothing is captured. `why_no_bpf` is empty
// where the owner walk over BPF works (bpf.h).
std::vector<Finding> examine_visibility(const std::string& why_no_bpf);

}  // namespace netmon
