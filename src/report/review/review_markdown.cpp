#include <fmt/format.h>

#include <algorithm>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/text/markup.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/review_groups.h"
#include "report/words/verdict_text.h"

// All text from outside, and all text that may contain some, is a code span, because GitHub and
// GitLab make mentions and links of any other text, escaped or not.

namespace netmon {
namespace {

std::string_view sign_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return "✅";
    case Verdict::unapproved:
      return "❌";
    case Verdict::inconclusive:
      return "⚠️";
  }
  no_such_enumerator();
}

std::string verdict_text(const Review& review) {
  std::string out = fmt::format("# netmon diff: {} {}{}\n\n**{}**", sign_of(review.verdict),
                                verdict_word(review.verdict),
                                markdown_words(verdict_scope_text(review)), summary_text(review));
  if (const auto remark = verdict_remark(review); !remark.empty()) out += "; " + remark;
  out += ".\n";
  const auto notes = verdict_notes(review);
  if (!notes.empty()) out += "\n";
  for (const Note& note : notes) {
    out += fmt::format("- **{}**: {}\n", note.label, markdown_code(note.text));
  }
  return out;
}

std::string code_or_dash(std::string_view text) { return text.empty() ? "–" : markdown_code(text); }

std::string captures_text(const Review& review) {
  std::string out = "\n## Captures\n\n| | before | after |\n|---|---|---|\n";
  for (const auto& [name, before, after] : capture_lines(review)) {
    out += fmt::format("| {} | {} | {} |\n", name, code_or_dash(before), code_or_dash(after));
  }
  return out;
}

std::string process_text(const Change& change) {
  if (!change.process) return "–";
  const ProcessSummary& process = *change.process;
  std::string out = code_or_dash(process.name) + fmt::format(" pid {}", process.pid);
  if (!process.user.empty()) out += "<br>user " + markdown_code(process.user);
  if (!process.unit.empty()) out += "<br>unit " + markdown_code(process.unit);
  if (process.exe) out += "<br>" + markdown_code(executable_text(process.exe, process.exe_deleted));
  return out;
}

std::string where_text(const Change& change) {
  const std::string_view protocol = protocol_word(change.identity);
  std::string out = fmt::format("{}{}{}", protocol, protocol.empty() ? "" : " ",
                                code_or_dash(place_text(change)));
  if (change.identity.scope.kind != ScopeKind::host) {
    out += "<br>in " + markdown_code(to_string(change.identity.scope));
  }
  return out;
}

std::string notes_text(const Review& review, const ReviewedChange& reviewed) {
  std::string out;
  for (const Note& note : notes_of(review, reviewed)) {
    if (!out.empty()) out += "<br>";
    out += fmt::format("{}: {}", note.label, markdown_code(note.text));
  }
  return out.empty() ? "–" : out;
}

// A comment on GitHub holds at most 65,536 characters; the difference is left for whoever posts it.
constexpr std::size_t kMaxBytes = 60'000;

// Adds rows while there is space for a whole row.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes) : bytes_(bytes) {}

  void add(std::string& out, const std::string& row) {
    if (row.size() > bytes_) {
      ++left_out_;
      bytes_ = 0;  // no smaller row may take the place of this one
      return;
    }
    bytes_ -= row.size();
    out += row;
  }

  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  std::size_t bytes_;
  std::size_t left_out_ = 0;
};

std::string group_text(const Review& review, const StatusGroup& group, ByteBudget& budget) {
  std::string out = fmt::format(
      "\n## {} ({})\n\n| severity | change | where | process | what to know |\n"
      "|---|---|---|---|---|\n",
      group.title, group.changes.size());
  for (const ReviewedChange* reviewed : group.changes) {
    const Change& change = reviewed->change;
    budget.add(out, fmt::format("| {} | {} | {} | {} | {} |\n", to_string(change.severity),
                                to_string(change.kind), where_text(change), process_text(change),
                                notes_text(review, *reviewed)));
  }
  return out;
}

// Each gap of a capture is a caveat of the comparison; decisive ones come first.
std::string coverage_text(const Review& review, ByteBudget& budget) {
  std::string out;
  for (const Caveat& caveat : review.caveats) {
    const bool weighs = caveat.weight != Weight::informational;
    budget.add(out, fmt::format("- **{}** ({}): {}\n", weighs ? word_of(caveat.weight) : "caveat",
                                to_string(caveat.side), markdown_code(caveat.message)));
  }
  if (review.caveats.empty()) out = "Both captures saw all that they asked for.\n";
  return "\n## What could not be seen, and other caveats\n\n" + out;
}

std::string left_out_text(const std::string& what) {
  return fmt::format(
      "\n**Left out, because a comment cannot be longer: {}.** The whole review is in the files "
      "that `-o review.html` and `-o review.csv` write.\n",
      what);
}

std::string evidence_text(const Review& review) {
  return fmt::format("\n## Digests\n\n| | sha256 |\n|---|---|\n| before | {} |\n| after | {} |\n",
                     code_or_dash(review.before.digest), code_or_dash(review.after.digest));
}

}  // namespace

std::string render_markdown(const Review& review) {
  // A quarter of the space is reserved for what could not be seen, so changes cannot crowd it out.
  ByteBudget for_caveats(kMaxBytes / 4);
  const std::string coverage = coverage_text(review, for_caveats);
  const std::string head = verdict_text(review) + captures_text(review);
  ByteBudget for_changes(kMaxBytes / 4 * 3 - std::min(head.size(), kMaxBytes / 2));
  std::string changes;
  for (const StatusGroup& group : groups_of(review)) {
    changes += group_text(review, group, for_changes);
  }
  std::string left_out;
  if (const auto count = for_changes.left_out()) {
    left_out += left_out_text(counted(count, "change", "changes"));
  }
  if (const auto count = for_caveats.left_out()) {
    left_out += left_out_text(counted(count, "caveat", "caveats"));
  }
  return head + left_out + changes + coverage + evidence_text(review);
}

}  // namespace netmon
