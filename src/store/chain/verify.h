// Is the evidence as it was stored? Three questions, which can be asked one by one: is the schema
// that of the migrations, do the links of the chains hold, do the rows match their digests.
//
// What does not fit is returned. Thrown is SQLite::Exception, where a part cannot be read at all.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

// All of it. Memory is that of the largest snapshot. The database is locked for one snapshot at a
// time, unless the caller has a transaction.
Verification verify_database(SQLite::Database& database, const VerifyQuery& query,
                             const Progress& progress = {});

struct ChainVerdict {
  std::vector<Flaw> flaws;
  std::vector<ChainExtent> chains;   // the own one first
  std::optional<DigestMatch> match;  // of `digest`
};

// Every chain: its links, and what each entry of the own chain says that is here. Of the snapshots
// only the digests are read. The schema is sound, as verify_schema() has it.
ChainVerdict verify_chains(SQLite::Database& database, const std::string& digest = "");

// The rows of one snapshot against its content digest; the link is verify_chains()' part. (Rows and
// link together are read_snapshot()'s, which throws BadRow.) Nothing where they match.
std::optional<Flaw> verify_rows(SQLite::Database& database, std::int64_t id);

}  // namespace netmon
