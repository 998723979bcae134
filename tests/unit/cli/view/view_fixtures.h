// Rounds for tests of the live view, and the parts of a view that the tests check.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/view/live_view.h"
#include "core/builder.h"
#include "netmon/core/diff/diff.h"
#include "netmon/core/review/review.h"

namespace netmon::test {

inline cli::LiveModel::Time at(std::chrono::milliseconds time) {
  return cli::LiveModel::Time{time};
}

// A round without a baseline.
inline cli::Round round_of(const Builder& now) {
  return cli::make_round(now.get(), std::nullopt, false);
}

// A round that is compared with a baseline.
inline cli::Round round_of(const Builder& baseline, const Builder& now,
                           const Expectations& rules = {}) {
  return cli::make_round(now.get(), review(diff(baseline.get(), now.get()), rules), true);
}

// Each row as "SIGN PROCESS:LOCAL PORT", in order.
inline std::vector<std::string> rows_of(const cli::LiveModel& model) {
  std::vector<std::string> texts;
  for (const cli::RowRef& row : model.rows()) {
    const Socket& socket = model.socket(row);
    const Process* process = model.part(row).snapshot.shown_process(socket);
    texts.push_back(cli::sign_of(model, row) + (process == nullptr ? "" : process->name) + ":" +
                    std::to_string(socket.local.port));
  }
  return texts;
}

inline std::string text_of(const cli::Line& line) {
  std::string text;
  for (const cli::Span& span : line.spans) text += span.text;
  return text;
}

inline std::string text_of(const cli::Frame& frame) {
  std::string text;
  for (const cli::Line& line : frame.lines) text += text_of(line) + "\n";
  return text;
}

inline cli::Request type(cli::LiveView& view, const std::string& text) {
  cli::Request last = cli::Request::none;
  for (const char c : text) last = view.press({cli::Key::character, std::string(1, c)}, at({}));
  return last;
}

inline cli::Request press(cli::LiveView& view, cli::Key key) {
  return view.press({key, ""}, at({}));
}

}  // namespace netmon::test
