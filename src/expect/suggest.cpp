#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "netmon/expectation_file.h"
#include "netmon/text.h"

namespace netmon {
namespace {

constexpr std::string_view kHeader =
    R"(## What was seen and is not approved, as entries that would approve it. All of them are commented
## out: approving is a decision, not a default. For each change that is approved, remove "# " in
## front of its lines and say why; remove the others. Each entry is as narrow as what was seen.

)";

// A TOML basic string, everything but printable ASCII escaped: it ends neither early nor in another
// line, and shows what it holds.
std::string quoted(std::string_view text) {
  std::ostringstream out;
  out << toml::toml_formatter(toml::value<std::string>(sanitize(text)), toml::format_flags::none);
  return out.str();
}

// One value bare, several as a list.
std::string value_of(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return texts.front();
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string port_text(const PortRange& range) {
  return range.low == range.high ? to_string(range) : quoted(to_string(range));
}

// "# key = value"; nothing where there is no value.
std::string line(std::string_view key, const std::vector<std::string>& values) {
  return values.empty() ? "" : fmt::format("# {} = {}\n", key, value_of(values));
}

std::string entry_text(const std::vector<ChangeKind>& changes, const Match& match) {
  const auto word = [](const auto& value) { return quoted(to_string(value)); };
  return "# [[expect]]\n" + line("change", texts_of(changes, word)) + "# reason = \"\"\n" +
         line("match.protocol", texts_of(match.protocols, word)) +
         line("match.port", texts_of(match.ports, port_text)) +
         line("match.process", texts_of(match.processes, quoted)) +
         line("match.exe", texts_of(match.executables, quoted)) +
         line("match.user", texts_of(match.users, quoted)) +
         line("match.bind", texts_of(match.binds, word)) +
         line("match.peer", texts_of(match.peers, word)) +
         line("match.scope", texts_of(match.scopes, word));
}

std::optional<IpPrefix> prefix_of(std::string_view address) {
  return parse_ip_prefix(address.substr(0, address.find('%')));
}

// All addresses or none: a rule that names some of them would not match.
std::vector<IpPrefix> prefixes_of(const std::vector<std::string>& addresses) {
  std::vector<IpPrefix> prefixes;
  for (const std::string& address : addresses) {
    const auto prefix = prefix_of(address);
    if (!prefix) return {};
    prefixes.push_back(*prefix);
  }
  return prefixes;
}

// What the change shows of the attribute; nothing where some of it is not known or has no name,
// which no rule can hold.
std::vector<std::string> known_values(const Change& change, std::string_view attribute,
                                      const std::string& of_process) {
  std::vector<std::string> values = shown_values(change, attribute, of_process);
  const bool nameless = std::ranges::any_of(
      values, [](const std::string& value) { return value.empty() || value == kUnknownValue; });
  return nameless ? std::vector<std::string>{} : values;
}

// The narrowest match for the change.
Match match_of(const Change& change) {
  Match match{.protocols = {change.protocol},
              .binds = prefixes_of(change.addresses),
              .scopes = {change.scope}};
  const auto port = change.port ? change.port : change.remote ? change.remote->port : std::nullopt;
  if (port) match.ports.push_back({*port, *port});
  if (change.remote) {
    if (const auto peer = prefix_of(change.remote->address)) match.peers.push_back(*peer);
  }
  const ProcessSummary process = change.process.value_or(ProcessSummary{});
  if (!process.name.empty()) match.processes.push_back(process.name);
  match.executables = known_values(change, "exe", process.exe.value_or(""));
  match.users = known_values(change, "user", process.user);
  return match;
}

std::string suggestion_for(const ReviewedChange& reviewed, const Review& review) {
  std::string text = fmt::format("## {}\n", escape_controls(reviewed.change.message));
  if (reviewed.forbidden_by) {
    const Rule& rule = review.rules[*reviewed.forbidden_by].rule;
    return text + fmt::format("## forbidden by {}:{} ({}): no approval lifts that\n",
                              escape_controls(rule.file), rule.line, escape_controls(rule.reason));
  }
  if (reviewed.status == Status::expected_missing) {
    const Rule& promise = review.rules[*reviewed.rule].rule;
    return text + entry_text(promise.changes, promise.match);
  }
  return text + entry_text({reviewed.change.kind}, match_of(reviewed.change));
}

}  // namespace

std::string suggest_expectations(const Review& review) {
  std::string text(kHeader);
  const std::string& ticket = review.after.ticket;
  const bool blank = ticket.find_first_not_of(" \t\r\n") == std::string::npos;
  text += fmt::format("# ticket = {}\n", quoted(blank ? "" : ticket));
  for (const ReviewedChange& reviewed : review.changes) {
    if (reviewed.status == Status::approved || reviewed.status == Status::notice) continue;
    text += "\n" + suggestion_for(reviewed, review);
  }
  return text;
}

}  // namespace netmon
