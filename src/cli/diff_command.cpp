#include <fmt/format.h>

#include <future>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/background.h"
#include "cli/command.h"
#include "cli/database_path.h"
#include "cli/expectation_files.h"
#include "cli/output.h"
#include "cli/snapshots.h"
#include "netmon/diff.h"
#include "netmon/expectation_file.h"
#include "netmon/picture.h"
#include "netmon/privilege.h"
#include "netmon/report.h"
#include "netmon/review.h"
#include "netmon/revision.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  netmon diff pre-change post-change
  netmon diff pre-change post-change --expect CHG-1042.toml -o review.html -o changes.csv
  netmon diff pre-change post-change --suggest > CHG-1042.toml
  netmon diff pre-change @now --fail-on medium --quiet
  netmon diff @2026-01-31 @2026-02-28 --all
  netmon diff post-change~1 post-change --format markdown
  netmon diff @empty post-change --expect documented.toml

--expect names a file of expected changes (docs/EXPECTATIONS.md); db:NAME is the one of that name
that went with exported snapshots, as the database has it. Those of /etc/netmon/expect.d are
always read: they hold what comes and goes on this host without a ticket.

Exit status: 0 nothing unapproved; 1 unapproved changes, or promised ones that are missing; 2 usage
or runtime error; 3 inconclusive: nothing unapproved was seen, but one side could not see all that
the other saw; 4 the evidence fails its integrity check. --fail-on moves the line between 0 and 1
only.)";

class DiffCommand : public Command {
 public:
  explicit DiffCommand(CLI::App& program)
      : Command(program.add_subcommand("diff", "Compare two snapshots")) {
    app().add_option("BEFORE", before_, "The snapshot to start from")->required();
    app().add_option("AFTER", after_, "The snapshot to compare with it")->required();
    app()
        .add_option("--expect", expectation_files_,
                    "What the ticket allows; may be given several times")
        ->type_name("FILE")
        ->take_all();
    auto* suggest =
        app().add_flag("--suggest", suggest_,
                       "Print a file of expected changes instead, of all that is not approved, "
                       "every entry commented out");
    app()
        .add_option("--fail-on", fail_on_,
                    "The lowest severity that makes the exit status 1: low, medium, high or never")
        ->type_name("SEVERITY")
        ->capture_default_str();
    app().add_flag("--all", all_, "List the notices and what standing rules cover too");
    app().add_flag("--quiet", quiet_, "Print nothing: warnings and exit status alone");
    report_.add_to(app());
    for (const char* of_a_report : {"--format", "--output", "--quiet", "--all"}) {
      suggest->excludes(of_a_report);
    }
    add_db_option();
    app().footer(kFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    report_.check();
    const auto fail_on = parse_fail_on(fail_on_);
    if (!fail_on) {
      throw Error(fmt::format("--fail-on '{}'", fail_on_), "there are: low, medium, high, never");
    }
    const Revision before_revision = parse_revision(before_);
    const Revision after_revision = parse_revision(after_);
    // First what is captured now: all else is done without the privileges that it takes.
    std::optional<Snapshot> before_now = captured_snapshot(db_option(), before_revision);
    std::optional<Snapshot> after_now = captured_snapshot(db_option(), after_revision);
    drop_privileges(Keep::files);
    const auto [expectations, origins] = read_expectations(expectation_files_, db_option());
    // Loading takes longer than comparing, so the two are loaded at once, each over a connection of
    // its own. When both fail, BEFORE is the one that is named.
    auto loading = std::async(std::launch::async, [&] {
      return after_now ? std::move(*after_now) : load(after_revision);
    });
    const Snapshot before = before_now ? std::move(*before_now) : load(before_revision);
    const Snapshot after = loading.get();
    Review result = review(before.info, after.info, diff(before, after), *fail_on, expectations);
    result.caveats.insert(result.caveats.end(), origins.begin(), origins.end());
    result.gaps_before = before.gaps;
    result.gaps_after = after.gaps;
    add_background(result, db_option());

    // First, so that a failure to write the report cannot hide them.
    for (const std::string& line : warnings(result)) say(line);
    for (const Caveat& caveat : result.caveats) {
      if (caveat.weight == Weight::decisive) say("inconclusive: " + caveat.message);
    }
    if (suggest_) {
      write_stdout(suggest_expectations(result));
      return result.exit_code;
    }
    write_report(before, after, result);
    return result.exit_code;
  }

 private:
  [[nodiscard]] Snapshot load(const Revision& revision) const {
    return load_snapshot(db_option(), revision);
  }

  void write_report(const Snapshot& before, const Snapshot& after, const Review& result) const {
    const Detail detail = all_ ? Detail::everything : Detail::gating;
    const auto render = [&](Format format, const Layout& layout) -> std::string {
      switch (format) {
        case Format::table:
          return render_table(result, layout, detail);
        case Format::csv:
          return render_csv(result);
        case Format::json:
          return render_json(result);
        case Format::markdown:
          return render_markdown(result);
        case Format::html:
          return render_html(result, picture_of(before, after, result));
        case Format::sarif:
          return render_sarif(result, database_path(db_option()).string());
      }
      return {};
    };
    report_.write(render, quiet_ ? Printing::off : Printing::on);
  }

  std::string before_;
  std::string after_;
  std::vector<std::string> expectation_files_;
  std::string fail_on_ = "low";
  bool suggest_ = false;
  bool all_ = false;
  bool quiet_ = false;
  ReportOptions report_{kDiffFormats};
};

}  // namespace

std::unique_ptr<Command> make_diff_command(CLI::App& program) {
  return std::make_unique<DiffCommand>(program);
}

}  // namespace netmon::cli
