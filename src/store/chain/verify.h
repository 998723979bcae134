// Checks that the evidence is as it was stored. There are three independent checks: whether the
// schema is that of the migrations, whether the links of the chains are valid, and whether the rows
// match their digests.
//
// Mismatches are returned. SQLite::Exception is thrown only where a part cannot be read at all.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

// Performs all checks. Needs memory for the largest snapshot. The database is locked for one
// snapshot at a time, unless the caller has a transaction.
Verification verify_database(SQLite::Database& database, const VerifyQuery& query,
                             const Progress& progress = {});

struct ChainVerdict {
  std::vector<Flaw> flaws;
  std::vector<ChainExtent> chains;   // the own one first
  std::optional<DigestMatch> match;  // the entry with `digest`
};

// Checks every chain: its links, and what the entries of the own chain say is in the database.
// Reads only the digests of snapshots. The schema must be sound according to verify_schema().
ChainVerdict verify_chains(SQLite::Database& database, const std::string& digest = "");

// Checks the rows of one snapshot against its content digest; verify_chains() checks the link.
// (read_snapshot() checks both together and throws BadRow.) Returns nothing where they match.
std::optional<Flaw> verify_rows(SQLite::Database& database, std::int64_t id);

}  // namespace netmon
