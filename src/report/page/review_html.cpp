#include <fmt/format.h>

#include "netmon/core/values/text.h"
#include "netmon/core/values/version.h"
#include "netmon/report/report.h"
#include "netmon/report/text_fit.h"
#include "report/page/html_changes.h"
#include "report/page/html_sections.h"
#include "report/page/html_style.h"
#include "report/page/html_summary.h"
#include "report/page/html_table.h"
#include "report/text/markup.h"
#include "report/words/info_text.h"
#include "report/words/verdict_text.h"

namespace netmon {
namespace {

std::string title_of(const Review& review) {
  const std::string ticket = ticket_text(review);
  return fmt::format("netmon: {}{}: {}, {} to {}", ticket.empty() ? "" : ticket + " on ",
                     review.after.host_name, verdict_word(review.verdict),
                     snapshot_name(review.before), snapshot_name(review.after));
}

// The policy allows the style by its hash, so a style, script or image smuggled in with text from
// outside would have no effect.
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

std::string footer_html(const Review& review) {
  std::string out = fmt::format("<footer><p>Written by netmon {}", version());
  if (was_taken(review.after)) {
    out += fmt::format(" about what was captured until {}", to_display(review.after.finished_at));
  }
  return out +
         ". This page is one file: it runs no script and loads nothing. Times are UTC. Control "
         "characters in names are shown as escapes.</p></footer>\n";
}

// "sha256:f0d4f1776e99": enough to match a printed page with its snapshot.
std::string short_digest(const SnapshotInfo& info) {
  constexpr std::size_t kLetters = 19;
  return info.digest.empty() ? "not stored" : info.digest.substr(0, kLetters);
}

// The foot of each printed page, next to its number; hidden on a screen. The outer box reserves the
// space on every page, and the browser repeats the inner one there.
std::string running_foot_html(const Review& review) {
  constexpr std::size_t kColumns = 40;
  const auto cut = [](const std::string& text) {
    return html_code(cut_to(escape_controls(text), kColumns, Cut::middle));
  };
  const std::string ticket = ticket_text(review);
  return fmt::format(
      "<div class=\"foot\" aria-hidden=\"true\"><div><p>{} · {} · {} → {}</p></div></div>\n",
      cut(review.after.host_name), ticket.empty() ? "no ticket" : cut(ticket),
      html_code(short_digest(review.before)), html_code(short_digest(review.after)));
}

}  // namespace

std::string render_html(const Review& review, const Picture& picture) {
  return head_html(review) + "<header>\n" + summary_html(review) + "</header>\n<main>\n" +
         changes_html(review) + coverage_html(review) + captures_html(review) +
         sign_off_html(review) + "<div class=\"appendix\">\n" + picture_html(review, picture) +
         rules_html(review) + legend_html(review) + method_html(review) + controls_html() +
         "</div>\n</main>\n" + footer_html(review) + running_foot_html(review) +
         "</body>\n</html>\n";
}

}  // namespace netmon
