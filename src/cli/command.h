// One command of the program: its options, registered with the parser, and its run().
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "netmon/error.h"

namespace netmon::cli {

class Command {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] bool chosen() const { return app_->parsed(); }
  virtual ExitCode run() = 0;

  // Whether it may look at the host, and gives up its privileges by itself. All others run without
  // them (netmon/privilege.h).
  [[nodiscard]] virtual bool collects() const { return false; }

 protected:
  explicit Command(CLI::App* app) : app_(app) {}
  [[nodiscard]] CLI::App& app() { return *app_; }

  // --db, which every command takes.
  void add_db_option() {
    app_->add_option("--db", db_, "The database (default: see 'netmon --help')")
        ->type_name("PATH")
        // "--db $UNSET" must not end up in another database.
        ->check([](const std::string& path) { return path.empty() ? "is empty" : ""; });
  }
  [[nodiscard]] const std::string& db_option() const { return db_; }

 private:
  CLI::App* app_;
  std::string db_;
};

std::unique_ptr<Command> make_capture_command(CLI::App& program);
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
