#include "core/places/programs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netmon/core/places/identity.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

// Different values have different texts: what a process wrote contains no NUL.
std::string text_of(const Code& code) {
  std::string text;
  for (const ForeignCode& foreign : code.foreign) {
    text += fmt::format("{}{}{}{}{}", foreign.path, '\0', foreign.sha256.value_or(""), '\0',
                        foreign.deleted ? 1 : 0);
  }
  text += '\0';
  for (const LoaderVariable& variable : code.loader) {
    text += fmt::format("{}={}{}", variable.name, variable.value, '\0');
  }
  return text;
}

std::string text_of(const Process& process) {
  if (!process.uid) return {};
  if (!process.credentials) return fmt::format("{}", *process.uid);
  const Credentials& credentials = *process.credentials;
  return fmt::format("{} {} {} {:x} {} {}", *process.uid, credentials.real_uid,
                     credentials.saved_uid, credentials.capabilities,
                     credentials.own_user_namespace ? 1 : 0, fmt::join(credentials.groups, ","));
}

// The arguments without numbers, because programs put counters into their titles.
std::string text_of_arguments(const Process& process) {
  return process.cmdline ? without_numbers(*process.cmdline) : std::string();
}

std::uint32_t flags_of(const Process& process) {
  std::uint32_t flags = 0;
  if (process.interpreter) flags |= kInterpreter;
  if (process.code && !process.code->exe_mapped) flags |= kForged;
  if (!process.exe || !process.exe_sha256) flags |= kExeUnread;
  const bool has_file = process.script && process.script->kind == ScriptKind::file;
  if (has_file ? !process.script->sha256 : hides_script(process)) flags |= kScriptUnread;
  if (!is_code_known(process)) flags |= kCodeUnread;
  if (process.exe_elsewhere) flags |= kElsewhere;
  return flags;
}

}  // namespace

Programs::Programs(Interner& texts) : texts_(texts) {
  Program kernel;
  kernel.name = texts_.number(kKernelProgram);
  programs_.push_back(kernel);
}

std::vector<std::uint32_t> Programs::add(const Snapshot& snapshot) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(snapshot.processes.size());
  for (const Process& process : snapshot.processes) {
    Program program;
    program.name =
        texts_.number(process.name.empty() ? kUnnamedProcess : std::string_view(process.name));
    program.exe = texts_.number(process.exe.value_or(""));
    program.sha256 = texts_.number(process.exe_sha256.value_or(""));
    if (process.script) {
      const Script& script = *process.script;
      const std::string sha256 = script.sha256.value_or("");
      // Code has no name of its own, so its digest identifies it.
      program.script = texts_.number(
          fmt::format("{} {}{}", to_string(script.kind), script.name,
                      script.kind == ScriptKind::code ? " " + sha256 : std::string()));
      program.script_sha256 = texts_.number(sha256);
    }
    if (process.code) program.code = texts_.number(text_of(*process.code));
    program.privilege = texts_.number(text_of(process));
    program.unit = texts_.number(process.unit);
    program.arguments = texts_.number(text_of_arguments(process));
    program.flags = flags_of(process);
    const auto next = static_cast<std::uint32_t>(programs_.size());
    const auto [entry, is_new] = numbers_.try_emplace(program, next);
    if (is_new) programs_.push_back(program);
    numbers.push_back(entry->second);
  }
  return numbers;
}

bool Programs::same_program(std::uint32_t a, std::uint32_t b) const {
  const Program& p = at(a);
  const Program& q = at(b);
  const bool interprets = ((p.flags | q.flags) & kInterpreter) != 0;
  if (interprets && p.script == 0) return false;
  if (a == b) return p.exe != 0 || a == 0;
  const bool same_file = p.exe == q.exe && (p.sha256 == q.sha256 || p.sha256 == 0 || q.sha256 == 0);
  return p.name == q.name && p.exe != 0 && same_file && p.script == q.script &&
         ((p.flags | q.flags) & kElsewhere) == 0;
}

bool Programs::same_under_another_name(std::uint32_t a, std::uint32_t b) const {
  const Program& p = at(a);
  const Program& q = at(b);
  if (((p.flags | q.flags) & kInterpreter) != 0) {
    return p.script != 0 &&
           (p.script == q.script || (p.script_sha256 != 0 && p.script_sha256 == q.script_sha256));
  }
  return (p.exe != 0 && p.exe == q.exe) || (p.sha256 != 0 && p.sha256 == q.sha256);
}

bool hides_script(const Process& process) { return process.interpreter && !process.script; }

bool is_code_known(const Process& process) {
  return process.code && std::ranges::none_of(process.code->foreign, lacks_digest);
}

bool is_service_manager(const Process& process) {
  return process.pid == 1 || process.name == "systemd";
}

}  // namespace netmon
