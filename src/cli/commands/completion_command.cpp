#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/completion/scripts.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "netmon/core/values/nearest.h"
#include "netmon/linux/packages.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kCompletionFooter = R"(
Examples:
  source <(netmon completion bash)
  netmon completion zsh > ~/.zsh/functions/_netmon
  netmon completion fish > ~/.config/fish/completions/netmon.fish

The packages bring these scripts along. revisions and labels are what the scripts ask while
somebody types: the names by which the stored snapshots can be given, one a line.)";

constexpr std::array<std::string_view, 5> kTopics{"bash", "zsh", "fish", "revisions", "labels"};

// Whether every shell reads the name as a plain word. A host can have any name.
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') ||
           std::string_view("._:/@-").find(letter) != std::string_view::npos;
  });
}

std::string lines_of(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (is_plain(name)) text += name + "\n";
  }
  return text;
}

class CompletionCommand : public Command {
 public:
  CompletionCommand(CLI::App& program, SyntaxSource syntax)
      : Command(program, "completion", "Print a script that completes netmon's command line"),
        syntax_(std::move(syntax)) {
    options()
        .value("WHAT", what_,
               "The shell (bash, zsh or fish), or what the scripts ask for (revisions or labels)")
        .required()
        .offers({kTopics.begin(), kTopics.end()});
    add_db_option();
    options().footer(kCompletionFooter);
  }

  ExitCode run() override {
    // These are printed first, because they need no database.
    if (what_ == "revisions") write_stdout("@now\n@empty\n");
    write_stdout(text());
    return ExitCode::success;
  }

 private:
  [[nodiscard]] std::string text() const {
    if (what_ == "bash") return bash_completion(syntax_());
    if (what_ == "zsh") return zsh_completion(syntax_());
    if (what_ == "fish") return fish_completion(syntax_());
    if (what_ == "labels") return lines_of(labels());
    if (what_ == "revisions") return lines_of(revisions());
    throw Error(fmt::format("completion '{}'", what_), help_with(what_, kTopics));
  }

  [[nodiscard]] std::vector<SnapshotSummary> stored() const {
    return Store::open_for_reading(existing_database_path(db_option())).list();
  }

  [[nodiscard]] std::set<std::string> labels() const {
    std::set<std::string> names;
    for (const SnapshotSummary& snapshot : stored()) names.insert(snapshot.info.label);
    return names;
  }

  // LABEL for a snapshot of this host, LABEL@HOST for one of another host.
  [[nodiscard]] std::set<std::string> revisions() const {
    const std::string here = this_machine_id();
    std::set<std::string> names;
    for (const SnapshotSummary& snapshot : stored()) {
      const SnapshotInfo& info = snapshot.info;
      const bool is_own = !info.origin || info.machine_id == here;
      names.insert(is_own ? info.label : info.label + "@" + info.host_name);
    }
    return names;
  }

  SyntaxSource syntax_;
  std::string what_;
};

}  // namespace

std::unique_ptr<Command> make_completion_command(CLI::App& program, SyntaxSource syntax) {
  return std::make_unique<CompletionCommand>(program, std::move(syntax));
}

}  // namespace netmon::cli
