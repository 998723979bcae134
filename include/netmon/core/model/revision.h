// How a snapshot is named on the command line, as in git.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "netmon/core/values/time.h"

namespace netmon {

// LABEL (ancestor 0) and LABEL~N: the N-th newest snapshot with that label, by number. LABEL@HOST
// and LABEL~N@HOST name a snapshot of another host.
struct LabelRevision {
  std::string label;
  std::uint32_t ancestor = 0;
  std::string host;  // its name or its machine id; "" for this host
  bool operator==(const LabelRevision&) const = default;
};
struct NumberRevision {  // #17
  std::int64_t id = 0;
  bool operator==(const NumberRevision&) const = default;
};
// @2026-03-02T19:45 and @2026-03-02T19:45@HOST: the newest snapshot that was taken at or before
// that time. The newest is decided by time, and by number among equal times.
struct TimeRevision {
  Timestamp time{};
  std::string host;  // as above
  bool operator==(const TimeRevision&) const = default;
};
struct NowRevision {  // @now: captured now, not stored
  bool operator==(const NowRevision&) const = default;
};
struct EmptyRevision {  // @empty: the snapshot without a socket
  bool operator==(const EmptyRevision&) const = default;
};

using Revision =
    std::variant<LabelRevision, NumberRevision, TimeRevision, NowRevision, EmptyRevision>;

// Throws Error that names `text` and the forms that a revision can have.
Revision parse_revision(std::string_view text);

// 1 to 128 characters of A-Za-z0-9._:/- that start with a letter or digit.
bool is_valid_label(std::string_view label);

// Throws Error that names the label and the rule that it breaks.
void require_valid_label(std::string_view label);

}  // namespace netmon
