#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/live/span_capture.h"
#include "cli/output/output.h"
#include "cli/output/signals.h"
#include "netmon/bpf/bpf.h"
#include "netmon/core/diff/diff.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/capture.h"
#include "netmon/linux/privilege.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kCaptureFooter = R"(
Examples:
  sudo netmon capture --label pre-change
  sudo netmon capture --label post-change --ticket CHG-1042 --note 'after the upgrade'
  sudo netmon capture --label baseline --for 10m --every 1s
  netmon capture --label mine --netns current --db ./mine.db

A label may be used again: the newest snapshot with it is LABEL, the one before LABEL~1.
--for stores the union of its samples as one snapshot, and over BPF what
happened between them, so a baseline includes what comes and goes;
Ctrl-C ends it early and stores what was seen until then.)";

constexpr std::size_t kMaxTicketBytes = 256;  // as in a file of expected changes
constexpr std::size_t kMaxNoteBytes = 4096;

std::string summary_line(const SnapshotInfo& stored, const Snapshot& snapshot) {
  const auto listening = std::ranges::count(snapshot.sockets, State::listen, &Socket::state);
  const std::string samples =
      stored.span ? counted(stored.span->samples, "sample, ", "samples, ") : "";
  return fmt::format("#{} {}  {}  {}{}, {} listening, {}  {}\n", stored.id.value_or(0),
                     stored.label, to_display(stored.started_at), samples,
                     counted(snapshot.sockets.size(), "socket", "sockets"), listening,
                     counted(snapshot.namespaces.size(), "network namespace", "network namespaces"),
                     stored.digest);
}

// Tells a user who could not see everything what running as root would add.
void say_what_root_would_add(const Snapshot& snapshot, const std::string& label) {
  const auto owners = std::ranges::find(snapshot.gaps, GapCode::owners_not_visible, &Gap::code);
  if (snapshot.info.privilege == Privilege::root || owners == snapshot.gaps.end()) return;
  say(
      fmt::format("as root netmon sees the process of {}, and every network namespace: "
                  "sudo netmon capture --label {}",
                  counted(owners->count, "more socket", "more sockets"), label));
}

// Warns at once of sockets that two views of the kernel disagree about.
void warn_of_hidden(const Snapshot& snapshot) {
  if (snapshot.hidden.empty()) return;
  for (const Change& change : diff(Snapshot{}, snapshot).changes) {
    if (change.kind == ChangeKind::hidden_socket) say("⚠ " + change.message);
  }
}

// NETMON_TEST_EVENT_BOUNDS=IDENTITIES:PROCESSES:PER_PROGRAM makes the maps so small that tests can
// fill them. It can only make a loss of events more likely, never hide one.
EventBounds bounds_for_tests() {
  EventBounds bounds;
  const char* const text = std::getenv("NETMON_TEST_EVENT_BOUNDS");
  if (text == nullptr) return bounds;
  unsigned identities = 0, processes = 0, per_program = 0;
  constexpr int kNumbers = 3;
  // NOLINTNEXTLINE(cert-err34-c): tests alone set it
  if (std::sscanf(text, "%u:%u:%u", &identities, &processes, &per_program) != kNumbers) {
    return bounds;
  }
  bounds.identities = std::clamp(identities, 1U, kMaxEventIdentities);
  bounds.processes = std::clamp(processes, 1U, kMaxEventProcesses);
  bounds.identities_per_program =
      std::clamp<std::uint64_t>(per_program, 1, kMaxIdentitiesPerProgram);
  return bounds;
}

class CaptureCommand : public Command {
 public:
  explicit CaptureCommand(CLI::App& program)
      : Command(program, "capture", "Take a snapshot of all sockets and store it") {
    options().value("--label", options_.label, "The snapshot's name").type("LABEL").required();
    options()
        .value("--ticket", options_.ticket, "The change ticket that it belongs to")
        .type("TEXT");
    options().value("--note", options_.note, "A remark").type("TEXT");
    const Option length =
        options()
            .value("--for", length_,
                   "Take samples for this long and store their union as one snapshot")
            .type("DURATION");
    options()
        .value("--every", every_, "The time from one sample to the next")
        .type("DURATION")
        .needs(length);
    options()
        .value("--events", events_,
               "Whether to record what happens between two samples, over BPF: where that is "
               "possible, always, or never")
        .type("auto|on|off")
        .needs(length);
    options()
        .value("--netns", netns_, "The network namespaces to read: all, or current (netmon's own)")
        .type("all|current");
    options()
        .value("--owners", owners_,
               "How to find the processes: over BPF, in /proc, or with the faster of the two that "
               "works")
        .type("auto|bpf|proc");
    options().flag("--rehash", rehash_,
                   "Read every executable again, even if an earlier capture remembers its digest");
    options().flag("--no-cmdline", no_command_lines_,
                   "Store no command lines, because they may contain what must not be kept");
    add_db_option();
    options().footer(kCaptureFooter);
  }

