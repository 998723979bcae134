#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netmon/core/values/text.h"
#include "netmon/core/values/version.h"
#include "netmon/report/report.h"
#include "report/words/info_text.h"
#include "report/words/verdict_text.h"

// The text format of Prometheus, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats), for node_exporter's textfile collector.
// The collector accepts no time stamps, and refuses a series that two files contain, so each series
// is labelled with the names of both snapshots.

namespace netmon {
namespace {

constexpr std::array kVerdicts{Verdict::clean, Verdict::unapproved, Verdict::inconclusive};
constexpr std::array kStatuses{Status::unapproved, Status::expired, Status::expected_missing,
                               Status::approved, Status::notice};
constexpr std::array kSeverities{Severity::high, Severity::medium, Severity::low, Severity::notice};
constexpr std::array kWeights{Weight::decisive, Weight::accepted, Weight::informational};

struct Label {
  std::string_view name;
  std::string_view value;
};

// Escapes the value of a label for use in double quotes.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char byte : escape_controls(text)) {
    if (byte == '\\' || byte == '"') out += '\\';
    out += byte;
  }
  return out;
}

// The name of the snapshot in a revision: "golden", "@now".
std::string name_of(const SnapshotInfo& info) {
  if (!info.label.empty()) return info.label;
  return was_taken(info) ? "@now" : "@empty";
}

double seconds_of(std::chrono::milliseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

// Writes gauges: the header of a family, then its samples.
class Exposition {
 public:
  explicit Exposition(const Review& review)
      : common_(fmt::format(R"(before="{}",after="{}")", escaped(name_of(review.before)),
                            escaped(name_of(review.after)))) {}

  void family(std::string_view name, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }

  void sample(const std::vector<Label>& labels, std::string_view value) {
    text_ += fmt::format("{}{{{}", name_, common_);
    for (const Label& label : labels) {
      text_ += fmt::format(R"(,{}="{}")", label.name, escaped(label.value));
    }
    text_ += fmt::format("}} {}\n", value);
  }
  void sample(const std::vector<Label>& labels, std::uint64_t value) {
    sample(labels, fmt::to_string(value));
  }

  std::string text() && { return std::move(text_); }

 private:
  std::string common_;
  std::string_view name_;
  std::string text_;
};

void add_verdict(Exposition& out, const Review& review) {
  out.family("netmon_build_info", "The version of netmon that made this report.");
  out.sample({{"version", version()}}, 1);
  out.family("netmon_diff_verdict", "Whether this is the verdict of the comparison.");
  for (const Verdict verdict : kVerdicts) {
    out.sample({{"verdict", to_string(verdict)}}, verdict == review.verdict ? 1 : 0);
  }
  out.family("netmon_diff_exit_code", "The exit code of netmon diff: 0, 1 or 3.");
  out.sample({}, static_cast<std::uint64_t>(review.exit_code));
}

void add_changes(Exposition& out, const Review& review) {
  out.family("netmon_diff_changes", "Changes by their status after review and their severity.");
  for (const Status status : kStatuses) {
    for (const Severity severity : kSeverities) {
      const auto count = std::ranges::count_if(review.changes, [&](const ReviewedChange& reviewed) {
        return reviewed.status == status && reviewed.change.severity == severity;
      });
      out.sample({{"status", to_string(status)}, {"severity", to_string(severity)}},
                 static_cast<std::uint64_t>(count));
    }
  }
}

void add_coverage(Exposition& out, const Review& review) {
  out.family("netmon_diff_caveats",
             "Caveats by weight; a decisive one means that something could have happened unseen.");
  for (const Weight weight : kWeights) {
    const auto count = std::ranges::count(review.caveats, weight, &Caveat::weight);
    out.sample({{"weight", word_of(weight)}}, static_cast<std::uint64_t>(count));
  }
  out.family("netmon_diff_places", "Places that were compared.");
  out.sample({}, review.places);
}

void add_times(Exposition& out, const Review& review) {
  const std::array sides{std::pair("before", &review.before), std::pair("after", &review.after)};
  if (!was_taken(review.before) && !was_taken(review.after)) return;
  out.family("netmon_diff_snapshot_timestamp_seconds", "When the snapshot was taken.");
  for (const auto& [side, info] : sides) {
    if (!was_taken(*info)) continue;
    out.sample({{"side", side}, {"host", info->host_name}},
               fmt::format("{:.3f}", seconds_of(info->started_at.time_since_epoch())));
  }
  if (!was_taken(review.before) || !was_taken(review.after)) return;
  out.family("netmon_diff_baseline_age_seconds",
             "Age of the snapshot BEFORE when AFTER was taken.");
  out.sample({},
             fmt::format("{:.3f}", seconds_of(review.after.started_at - review.before.started_at)));
}

}  // namespace

std::string render_prom(const Review& review) {
  Exposition out(review);
  add_verdict(out, review);
  add_changes(out, review);
  add_coverage(out, review);
  add_times(out, review);
  return std::move(out).text();
}

}  // namespace netmon
