#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/version.h"
#include "netmon/report/report.h"
#include "report/review/change_parts_json.h"
#include "report/review/ocsf_evidence.h"
#include "report/text/json.h"
#include "report/words/change_kinds.h"
#include "report/words/finding_text.h"
#include "report/words/info_text.h"
#include "report/words/verdict_text.h"

// The class "detection_finding" of the Open Cybersecurity Schema Framework, version 1.3.0
// (schema.ocsf.io). Each attribute with an "_id" also has its caption. Facts without an attribute
// in OCSF are in `unmapped`.

namespace netmon {
namespace {

constexpr std::string_view kSchemaVersion = "1.3.0";
constexpr int kCategory = 2;                  // Findings
constexpr int kClass = 2004;                  // Detection Finding
constexpr int kActivity = 1;                  // Create
constexpr int kOther = 99;                    // the same number for every "_id"
constexpr std::size_t kMaxEventCaveats = 64;  // for an inconclusive review

struct Caption {
  int id = 0;
  std::string_view text;
};

Caption severity_of(Severity severity) {
  switch (severity) {
    case Severity::notice:
      return {1, "Informational"};
    case Severity::low:
      return {2, "Low"};
    case Severity::medium:
      return {3, "Medium"};
    case Severity::high:
      return {4, "High"};
  }
  no_such_enumerator();
}

// An approved change was reviewed and needs no attention: "Suppressed".
Caption status_of(Status status) {
  switch (status) {
    case Status::unapproved:
    case Status::expired:
    case Status::expected_missing:
      return {1, "New"};
    case Status::approved:
      return {3, "Suppressed"};
    case Status::notice:
      return {kOther, "notice"};
  }
  no_such_enumerator();
}

// The OCSF type hostname_t: labels of ASCII letters, digits and hyphens.
bool is_host_name(std::string_view text) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  char before = '.';
  for (const char c : text) {
    const bool is_break = c == '.' || c == '-';
    if (!is_break && !is_letter_or_digit(c)) return false;
    if (c == '.' && !is_letter_or_digit(before)) return false;
    if (c == '-' && before == '.') return false;
    before = c;
  }
  return is_letter_or_digit(before);
}

// The snapshot whose host and time are shown: AFTER, or BEFORE where AFTER is @empty.
const SnapshotInfo& shown_snapshot(const Review& review) {
  return was_taken(review.after) ? review.after : review.before;
}

// The object "device"; null where nothing is known about the host.
Json device_json(const SnapshotInfo& info) {
  if (info.host_name.empty() && info.machine_id.empty()) return nullptr;
  Json json{{"type", "Unknown"},
            {"type_id", 0},
            {"os", {{"name", "Linux"}, {"type", "Linux"}, {"type_id", 200}}}};
  if (!info.host_name.empty()) json["name"] = info.host_name;
  if (is_host_name(info.host_name)) json["hostname"] = info.host_name;
  if (!info.machine_id.empty()) json["uid"] = info.machine_id;
  return json;
}

Json metadata_json(const Review& review) {
  Json json{{"version", kSchemaVersion},
            {"product", {{"name", "netmon"}, {"vendor_name", "netmon"}, {"version", version()}}},
            {"profiles", Json::array({"host"})}};
  // It is the same for all events of a review.
  if (!review.after.digest.empty()) json["correlation_uid"] = review.after.digest;
  return json;
}

Json snapshot_json(const SnapshotInfo& info) {
  return {{"id", or_null(info.id)},
          {"label", text_or_null(info.label)},
          {"host", text_or_null(info.host_name)},
          {"taken_at", time_or_null(info.started_at)},
          {"digest", text_or_null(info.digest)}};
}

// The facts about the review that all events repeat.
Json review_json(const Review& review) {
  return {{"verdict", to_string(review.verdict)},
          {"verdict_scope", review.verdict_scope},
          {"exit_code", static_cast<int>(review.exit_code)},
          {"before", snapshot_json(review.before)},
          {"after", snapshot_json(review.after)}};
}

Json event_json(const Review& review, Caption severity, Caption status, std::string_view message,
                Json finding) {
  const auto time = shown_snapshot(review).started_at.time_since_epoch().count();
  finding["created_time"] = time;
  Json json{{"metadata", metadata_json(review)},
            {"category_uid", kCategory},
            {"category_name", "Findings"},
            {"class_uid", kClass},
            {"class_name", "Detection Finding"},
            {"activity_id", kActivity},
            {"activity_name", "Create"},
            {"type_uid", kClass * 100 + kActivity},
            {"type_name", "Detection Finding: Create"},
            {"time", time},
            {"severity_id", severity.id},
            {"severity", severity.text},
            {"status_id", status.id},
            {"status", status.text},
            {"message", message},
            {"finding_info", std::move(finding)}};
  if (Json device = device_json(shown_snapshot(review)); !device.is_null()) {
    json["device"] = std::move(device);
  }
  return json;
}

// The object "analytic": what detected the finding.
Json analytic_json(std::string_view uid, std::string_view name) {
  return {{"uid", uid}, {"name", name}, {"type", "Baseline Comparison"}, {"type_id", kOther}};
}

Json finding_json(const ReviewedChange& reviewed, std::string_view message) {
  const Change& change = reviewed.change;
  const KindText& text = text_of(change.kind);
  Json json{{"uid", change.fingerprint},
            {"title", message},
            {"desc", fmt::format("{} {}", text.what, text.meaning)},
            {"types", Json::array({to_string(change.kind)})},
            {"analytic", analytic_json(to_string(change.kind), text.name)}};
  const auto& past = reviewed.background.past;
  if (past && past->first_seen) {
    json["first_seen_time"] = past->first_seen->time_since_epoch().count();
  }
  return json;
}

Json unmapped_json(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  Json json = review_json(review);
  json["status"] = to_string(reviewed.status);
  json["kind"] = to_string(change.kind);
  json["role"] = to_string(change.identity.role);
  json["scope"] = to_string(change.identity.scope);
  json["attributes"] = list_json(change.attributes, attribute_json);
  json["no_process"] = or_null(change.no_process);
  json["sockets"] = {{"before", change.sockets_before}, {"after", change.sockets_after}};
  json["containers"] = change.containers;
  json["rule"] = rule_json(review, reviewed.rule);
  json["forbidden_by"] = rule_json(review, reviewed.forbidden_by);
  json["background"] = background_json(reviewed.background);
  return json;
}

Json change_event_json(const Review& review, const ReviewedChange& reviewed) {
  const std::string message = escape_controls(finding_text(reviewed));
  Json json = event_json(review, severity_of(reviewed.change.severity), status_of(reviewed.status),
                         message, finding_json(reviewed, message));
  json["evidences"] = evidences_json(reviewed.change);
  json["unmapped"] = unmapped_json(review, reviewed);
  return json;
}

// Where findings are only counted, an inconclusive review must not look like a clean one.
Json inconclusive_event_json(const Review& review) {
  const std::string message = escape_controls(inconclusive_text(review));
  Json finding{{"uid", kInconclusive},
               {"title", message},
               {"desc", fmt::format("{} {}", kInconclusiveWhat, kInconclusiveMeaning)},
               {"types", Json::array({kInconclusive})},
               {"analytic", analytic_json(kInconclusive, "Inconclusive")}};
  Json caveats = Json::array();
  std::size_t count = 0;
  for (const Caveat& caveat : review.caveats) {
    if (caveat.weight != Weight::decisive) continue;
    if (++count <= kMaxEventCaveats) caveats.push_back(caveat_json(caveat));
  }
  Json unmapped = review_json(review);
  unmapped["caveats"] = std::move(caveats);
  unmapped["caveat_count"] = count;
  Json json = event_json(review, severity_of(Severity::medium), status_of(Status::unapproved),
                         message, std::move(finding));
  json["unmapped"] = std::move(unmapped);
  return json;
}

}  // namespace

std::string render_ocsf(const Review& review, Detail detail) {
  std::string out;
  if (is_blind(review)) out += dump(inconclusive_event_json(review), JsonStyle::compact) + "\n";
  for (const ReviewedChange& reviewed : review.changes) {
    if (!is_finding(reviewed, detail)) continue;
    out += dump(change_event_json(review, reviewed), JsonStyle::compact) + "\n";
  }
  return out;
}

}  // namespace netmon
