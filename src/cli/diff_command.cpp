#include <fmt/format.h>

#include <future>
#include <string>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/snapshots.h"
#include "netmon/diff.h"
#include "netmon/report.h"
#include "netmon/review.h"
#include "netmon/revision.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  netmon diff pre-change post-change
  netmon diff pre-change @now --fail-on medium
  netmon diff '#16' '#17' --all
  netmon diff post-change~1 post-change --format json -o review.csv
  netmon diff @empty post-change

Exit status: 0 nothing unapproved; 1 unapproved changes; 2 usage or runtime error; 3 inconclusive:
nothing unapproved was seen, but one side could not see all that the other saw; 4 the evidence fails
its integrity check. --fail-on moves the line between 0 and 1 only.)";

class DiffCommand : public Command {
 public:
  explicit DiffCommand(CLI::App& program)
      : Command(program.add_subcommand("diff", "Compare two snapshots")) {
    app().add_option("BEFORE", before_, "The snapshot to start from")->required();
    app().add_option("AFTER", after_, "The snapshot to compare with it")->required();
    app()
        .add_option("--fail-on", fail_on_,
                    "The lowest severity that makes the exit status 1: low, medium, high or never")
        ->type_name("SEVERITY")
        ->capture_default_str();
    app().add_flag("--all", all_, "List the notices too");
    report_.add_to(app());
    add_db_option();
    app().footer(kFooter);
  }

  ExitCode run() override {
    report_.check();
    const auto fail_on = parse_fail_on(fail_on_);
    if (!fail_on) {
      throw Error(fmt::format("--fail-on '{}'", fail_on_), "there are: low, medium, high, never");
    }
    const Revision before_revision = parse_revision(before_);
    const Revision after_revision = parse_revision(after_);
    // Loading takes longer than comparing, so the two are loaded at once, each over a connection of
    // its own. When both fail, BEFORE is the one that is named.
    auto loading = std::async(std::launch::async, [&] { return load(after_revision); });
    const Snapshot before = load(before_revision);
    const Snapshot after = loading.get();
    const Review result = review(before.info, after.info, diff(before, after), *fail_on);

    // First, so that a failure to write the report cannot hide them.
    for (const std::string& line : warnings(result)) say(line);
    for (const Caveat& caveat : result.caveats) {
      if (caveat.weight == Weight::decisive) say("inconclusive: " + caveat.message);
    }
    const Detail detail = all_ ? Detail::everything : Detail::gating;
    report_.write([&](Format format, const Layout& layout) {
      if (format == Format::table) return render_table(result, layout, detail);
      return format == Format::csv ? render_csv(result) : render_json(result);
    });
    return result.exit_code;
  }

 private:
  [[nodiscard]] Snapshot load(const Revision& revision) const {
    return load_snapshot(db_option(), revision);
  }

  std::string before_;
  std::string after_;
  std::string fail_on_ = "low";
  bool all_ = false;
  ReportOptions report_;
};

}  // namespace

std::unique_ptr<Command> make_diff_command(CLI::App& program) {
  return std::make_unique<DiffCommand>(program);
}

}  // namespace netmon::cli
