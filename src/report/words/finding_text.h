// The changes of a review for systems that collect findings (SARIF, OCSF, the journal). Nothing
// here is escaped.
#pragma once

#include <string>
#include <string_view>

#include "netmon/core/review/review.h"
#include "netmon/report/report.h"

namespace netmon {

// The finding that something could have happened unseen: the review is not clean, though there is
// no change to report.
inline constexpr std::string_view kInconclusive = "inconclusive";
inline constexpr std::string_view kInconclusiveWhat =
    "Something that counts could have happened unseen.";
inline constexpr std::string_view kInconclusiveMeaning =
    "The review is not a pass: capture again with what was missing, or accept the gap with a "
    "reason.";

// Whether OCSF and the journal contain the change: it does if nobody approved it, if every report
// names it, or if `detail` is everything.
bool is_finding(const ReviewedChange& reviewed, Detail detail);

// "new listener: tcp 0.0.0.0:31337 python3 (…)"; "approval expired: …". The message of a promised
// change already says that it did not happen.
std::string finding_text(const ReviewedChange& reviewed);

// The rule that a reader should look at: one that forbids comes before one that allows. Null where
// there is none.
const Rule* rule_of(const Review& review, const ReviewedChange& reviewed);

// "inconclusive: 12 sockets whose process this user may not see"; the first decisive caveat and the
// number of the others.
std::string inconclusive_text(const Review& review);

}  // namespace netmon
