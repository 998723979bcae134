// Values made by hand that the report tests render: ordinary ones, and text as hostile as a
// process can make it.
#pragma once

#include <string>
#include <vector>

#include "netmon/model.h"
#include "netmon/review.h"
#include "netmon/visibility.h"

namespace netmon::fixture {

// What an attacker may call a process, a path, an argument or a namespace.
const std::vector<std::string>& hostile_texts();

// Sockets of every role, in three scopes, some of them with hostile owners.
Snapshot snapshot();

// Nothing found, with caveats or without.
Review clean_review();
Review inconclusive_review();

// One change of every way a change can look.
Review unapproved_review();

std::vector<SnapshotSummary> summaries();
std::vector<Finding> findings();

}  // namespace netmon::fixture
