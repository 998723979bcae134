#include "netmon/core/model/revision.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "netmon/core/values/error.h"
#include "netmon/core/values/number.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxLabelLength = 128;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

[[noreturn]] void refuse_revision(std::string_view text, std::string_view cause) {
  throw Error(fmt::format("revision '{}'", text), std::string(cause));
}

struct AndHost {
  std::string_view what;
  std::string host;
};

// Parts WHAT@HOST; the host may be left out.
AndHost split_host(std::string_view text, std::string_view what) {
  const auto at = what.find('@');
  if (at == std::string_view::npos) return {what, ""};
  const std::string_view host = what.substr(at + 1);
  if (host.empty() || host.find('@') != std::string_view::npos) {
    refuse_revision(text, "a host must follow the last '@', as in pre-change@db1");
  }
  return {what.substr(0, at), std::string(host)};
}

Revision parse_at(std::string_view text) {
  auto [what, host] = split_host(text, text.substr(1));
  if (what == "now" || what == "empty") {
    if (!host.empty()) refuse_revision(text, "@now always means this host, and @empty has no host");
    if (what == "now") return NowRevision{};
    return EmptyRevision{};
  }
  const auto time = parse_timestamp(what);
  if (!time)
    refuse_revision(text,
                    "'@' must be followed by a time such as 2026-03-02T19:45, by now, or by empty");
  return TimeRevision{.time = *time, .host = std::move(host)};
}

Revision parse_label(std::string_view text) {
  auto [what, host] = split_host(text, text);
  const auto tilde = what.find('~');
  const std::string_view label = what.substr(0, tilde);
  if (!is_valid_label(label)) {
    refuse_revision(
        text, "is neither LABEL, LABEL~N, '#N', @TIME, LABEL@HOST, @TIME@HOST, @now nor @empty");
  }
  LabelRevision revision{.label = std::string(label), .host = std::move(host)};
  if (tilde != std::string_view::npos) {
    const auto ancestor = parse_number<std::uint32_t>(what.substr(tilde + 1));
    if (!ancestor) refuse_revision(text, "'~' must be followed by a number, as in pre-change~1");
    revision.ancestor = *ancestor;
  }
  return revision;
}

}  // namespace

Revision parse_revision(std::string_view text) {
  if (text.empty())
    refuse_revision(text, "is empty: give LABEL, LABEL~N, '#N', @TIME, @now or @empty");
  if (text.front() == '@') return parse_at(text);
  if (text.front() != '#') return parse_label(text);
  const auto id = parse_number<std::int64_t>(text.substr(1));
  if (!id || *id <= 0)
    refuse_revision(text, "'#' must be followed by the number of a snapshot, as in '#17'");
  return NumberRevision{*id};
}

bool is_valid_label(std::string_view label) {
  constexpr std::string_view kPunctuation = "._:/-";
  return !label.empty() && label.size() <= kMaxLabelLength && is_letter_or_digit(label.front()) &&
         std::ranges::all_of(label, [&](char c) {
           return is_letter_or_digit(c) || kPunctuation.find(c) != std::string_view::npos;
         });
}

void require_valid_label(std::string_view label) {
  if (is_valid_label(label)) return;
  const std::string subject = fmt::format("label '{}'", label.substr(0, kMaxLabelLength));
  if (label.empty()) throw Error(subject, "is empty");
  if (label.size() > kMaxLabelLength) throw Error(subject, "is longer than 128 characters");
  throw Error(subject, "may contain only A-Za-z0-9._:/- and must start with a letter or digit");
}

}  // namespace netmon
