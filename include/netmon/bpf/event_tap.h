// Socket events over eBPF: what came and went between two samples.
#pragma once

#include <memory>
#include <string>

#include "netmon/core/events/events.h"

namespace netmon {

// Attached to the root of the version 2 control group hierarchy from its making to finish(), in all
// network namespaces; it detaches itself when it or the process ends. Needs what the owner walk
// over BPF needs, CAP_NET_ADMIN, and a hierarchy whose root can be reached.
class EventTap {
 public:
  // Throws Error, saying why events are not to be had.
  explicit EventTap(const EventBounds& bounds = {});
  EventTap(EventTap&&) noexcept;
  EventTap& operator=(EventTap&&) noexcept;
  ~EventTap();

  // Detaches and returns all that was seen. Throws Error where the kernel does not give it.
  [[nodiscard]] EventWindow finish() &&;

  // Returns what was seen since the last call, or since its making, and makes room for more. It
  // proves nothing: of what happens at this very moment a count may be one too low, and the account
  // tells only what found no room. Throws as finish().
  [[nodiscard]] EventWindow take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Attaches and detaches: empty where events are to be had, else one line that says why they are
// not.
std::string why_no_events();

}  // namespace netmon
