#include "core/model/arguments.h"

#include <algorithm>

namespace netmon {

Arguments::Arguments(std::string_view command_line) : source_(command_line) {
  const auto is_blank = [](char c) { return c == ' ' || c == kGap; };
  bool quoted = false;
  std::size_t at = 0;
  const auto add = [&](char c, std::size_t length) {
    text_ += c;
    positions_.push_back({{at, at + length}, quoted});
    at += length;
  };
  while (at < source_.size()) {
    if (source_[at] == '\'') {
      quoted = !quoted;
      ++at;
    } else if (!quoted && is_blank(source_[at])) {
      const auto begin = source_.begin() + static_cast<std::ptrdiff_t>(at);
      const auto end = std::find_if_not(begin, source_.end(), is_blank);
      add(kGap, static_cast<std::size_t>(end - begin));
    } else if (!quoted && source_.compare(at, 2, "\\'") == 0) {
      add('\'', 2);
    } else {
      add(source_[at], 1);
    }
  }
  positions_.push_back({{at, at}, quoted});
}

TextRange Arguments::source_of(const TextRange& range) const {
  const SourcePosition before = range.begin == 0 ? SourcePosition{} : positions_[range.begin - 1];
  const SourcePosition& first = positions_[range.begin];
  const SourcePosition& last = positions_[range.end - 1];
  const SourcePosition& after = positions_[range.end];
  const std::size_t outer_begin = before.range.end;
  const std::size_t outer_end = after.range.begin;
  const bool is_argument = (range.begin == 0 || text_[range.begin - 1] == kGap) &&
                           (range.end == text_.size() || text_[range.end] == kGap);
  if (is_argument && before.quoted == after.quoted) return {outer_begin, outer_end};
  if (first.quoted == last.quoted) return {first.range.begin, last.range.end};
  if (before.quoted == last.quoted) return {outer_begin, last.range.end};
  if (first.quoted == after.quoted) return {first.range.begin, outer_end};
  if (before.quoted == after.quoted) return {outer_begin, outer_end};
  return {outer_begin, source_.size()};
}

std::string Arguments::replaced(const std::vector<TextRange>& ranges, std::string_view by) const {
  std::string out;
  std::size_t copied = 0;
  for (const TextRange& range : ranges) {
    const TextRange source = source_of(range);
    if (source.begin < copied) continue;  // the replacement before covers it too
    out.append(source_, copied, source.begin - copied);
    out += by;
    copied = source.end;
  }
  return out.append(source_, copied);
}

}  // namespace netmon
