// The lines above the rows of the view, and the pages that it shows instead of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/view/frame.h"
#include "cli/view/live_model.h"
#include "netmon/core/model/history.h"

namespace netmon::cli {

// At most `most` lines: what is watched and when, the verdict, the counts, and the first notes.
// `hidden_columns` is the number of columns of the rows that do not fit the width.
std::vector<Line> header_lines(const LiveModel& model, std::size_t hidden_columns,
                               std::size_t columns, std::size_t most);

// The help page.
std::vector<Line> help_lines(std::size_t columns);

// All notes of the round: warnings, why it is inconclusive, what was not seen.
std::vector<Line> notes_lines(const LiveModel& model, std::size_t columns);

// All that is known about the row's socket. `history` is what the database says about it.
std::vector<Line> details_lines(const LiveModel& model, const RowRef& row,
                                const std::string& history, std::size_t columns);

// The query that finds the history of the row's socket; absent for a socket that no query can find.
std::optional<HistoryQuery> history_query_of(const LiveModel& model, const RowRef& row);

// "first seen 2026-03-02 19:45:00Z (#3), last seen … (#41)", with the numbers of the snapshots.
std::string history_text(const std::vector<Appearance>& appearances);

}  // namespace netmon::cli
