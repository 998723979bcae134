#include <fmt/format.h>

#include <future>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/background.h"
#include "cli/input/database_path.h"
#include "cli/input/expectation_files.h"
#include "cli/input/snapshots.h"
#include "cli/output/journal.h"
#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "netmon/core/diff/diff.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/review/picture.h"
#include "netmon/core/review/review.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/expect/expectation_file.h"
#include "netmon/linux/privilege.h"
#include "netmon/report/report.h"

namespace netmon::cli {
namespace {

constexpr const char* kDiffFooter = R"(
Examples:
  netmon diff pre-change post-change
  netmon diff pre-change post-change --expect CHG-1042.toml -o review.html -o changes.csv
  netmon diff pre-change post-change --suggest > CHG-1042.toml
  netmon diff pre-change @now --fail-on medium --quiet
  netmon diff @2026-01-31 @2026-02-28 --all
  netmon diff post-change~1 post-change --format markdown
  netmon diff @empty post-change --expect documented.toml
  netmon diff golden @now --quiet --journal -o /var/lib/prometheus/node-exporter/netmon.prom

--expect names an expectation file (docs/EXPECTATIONS.md); db:NAME reads one from the database,
where it came with exported snapshots. The files of /etc/netmon/expect.d are always read: they
approve what comes and goes on this host without a ticket.

--accept-gap accepts, for this run, a gap that makes the review inconclusive; an [[accept-gap]] rule
does so with a reason. The codes are those of docs/FORMATS.md.

For other programs there are sarif, ocsf (detection findings of OCSF 1.3.0, one on each line), prom
(for node_exporter's textfile collector, which needs a file name that ends in .prom) and --journal,
which needs libsystemd. docs/FORMATS.md describes them.

Exit status: 0 nothing unapproved; 1 unapproved changes, or promised ones that are missing; 2 usage
or runtime error; 3 inconclusive: nothing unapproved was seen, but something that counts could have
happened unseen; 4 the evidence fails its integrity check. --fail-on moves the line between 0 and 1
only.)";

class DiffCommand : public Command {
 public:
  explicit DiffCommand(CLI::App& program) : Command(program, "diff", "Compare two snapshots") {
    options().value("BEFORE", before_, "The snapshot to start from").required();
    options().value("AFTER", after_, "The snapshot to compare with it").required();
    options()
        .values("--expect", expectation_files_,
                "What the ticket allows; may be given several times")
        .type("FILE");
    Option suggest = options().flag(
        "--suggest", suggest_,
        "Instead of a report, print an expectation file for everything that is not approved, "
        "with every entry commented out");
    options()
        .value("--fail-on", fail_on_,
               "The lowest severity that makes the exit status 1: low, medium, high or never")
        .type("SEVERITY")
        .offers({"low", "medium", "high", "never"});
    options().flag("--fail-on-removed", options_.fail_on_removed,
                   "Require an approval for listeners and peers that are gone, too");
    options().flag("--across-hosts", options_.across_hosts,
                   "Compare two hosts on purpose: their being different is then no gap");
    const auto& gaps = acceptable_words();
    options()
        .values("--accept-gap", accepted_gaps_,
                "Accept what could not be seen, by its code; may be given several times")
        .type("CODE")
        .offers({gaps.begin(), gaps.end()});
    suggest.excludes(options().flag(
        "--all", all_,
        "Also list the notices and what standing rules approve; in SARIF, also what is approved; "
        "in OCSF and in the journal, also both"));
    suggest.excludes(options().flag(
        "--journal", to_journal_,
        "Also write each change that is not approved, and the verdict, to systemd's journal"));
    suggest.excludes(options().flag("--quiet", quiet_, "Print no report, only the warnings"));
    for (const Option& of_a_report : report_.add_to(options())) suggest.excludes(of_a_report);
    add_db_option();
    options().footer(kDiffFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    check_options();
    const Revision before_revision = parse_revision(before_);
    const Revision after_revision = parse_revision(after_);
    // A snapshot of now is captured first, because everything after it runs without privileges.
    std::optional<Snapshot> before_now = captured_snapshot(db_option(), before_revision);
    std::optional<Snapshot> after_now = captured_snapshot(db_option(), after_revision);
    drop_privileges(Keep::files);
    const Expectations expectations = read_expectations(expectation_files_, db_option());
    auto [comparison, before] =
        compare(std::move(before_now), before_revision, std::move(after_now), after_revision);
    std::vector<Background> background;
    if (shows_report()) background = background_of(comparison, before, db_option());
    const Review result =
        review(std::move(comparison), expectations, options_, std::move(background));

    // Warnings come first, so that a failure to write the report cannot hide them.
    warn(result);
    if (journal_) {
      journal_->write(journal_entries(result, detail()));
    }
    if (suggest_) {
      write_stdout(suggest_expectations(result));
    } else {
      write_report(result);
    }
    return result.exit_code;
  }

 private:
  void check_options() {
    report_.check(database_path(db_option()));
    if (to_journal_) journal_.emplace();
    const auto fail_on = parse_fail_on(fail_on_);
    if (!fail_on) {
      throw Error(fmt::format("--fail-on '{}'", fail_on_),
                  "it must be one of: low, medium, high, never");
    }
    options_.fail_on = *fail_on;
    for (const std::string& word : accepted_gaps_) {
      const auto code = parse_acceptable_code(word);
      if (!code) throw Error(fmt::format("--accept-gap '{}'", word), not_a_gap(word));
      options_.accepted_gaps.push_back(*code);
    }
  }

  [[nodiscard]] Detail detail() const { return all_ ? Detail::everything : Detail::gating; }
  [[nodiscard]] Printing printing() const { return quiet_ ? Printing::off : Printing::on; }

  // Whether a report is printed or written, and not only warnings or suggestions.
  [[nodiscard]] bool shows_report() const {
    return !suggest_ && (!quiet_ || report_.names_files());
  }

  // What is kept after the comparison: AFTER is not needed any more.
  struct Compared {
    Comparison comparison;
    Snapshot before;
  };

  [[nodiscard]] Compared compare(std::optional<Snapshot> before_now,
                                 const Revision& before_revision, std::optional<Snapshot> after_now,
                                 const Revision& after_revision) const {
    // Loading takes longer than comparing, so both are loaded concurrently, each over a connection
    // of its own. Where both fail, the error names BEFORE.
    auto loading = std::async(std::launch::async, [&] {
      return after_now ? *std::move(after_now) : load_snapshot(db_option(), after_revision);
    });
    Snapshot before =
        before_now ? *std::move(before_now) : load_snapshot(db_option(), before_revision);
    const Snapshot after = loading.get();
    require_two_snapshots(before.info, after.info);
    const bool draws = !suggest_ && report_.asks_for(Format::html, printing());
    Comparison comparison = diff(before, after, draws ? Unchanged::listed : Unchanged::counted);
    return {std::move(comparison), std::move(before)};
  }

  // Throws Error for a snapshot that is compared with itself, which would show no change, whatever
  // happened.
  void require_two_snapshots(const SnapshotInfo& before, const SnapshotInfo& after) const {
    const bool is_stored_one = before.id && before.id == after.id;
    if (!is_stored_one && !(is_empty_revision(before) && is_empty_revision(after))) return;
    throw Error("usage",
                fmt::format("'{}' and '{}' are the same snapshot: there is nothing to compare",
                            before_, after_));
  }

  // Prints warnings, except where each change would be told twice: also by a table on the same
  // terminal, or also by an entry of the same journal.
  void warn(const Review& result) const {
    const bool table_tells =
        !suggest_ && report_.prints(Format::table, printing()) && streams_share_terminal();
    if (table_tells) return;
    if (!journal_ || !stderr_is_journal()) {
      for (const std::string& line : warnings(result)) say(line);
    }
    say_caveats(result);
  }

  static void say_caveats(const Review& result) {
    for (const Caveat& caveat : result.caveats) {
      if (caveat.weight == Weight::decisive) say("inconclusive: " + caveat.message);
      if (caveat.weight == Weight::accepted) say("accepted: " + caveat.message);
    }
  }

  void write_report(const Review& result) const {
    const auto render = [&](Format format, const Layout& layout) -> std::string {
      switch (format) {
        case Format::table:
          return render_table(result, layout, detail());
        case Format::csv:
          return render_csv(result);
        case Format::json:
          return render_json(result);
        case Format::markdown:
          return render_markdown(result);
        case Format::html:
          return render_html(result, picture_of(result));
        case Format::sarif:
          return render_sarif(result, database_path(db_option()).string(), detail());
        case Format::ocsf:
          return render_ocsf(result, detail());
        case Format::prom:
          return render_prom(result);
      }
      no_such_enumerator();
    };
    report_.write(render, printing());
  }

  std::string before_;
  std::string after_;
  std::vector<std::string> expectation_files_;
  std::vector<std::string> accepted_gaps_;
  std::string fail_on_ = "low";
  ReviewOptions options_;
  bool suggest_ = false;
  bool all_ = false;
  bool quiet_ = false;
  bool to_journal_ = false;
  std::optional<Journal> journal_;
  ReportOptions report_{kDiffFormats};
};

}  // namespace

std::unique_ptr<Command> make_diff_command(CLI::App& program) {
  return std::make_unique<DiffCommand>(program);
}

}  // namespace netmon::cli
