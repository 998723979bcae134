#include "netmon/core/review/evidence.h"

#include <doctest/doctest.h>

using namespace netmon;

TEST_CASE("a digest is sha256 in lower-case hexadecimal") {
  const std::string digits(64, 'a');
  CHECK(is_digest("sha256:" + digits));
  CHECK(is_digest("sha256:0123456789abcdef" + digits.substr(16)));
  CHECK(!is_digest(""));
  CHECK(!is_digest(digits));
  CHECK(!is_digest("sha256:"));
  CHECK(!is_digest("sha256:" + digits.substr(1)));
  CHECK(!is_digest("sha256:" + digits + "a"));
  CHECK(!is_digest("sha256:A" + digits.substr(1)));
  CHECK(!is_digest("sha256:g" + digits.substr(1)));
  CHECK(!is_digest("sha512:" + digits));
}

TEST_CASE("each kind of document has a word of its own") {
  for (const auto kind : {DocumentKind::expectations, DocumentKind::signature}) {
    CHECK(parse_document_kind(to_string(kind)) == kind);
  }
  CHECK(to_string(DocumentKind::signature) == "signature");
  CHECK(parse_document_kind("Signature") == std::nullopt);
  CHECK(parse_document_kind("") == std::nullopt);
}
