#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/input/snapshots.h"
#include "cli/output/output.h"
#include "netmon/bpf/bpf.h"
#include "netmon/bpf/event_tap.h"
#include "netmon/core/values/error.h"
#include "netmon/linux/capture.h"
#include "netmon/linux/privilege.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kDoctorFooter = R"(
Examples:
  netmon doctor
  sudo netmon doctor --format json)";

std::string remedy_for_database(int error) {
  if (error == ENOENT) return "netmon capture --label LABEL creates it";
  if (error == EACCES) return command_for_root();
  return "--db PATH or NETMON_DB, to use another database";
}

// The database is not opened, because doctor must work where it is damaged.
Finding examine_database(const std::string& option) {
  const std::string path = database_path(option).string();
  if (::access(path.c_str(), R_OK) == 0) {
    return {.subject = "database", .visibility = Visibility::full, .detail = path, .remedy = ""};
  }
  const int error = errno;
  return {.subject = "database",
          .visibility = Visibility::none,
          .detail = path + ": " + errno_text(error),
          .remedy = remedy_for_database(error)};
}

// Tells whether a span can record what happens between two samples.
Finding examine_events() {
  const std::string subject = "between two samples";
  const std::string reason = why_no_events();
  if (reason.empty()) {
    return {.subject = subject,
            .visibility = Visibility::full,
            .detail = "events over BPF, in all network namespaces",
            .remedy = ""};
  }
  return {.subject = subject,
          .visibility = Visibility::none,
          .detail = reason,
          .remedy = "root, a kernel with BPF, and the version 2 control group hierarchy mounted"};
}

// Adds the sockets that two views of the kernel disagree about.
void add_hidden_sockets(std::vector<Finding>& findings, const Snapshot& now) {
  for (const HiddenSocket& hidden : now.hidden) {
    findings.push_back({.subject = "hidden socket",
                        .visibility = Visibility::none,
                        .detail = describe(now, hidden),
                        .remedy = "netmon capture --label LABEL keeps it as evidence"});
  }
}

// Adds the sockets whose holders are not known. The finding "owners" does not tell that: it says
// whose open files can be read, and a socket can be held by other processes.
void add_unnamed_sockets(std::vector<Finding>& findings, const Snapshot& now) {
  for (const Gap& gap : now.gaps) {
    if (gap.code != GapCode::owners_not_visible && gap.code != GapCode::owners_not_found) continue;
    findings.push_back({.subject = "unnamed sockets",
                        .visibility = Visibility::partial,
                        .detail = describe(gap),
                        .remedy = now.info.privilege == Privilege::root
                                      ? "root with all capabilities, in the host's pid namespace"
                                      : "sudo netmon capture …"});
  }
}

// Adds what a capture shows at this moment. A capture that fails is a finding itself, because
// doctor is needed most where captures fail.
void add_live_findings(std::vector<Finding>& findings) {
  CaptureOptions options = live_capture();
  options.executables = Executables::skipped;
  try {
    const Snapshot now = capture(options).snapshot;
    add_hidden_sockets(findings, now);
    add_unnamed_sockets(findings, now);
  } catch (const Error& error) {
    findings.push_back(
        {.subject = "capture",
         .visibility = Visibility::none,
         .detail = fmt::format("{}; the views of the kernel could not be compared", error.what()),
         .remedy = "a kernel, sandbox or limit that lets netmon capture"});
  }
}

class DoctorCommand : public Command {
 public:
  explicit DoctorCommand(CLI::App& program)
      : Command(program, "doctor", "Say what this user, on this kernel, can and cannot see") {
    report_.add_to(options());
    add_db_option();
    options().footer(kDoctorFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    report_.check(database_path(db_option()));
    auto findings = examine_visibility(why_no_bpf());
    findings.push_back(examine_events());
    findings.push_back(examine_database(db_option()));
    add_live_findings(findings);
    drop_privileges(Keep::files);
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
