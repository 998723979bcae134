// What `verify` reports about a database: its rows and chains, and the signatures over them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/review/evidence.h"
#include "netmon/core/values/error.h"

namespace netmon {

enum class SignatureState : std::uint8_t { valid, not_valid, not_checked };

struct CheckedSignature {
  std::string name;                  // of its file
  std::string digest;                // the digest that it was checked against
  std::optional<DigestMatch> entry;  // the entry that has this digest
  SignatureState state = SignatureState::not_checked;
  std::string signer;  // only if valid: as the file of allowed signers names it
  std::string key;     // only if valid: "ED25519 SHA256:…"
  std::string reason;  // why it is not valid

  bool operator==(const CheckedSignature&) const = default;
};

// Whether a signature is required: the evidence then fails without one.
enum class Signing : std::uint8_t { optional, required };

struct EvidenceReport {
  VerifyQuery query;
  Verification verification;
  Signing signing = Signing::optional;
  std::vector<CheckedSignature> signatures;
};

// "valid", "not-valid", "not-checked".
std::string_view to_string(SignatureState state);

// The extent of the file's own chain; null where it has none.
const ChainExtent* own_chain(const Verification& verification);

// ExitCode::integrity where there is a flaw, a digest that no entry has, an invalid signature, or
// no signature although one is required; else success.
ExitCode exit_code(const EvidenceReport& report);

}  // namespace netmon
