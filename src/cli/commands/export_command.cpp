#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/actor.h"
#include "cli/input/database_path.h"
#include "cli/input/expectation_files.h"
#include "cli/input/snapshots.h"
#include "cli/input/ssh_signature.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "netmon/core/review/evidence_report.h"
#include "netmon/core/values/text.h"
#include "netmon/linux/packages.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kExportFooter = R"(
Examples:
  netmon export pre-change post-change -o review.netmon
  netmon export '#17' '#18' -o review.netmon --expect CHG-1042.toml --signature head.sig
  netmon diff pre-change post-change --db review.netmon --expect db:CHG-1042.toml
  netmon verify --db review.netmon --digest sha256:9f2c…
  netmon import review.netmon

FILE is a database with these snapshots, every digest of their chain, and the files that go with
them. What a command line holds that looks like a secret is masked in it; the digests still hold.
A signature must be over the digest of the newest entry, or of one of the snapshots.

Exit status: 0 success; 2 an error; 4 what would be exported fails its integrity check.)";

class ExportCommand : public Command {
 public:
  explicit ExportCommand(CLI::App& program)
      : Command(program, "export", "Write snapshots to a file for somebody else") {
    options().values("REV", revisions_, "The snapshots").required();
    options()
        .value("-o,--output", output_, "The file to make. An existing file is not replaced")
        .type("FILE")
        .required();
    options()
        .values("--expect", expectation_files_,
                "An expectation file to include; may be given several times")
        .type("FILE");
    options()
        .values("--signature", signature_files_,
                "A signature by ssh-keygen to include; may be given several times")
        .type("FILE");
    add_db_option();
    options().footer(kExportFooter);
  }

  ExitCode run() override {
    std::vector<Revision> revisions;
    for (const std::string& text : revisions_) revisions.push_back(stored_revision(text));
    std::vector<Document> documents;
    for (const std::string& file : expectation_files_) documents.push_back(read_document(file));
    require_no_file(output_);
    const Store store = Store::open_for_reading(existing_database_path(db_option()));
    const auto snapshots = resolve(store, revisions);
    std::vector<std::int64_t> ids;
    for (const SnapshotInfo& info : snapshots) ids.push_back(info.id.value_or(0));
    if (!signature_files_.empty()) {
      const auto digests = signable(store, snapshots);
      for (const std::string& file : signature_files_) {
        documents.push_back(signature_over_one_of(digests, file));
      }
    }
    const auto image = store.export_image(ids, documents, actor_now());
    Verification written;
    write_new_file(output_, image, [&](const std::string& path) {
      EvidenceReport read_again;
      read_again.verification = Store::open_for_reading(path).verify({});
      written = read_again.verification;
      if (exit_code(read_again) != ExitCode::success) {
        throw Error(output_, "did not verify when it was read again", ExitCode::integrity);
      }
    });
    report(snapshots, documents, written);
    return ExitCode::success;
  }

 private:
  // The snapshots that the revisions name, each once, in the order in which they were stored.
  static std::vector<SnapshotInfo> resolve(const Store& store,
                                           const std::vector<Revision>& revisions) {
    std::vector<std::int64_t> ids;
    for (const Revision& revision : revisions) {
      ids.push_back(store.resolve(revision, this_machine_id()));
    }
    std::vector<SnapshotInfo> found;
    for (const SnapshotSummary& summary : store.list()) {
      if (std::ranges::find(ids, summary.info.id) != ids.end()) found.push_back(summary.info);
    }
    return found;
  }

  // The digests that a signature may be over: that of the newest entry of the chain, then that of
  // each snapshot.
  static std::vector<std::string> signable(const Store& store,
                                           const std::vector<SnapshotInfo>& snapshots) {
    const Verification verified = store.verify({.id = snapshots.front().id});
    std::vector<std::string> digests;
    if (const ChainExtent* own = own_chain(verified)) digests.push_back(own->head);
    for (const SnapshotInfo& info : snapshots) digests.push_back(info.digest);
    return digests;
  }

  static Document signature_over_one_of(const std::vector<std::string>& digests,
                                        const std::string& file) {
    Document signature = read_signature(file);
    std::string why;
    for (const std::string& digest : digests) {
      signature.signed_digest = digest;
      const auto cause = why_not_over_its_digest(signature);
      if (!cause) return signature;
      why = *cause;
    }
    throw Error(file, fmt::format("is not a signature over the digest of the newest entry or of a "
                                  "snapshot to export: {}",
                                  why));
  }

  void report(const std::vector<SnapshotInfo>& snapshots, const std::vector<Document>& documents,
              const Verification& written) const {
    std::string text;
    for (const SnapshotInfo& info : snapshots) {
      text +=
          escape_controls(fmt::format("#{}  {}  {}  {}  {}", info.id.value_or(0), info.label,
                                      info.host_name, to_display(info.started_at), info.digest));
      text += "\n";
    }
    for (const Document& document : documents) {
      text += fmt::format("{}  {}", escape_controls(document.name), to_string(document.kind));
      if (!document.signed_digest.empty()) text += "  over " + document.signed_digest;
      text += "\n";
    }
    const ChainExtent* own = own_chain(written);
    text += fmt::format("{}: {}, {} masked, newest entry {}\n", escape_controls(output_),
                        counted(written.snapshots, "snapshot", "snapshots"),
                        counted(written.masked, "command line", "command lines"),
                        own == nullptr ? "none" : own->head);
    write_stdout(text);
  }

  std::vector<std::string> revisions_;
  std::string output_;
  std::vector<std::string> expectation_files_;
  std::vector<std::string> signature_files_;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& program) {
  return std::make_unique<ExportCommand>(program);
}

}  // namespace netmon::cli