  [[nodiscard]] bool collects() const override { return true; }

  ExitCode run() override {
    const auto plan = check_options();
    const auto path = database_path(db_option());
    std::optional<Store> store;
    if (std::error_code error; std::filesystem::exists(path, error)) {
      store.emplace(Store::open_for_writing(path));
      if (!rehash_) options_.known_executables = store->executables();
    }
    // The first sample is captured before the database is created, so that a capture that cannot
    // read the sockets leaves no database behind. The database is created before the rest of a
    // span, so that a failure to create it does not waste a whole span.
    std::optional<EventWatch> events;
    if (plan) events.emplace(plan->events, plan->bounds);
    CaptureResult captured = capture(options_);
    if (!plan) drop_privileges(Keep::nothing);
    if (!store) store.emplace(Store::open_for_writing(path));
    // Signals are blocked until a span is stored and reported. That takes a short time, in which a
    // second Ctrl-C must not lose what took so long. Such a signal ends the process when it is
    // unblocked.
    std::optional<Signals> signals;
    std::optional<int> signal;
    if (plan) {
      signals.emplace();
      SpanCapture span = capture_span(options_, std::move(captured), *plan, *events, *signals);
      captured = std::move(span.result);
      signal = span.signal;
      drop_privileges(Keep::nothing);
    }
    const SnapshotInfo stored = store->append(captured.snapshot, captured.new_executables);
    report(stored, captured.snapshot);
    return signal ? static_cast<ExitCode>(128 + *signal) : ExitCode::success;
  }

 private:
  std::optional<SpanPlan> check_options() {
    require_valid_label(options_.label);
    options_.ticket = sanitize(options_.ticket, kMaxTicketBytes);
    options_.note = sanitize(options_.note, kMaxNoteBytes);
    const auto netns = parse_netns_selection(netns_);
    if (!netns) throw Error(fmt::format("--netns '{}'", netns_), "it must be one of: all, current");
    options_.netns = *netns;
    options_.owner_method = parse_owner_method(owners_);
    if (!options_.owner_method && owners_ != "auto") {
      throw Error(fmt::format("--owners '{}'", owners_), "it must be one of: auto, bpf, proc");
    }
    options_.walk_descriptors = walk_descriptors;
    options_.list_kernel_sockets = list_kernel_sockets;
    options_.command_lines = !no_command_lines_;
    const auto every = parse_duration("--every", every_);
    const auto events = parse_events(events_);
    if (!events)
      throw Error(fmt::format("--events '{}'", events_), "it must be one of: auto, on, off");
    if (!length_) return std::nullopt;
    const SpanPlan plan{.length = parse_duration("--for", *length_),
                        .every = every,
                        .events = *events,
                        .bounds = bounds_for_tests()};
    if (plan.every > plan.length) {
      throw Error(fmt::format("--every '{}'", every_),
                  fmt::format("is longer than --for '{}'", *length_));
    }
    return plan;
  }

  void report(const SnapshotInfo& stored, const Snapshot& snapshot) const {
    for (const Gap& gap : snapshot.gaps) say("not seen: " + describe(gap));
    say_what_root_would_add(snapshot, options_.label);
    warn_of_hidden(snapshot);
    write_stdout(summary_line(stored, snapshot));
  }

  CaptureOptions options_;
  std::optional<std::string> length_;
  std::string every_ = "1s";
  std::string events_ = "auto";
  std::string netns_ = "all";
  std::string owners_ = "auto";
  bool rehash_ = false;
  bool no_command_lines_ = false;
};

}  // namespace

std::unique_ptr<Command> make_capture_command(CLI::App& program) {
  return std::make_unique<CaptureCommand>(program);
}

}  // namespace netmon::cli
