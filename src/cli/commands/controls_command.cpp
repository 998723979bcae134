#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/output/output.h"
#include "netmon/core/review/controls.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kControlsFooter = R"(
Examples:
  netmon controls
  netmon controls --format csv -o controls.json

Which clause of which regulation a baseline and its reviewed diff support, and what they do not.
Whether a control is met is the auditor's to say.)";

class ControlsCommand : public Command {
 public:
  explicit ControlsCommand(CLI::App& program)
      : Command(program, "controls",
                "Print the regulation map: which clause this evidence supports") {
    report_.add_to(options());
    options().footer(kControlsFooter);
  }

  ExitCode run() override {
    report_.check(database_path(""));
    report_.write(
        [&](Format format, const Layout& layout) { return render(format, layout, controls()); });
    return ExitCode::success;
  }

 private:
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_controls_command(CLI::App& program) {
  return std::make_unique<ControlsCommand>(program);
}

}  // namespace netmon::cli
