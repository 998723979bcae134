#include "netmon/core/review/evidence_report.h"

#include <algorithm>
#include <array>

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kSignatureStates{"valid"sv, "not-valid"sv, "not-checked"sv};

}  // namespace

std::string_view to_string(SignatureState state) {
  return kSignatureStates.at(static_cast<std::size_t>(state));
}

const ChainExtent* own_chain(const Verification& verification) {
  const auto found = std::ranges::find_if(verification.chains, &ChainExtent::own);
  return found == verification.chains.end() ? nullptr : &*found;
}

ExitCode exit_code(const EvidenceReport& report) {
  const Verification& found = report.verification;
  const bool flawed = !found.rows.empty() || !found.schema.empty() || !found.chain.empty();
  const bool not_found = !report.query.digest.empty() && !found.match;
  const bool not_signed = report.signing == Signing::required && report.signatures.empty();
  const bool not_valid = std::ranges::any_of(
      report.signatures,
      [](const CheckedSignature& checked) { return checked.state == SignatureState::not_valid; });
  return flawed || not_found || not_signed || not_valid ? ExitCode::integrity : ExitCode::success;
}

}  // namespace netmon
