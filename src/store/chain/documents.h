// What goes with the evidence and is in no chain: kept once each, and bounded.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/review/evidence.h"

namespace netmon {

constexpr std::size_t kMaxDocuments = 1000;
constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20U;

// All, in the order in which they came. Throws SQLite::Exception; BadRow for what store_documents()
// would have refused.
std::vector<Document> read_documents(SQLite::Database& database);

// Adds what is not there yet. Call it within a transaction. Throws SQLite::Exception; Error, its
// subject `subject` or the document's name, for more than kMaxDocuments, for a text or name that is
// no bounded UTF-8, and for a signature over no digest.
void store_documents(SQLite::Database& database, const std::string& subject,
                     const std::vector<Document>& documents);

}  // namespace netmon
