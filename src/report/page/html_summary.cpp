#include "report/page/html_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "report/page/html_changes.h"
#include "report/page/html_table.h"
#include "report/text/markup.h"
#include "report/words/change_kinds.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/review_groups.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

struct VerdictText {
  std::string_view sign;
  std::string_view css;
  std::string_view meaning;
};

bool has_caveat(const Review& review, Weight weight) {
  return std::ranges::find(review.caveats, weight, &Caveat::weight) != review.caveats.end();
}

VerdictText text_of(const Review& review) {
  switch (review.verdict) {
    case Verdict::clean:
      return {"✔", "good",
              has_caveat(review, Weight::accepted)
                  ? "Nothing unapproved was seen. What could not be seen was accepted."
                  : "Nothing unapproved was seen, and both captures saw enough to say so."};
    case Verdict::unapproved:
      return {"✘", "bad",
              review.summary.unapproved + review.summary.expired > 0
                  ? "Something changed that no approval in force covers."
                  : "What the ticket promised did not all happen."};
    case Verdict::inconclusive:
      return {"?", "warn",
              "Nothing unapproved was seen, but something that counts could have happened unseen. "
              "This is not a pass."};
  }
  no_such_enumerator();
}

std::string moment_of(const SnapshotInfo& info) {
  return was_taken(info) ? fmt::format(" ({})", to_display(info.started_at)) : "";
}

std::string counts_html(const Review& review) {
  std::string out = R"(<ul class="counts" role="list">)";
  const auto add = [&](std::uint64_t count, std::string_view what, std::string_view css) {
    out +=
        fmt::format("<li class=\"{}\"><b>{}</b> {}</li>", count == 0 ? "zero" : css, count, what);
  };
  const auto plural = [](std::uint64_t count, std::string_view one, std::string_view many) {
    return count == 1 ? one : many;
  };
  const ReviewSummary& summary = review.summary;
  add(summary.unapproved, "not approved", "bad");
  add(summary.expired, "approval expired", "bad");
  add(summary.expected_missing, "expected, not seen", "warn");
  add(summary.approved, "approved", "good");
  add(summary.notice, plural(summary.notice, "notice", "notices"), "info");
  add(review.caveats.size(), plural(review.caveats.size(), "caveat", "caveats"), "warn");
  return out + "</ul>";
}

// What a process runs. An interpreter is not the program itself, so the script is preferred to the
// executable.
std::string program_text(const ProcessSummary& process) {
  return process.script ? script_text(*process.script)
                        : executable_text(process.exe, process.exe_deleted);
}

// "by <code>python3 (pid 7821, root)</code>, which runs <code>/srv/app.py</code>, started by
// <code>bash ← sshd</code>".
std::string culprit_html(const Change& change) {
  if (!change.process) return change.no_process ? "; " + html_code(*change.no_process) : "";
  const ProcessSummary& process = *change.process;
  std::string out = ", by " + html_code(holder_text(process));
  if (const std::string program = program_text(process); !program.empty()) {
    out += ", which runs " + html_code(program);
  }
  if (!process.parents.empty()) {
    out += ", started by " + html_code(fmt::format("{}", fmt::join(process.parents, " ← ")));
  }
  if (const std::string others = other_holders_text(change); !others.empty()) {
    out += "; also held by " + html_code(others);
  }
  return out;
}

std::string forbidding_html(const Review& review, const ReviewedChange& reviewed) {
  if (!reviewed.forbidden_by) return "";
  return "; a rule forbids it: " + html_code(rule_text(review.rules[*reviewed.forbidden_by].rule));
}

std::string offence_html(const Review& review, std::string_view title,
                         const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  if (reviewed.status == Status::expected_missing) {  // its message begins with the title
    return fmt::format("<li>{}</li>\n", html_code(change.message));
  }
  std::string_view what = text_of(change.kind).what;
  what.remove_suffix(1);  // its full stop
  return fmt::format("<li><b>{}, {}</b>: {}: {}{}{}.</li>\n", title, to_string(change.severity),
                     html_text(what), place_html(change), culprit_html(change),
                     forbidding_html(review, reviewed));
}

// The list of what is not allowed: the worst first, each with who did it.
std::string offences_html(const Review& review) {
  std::string items;
  std::size_t found = 0;
  for (const StatusGroup& group : groups_of(review)) {
    if (group.status == Status::approved || group.status == Status::notice) continue;
    for (const ReviewedChange* reviewed : group.changes) {
      if (++found <= kMaxNamedChanges) items += offence_html(review, group.title, *reviewed);
    }
  }
  if (found == 0) return "";
  std::string out = "<h2>What is not allowed, and who did it</h2>\n<ol>\n" + items + "</ol>\n";
  if (found > kMaxNamedChanges) {
    out += fmt::format("<p>And {} more, among the changes below.</p>\n", found - kMaxNamedChanges);
  }
  return out;
}

std::string unseen_html(const Review& review) {
  std::string items;
  std::size_t found = 0;
  for (const Weight weight : {Weight::decisive, Weight::accepted}) {
    for (const Caveat& caveat : review.caveats) {
      if (caveat.weight != weight || ++found > kMaxNamedCaveats) continue;
      items += fmt::format("<li><b>{}, {}</b>: {}</li>\n",
                           weight == Weight::decisive ? "not seen" : "accepted",
                           to_string(caveat.side), html_text(caveat.message));
    }
  }
  if (found == 0) return "<h2>What could not be seen</h2>\n<p>Nothing that could count.</p>\n";
  std::string out = "<h2>What could not be seen, and could count</h2>\n<ul>\n" + items + "</ul>\n";
  if (found > kMaxNamedCaveats) {
    out += fmt::format("<p>And {} more, among the caveats below.</p>\n", found - kMaxNamedCaveats);
  }
  return out;
}

}  // namespace

std::string summary_html(const Review& review) {
  const auto [sign, css, meaning] = text_of(review);
  const std::string ticket = ticket_text(review);
  std::string out = fmt::format(
      "<h1>{}did the network behaviour of {} change, and was it approved?</h1>\n"
      "<p class=\"muted\">Between {}{} and {}{}.</p>\n",
      ticket.empty() ? "No ticket named: " : html_code(ticket) + ": ",
      html_code(review.after.host_name), html_code(snapshot_name(review.before)),
      moment_of(review.before), html_code(snapshot_name(review.after)), moment_of(review.after));
  out += fmt::format("<div class=\"banner {}\"><p><strong>{} {}</strong>{}</p>\n<p>{}</p>\n", css,
                     sign, verdict_word(review.verdict), html_text(verdict_scope_text(review)),
                     meaning);
  return out + offences_html(review) + unseen_html(review) + counts_html(review) + "</div>\n";
}

}  // namespace netmon
