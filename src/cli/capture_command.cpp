#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/command.h"
#include "cli/database_path.h"
#include "cli/output.h"
#include "netmon/capture.h"
#include "netmon/revision.h"
#include "netmon/store.h"
#include "netmon/text.h"

namespace netmon::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  sudo netmon capture --label pre-change
  sudo netmon capture --label post-change --ticket CHG-1042 --note 'after the upgrade'
  netmon capture --label mine --netns current --db ./mine.db

A label may be used again: the newest snapshot with it is LABEL, the one before LABEL~1.)";

constexpr std::size_t kMaxTextBytes = 4096;

std::string summary_line(const SnapshotInfo& stored, const Snapshot& snapshot) {
  const auto listening = std::ranges::count(snapshot.sockets, State::listen, &Socket::state);
  return fmt::format("#{} {}  {}  {}, {} listening, {}  {}\n", stored.id.value_or(0), stored.label,
                     to_display(stored.started_at),
                     counted(snapshot.sockets.size(), "socket", "sockets"), listening,
                     counted(snapshot.namespaces.size(), "network namespace", "network namespaces"),
                     stored.digest);
}

// What running as root would add, for a user who could not see all.
void say_what_root_would_add(const Snapshot& snapshot, const std::string& label) {
  const auto owners = std::ranges::find(snapshot.gaps, GapCode::owners_not_visible, &Gap::code);
  if (snapshot.info.privilege == Privilege::root || owners == snapshot.gaps.end()) return;
  say(
      fmt::format("as root netmon sees the process of {}, and every network namespace: "
                  "sudo netmon capture --label {}",
                  counted(owners->count, "more socket", "more sockets"), label));
}

class CaptureCommand : public Command {
 public:
  explicit CaptureCommand(CLI::App& program)
      : Command(program.add_subcommand("capture", "Take a snapshot of all sockets and store it")) {
    app()
        .add_option("--label", options_.label, "The snapshot's name")
        ->type_name("LABEL")
        ->required();
    app()
        .add_option("--ticket", options_.ticket, "The change ticket that it belongs to")
        ->type_name("TEXT");
    app().add_option("--note", options_.note, "A remark")->type_name("TEXT");
    app()
        .add_option("--netns", netns_,
                    "The network namespaces to read: all, or current (netmon's own)")
        ->type_name("all|current")
        ->capture_default_str();
    add_db_option();
    app().footer(kFooter);
  }

  ExitCode run() override {
    require_valid_label(options_.label);
    options_.ticket = sanitize(options_.ticket, kMaxTextBytes);
    options_.note = sanitize(options_.note, kMaxTextBytes);
    const auto netns = parse_netns_selection(netns_);
    if (!netns) throw Error(fmt::format("--netns '{}'", netns_), "there are: all, current");
    options_.netns = *netns;

    // A capture that could not read the sockets must leave no database behind, so it comes first.
    const Snapshot snapshot = capture(options_);
    Store store = Store::open_for_writing(database_path(db_option()));
    const SnapshotInfo stored = store.append(snapshot);
    for (const Gap& gap : snapshot.gaps) say("not seen: " + describe(gap));
    say_what_root_would_add(snapshot, options_.label);
    write_stdout(summary_line(stored, snapshot));
    return ExitCode::success;
  }

 private:
  CaptureOptions options_;
  std::string netns_ = "all";
};

}  // namespace

std::unique_ptr<Command> make_capture_command(CLI::App& program) {
  return std::make_unique<CaptureCommand>(program);
}

}  // namespace netmon::cli
