#include "netmon/core/review/evidence_report.h"

#include <doctest/doctest.h>

using namespace netmon;

namespace {

CheckedSignature signature(SignatureState state) { return {.name = "head.sig", .state = state}; }

}  // namespace

TEST_CASE("evidence without a flaw holds, signed or not") {
  EvidenceReport report;
  CHECK(exit_code(report) == ExitCode::success);
  report.signatures = {signature(SignatureState::not_checked)};
  CHECK(exit_code(report) == ExitCode::success);
  report.signing = Signing::required;
  report.signatures = {signature(SignatureState::valid)};
  CHECK(exit_code(report) == ExitCode::success);
}

TEST_CASE("a flaw of any kind fails the evidence") {
  for (const auto kind : {&Verification::rows, &Verification::schema, &Verification::chain}) {
    EvidenceReport report;
    (report.verification.*kind).push_back({"#17", "does not match its digest"});
    CHECK(exit_code(report) == ExitCode::integrity);
  }
}

TEST_CASE("a digest that no entry has fails the evidence") {
  EvidenceReport report{.query = {.digest = "sha256:1"}};
  CHECK(exit_code(report) == ExitCode::integrity);
  report.verification.match = DigestMatch{"", 3, 0};
  CHECK(exit_code(report) == ExitCode::success);
}

TEST_CASE("one signature that is not valid fails the evidence, whoever else signed") {
  EvidenceReport report;
  report.signatures = {signature(SignatureState::valid), signature(SignatureState::not_valid),
                       signature(SignatureState::valid)};
  CHECK(exit_code(report) == ExitCode::integrity);
}

TEST_CASE("evidence that must be signed fails without a signature") {
  const EvidenceReport report{.signing = Signing::required};
  CHECK(exit_code(report) == ExitCode::integrity);
}

TEST_CASE("the own chain is found wherever it stands") {
  Verification verification;
  CHECK(own_chain(verification) == nullptr);
  verification.chains = {{.origin = "a"}, {.origin = "b", .own = true}};
  REQUIRE(own_chain(verification) != nullptr);
  CHECK(own_chain(verification)->origin == "b");
}
