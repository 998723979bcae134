#include "store/chain/documents.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "netmon/core/values/error.h"
#include "netmon/core/values/text.h"
#include "store/rows/row_reader.h"
#include "store/sqlite/bind.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // NAME_MAX

// Whether sanitize() would leave the text unchanged: valid UTF-8 without NUL.
bool is_bounded_text(const std::string& text, std::size_t max_bytes) {
  return text.size() <= max_bytes && sanitize(text, max_bytes) == text;
}

// The reason why a document must not be stored.
std::optional<std::string_view> flaw_of(const Document& document) {
  if (document.name.empty() || document.name.find('/') != std::string::npos ||
      !is_bounded_text(document.name, kMaxNameBytes)) {
    return "the name of the document is not a file name of at most 255 bytes of UTF-8";
  }
  if (document.text.size() > kMaxDocumentBytes) return "is larger than 1 MiB";
  if (!is_bounded_text(document.text, kMaxDocumentBytes)) return "is not text in UTF-8";
  const bool is_signature = document.kind == DocumentKind::signature;
  if (is_signature ? !is_digest(document.signed_digest) : !document.signed_digest.empty()) {
    return "is a signature without the digest that it signs, or names such a digest without being "
           "a signature";
  }
  return std::nullopt;
}

std::int64_t count_documents(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM document").getInt64();
}

bool are_too_many(std::int64_t count) { return std::cmp_greater(count, kMaxDocuments); }

}  // namespace

std::vector<Document> read_documents(SQLite::Database& database) {
  std::vector<Document> documents;
  if (are_too_many(count_documents(database))) {
    throw BadRow(fmt::format("table document has more than {} rows", kMaxDocuments));
  }
  SQLite::Statement select(
      database, "SELECT kind, name, signed_digest, text FROM document ORDER BY document_no");
  while (select.executeStep()) {
    const auto kind = parse_document_kind(select.getColumn(0).getString());
    if (!kind) throw BadRow("a row of table document is damaged: its column kind cannot be read");
    Document document{.kind = *kind,
                      .name = select.getColumn(1).getString(),
                      .signed_digest = select.getColumn(2).getString(),
                      .text = select.getColumn(3).getString()};
    if (const auto flaw = flaw_of(document)) {
      throw BadRow(fmt::format("document {}: {}", escape_controls(document.name), *flaw));
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

void store_documents(SQLite::Database& database, const std::string& subject,
                     const std::vector<Document>& documents) {
  SQLite::Statement insert(database,
                           "INSERT INTO document (kind, name, signed_digest, text) "
                           "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
  for (const Document& document : documents) {
    if (const auto flaw = flaw_of(document)) {
      throw Error(escape_controls(document.name), std::string(*flaw));
    }
    bind_all(insert, std::string(to_string(document.kind)), document.name, document.signed_digest,
             document.text);
    insert.exec();
  }
  if (are_too_many(count_documents(database))) {
    throw Error(subject, fmt::format("would hold more than {} documents", kMaxDocuments));
  }
}

}  // namespace netmon
