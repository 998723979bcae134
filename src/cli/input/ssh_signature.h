// Checks signatures that ssh-keygen(1) makes over a digest and a line feed, in the namespace
// "netmon". ssh-keygen does all the cryptography. docs/EVIDENCE.md shows how to do the same by
// hand.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/review/evidence.h"
#include "netmon/core/review/evidence_report.h"

namespace netmon::cli {

// Reads a signature (DocumentKind::signature, with an empty signed_digest) from a file. Throws
// Error naming `path`.
Document read_signature(const std::string& path);

// Checks that `signature` is one over its signed_digest by an allowed signer. `allowed_signers` is
// the text of a file that names the keys and their validity (ssh-keygen(1), ALLOWED SIGNERS).
// Throws Error where ssh-keygen cannot be run.
CheckedSignature check_signature(const Document& signature, const std::string& allowed_signers);

// Why `signature` is not one over its signed_digest; absent where it is one, by any signer. Throws
// as check_signature().
std::optional<std::string> why_not_over_its_digest(const Document& signature);

}  // namespace netmon::cli
