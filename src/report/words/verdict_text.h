// The result of a review in words, as all reports show it. Nothing here is escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"
#include "report/words/change_text.h"

namespace netmon {

// "CLEAN", "UNAPPROVED", "INCONCLUSIVE".
std::string_view verdict_word(Verdict verdict);

// What the verdict covers, to follow its word in a sentence: ": all of 84 places compared", " for
// what was asked (this namespace)".
std::string verdict_scope_text(const Review& review);

// "2 changes not approved, 3 notices, 1 caveat".
std::string summary_text(const Review& review);

// A remark that must accompany the verdict; "" where there is none.
std::string verdict_remark(const Review& review);

// Notes to the verdict, one per line: why it is inconclusive, and which gaps were accepted. Of each
// kind the first ones, and the number of the others.
std::vector<Note> verdict_notes(const Review& review);

// "informational", "accepted", "decisive".
std::string_view word_of(Weight weight);

// Whether every report names the change, whatever covers it and whatever the report leaves out: a
// review must not hide that a service is gone or was started in another way.
bool is_always_named(const Change& change);

}  // namespace netmon
