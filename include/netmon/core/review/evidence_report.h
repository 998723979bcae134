// What `verify` says of a database: its rows and chains, and the signatures over them.
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
  std::string digest;                // what it was held against
  std::optional<DigestMatch> entry;  // that has this digest
  SignatureState state = SignatureState::not_checked;
  std::string signer;  // as the file of allowed signers has it; of a valid one
  std::string key;     // "ED25519 SHA256:…"; of a valid one
  std::string reason;  // why it is not valid

  bool operator==(const CheckedSignature&) const = default;
};

// Whether somebody's signature is asked for: without one the evidence then fails.
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

// ExitCode::integrity for a flaw, a digest that no entry has, a signature that is not valid, or
// none where one is required; else success.
ExitCode exit_code(const EvidenceReport& report);

}  // namespace netmon
