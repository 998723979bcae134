// Appends rows to a CSV file that other runs append to as well.
#pragma once

#include <string>
#include <string_view>

namespace netmon::cli {

class CsvAppender {
 public:
  // `header` is the file's first line, with its line feed.
  CsvAppender(std::string path, std::string header);

  [[nodiscard]] const std::string& path() const { return path_; }

  // Appends `rows` (whole lines), with the header before them where the file is new or empty. A
  // file that starts with another line is refused. All or nothing is written: after a failure the
  // file has its former length. Throws Error whose subject is the path.
  void append(std::string_view rows) const;

 private:
  std::string path_;
  std::string header_;
};

}  // namespace netmon::cli
