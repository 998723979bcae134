#include "store/chain/documents.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "transfer_fixtures.h"

namespace netmon::test {
namespace {

const std::string kSigned = "sha256:" + std::string(64, 'a');

Document expectations(const std::string& name, const std::string& text = "ticket = 'CHG-1'\n") {
  return {.kind = DocumentKind::expectations, .name = name, .signed_digest = "", .text = text};
}

Document signature(const std::string& digest = kSigned) {
  return {.kind = DocumentKind::signature,
          .name = "head.sig",
          .signed_digest = digest,
          .text = "-----BEGIN SSH SIGNATURE-----\n"};
}

struct WithSnapshot : Site {
  WithSnapshot() { append(captured("pre-change")); }
};

TEST_CASE("documents go with the evidence, in the order in which they came, once each") {
  const WithSnapshot host;
  CHECK(host.store.documents().empty());
  const std::vector<Document> documents{expectations("CHG-2.toml"), signature(),
                                        expectations("CHG-1.toml")};
  Site here;
  here.import(host.exported({1}, documents));
  CHECK(here.store.documents() == documents);
  here.import(host.exported({1}, {expectations("CHG-1.toml"), expectations("CHG-1.toml", "")}));
  REQUIRE(here.store.documents().size() == 4);
  CHECK(here.store.documents()[3] == expectations("CHG-1.toml", ""));
  CHECK(here.store.verify({}).signatures == std::vector{signature()});
}

TEST_CASE("a document that is not bounded text under a file's name is refused") {
  const WithSnapshot host;
  const auto refusal = [&](const Document& document) {
    return failure([&] { (void)host.exported({1}, {document}); });
  };
  const std::string bad_name =
      ": the name of the document is not a file name of at most 255 bytes of UTF-8";
  CHECK(refusal(expectations("")) == "2 " + bad_name);
  CHECK(refusal(expectations("a/b")) == "2 a/b" + bad_name);
  CHECK(refusal(expectations("\xff")) == "2 \\xff" + bad_name);
  CHECK(refusal(expectations(std::string(256, 'x'))) == "2 " + std::string(256, 'x') + bad_name);
  CHECK(refusal(expectations("x", "\xc3(")) == "2 x: is not text in UTF-8");
  CHECK(refusal(expectations("x", std::string("a\0b", 3))) == "2 x: is not text in UTF-8");
  CHECK(refusal(expectations("x", std::string(kMaxDocumentBytes + 1, ' '))) ==
        "2 x: is larger than 1 MiB");
  const std::string no_digest =
      "is a signature without the digest that it signs, or names such a digest without being a "
      "signature";
  CHECK(refusal(signature("")) == "2 head.sig: " + no_digest);
  CHECK(refusal(signature("sha256:A")) == "2 head.sig: " + no_digest);
  Document both = expectations("x");
  both.signed_digest = kSigned;
  CHECK(refusal(both) == "2 x: " + no_digest);
}

TEST_CASE("the largest document, and as many as there may be, are kept") {
  const WithSnapshot host;
  Site here;
  std::vector<Document> documents{expectations("large", std::string(kMaxDocumentBytes, ' '))};
  for (std::size_t i = 1; i < kMaxDocuments; ++i) {
    documents.push_back(expectations(std::to_string(i)));
  }
  const auto file = host.exported({1}, documents);
  here.import(file);
  CHECK(here.store.documents() == documents);
  here.import(file);
  const std::string bytes = here.bytes();
  CHECK(failure([&] { here.import(host.exported({1}, {expectations("one more")})); }) ==
        "2 " + here.path.string() + ": would hold more than 1000 documents");
  CHECK(here.bytes() == bytes);
  documents.push_back(expectations("one more"));
  CHECK(failure([&] { (void)host.exported({1}, documents); }) ==
        "2 " + host.path.string() + ": would hold more than 1000 documents");
}

TEST_CASE("a file with documents that netmon cannot have stored is refused") {
  const WithSnapshot host;
  const auto file = host.exported({1}, {signature()});
  Site here;
  const auto refusal = [&](const std::string& sql) {
    execute(file, sql);
    std::string text = failure([&] { here.import(file); });
    CHECK(here.store.list().empty());
    return text;
  };
  const std::string insert = "INSERT INTO document (kind, name, signed_digest, text) ";
  SUBCASE("another kind") {
    CHECK(refusal(insert + "VALUES ('program', 'x', '', '')") ==
          fmt::format("4 {}: a row of table document is damaged: its column kind cannot be read",
                      file.string()));
  }
  SUBCASE("a name that leads elsewhere") {
    CHECK(refusal(insert + "VALUES ('expectations', '../x', '', '')")
              .starts_with(fmt::format("4 {}: document ../x: the name", file.string())));
  }
  SUBCASE("more than there may be") {
    CHECK(
        refusal("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) " +
                insert + "SELECT 'expectations', i, '', '' FROM n") ==
        fmt::format("4 {}: table document has more than 1000 rows", file.string()));
  }
  SUBCASE("one that is larger than any row of netmon's") {
    CHECK(refusal(insert + "VALUES ('expectations', 'x', '', printf('%.*c', 3000000, 'x'))") != "");
  }
}

}  // namespace
}  // namespace netmon::test
