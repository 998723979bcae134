// One command of the program: its options, which it registers with the parser, and its run().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "netmon/core/values/error.h"

namespace netmon::cli {

class Command {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] bool chosen() const { return options_.chosen(); }
  [[nodiscard]] CommandSyntax syntax() const { return options_.syntax(); }
  virtual ExitCode run() = 0;

  // Whether the command may read the host; it then gives up its privileges by itself. Other
  // commands run without privileges (netmon/linux/privilege.h).
  [[nodiscard]] virtual bool collects() const { return false; }

 protected:
  Command(CLI::App& program, const std::string& name, const std::string& description)
      : options_(program, name, description) {}
  [[nodiscard]] Options& options() { return options_; }

  // Adds --db.
  void add_db_option() {
    options_.value("--db", db_, "The database (default: see 'netmon --help')")
        .type("PATH")
        .not_empty();
  }
  [[nodiscard]] const std::string& db_option() const { return db_; }

 private:
  Options options_;
  std::string db_;
};

// Returns the command line that the whole program accepts. To be called once all commands are
// registered.
using SyntaxSource = std::function<std::vector<CommandSyntax>()>;

std::unique_ptr<Command> make_capture_command(CLI::App& program);
std::unique_ptr<Command> make_completion_command(CLI::App& program, SyntaxSource syntax);
std::unique_ptr<Command> make_controls_command(CLI::App& program);
std::unique_ptr<Command> make_diff_command(CLI::App& program);
std::unique_ptr<Command> make_doctor_command(CLI::App& program);
std::unique_ptr<Command> make_export_command(CLI::App& program);
std::unique_ptr<Command> make_history_command(CLI::App& program);
std::unique_ptr<Command> make_import_command(CLI::App& program);
std::unique_ptr<Command> make_list_command(CLI::App& program);
std::unique_ptr<Command> make_prune_command(CLI::App& program);
std::unique_ptr<Command> make_show_command(CLI::App& program);
std::unique_ptr<Command> make_verify_command(CLI::App& program);
std::unique_ptr<Command> make_watch_command(CLI::App& program);

}  // namespace netmon::cli
