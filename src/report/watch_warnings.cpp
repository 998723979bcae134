#include <fmt/format.h>

#include <algorithm>

#include "netmon/report.h"
#include "netmon/text.h"
#include "report/change_text.h"

namespace netmon {
namespace {

// A scan opens thousands of connections: a line names the first ones and counts the others.
constexpr std::size_t kMaxSentences = 5;

// All that one process did; `sentences` are escaped.
struct Warning {
  std::optional<ProcessSummary> process;
  std::vector<std::string> sentences;
};

bool same_process(const std::optional<ProcessSummary>& a, const std::optional<ProcessSummary>& b) {
  return a && b && a->pid == b->pid && a->name == b->name;
}

// What a change is about, where it is no new thing: "port 5432", "the packet socket".
std::string subject_of(const Change& change) {
  if (change.remote) return "the connection to " + peer_text(change.remote);
  if (change.role == Role::raw) return fmt::format("the {} socket", to_string(change.protocol));
  return fmt::format("port {}", change.port.value_or(0));
}

// " (a → b)", of the attribute that the kind is about.
std::string values_of(const Change& change, std::string_view name) {
  const auto found = std::ranges::find(change.attributes, name, &AttributeChange::name);
  if (found == change.attributes.end()) return "";
  return fmt::format(" ({} → {})", some_values_text(found->before), some_values_text(found->after));
}

// TCP goes without saying.
std::string protocol_word(const Change& change) {
  return change.protocol == Protocol::tcp ? "" : fmt::format("{} ", to_string(change.protocol));
}

std::string sentence_of(const Change& change) {
  switch (change.kind) {
    case ChangeKind::listener_added:
      return fmt::format("Unexpected {}listener on {}", protocol_word(change), subject_of(change));
    case ChangeKind::outbound_added:
      return fmt::format("Outbound {}to {}", protocol_word(change), peer_text(change.remote));
    case ChangeKind::raw_added:
      return fmt::format("Unexpected {} socket", to_string(change.protocol));
    case ChangeKind::exposure_widened:
      return fmt::format("More can now reach {}{}", subject_of(change), values_of(change, "bind"));
    case ChangeKind::owner_changed:
      return fmt::format("Another program now holds {}{}", subject_of(change),
                         values_of(change, "process"));
    case ChangeKind::executable_changed:
      return fmt::format("Another executable now holds {}{}", subject_of(change),
                         values_of(change, "exe"));
    case ChangeKind::user_changed:
      return fmt::format("Another user now holds {}{}", subject_of(change),
                         values_of(change, "user"));
    case ChangeKind::moved:
      return fmt::format("Listener moved to {}{}", subject_of(change), values_of(change, "port"));
    default:
      return fmt::format("{}: {}", to_string(change.kind), change.message);
  }
}

std::string located_sentence(const Change& change) {
  std::string sentence = sentence_of(change);
  if (change.scope.kind != ScopeKind::host) sentence += " in " + to_string(change.scope);
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
