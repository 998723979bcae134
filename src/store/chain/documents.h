// Documents that are stored with the evidence and are in no chain: each once, within limits.
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

// All documents in the order in which they were stored. Throws SQLite::Exception, and BadRow for a
// document that store_documents() would have refused.
std::vector<Document> read_documents(SQLite::Database& database);

// Adds the documents that are not there yet. Call it within a transaction. Throws
// SQLite::Exception. Throws Error, its subject `subject` or the document's name, for more than
// kMaxDocuments, for a name or text that is too long or no UTF-8, and for a signature without the
// digest that it signs.
void store_documents(SQLite::Database& database, const std::string& subject,
                     const std::vector<Document>& documents);

}  // namespace netmon
