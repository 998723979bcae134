// Socket events over eBPF: what came and went between two samples.
#pragma once

#include <memory>
#include <string>

#include "netmon/core/events/events.h"

namespace netmon {

// Counts the events of all network namespaces through programs that are attached to the root of the
// version 2 control group hierarchy. They are attached from construction until finish(), and
// detached as well when the object is destroyed or the process ends. Needs what the owner walk over
// BPF needs, plus CAP_NET_ADMIN and a hierarchy whose root can be reached.
class EventTap {
 public:
  // Throws Error that says why events are not available.
  explicit EventTap(const EventBounds& bounds = {});
  EventTap(EventTap&&) noexcept;
  EventTap& operator=(EventTap&&) noexcept;
  ~EventTap();

  // Detaches and returns all that was seen. Throws Error where the kernel's maps cannot be read.
  [[nodiscard]] EventWindow finish() &&;

  // Returns what was seen since the last call or since construction, and frees the maps for more.
  // The result proves nothing: a count may be one too low for an event that happens during the
  // call, and the account reports only the events that found no space. Throws like finish().
  [[nodiscard]] EventWindow take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Attaches and detaches once. Returns "" where events are available, else one line that says why
// they are not.
std::string why_no_events();

}  // namespace netmon
