// Values made by hand that the report tests render: ordinary ones, and text as hostile as a
// process can make it.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/model/history.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/model/visibility.h"
#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"

namespace netmon::fixture {

// What an attacker may call a process, a path, an argument or a namespace.
const std::vector<std::string>& hostile_texts();

// The same, of one who knows that it ends in Markdown, HTML or SARIF.
const std::vector<std::string>& markup_texts();

// Sockets of every role, in three scopes, some of them with hostile owners.
Snapshot snapshot();

// Nothing found, with caveats or without.
Review clean_review();
Review inconclusive_review();

// Clean, because somebody answers for what was not seen.
Review accepted_review();

// One change of every way a change can look.
Review unapproved_review();

// One change of every kind.
Review every_kind_review();

// Changes of every status, with the rules that decided; `decided_picture` is of the same host.
Review decided_review();
Picture decided_picture();

// The same with three changes, as most reviews are.
Review small_review();

// markup_texts() wherever a report shows text from outside.
Review hostile_review();
Picture hostile_picture();

std::vector<Appearance> appearances();
std::vector<SnapshotSummary> summaries();
std::vector<Finding> findings();

}  // namespace netmon::fixture
