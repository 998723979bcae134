#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/command.h"
#include "cli/input/database_path.h"
#include "cli/input/input_file.h"
#include "cli/input/snapshots.h"
#include "cli/input/ssh_signature.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "netmon/core/review/evidence_report.h"
#include "netmon/linux/packages.h"
#include "netmon/report/report.h"
#include "netmon/store/store.h"

namespace netmon::cli {
namespace {

constexpr const char* kVerifyFooter = R"(
Examples:
  netmon verify
  netmon verify --digest sha256:9f2c…   (from the ticket: shows whether newer entries were cut off)
  netmon verify '#17'
  printf '%s\n' sha256:9f2c… | ssh-keygen -Y sign -n netmon -f KEY > head.sig
  netmon verify --signature head.sig --allowed-signers reviewers
  netmon verify --db review.netmon --allowed-signers reviewers --format json

A signature is over a digest and a line feed. A signature from --signature is checked against
--digest, or else against the digest of REV, or else against that of the newest entry; one that came
with an export is checked against the digest that it was made for. --allowed-signers says whose keys
count, as for git and ssh-keygen(1), and requires a signature.
docs/EVIDENCE.md says what each verdict proves, and how to check all of it without netmon.

Exit status: 0 every check succeeded; 2 an error; 4 a check failed: there is a flaw, a digest that
no entry has, a signature that is not valid or whose signer is not in the file, or no signature
although --allowed-signers is given.)";

constexpr std::array kFormats{Format::table, Format::json};

std::string digest_of_snapshot(const Store& store, std::int64_t id) {
  const auto snapshots = store.list();
  const auto found = std::ranges::find(snapshots, std::optional(id),
                                       [](const SnapshotSummary& s) { return s.info.id; });
  return found == snapshots.end() ? "" : found->info.digest;
}

std::string head_of(const Verification& verification) {
  const ChainExtent* own = own_chain(verification);
  return own == nullptr ? "" : own->head;
}

class VerifyCommand : public Command {
 public:
  explicit VerifyCommand(CLI::App& program)
      : Command(program, "verify", "Say whether the evidence is intact, and who signed it") {
    options().value("REV", revision_, "Read only the rows of this snapshot").not_empty();
    options()
        .value("--digest", digest_, "A digest kept elsewhere, which an entry must have")
        .type("DIGEST");
    options()
        .values("--signature", signature_files_,
                "A signature by ssh-keygen; may be given several times")
        .type("FILE");
    options()
        .value("--allowed-signers", allowed_file_,
               "Whose signatures count: a file of ssh-keygen(1)")
        .type("FILE");
    report_.add_to(options());
    add_db_option();
    options().footer(kVerifyFooter);
  }

  ExitCode run() override {
    report_.check(database_path(db_option()));
    check_options();
    std::vector<Document> given;
    for (const std::string& file : signature_files_) given.push_back(read_signature(file));
    if (allowed_file_) allowed_signers_ = InputFile(*allowed_file_).read();

    const Store store = Store::open_for_reading(existing_database_path(db_option()));
    EvidenceReport report{.query = {.digest = digest_.value_or("")}};
    if (revision_) {
      report.query.id = store.resolve(stored_revision(*revision_), this_machine_id());
    }
    report.verification = verify(store, report.query);
    report.signing = allowed_signers_ ? Signing::required : Signing::optional;
    report.signatures = check_all(store, report, std::move(given));

    const ExitCode code = exit_code(report);
    report_.write([&](Format format, const Layout& layout) {
      return format == Format::json ? render_json(report) : render_table(report, layout);
    });
    return code;
  }

 private:
  void check_options() const {
    if (digest_ && !is_digest(*digest_)) {
      throw Error(fmt::format("--digest '{}'", *digest_),
                  "is no digest: it must be sha256: followed by 64 digits of 0-9a-f");
    }
    if (!signature_files_.empty() && !allowed_file_) {
      throw Error("--signature", "needs --allowed-signers FILE, which says whose signatures count");
    }
  }

  static Verification verify(const Store& store, const VerifyQuery& query) {
    ProgressLine progress("verifying");
    return store.verify(query, progress.callback());
  }

  // Checks the stored signatures, then those that were `given`.
  [[nodiscard]] std::vector<CheckedSignature> check_all(const Store& store,
                                                        const EvidenceReport& report,
                                                        std::vector<Document> given) const {
    std::vector<CheckedSignature> checked;
    for (const Document& stored : report.verification.signatures) {
      checked.push_back(check(store, report, stored));
    }
    if (given.empty()) return checked;
    std::string over = report.query.digest;
    if (over.empty() && report.query.id) over = digest_of_snapshot(store, *report.query.id);
    if (over.empty()) over = head_of(report.verification);
    for (Document& signature : given) {
      signature.signed_digest = over;
      checked.push_back(check(store, report, signature));
    }
    return checked;
  }

  [[nodiscard]] CheckedSignature check(const Store& store, const EvidenceReport& report,
                                       const Document& signature) const {
    CheckedSignature checked{.name = signature.name, .digest = signature.signed_digest};
    const bool tables_are_sound = !report.verification.chains.empty();
    if (tables_are_sound) checked.entry = store.entry_of(signature.signed_digest);
    if (!checked.entry) {
      checked.state = SignatureState::not_valid;
      checked.reason = "no entry has this digest";
      return checked;
    }
    if (!allowed_signers_) return checked;
    CheckedSignature answer = check_signature(signature, *allowed_signers_);
    answer.entry = std::move(checked.entry);
    return answer;
  }

  std::optional<std::string> revision_;
  std::optional<std::string> digest_;
  std::vector<std::string> signature_files_;
  std::optional<std::string> allowed_file_;
  std::optional<std::string> allowed_signers_;  // the text of that file
  ReportOptions report_{kFormats};
};

}  // namespace

std::unique_ptr<Command> make_verify_command(CLI::App& program) {
  return std::make_unique<VerifyCommand>(program);
}

}  // namespace netmon::cli
