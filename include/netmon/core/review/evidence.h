// Requests about stored evidence, and their results. docs/EVIDENCE.md defines the digests and the
// chain; schema/README.md the tables.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

struct VerifyQuery {
  std::optional<std::int64_t> id;  // check the rows of this snapshot only; absent: of all
  std::string digest;              // "sha256:…" that a chain must contain; "" for no such check
};

// One thing that is not as it was stored.
struct Flaw {
  std::string subject;  // "#17", "the chain of 3f2a…", "trigger snapshot_update"
  std::string what;     // "does not match its digest"

  bool operator==(const Flaw&) const = default;
};

// One chain in the file, as far as it is known there.
struct ChainExtent {
  std::string origin;           // 32 hexadecimal digits
  bool own = false;             // the file's own; false for one that came with imported snapshots
  std::int64_t last = 0;        // number of its newest entry; 0 where it has none
  std::string head;             // digest of that entry; "" where it has none
  std::uint64_t snapshots = 0;  // how many entries have their snapshot in this file
  std::uint64_t imports = 0;    // how many of those snapshots were imported
  std::uint64_t pruned = 0;     // how many entries had a snapshot that was pruned

  bool operator==(const ChainExtent&) const = default;
};

// The chain entry that has a given digest.
struct DigestMatch {
  std::string origin;
  std::int64_t number = 0;
  std::uint64_t later = 0;  // how many entries of that chain come after it

  bool operator==(const DigestMatch&) const = default;
};

// Documents that are stored with the evidence and are in no chain.
enum class DocumentKind : std::uint8_t {
  expectations,  // a TOML file of expected changes
  signature,     // armored, as ssh-keygen -Y sign writes it
};

struct Document {
  DocumentKind kind = DocumentKind::expectations;
  std::string name;           // the file's base name
  std::string signed_digest;  // only of a signature: the digest that it signs; else ""
  std::string text;

  bool operator==(const Document&) const = default;
};

struct Verification {
  std::uint64_t snapshots = 0;       // whose rows were read
  std::uint64_t masked = 0;          // masked command lines: only the digest is left
  std::vector<Flaw> rows;            // empty: all rows are as they were stored
  std::vector<Flaw> schema;          // empty: tables and triggers are those of its version
  std::vector<Flaw> chain;           // empty: every link is valid, and no snapshot is missing
  std::vector<ChainExtent> chains;   // the own one first
  std::optional<DigestMatch> match;  // for VerifyQuery::digest
  std::vector<Document> signatures;  // not yet checked
};

// Called with the number of snapshots that are done, and of all.
using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

// The user that the chain records for an action, and when.
struct Actor {
  User user;  // effective uid
  Timestamp at{};
  std::string netmon_version;
};

// One snapshot of an imported file.
struct ImportedSnapshot {
  std::int64_t id = 0;  // its number in this database
  Origin origin;
  std::string label;
  std::string host_name;
  bool was_present = false;  // it was stored before, so nothing was written

  bool operator==(const ImportedSnapshot&) const = default;
};

struct PruneRule {
  std::chrono::milliseconds older_than{};  // before Actor::at, compared with started_at
  std::vector<std::string> keep_labels;    // patterns of fnmatch(3): "pre-*"
};

std::string_view to_string(DocumentKind kind);
std::optional<DocumentKind> parse_document_kind(std::string_view text);

// "sha256:" and 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

}  // namespace netmon
