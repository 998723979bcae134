// Compiled instead of walk.cpp and event_tap.cpp where the BPF programs cannot be built
// (NETMON_WITH_BPF).
#include "netmon/bpf/bpf.h"
#include "netmon/bpf/event_tap.h"
#include "netmon/core/values/error.h"

namespace netmon {

std::string why_no_bpf() { return "built without BPF"; }

DescriptorWalk walk_descriptors() { throw Error("bpf", why_no_bpf()); }

std::vector<std::uint64_t> list_kernel_sockets() { throw Error("bpf", why_no_bpf()); }

struct EventTap::Impl {};

EventTap::EventTap(const EventBounds& /*bounds*/) { throw Error("events", why_no_bpf()); }
EventTap::EventTap(EventTap&&) noexcept = default;
EventTap& EventTap::operator=(EventTap&&) noexcept = default;
EventTap::~EventTap() = default;
EventWindow EventTap::finish() && { throw Error("events", why_no_bpf()); }
EventWindow EventTap::take() { throw Error("events", why_no_bpf()); }

std::string why_no_events() { return why_no_bpf(); }

}  // namespace netmon
