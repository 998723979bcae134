// The changes of a review as systems that collect findings get them (SARIF, OCSF, the journal).
// Nothing here is escaped.
#pragma once

#include <string>
#include <string_view>

#include "netmon/core/review/review.h"
#include "netmon/report/report.h"

namespace netmon {

// What such a system calls the finding that something could have happened unseen: not a clean
// review, and no change.
inline constexpr std::string_view kInconclusive = "inconclusive";
inline constexpr std::string_view kInconclusiveWhat =
    "Something that counts could have happened unseen.";
inline constexpr std::string_view kInconclusiveMeaning =
    "The review is no pass: capture again with what was missing, or accept the gap with a reason.";

// Whether OCSF and the journal have the change: what nobody approved, what is named in every
// report, or everything.
bool is_finding(const ReviewedChange& reviewed, Detail detail);

// "new listener: tcp 0.0.0.0:31337 python3 (…)"; "approval expired: …". The message of what was
// promised says by itself that it did not happen.
std::string finding_text(const ReviewedChange& reviewed);

// The rule that a reader should look at: what forbids goes before what allows. Null for none.
const Rule* rule_of(const Review& review, const ReviewedChange& reviewed);

// "inconclusive: 12 sockets whose process this user may not see"; the first decisive caveat, and
// how many more there are.
std::string inconclusive_text(const Review& review);

}  // namespace netmon
