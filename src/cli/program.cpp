#include "netmon/cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/output/output.h"
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
also: 1 unapproved changes; 3 inconclusive: nothing unapproved was seen, but something that counts could
have happened unseen. An interrupted command ends with 128 + the signal.)";

std::string names_of(CLI::App& program) {
  std::string names;
  for (const CLI::App* command : program.get_subcommands({})) names += " " + command->get_name();
  return names;
}

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App program("netmon: what changed in this host's network behaviour, and who did it.");
  program.name("netmon");
  program.footer(kFooter);
  program.set_version_flag("--version", fmt::format("netmon {}", version()));
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);

  std::vector<std::unique_ptr<Command>> commands;
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

  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // The help of the command that was named, else of the program.
    const auto chosen = program.get_subcommands();
    write_stdout(chosen.empty() ? program.help() : chosen.front()->help("netmon"));
    return 0;
  } catch (const CLI::CallForVersion& version_text) {
    write_stdout(std::string(version_text.what()) + "\n");
    return 0;
  } catch (const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    if (chosen.empty() && argc > 1 && argv[1][0] != '-') {
      throw Error(argv[1], "no such command; there are:" + names_of(program));
    }
    const std::string name = chosen.empty() ? "" : " " + chosen.front()->get_name();
    throw Error("usage", fmt::format("{} (see 'netmon{} --help')", error.what(), name));
  }
  for (const auto& command : commands) {
    if (!command->chosen()) continue;
    if (!command->collects()) drop_privileges(Keep::files);
    return static_cast<int>(command->run());
  }
  throw std::logic_error("a command was parsed that is not in the list");
}

}  // namespace netmon::cli
