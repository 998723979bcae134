// Signatures as ssh-keygen(1) makes and checks them: over a digest and a line feed, in the
// namespace "netmon". Nothing of the cryptography is netmon's own. docs/EVIDENCE.md shows the same
// by hand.
#pragma once

#include <optional>
#include <string>

#include "netmon/core/review/evidence.h"
#include "netmon/core/review/evidence_report.h"

namespace netmon::cli {

// The signature (DocumentKind::signature, its digest not yet known) in the file at `path`. Throws
// Error naming it.
Document read_signature(const std::string& path);

// `signature` held against its signed_digest. `allowed_signers` is the text of such a file
// (ssh-keygen(1), ALLOWED SIGNERS): whose key, until when, and whether it is revoked. Throws Error
// where ssh-keygen cannot be run.
CheckedSignature check_signature(const Document& signature, const std::string& allowed_signers);

// Why `signature` is none over its signed_digest, by whomever; absent where it is one. Throws as
// check_signature().
std::optional<std::string> why_not_over_its_digest(const Document& signature);

}  // namespace netmon::cli
