#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/report.h"
#include "report/text/json.h"
#include "report/text/style.h"
#include "report/text/table.h"

namespace netmon {
namespace {

constexpr std::string_view kIntact = "intact";
constexpr std::string_view kFlawed = "FLAWED";
constexpr std::string_view kNoName = "           ";

// "rows       intact: 12 snapshots". The text begins with `word`, which is coloured.
std::string verdict(std::string_view name, std::string_view word, Style style,
                    std::string_view rest, const Layout& layout) {
  const std::string prefix = fmt::format("{:<{}}", name, kNoName.size());
  std::string out = paragraph(prefix, fmt::format("{}{}", word, rest), line_width(layout));
  if (out.substr(prefix.size(), word.size()) != word) return out;  // broken across lines
  return out.replace(prefix.size(), word.size(), styled(word, style, layout.color));
}

std::string flaws_text(std::string_view name, const std::vector<Flaw>& flaws,
                       const Layout& layout) {
  std::string out = verdict(name, kFlawed, Style::bad, "", layout);
  for (const Flaw& flaw : flaws) {
    out += paragraph("  ", flaw.subject + " " + flaw.what, line_width(layout));
  }
  return out;
}

std::string rows_text(const EvidenceReport& report, const Layout& layout) {
  const Verification& found = report.verification;
  if (!found.rows.empty()) return flaws_text("rows", found.rows, layout);
  std::string text = report.query.id
                         ? fmt::format(": #{}, the only one that was read", *report.query.id)
                         : ": " + counted(found.snapshots, "snapshot", "snapshots");
  if (found.masked > 0) {
    text += ", " + counted(found.masked, "command line", "command lines") + " masked";
  }
  return verdict("rows", kIntact, Style::good, text, layout);
}

std::string extent_text(const ChainExtent& chain) {
  if (chain.last == 0) return "no entry yet";
  std::string text = fmt::format("#1 to #{}", chain.last);
  if (!chain.own) {
    text += fmt::format(" of {}, {} here", chain.origin,
                        counted(chain.snapshots, "snapshot", "snapshots"));
  }
  if (chain.imports > 0) text += fmt::format(", {} imported", chain.imports);
  if (chain.pruned > 0) text += fmt::format(", {} pruned", chain.pruned);
  return text;
}

std::string chain_text(const Verification& found, const Layout& layout) {
  if (!found.chain.empty()) return flaws_text("chain", found.chain, layout);
  std::string out;
  for (const ChainExtent& chain : found.chains) {
    out += out.empty() ? verdict("chain", kIntact, Style::good, ": " + extent_text(chain), layout)
                       : paragraph(kNoName, "and " + extent_text(chain), line_width(layout));
  }
  return out.empty() ? verdict("chain", kIntact, Style::good, ": no entry yet", layout) : out;
}

// "#14, the newest entry", "#9; 5 entries were stored after it". Of a chain that came with an
// import, only the entries known here are counted.
std::string entry_text(const Verification& found, const DigestMatch& entry) {
  std::string text = fmt::format("#{}", entry.number);
  const ChainExtent* own = own_chain(found);
  const bool is_own = own != nullptr && own->origin == entry.origin;
  if (!is_own) text += " of " + entry.origin;
  if (entry.later == 0) return text + (is_own ? ", the newest entry" : ", the newest entry here");
  const std::string later = counted(entry.later, "entry was", "entries were");
  return fmt::format("{}; {} stored after it", text, later);
}

std::string digest_text(const EvidenceReport& report, const Layout& layout) {
  const auto& match = report.verification.match;
  if (match) {
    return verdict("digest", "matches", Style::good, " " + entry_text(report.verification, *match),
                   layout);
  }
  if (!report.query.digest.empty()) {
    return verdict(
        "digest", "NOT FOUND", Style::bad,
        ": no entry has this digest: it belongs to another database, or this one was cut "
        "off or rewritten",
        layout);
  }
  return verdict("digest", "not given", Style::faint,
                 ": without one, a missing end would go unnoticed", layout);
}

std::string signature_text(const Verification& found, const CheckedSignature& checked,
                           const Layout& layout) {
  const std::string over = checked.entry ? entry_text(found, *checked.entry) : checked.digest;
  switch (checked.state) {
    case SignatureState::valid:
      return verdict("signature", "signed", Style::good,
                     fmt::format(" by {} ({}) over {}", checked.signer, checked.key, over), layout);
    case SignatureState::not_valid:
      return verdict("signature", "NOT VALID", Style::bad,
                     fmt::format(": {} over {}: {}", checked.name, over, checked.reason), layout);
    case SignatureState::not_checked:
      return verdict("signature", "not checked", Style::warning,
                     fmt::format(": {} over {}: give --allowed-signers FILE", checked.name, over),
                     layout);
  }
  no_such_enumerator();
}

std::string signatures_text(const EvidenceReport& report, const Layout& layout) {
  if (report.signatures.empty() && report.signing == Signing::required) {
    return verdict("signature", "UNSIGNED", Style::bad, ": --allowed-signers requires a signature",
                   layout);
  }
  if (report.signatures.empty()) return verdict("signature", "unsigned", Style::faint, "", layout);
  std::string out;
  for (const CheckedSignature& checked : report.signatures) {
    out += signature_text(report.verification, checked, layout);
  }
  return out;
}

// The digest to sign or to paste into a ticket, whole on a line of 80 columns.
std::string head_text(const Verification& found, const Layout& layout) {
  const ChainExtent* own = own_chain(found);
  if (own == nullptr || own->head.empty()) return "";
  return paragraph("head     ", own->head, line_width(layout));
}

Json check_json(const std::vector<Flaw>& flaws) {
  Json list = Json::array();
  for (const Flaw& flaw : flaws) list.push_back({{"subject", flaw.subject}, {"what", flaw.what}});
  return {{"verdict", flaws.empty() ? "intact" : "flawed"}, {"flaws", std::move(list)}};
}

Json chain_json(const ChainExtent& chain) {
  return {{"origin", text_or_null(chain.origin)},
          {"own", chain.own},
          {"last", chain.last},
          {"head", text_or_null(chain.head)},
          {"snapshots", chain.snapshots},
          {"imported", chain.imports},
          {"taken_out", chain.pruned}};
}

Json entry_json(const std::optional<DigestMatch>& entry) {
  if (!entry) return nullptr;
  return {{"origin", text_or_null(entry->origin)},
          {"number", entry->number},
          {"later_entries", entry->later}};
}

Json digest_json(const EvidenceReport& report) {
  const auto& match = report.verification.match;
  const std::string_view unmatched = report.query.digest.empty() ? "not-given" : "not-found";
  return {{"verdict", match ? "matches" : unmatched},
          {"given", text_or_null(report.query.digest)},
          {"entry", entry_json(match)}};
}

Json signature_json(const CheckedSignature& checked) {
  return {{"verdict", to_string(checked.state)},
          {"name", checked.name},
          {"digest", checked.digest},
          {"entry", entry_json(checked.entry)},
          {"signer", text_or_null(checked.signer)},
          {"key", text_or_null(checked.key)},
          {"reason", text_or_null(checked.reason)}};
}

}  // namespace

std::string render_table(const EvidenceReport& report, const Layout& layout) {
  const Verification& found = report.verification;
  return rows_text(report, layout) +
         (found.schema.empty() ? verdict("schema", kIntact, Style::good, "", layout)
                               : flaws_text("schema", found.schema, layout)) +
         chain_text(found, layout) + digest_text(report, layout) + signatures_text(report, layout) +
         head_text(found, layout);
}

std::string render_json(const EvidenceReport& report) {
  const Verification& found = report.verification;
  Json chains = Json::array();
  for (const ChainExtent& chain : found.chains) chains.push_back(chain_json(chain));
  Json signatures = Json::array();
  for (const auto& checked : report.signatures) signatures.push_back(signature_json(checked));
  const ExitCode code = exit_code(report);
  const Json json{{"schema", "netmon-verify/1"},
                  {"verdict", code == ExitCode::success ? "intact" : "flawed"},
                  {"exit_code", static_cast<int>(code)},
                  {"snapshot", or_null(report.query.id)},
                  {"snapshots_read", found.snapshots},
                  {"masked_command_lines", found.masked},
                  {"checks",
                   {{"rows", check_json(found.rows)},
                    {"schema", check_json(found.schema)},
                    {"chain", check_json(found.chain)}}},
                  {"chains", std::move(chains)},
                  {"digest", digest_json(report)},
                  {"signature_required", report.signing == Signing::required},
                  {"signatures", std::move(signatures)}};
  return dump(json, JsonStyle::indented) + "\n";
}

}  // namespace netmon
