#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/words/change_text.h"

namespace netmon {
namespace {

// A scan opens thousands of connections, so a line names the first ones and counts the others.
constexpr std::size_t kMaxSentences = 5;

// The changes of one process; `sentences` are already escaped.
struct Warning {
  std::optional<ProcessSummary> process;
  std::vector<std::string> sentences;
};

bool same_process(const std::optional<ProcessSummary>& a, const std::optional<ProcessSummary>& b) {
  return a && b && a->pid == b->pid && a->name == b->name;
}

// The subject of a change to something that was there before: "port 5432", "the packet socket".
std::string subject_of(const Change& change) {
  if (const auto& peer = change.identity.remote) return "the connection to " + endpoint_text(*peer);
  if (change.identity.role == Role::raw) {
    return fmt::format("the {} socket", to_string(change.identity.protocol));
  }
  return fmt::format("port {}", change.port.value_or(0));
}

// " (a → b)": both sides of the attribute.
std::string values_of(const Change& change, Attribute attribute) {
  const auto found = std::ranges::find(change.attributes, attribute, &AttributeChange::attribute);
  if (found == change.attributes.end()) return "";
  return fmt::format(" ({} → {})", some_values_text(found->before), some_values_text(found->after));
}

// The protocol and a space; "" for TCP, which is the usual case.
std::string protocol_word(const Change& change) {
  const Protocol protocol = change.identity.protocol;
  return protocol == Protocol::tcp ? "" : fmt::format("{} ", to_string(protocol));
}

// The sentence about a change to something that was there before, and the attribute that shows it.
struct Sentence {
  ChangeKind kind;
  std::string_view beginning;
  Attribute attribute;
};

constexpr std::array kSentences{
    Sentence{ChangeKind::exposure_widened, "More can now reach", Attribute::bind},
    Sentence{ChangeKind::owner_changed, "Another program now holds", Attribute::process},
    Sentence{ChangeKind::holder_added, "One more program now holds", Attribute::process},
    Sentence{ChangeKind::executable_changed, "Another executable now holds", Attribute::exe},
    Sentence{ChangeKind::script_changed, "Another script now holds", Attribute::script},
    Sentence{ChangeKind::code_changed, "A program with new code in it now holds", Attribute::code},
    Sentence{ChangeKind::executable_forged, "A program that hides its executable now holds",
             Attribute::exe},
    Sentence{ChangeKind::user_changed, "Another user now holds", Attribute::user},
    Sentence{ChangeKind::privilege_gained, "A program with more privilege now holds",
             Attribute::capabilities},
    Sentence{ChangeKind::moved, "Listener moved to", Attribute::port},
};

std::string sentence_of(const Change& change) {
  if (change.kind == ChangeKind::listener_added) {
    return fmt::format("Unexpected {}listener on {}", protocol_word(change), subject_of(change));
  }
  if (change.kind == ChangeKind::outbound_added && change.identity.remote) {
    return fmt::format("Outbound {}to {}", protocol_word(change),
                       endpoint_text(*change.identity.remote));
  }
  if (change.kind == ChangeKind::raw_added) {
    return fmt::format("Unexpected {} socket", to_string(change.identity.protocol));
  }
  const auto* const found = std::ranges::find(kSentences, change.kind, &Sentence::kind);
  if (found == kSentences.end()) {
    return fmt::format("{}: {}", to_string(change.kind), change.message);
  }
  return fmt::format("{} {}{}", found->beginning, subject_of(change),
                     values_of(change, found->attribute));
}

std::string located_sentence(const Change& change) {
  std::string sentence = sentence_of(change);
  const Scope& scope = change.identity.scope;
  if (scope.kind != ScopeKind::host) sentence += " in " + to_string(scope);
  return escape_controls(sentence);
}

std::string line_of(const Warning& warning) {
  const auto shown = std::min(warning.sentences.size(), kMaxSentences);
  std::string line = fmt::format(
      "⚠ {}", fmt::join(warning.sentences.begin(),
                        warning.sentences.begin() + static_cast<std::ptrdiff_t>(shown), ". "));
  if (shown < warning.sentences.size()) {
    line += fmt::format(", and {} more", warning.sentences.size() - shown);
  }
  line += " — investigate.";
  if (warning.process) {
    line +=
        fmt::format(" ({}, pid {})", escape_controls(warning.process->name), warning.process->pid);
  }
  return line;
}

}  // namespace

std::vector<std::string> watch_warnings(const std::vector<Change>& changes) {
  std::vector<Warning> found;
  for (const auto& change : changes) {
    if (change.severity == Severity::notice) continue;
    auto warning = std::ranges::find_if(
        found, [&](const Warning& w) { return same_process(w.process, change.process); });
    if (warning == found.end()) warning = found.insert(found.end(), {change.process, {}});
    warning->sentences.push_back(located_sentence(change));
  }
  std::vector<std::string> lines(found.size());
  std::ranges::transform(found, lines.begin(), line_of);
  return lines;
}

}  // namespace netmon
