#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expect/suggested_match.h"
#include "netmon/core/values/text.h"
#include "netmon/expect/expectation_file.h"

namespace netmon {
namespace {

constexpr std::string_view kHeader =
    R"(## What was seen and is not approved, as entries that would approve it. All of them are commented
## out: approving is a decision, not a default. For each change that is approved, remove "# " in
## front of its lines and say why; remove the others. Each entry is as narrow as what was seen.

)";

// Returns a TOML basic string with everything but printable ASCII escaped, so the text cannot end
// the string or the line, and its content is visible.
std::string quoted(std::string_view text) {
  std::ostringstream out;
  out << toml::toml_formatter(toml::value<std::string>(sanitize(text)), toml::format_flags::none);
  return out.str();
}

// One value alone, several as a list.
std::string value_of(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return texts.front();
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string port_text(const PortRange& range) {
  return range.low == range.high ? to_string(range) : quoted(to_string(range));
}

// "# key = value"; "" where there is no value.
std::string line(std::string_view key, const std::vector<std::string>& values) {
  return values.empty() ? "" : fmt::format("# {} = {}\n", key, value_of(values));
}

std::string match_text(const Match& match) {
  const auto word = [](const auto& value) { return quoted(to_string(value)); };
  const auto number = [](std::uint32_t value) { return fmt::to_string(value); };
  const std::vector<std::string> elsewhere(match.elsewhere ? 1 : 0, "true");
  return line("match.protocol", texts_of(match.protocols, word)) +
         line("match.port", texts_of(match.ports, port_text)) +
         line("match.process", texts_of(match.processes, quoted)) +
         line("match.exe", texts_of(match.executables, quoted)) +
         line("match.exe_elsewhere", elsewhere) +
         line("match.sha256", texts_of(match.sha256, quoted)) +
         line("match.script", texts_of(match.scripts, quoted)) +
         line("match.user", texts_of(match.users, quoted)) +
         line("match.uid", texts_of(match.uids, number)) +
         line("match.bind", texts_of(match.binds, word)) +
         line("match.peer", texts_of(match.peers, word)) + line("match.to", match.targets) +
         line("match.scope", texts_of(match.scopes, word));
}

std::string entry_text(const std::vector<ChangeKind>& changes, const Match& match) {
  const auto word = [](ChangeKind kind) { return quoted(to_string(kind)); };
  return "# [[expect]]\n" + line("change", texts_of(changes, word)) + "# reason = \"\"\n" +
         match_text(match);
}

// The messages of the changes that the entry covers, as comments.
std::string messages_of(const Suggestion& suggestion) {
  std::string text;
  const auto& changes = suggestion.changes;
  const std::size_t shown = std::min(changes.size(), kMaxSuggestedPeers);
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("## {}\n", escape_controls(changes[i]->change.message));
  }
  if (shown < changes.size()) {
    text += fmt::format("## and {} more: the entry names no peer, and approves any at this port\n",
                        changes.size() - shown);
  }
  return text;
}

std::string text_of(const Suggestion& suggestion, const Review& review) {
  const ReviewedChange& first = *suggestion.changes.front();
  const std::string text = messages_of(suggestion);
  if (first.forbidden_by) {
    const Rule& rule = review.rules[*first.forbidden_by].rule;
    return text + fmt::format("## forbidden by {}:{} ({}): no approval can override that\n",
                              escape_controls(rule.file), rule.line, escape_controls(rule.reason));
  }
  if (first.status == Status::expected_missing) {
    const Rule& promise = review.rules[*first.rule].rule;
    return text + entry_text(promise.changes, promise.match);
  }
  return text + entry_text({first.change.kind}, suggestion.match);
}

// The place of the gap, as far as its caveat names it.
Match match_of(const Caveat& caveat) {
  Match match;
  if (caveat.protocol) match.protocols = {*caveat.protocol};
  if (caveat.port) match.ports = {{*caveat.port, *caveat.port}};
  if (!caveat.process.empty()) match.processes = {caveat.process};
  if (caveat.scope) match.scopes = {*caveat.scope};
  return match;
}

// An entry for each decisive caveat that would accept it, without repeats.
std::string gaps_text(const Review& review) {
  std::string text;
  std::set<std::string> said;
  for (const Caveat& caveat : review.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    const std::string entry =
        fmt::format("# [[accept-gap]]\n# gap = {}\n# reason = \"\"\n{}",
                    quoted(to_string(caveat.code)), match_text(match_of(caveat)));
    if (!said.insert(entry).second) continue;
    text += fmt::format("\n## not seen: {}\n{}", escape_controls(caveat.message), entry);
  }
  return text;
}

}  // namespace

std::string suggest_expectations(const Review& review) {
  std::string text(kHeader);
  const std::string& ticket = review.after.ticket;
  const bool blank = ticket.find_first_not_of(" \t\r\n") == std::string::npos;
  text += fmt::format("# ticket = {}\n", quoted(blank ? "" : ticket));
  for (const Suggestion& suggestion : suggestions_of(review)) {
    text += "\n" + text_of(suggestion, review);
  }
  return text + gaps_text(review);
}

}  // namespace netmon
