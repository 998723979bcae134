#include "netmon/cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/output/output.h"
#include "netmon/core/values/nearest.h"
#include "netmon/core/values/version.h"
#include "netmon/linux/privilege.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  sudo netmon capture --label pre-change --ticket CHG-1042
  sudo netmon capture --label post-change --ticket CHG-1042
  sudo netmon diff pre-change post-change
  netmon watch --interval 10 --csv
  netmon verify
  netmon doctor

A snapshot is named by LABEL, LABEL~1 (the one before), '#17', @2026-03-02T19:45 (the newest at or
before), @now (captured now, not stored) or @empty. A shell may eat '#': quote it.

The database is --db PATH, else $NETMON_DB, else /var/lib/netmon/netmon.db for root and
$XDG_STATE_HOME/netmon/netmon.db (~/.local/state/netmon/netmon.db) for everybody else.

Exit status: 0 success; 2 usage or runtime error; 4 the evidence fails its integrity check. Of diff
also: 1 unapproved changes; 3 inconclusive: nothing unapproved was seen, but something that counts
could have happened unseen. An interrupted command ends with 128 + the signal.)";

std::vector<std::string> command_names(CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// Throws an Error that names the nearest known command.
[[noreturn]] void refuse_command(CLI::App& program, const std::string& name) {
  const std::vector<std::string> names = command_names(program);
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw Error(name, "no such command; " + help_with(name, known));
}

// The first option among the arguments that `command` does not have, without its "=VALUE".
std::optional<std::string> unknown_option(const CLI::App& command,
                                          std::span<const char* const> arguments) {
  for (const std::string argument : arguments) {
    if (argument == "--") break;
    const std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && command.get_option_no_throw(name) == nullptr) return name;
  }
  return std::nullopt;
}

[[noreturn]] void refuse_option(const CLI::App& command, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw Error(name, "no such option; " + help_with(name, known));
}

// Refuses "--for=": the parser would take the next argument for its value.
void require_values(std::span<const char* const> arguments) {
  for (const std::string_view argument : arguments) {
    if (argument == "--") return;
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      throw Error(std::string(argument.substr(0, argument.size() - 1)), "has an empty value");
    }
  }
}

// "netmon help COMMAND" is "netmon COMMAND --help", and "netmon help" is "netmon --help".
std::string help_for(CLI::App& program, const std::string& command) {
  if (command.empty()) {  // help() would return that of the command "help", which was given
    return program.get_formatter()->make_help(&program, "netmon", CLI::AppFormatMode::Normal);
  }
  for (const CLI::App* known : program.get_subcommands({})) {
    if (known->get_name() == command) return known->help("netmon");
  }
  refuse_command(program, command);
}

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App program("netmon: what changed in this host's network behaviour, and who did it.");
  program.name("netmon");
  program.footer(kFooter);
  program.set_version_flag("-V,--version", fmt::format("netmon {}", version()));
  program.require_subcommand(1);
  program.get_formatter()->column_width(kHelpColumn);

  Options help(program, "help", "Say how a command is used");
  std::string help_about;
  Option help_topic = help.value("COMMAND", help_about, "The command");

  std::vector<std::unique_ptr<Command>> commands;
  const auto syntax = [&] {
    std::vector<CommandSyntax> all{program_syntax(program), help.syntax()};
    for (const auto& command : commands) all.push_back(command->syntax());
    return all;
  };
  commands.push_back(make_capture_command(program));
  commands.push_back(make_diff_command(program));
  commands.push_back(make_watch_command(program));
  commands.push_back(make_list_command(program));
  commands.push_back(make_show_command(program));
  commands.push_back(make_history_command(program));
  commands.push_back(make_verify_command(program));
  commands.push_back(make_export_command(program));
  commands.push_back(make_import_command(program));
  commands.push_back(make_prune_command(program));
  commands.push_back(make_doctor_command(program));
  commands.push_back(make_controls_command(program));
  commands.push_back(make_completion_command(program, syntax));
  help_topic.offers(command_names(program));

  const auto arguments = std::span(argv, static_cast<std::size_t>(argc)).subspan(1);
  require_values(arguments);
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // Prints the help of the command that was given, or else of the program.
    const auto chosen = program.get_subcommands();
    write_stdout(chosen.empty() ? program.help() : chosen.front()->help("netmon"));
    return 0;
  } catch (const CLI::CallForVersion& version_text) {
    write_stdout(std::string(version_text.what()) + "\n");
    return 0;
  } catch (const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    if (chosen.empty() && argc > 1 && argv[1][0] != '-') refuse_command(program, argv[1]);
    const CLI::App& parser = chosen.empty() ? program : *chosen.front();
    if (const auto unknown = unknown_option(parser, arguments)) refuse_option(parser, *unknown);
    const std::string name = chosen.empty() ? "" : " " + chosen.front()->get_name();
    throw Error("usage", fmt::format("{} (see 'netmon{} --help')", error.what(), name));
  }
  if (help.chosen()) {
    write_stdout(help_for(program, help_about));
    return 0;
  }
  for (const auto& command : commands) {
    if (!command->chosen()) continue;
    if (!command->collects()) drop_privileges(Keep::files);
    return static_cast<int>(command->run());
  }
  throw std::logic_error("a command was parsed that is not in the list");
}

}  // namespace netmon::cli
