// What a review comes to, in words, as all reports show it. Nothing here is escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/review.h"
#include "report/words/change_text.h"

namespace netmon {

// "CLEAN", "UNAPPROVED", "INCONCLUSIVE".
std::string_view verdict_word(Verdict verdict);

// What follows that word in a sentence, of what the verdict speaks: ": all of 84 places compared",
// " for what was asked (this namespace)".
std::string verdict_scope_text(const Review& review);

// "2 changes not approved, 3 notices, 1 caveat".
std::string summary_text(const Review& review);

// What a reader must be told beside the verdict; "" for nothing.
std::string verdict_remark(const Review& review);

// What stands beside the verdict, a line each: why it is inconclusive, and which gaps were
// accepted. Of each the first ones and how many more there are.
std::vector<Note> verdict_notes(const Review& review);

// "informational", "accepted", "decisive".
std::string_view word_of(Weight weight);

// Whether a change is named in every report, whatever covers it and whatever is left out of it: a
// review that ends with a service missing, or started in another way, must not hide it.
bool is_always_named(const Change& change);

}  // namespace netmon
