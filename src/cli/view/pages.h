// What the view says above its rows, and the pages that it shows instead of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/view/frame.h"
#include "cli/view/live_model.h"
#include "netmon/core/model/history.h"

namespace netmon::cli {

// At most `most` lines: what is watched and when, the verdict, the counts, and the first notes.
// `hidden_columns` of the rows are not shown for want of width.
std::vector<Line> header_lines(const LiveModel& model, std::size_t hidden_columns,
                               std::size_t columns, std::size_t most);

// How the view is used.
std::vector<Line> help_lines(std::size_t columns);

// All notes of the round: warnings, why it is inconclusive, what was not seen.
std::vector<Line> notes_lines(const LiveModel& model, std::size_t columns);

// All that is known of the row's socket. `history` is what the database says of it.
std::vector<Line> details_lines(const LiveModel& model, const RowRef& row,
                                const std::string& history, std::size_t columns);

// What history is to be asked for the row's socket; absent for one that no history knows.
std::optional<HistoryQuery> history_query_of(const LiveModel& model, const RowRef& row);

// "first seen 2026-03-02 19:45:00Z, in 3 of 41 snapshots, last seen …".
std::string history_text(const std::vector<Appearance>& appearances);

}  // namespace netmon::cli
