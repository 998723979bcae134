#include "report/csv_reader.h"

#include <algorithm>
#include <stdexcept>

namespace netmon {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  CsvRow row() {
    CsvRow row{field()};
    while (next() == ',') {
      take();
      row.push_back(field());
    }
    if (take() != '\n') throw std::runtime_error("text behind a field");
    return row;
  }

 private:
  [[nodiscard]] char next() const {
    if (rest_.empty()) throw std::runtime_error("the last line has no end");
    return rest_.front();
  }

  char take() {
    const char byte = next();
    rest_.remove_prefix(1);
    return byte;
  }

  std::string field() { return next() == '"' ? quoted_field() : bare_field(); }

  std::string bare_field() {
    std::string text;
    while (next() != ',' && next() != '\n') {
      if (next() == '"') throw std::runtime_error("a quote in a bare field");
      text += text_byte();
    }
    return text;
  }

  std::string quoted_field() {
    take();
    std::string text;
    while (true) {
      if (next() != '"') {
        text += text_byte();
        continue;
      }
      take();
      if (next() != '"') return text;
      text += take();
    }
  }

  char text_byte() {
    const char byte = take();
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x20 || value == 0x7f) throw std::runtime_error("a control character");
    return byte;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text) {
  Reader reader(text);
  std::vector<CsvRow> rows;
  while (!reader.done()) {
    rows.push_back(reader.row());
    if (rows.back().size() != rows.front().size()) throw std::runtime_error("a ragged row");
  }
  return rows;
}

const std::string& cell(const std::vector<CsvRow>& rows, std::size_t row, std::string_view title) {
  const auto& titles = rows.at(0);
  const auto found = std::find(titles.begin(), titles.end(), title);
  if (found == titles.end()) throw std::runtime_error("no column " + std::string(title));
  return rows.at(row).at(static_cast<std::size_t>(found - titles.begin()));
}

}  // namespace netmon
