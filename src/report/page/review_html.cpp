#include <fmt/format.h>

#include <algorithm>

#include "netmon/core/values/version.h"
#include "netmon/report/report.h"
#include "report/page/html_sections.h"
#include "report/page/html_style.h"
#include "report/page/html_table.h"
#include "report/text/markup.h"
#include "report/words/change_text.h"
#include "report/words/info_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

struct VerdictText {
  std::string_view sign;
  std::string_view css;
  std::string_view meaning;
};

bool has_accepted_gap(const Review& review) {
  return std::ranges::find(review.caveats, Weight::accepted, &Caveat::weight) !=
         review.caveats.end();
}

VerdictText text_of(const Review& review) {
  switch (review.verdict) {
    case Verdict::clean:
      return {"✔", "good",
              has_accepted_gap(review)
                  ? "Nothing unapproved was seen. What could not be seen was accepted:"
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
  return {};
}

std::string title_of(const Review& review) {
  return fmt::format("netmon: {} to {} on {}", snapshot_name(review.before),
                     snapshot_name(review.after), review.after.host_name);
}

// The style is let in by its hash: a style, a script or an image that text from outside could
// smuggle in would not apply.
std::string head_html(const Review& review) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      kHtmlStyleHash, html_text(title_of(review)), kHtmlStyle);
}

std::string moment_of(const SnapshotInfo& info) {
  return was_taken(info) ? fmt::format(" ({})", to_display(info.started_at)) : "";
}

std::string counts_html(const Review& review) {
  std::string out = "<ul class=\"counts\">";
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

std::string banner_html(const Review& review) {
  const auto [sign, css, meaning] = text_of(review);
  std::string out = fmt::format(
      "<h1>Did the network behaviour of {} change, and was it approved?</h1>\n"
      "<p class=\"muted\">Between {}{} and {}{}.</p>\n",
      html_code(review.after.host_name), html_code(snapshot_name(review.before)),
      moment_of(review.before), html_code(snapshot_name(review.after)), moment_of(review.after));
  out += fmt::format("<div class=\"banner {}\"><strong>{} {}</strong>{}<p>{}</p>", css, sign,
                     verdict_word(review.verdict), html_text(verdict_scope_text(review)), meaning);
  for (const Note& note : verdict_notes(review)) {
    out += fmt::format("<p><b>{}</b>: {}</p>", note.label, html_text(note.text));
  }
  if (const auto remark = verdict_remark(review);
      !remark.empty() && review.verdict != Verdict::inconclusive) {
    out += fmt::format("<p>Beside that, {}.</p>", remark);
  }
  return out + counts_html(review) + "</div>\n";
}

std::string footer_html(const Review& review) {
  std::string out = fmt::format("<footer><p>Written by netmon {}", version());
  if (was_taken(review.after)) {
    out += fmt::format(" about what was captured until {}", to_display(review.after.finished_at));
  }
  return out +
         ". This page is one file: it runs no script and loads nothing. Times are UTC. Control "
         "characters in names are shown as escapes.</p></footer>\n";
}

}  // namespace

std::string render_html(const Review& review, const Picture& picture) {
  return head_html(review) + "<header>\n" + banner_html(review) + "</header>\n<main>\n" +
         captures_html(review) + changes_html(review) + picture_html(review, picture) +
         rules_html(review) + coverage_html(review) + evidence_html(review) + controls_html() +
         "</main>\n" + footer_html(review) + "</body>\n</html>\n";
}

}  // namespace netmon
