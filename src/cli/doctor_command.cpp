#include <unistd.h>

#include <cerrno>

#include "cli/command.h"
#include "cli/database_path.h"
#include "cli/output.h"
#include "cli/snapshots.h"
#include "netmon/bpf.h"
#include "netmon/capture.h"
#include "netmon/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  netmon doctor
  sudo netmon doctor --format json)";

// The database is looked for, not opened: doctor must work beside a damaged one.
Finding examine_database(const std::string& option) {
  const std::string path = database_path(option).string();
  if (::access(path.c_str(), R_OK) == 0) {
    return {.subject = "database", .visibility = Visibility::full, .detail = path, .remedy = ""};
  }
  return {.subject = "database",
          .visibility = Visibility::none,
          .detail = path + ": " + errno_text(errno),
          .remedy = "netmon capture --label LABEL creates it"};
}

// What two views of the kernel disagree about at this moment.
void add_hidden_sockets(std::vector<Finding>& findings) {
  CaptureOptions options = live_capture();
  options.executables = Executables::skipped;
  const Snapshot now = capture(options).snapshot;
  for (const HiddenSocket& hidden : now.hidden) {
    findings.push_back({.subject = "hidden socket",
                        .visibility = Visibility::none,
                        .detail = describe(now, hidden),
                        .remedy = "netmon capture --label LABEL keeps it as evidence"});
  }
}

class DoctorCommand : public Command {
 public:
  explicit DoctorCommand(CLI::App& program)
      : Command(program.add_subcommand("doctor",
                                       "Say what this user, on this kernel, can and cannot see")) {
    report_.add_to(app());
    add_db_option();
    app().footer(kFooter);
  }

  ExitCode run() override {
    report_.check();
    auto findings = examine_visibility(why_no_bpf());
    findings.push_back(examine_database(db_option()));
    add_hidden_sockets(findings);
    report_.write(
        [&](Format format, const Layout& layout) { return render(format, layout, findings); });
    return ExitCode::success;
  }

 private:
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_doctor_command(CLI::App& program) {
  return std::make_unique<DoctorCommand>(program);
}

}  // namespace netmon::cli
