// The output of verify, and what the other reports say about imported snapshots.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/fixtures.h"
#include "report/golden.h"

using namespace netmon;

namespace {

constexpr std::string_view kOwn = "793a61c66886b4befd3e6eef47ef8709";
constexpr std::string_view kOther = "00112233445566778899aabbccddeeff";

std::string digest(char digit) { return "sha256:" + std::string(64, digit); }

// Intact, with imported and pruned snapshots.
EvidenceReport intact() {
  EvidenceReport report;
  report.verification.snapshots = 12;
  report.verification.chains = {
      {.origin = std::string(kOwn),
       .own = true,
       .last = 14,
       .head = digest('a'),
       .snapshots = 12,
       .imports = 2,
       .pruned = 1},
      {.origin = std::string(kOther), .last = 20, .head = digest('b'), .snapshots = 2}};
  return report;
}

CheckedSignature signature(SignatureState state, const DigestMatch& entry) {
  CheckedSignature checked{
      .name = "head.sig", .digest = digest('a'), .entry = entry, .state = state};
  if (state == SignatureState::valid) {
    checked.signer = "audit@example.org";
    checked.key = "ED25519 SHA256:Hj15cMtGspifCg4jksNzQ2SboJC9oAhXiM4fYAQwx14";
  }
  if (state == SignatureState::not_valid) checked.reason = "incorrect signature";
  return checked;
}

EvidenceReport signed_report() {
  EvidenceReport report = intact();
  report.query.digest = digest('a');
  report.verification.masked = 3;
  report.verification.match = DigestMatch{std::string(kOwn), 9, 5};
  report.signing = Signing::required;
  report.signatures = {
      signature(SignatureState::valid, {std::string(kOwn), 14, 0}),
      signature(SignatureState::not_valid, {std::string(kOther), 20, 0}),
      signature(SignatureState::not_checked, {std::string(kOther), 19, 1}),
  };
  return report;
}

EvidenceReport flawed() {
  EvidenceReport report = intact();
  report.query = {.id = 17, .digest = digest('c')};
  report.verification.rows = {{"#17", "does not match its digest"}};
  report.verification.schema = {{"trigger socket_update", "is missing"}};
  report.verification.chain = {{"#3", "is missing from the chain"},
                               {"#17", "does not name the digest of the entry before it"}};
  return report;
}

// Puts hostile text into every field that could come from somebody else's file.
EvidenceReport hostile() {
  EvidenceReport report = signed_report();
  for (const std::string& text : fixture::hostile_texts()) {
    for (const auto kind : {&Verification::rows, &Verification::schema, &Verification::chain}) {
      (report.verification.*kind).push_back({text, text});
    }
    report.verification.chains.push_back({.origin = text, .last = 1, .head = text});
    CheckedSignature checked = signature(SignatureState::not_valid, {text, 1, 0});
    checked.name = checked.digest = checked.reason = text;
    report.signatures.push_back(checked);
  }
  return report;
}

std::string line_of(const EvidenceReport& report, std::string_view name) {
  const std::string text = "\n" + render_table(report, {});
  const std::size_t begin = text.find("\n" + std::string(name) + " ");
  if (begin == std::string::npos) return "";
  return text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

}  // namespace

TEST_CASE("what verify prints looks as its golden files") {
  check_golden("verify.txt", render_table(intact(), {}));
  check_golden("verify-signed-80.txt", render_table(signed_report(), {80, Color::off}));
  check_golden("verify-signed.json", render_json(signed_report()));
  check_golden("verify-flawed.txt", render_table(flawed(), {}));
  check_golden("verify-flawed.json", render_json(flawed()));
}

TEST_CASE("verify never calls unsigned evidence signed, nor what was not found a match") {
  CHECK(line_of(intact(), "signature") == "signature  unsigned");
  CHECK(line_of(intact(), "digest") ==
        "digest     not given: without one, a missing end would go unnoticed");
  EvidenceReport report = intact();
  report.signing = Signing::required;
  CHECK(line_of(report, "signature").starts_with("signature  UNSIGNED"));
  report.query.digest = digest('a');
  CHECK(line_of(report, "digest").starts_with("digest     NOT FOUND"));
}

TEST_CASE("verify says of an empty database that it has no entry") {
  EvidenceReport report;
  report.verification.chains = {{.origin = std::string(kOwn), .own = true}};
  CHECK(line_of(report, "chain") == "chain      intact: no entry yet");
  CHECK(line_of(report, "head").empty());
  report.verification.chains.clear();
  CHECK(line_of(report, "chain") == "chain      intact: no entry yet");
}

TEST_CASE("text from a verified file reaches no terminal unescaped") {
  for (const std::size_t width : {0U, 40U, 80U}) {
    std::string text = render_table(hostile(), {width, Color::off});
    std::erase(text, '\n');
    CHECK(escape_controls(text) == text);
  }
  const std::string text = render_json(hostile());
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("an imported snapshot says where it was taken, in every report") {
  const Origin origin{.chain = std::string(kOther), .number = 7};
  auto summaries = fixture::summaries();
  CHECK(render_table(summaries, {}).find("ORIGIN") == std::string::npos);
  summaries.back().info.origin = origin;
  CHECK(render_table(summaries, {}).find("db1 #7") != std::string::npos);
  CHECK(render_csv(summaries).find("," + std::string(kOther) + ",7\n") != std::string::npos);

  const std::string expected = "db1 #7, chain " + std::string(kOther);
  Review review = fixture::unapproved_review();
  CHECK(render_csv(review).find("imported from") == std::string::npos);
  review.after.origin = origin;
  for (const std::string& text : {render_table(review, {}, Detail::gating), render_markdown(review),
                                  render_html(review, {})}) {
    CHECK(text.find(expected) != std::string::npos);
  }
  CHECK(render_csv(review).find("imported from") != std::string::npos);
  for (const std::string& text :
       {render_json(review), render_sarif(review, "netmon.db", Detail::everything)}) {
    CHECK(text.find("\"origin\": \"" + std::string(kOther) + "\"") != std::string::npos);
    CHECK(text.find("\"origin_number\": 7") != std::string::npos);
  }
  Snapshot snapshot = fixture::snapshot();
  snapshot.info.origin = origin;
  CHECK(render_table(snapshot, {}, {}).find("imported from db1 #7") != std::string::npos);
}
