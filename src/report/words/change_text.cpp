#include "report/words/change_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "report/words/rule_text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxNamedHolders = 3;

std::string date_text(Timestamp time) { return to_string(time).substr(0, 10); }

// The label of a rule in the notes of a change with this status.
std::string_view rule_label(Status status) {
  switch (status) {
    case Status::approved:
      return "approved by";
    case Status::expired:
      return "approval expired";
    case Status::expected_missing:
      return "promised by";
    case Status::unapproved:
    case Status::notice:
      return "rule";
  }
  no_such_enumerator();
}

// The local side of a change; empty for outbound peers and clients.
std::vector<std::string> local_texts(const Change& change) {
  if (change.addresses.empty() && !change.port) return {};
  return local_texts(change.identity.protocol, change.addresses, change.port);
}

std::string name_with_kind(const Script& script) {
  switch (script.kind) {
    case ScriptKind::file:
      return script.name;
    case ScriptKind::module:
      return "module " + script.name;
    case ScriptKind::code:
      return "code given as " + script.name;
  }
  no_such_enumerator();
}

bool shows(const Change& change, Attribute attribute) {
  return std::ranges::find(change.attributes, attribute, &AttributeChange::attribute) !=
         change.attributes.end();
}

// Adds notes about the program, except what the change itself shows on both sides.
template <typename Add>
void add_program_notes(const Change& change, const Add& add) {
  if (!change.process) return;
  const ProcessSummary& process = *change.process;
  if (process.exe_deleted) add("program", "its file was deleted or replaced while it ran");
  if (process.exe_elsewhere) {
    add("program", "its path belongs to another mount namespace, where it is another file");
  }
  if (process.exe_sha256 && !shows(change, Attribute::sha256)) add("sha256", *process.exe_sha256);
  if (process.script && !shows(change, Attribute::script)) {
    add("script", script_text(*process.script));
    if (process.script->sha256) add("sha256 of the script", *process.script->sha256);
  }
  if (!process.foreign_code.empty() && !shows(change, Attribute::code)) {
    add("foreign code", some_values_text(process.foreign_code));
  }
}

}  // namespace

std::string values_text(const std::vector<std::string>& values) {
  return values.empty() ? "(none)" : fmt::format("{}", fmt::join(values, ", "));
}

std::string some_values_text(const std::vector<std::string>& values) {
  return values.empty() ? "(none)" : join_some(values);
}

std::string executable_text(const std::optional<std::string>& exe, bool deleted) {
  return exe ? file_text(*exe, deleted) : "";
}

std::string executable_state(const std::optional<std::string>& exe, bool deleted) {
  if (!exe) return "";
  return deleted ? "deleted" : "present";
}

std::string script_text(const Script& script) {
  const std::string text = name_with_kind(script);
  return script.claimed ? text + " (as its arguments say)" : text;
}

std::string holder_text(std::string_view name, std::uint32_t pid, std::string_view user) {
  return user.empty() ? fmt::format("{} (pid {})", name, pid)
                      : fmt::format("{} (pid {}, {})", name, pid, user);
}

std::string holder_text(const ProcessSummary& process) {
  return holder_text(process.name, process.pid, process.user);
}

std::string other_holders_text(const Change& change) {
  if (change.holders.size() < 2) return "";
  const std::size_t others = change.holders.size() - 1;
  const std::size_t named = std::min(others, kMaxNamedHolders);
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= named; ++i) texts.push_back(holder_text(change.holders[i]));
  std::string text = fmt::format("{}", fmt::join(texts, ", "));
  if (named < others) text += fmt::format(" and {} more", others - named);
  return text;
}

std::string place_text(const Change& change) {
  if (change.identity.role == Role::network) return change.identity.device;
  const auto locals = local_texts(change);
  std::string local = locals.empty() ? "" : locals.front();
  const Identity& identity = change.identity;
  if (!identity.remote) return local;
  const std::string peer = endpoint_text(*identity.remote);
  return identity.role == Role::inbound ? fmt::format("{} → {}", peer, local) : "→ " + peer;
}

std::string past_text(const Past& past) {
  if (past.of == 0) return "no earlier snapshot of this host";
  const std::string of = counted(past.of, "snapshot", "snapshots");
  if (past.snapshots == 0) {
    return fmt::format("never seen before in {} since {}", of, date_text(past.since));
  }
  std::string text = fmt::format("seen in {} of {}", past.snapshots, of);
  if (past.first_seen) text += ", first " + date_text(*past.first_seen);
  if (past.last_seen) text += ", last " + date_text(*past.last_seen);
  return text;
}

std::vector<Note> notes_of(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  std::vector<Note> notes;
  const auto add = [&notes](std::string_view label, std::string text) {
    notes.push_back({label, std::move(text)});
  };
  if (reviewed.rule) add(rule_label(reviewed.status), rule_text(review.rules[*reviewed.rule].rule));
  if (reviewed.forbidden_by) {
    add("forbidden by", rule_text(review.rules[*reviewed.forbidden_by].rule));
  }
  for (const AttributeChange& attribute : change.attributes) {
    add(to_string(attribute.attribute), fmt::format("{} → {}", some_values_text(attribute.before),
                                                    some_values_text(attribute.after)));
  }
  if (const auto local = local_texts(change); local.size() > 1) {
    add("also on", some_values_text({local.begin() + 1, local.end()}));
  }
  if (std::string others = other_holders_text(change); !others.empty()) {
    add("also held by", std::move(others));
  }
  const bool kernel_chose =
      change.identity.role == Role::listener && change.port && !change.identity.port;
  if (kernel_chose) add("port", "chosen by the kernel, so it differs after each start");
  if (change.containers > 1) add("containers", fmt::to_string(change.containers));
  const bool has_processes =
      change.identity.role != Role::forward && change.identity.role != Role::network;
  if (change.no_process && has_processes) add("no process", *change.no_process);
  add_program_notes(change, add);
  if (reviewed.background.past) add("past", past_text(*reviewed.background.past));
  if (!reviewed.background.package.empty()) {
    add("package at report time", reviewed.background.package);
  }
  return notes;
}

std::string note_line(const Note& note) { return fmt::format("{}: {}", note.label, note.text); }

}  // namespace netmon
