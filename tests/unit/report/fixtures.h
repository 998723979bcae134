// Values for the report tests to render, made by hand: ordinary ones, and text as hostile as a
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

// Names that an attacker may give to a process, a path, an argument or a namespace.
const std::vector<std::string>& hostile_texts();

// Names by an attacker who knows that they end up in Markdown, HTML or SARIF.
const std::vector<std::string>& markup_texts();

// Sockets of every role, in three scopes, some of them with hostile owners.
Snapshot snapshot();

// Reviews without a change, without and with decisive caveats.
Review clean_review();
Review inconclusive_review();

// A review that is clean because the gaps are accepted.
Review accepted_review();

// One change for every way in which a change can look.
Review unapproved_review();

// One change of every kind.
Review every_kind_review();

// Changes of every status, with the rules that decided; `decided_picture` is of the same host.
Review decided_review();
Picture decided_picture();

// The same with only three changes, which is the size of most reviews.
Review small_review();

// A review that has markup_texts() wherever a report shows text from outside.
Review hostile_review();
Picture hostile_picture();

std::vector<Appearance> appearances();
std::vector<SnapshotSummary> summaries();
std::vector<Finding> findings();

}  // namespace netmon::fixture
