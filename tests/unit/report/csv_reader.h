// A strict reader of RFC 4180 (with LF line ends), which shares no code with the writer that it
// tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netmon {

using CsvRow = std::vector<std::string>;

// Throws std::runtime_error on anything that the grammar does not allow: a quote in a bare field,
// text after a closing quote, a control character, a last line without an end, or rows of
// different lengths.
std::vector<CsvRow> read_csv(std::string_view text);

// The cell of `row` in the column `title`.
const std::string& cell(const std::vector<CsvRow>& rows, std::size_t row, std::string_view title);

}  // namespace netmon
