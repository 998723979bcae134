#include "netmon/core/review/controls.h"

#include <array>

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kSupports{"direct"sv, "partial"sv, "complement"sv};

constexpr std::string_view kCsf = "NIST CSF 2.0";
constexpr std::string_view kIso = "ISO/IEC 27001:2022";
constexpr std::string_view kPci = "PCI DSS 4.0.1";
constexpr std::string_view kFfiec = "FFIEC CAT (retired)";
constexpr std::string_view kDora = "DORA (EU) 2022/2554";
constexpr std::string_view kCis = "CIS Controls v8";
constexpr std::string_view kNist = "NIST SP 800-53 Rev. 5";

std::vector<Control> nist_csf() {
  return {{kCsf, "DE.CM-01", "DE.CM-1 (CSF 1.1)",
           "Watch networks and network services for potentially adverse events.", Support::partial,
           "The listeners, peers and raw sockets of a host, compared with a baseline; what is new, "
           "with its process, user and executable.",
           "Continuous monitoring, traffic content, devices that are not this host."}};
}

std::vector<Control> iso_27001() {
  return {
      {kIso, "A.8.15", "A.12.4.1 (2013)", "Produce, protect and analyse logs of activities.",
       Support::partial,
       "Dated, attributed records of the network state, each chained to the one before by a "
       "digest, and of their comparison.",
       "Event logs of users, exceptions and faults; log retention and clock synchronisation."},
      {kIso, "A.8.16", "", "Monitor networks, systems and applications for anomalies.",
       Support::partial, "Departures from a named baseline, and what could not be seen.",
       "Continuous monitoring and the handling of alerts."},
      {kIso, "A.8.20", "A.13.1.1 (2013)", "Secure, manage and control networks.", Support::partial,
       "Which services a host offers, on which addresses, and to whom it connects.",
       "Segmentation, firewalls and the devices of the network."},
      {kIso, "A.8.32", "A.12.1.2, A.14.2.2 to A.14.2.4 (2013)",
       "Put changes to systems under change management.", Support::direct,
       "The network effect of one change, compared with what its ticket promised, with rule, "
       "reason and approver.",
       "Planning, impact assessment, fallback and the approval itself."}};
}

std::vector<Control> pci_dss() {
  return {
      {kPci, "1.2.5", "1.1.6 (3.2.1)",
       "Identify and approve every allowed service, protocol and port, with a business need.",
       Support::direct,
       "What listens and connects, compared with a written list of approved entries with reasons.",
       "The business need itself, and rules on network security controls."},
      {kPci, "2.2.4", "2.2.2, 2.2.5 (3.2.1)",
       "Enable only the services, protocols and functions that are needed.", Support::direct,
       "Every listener with its program, user and unit, and those that nothing approved.",
       "Functions and packages that open no socket."},
      {kPci, "6.5.1", "6.4.5 (3.2.1)", "Make changes to production by an established procedure.",
       Support::direct,
       "The observed effect of the change next to its ticket, the approver named by each rule, and "
       "whether what was promised happened.",
       "Security impact, functional tests and back-out procedures."},
      {kPci, "6.5.2", "6.4.6 (3.2.1)",
       "After a significant change, confirm that the requirements still hold.", Support::direct,
       "A comparison of the state before and after the change, dated and attributed.",
       "Requirements beyond the network state of the host."},
      {kPci, "10.2", "10.2 (3.2.1)", "Log what is needed to detect anomalies and to reconstruct.",
       Support::partial, "Who captured what and when, and which process held which connection.",
       "The audit log of user actions, access to account data and authentication."},
      {kPci, "10.3", "10.5 (3.2.1)", "Protect audit logs from destruction and from changes.",
       Support::partial,
       "Append-only snapshots with chained digests, so that an alteration is detectable.",
       "Protection of other logs; access control and backup of the database."},
      {kPci, "11.5.1", "11.4 (3.2.1)", "Detect intrusions into the network.", Support::complement,
       "Unexpected listeners and peers that are present at a capture.",
       "Intrusion detection or prevention, which the clause asks for."},
      {kPci, "11.5.2", "11.5 (3.2.1)", "Detect changes to critical files.", Support::complement,
       "A changed path or SHA-256 of an executable that listens or connects.",
       "File integrity monitoring, which the clause asks for."}};
}

std::vector<Control> ffiec_and_dora() {
  return {
      {kFfiec, "none since 31 August 2025: NIST CSF 2.0, CISA CPGs or the CRI Profile",
       "Domain 3, Detective Controls (evolving)",
       "Monitor connections and detect anomalous activity, as the assessment asked.",
       Support::partial,
       "The same as for NIST CSF 2.0 DE.CM-01, under which an institution now assesses itself.",
       "A maturity rating: the tool is no longer in use."},
      {kDora, "Art. 9(4)(e), with RTS (EU) 2024/1774 Art. 17", "",
       "Record, test, assess, approve, implement and verify changes to ICT systems.",
       Support::direct,
       "The recorded state before and after, the verification against the approved change, and "
       "what was not approved.",
       "Roles, tests, security requirements and emergency procedures."},
      {kDora, "Art. 10", "", "Have mechanisms to detect anomalous activities promptly.",
       Support::partial, "New listeners and peers against a baseline, on demand or while watched.",
       "Alert thresholds, staffing and detection across the estate."},
      {kDora, "Art. 17", "", "Record ICT-related incidents and follow them up.", Support::partial,
       "Evidence of the network state for the record of an incident, with its digest.",
       "Classification, escalation and reporting."}};
}

std::vector<Control> cis_v8() {
  return {{kCis, "3.8", "", "Document data flows.", Support::partial,
           "The peers that a host connects to and is reached by, with their processes.",
           "Which data flows, and its classification."},
          {kCis, "4.8", "9.2 (v7.1)", "Uninstall or disable unneeded services.", Support::direct,
           "Every service that listens, and those that no rule approved.",
           "Services that are installed and do not listen."},
          {kCis, "12.x", "11, 12 (v7.1)", "Manage the network infrastructure securely.",
           Support::complement, "What this host exposes to its network.",
           "Network devices, their configuration and their administration."},
          {kCis, "13.1", "6.6 (v7.1)", "Centralise security event alerts.", Support::complement,
           "Findings as JSON, CSV and SARIF, which a central system can take.",
           "The central system, correlation and response."},
          {kCis, "13.2", "", "Deploy host-based intrusion detection.", Support::complement,
           "Unexpected listeners, peers, raw sockets and replaced executables at a capture.",
           "A continuous detection agent. Clause 13.6 asks for logs of network devices."}};
}

std::vector<Control> nist_800_53() {
  return {
      {kNist, "CM-3(f)", "", "Monitor and review activities of configuration-controlled changes.",
       Support::direct, "A review of what a change did, with verdict, rules and sign-off.",
       "Changes without an effect on the network."},
      {kNist, "CM-4(2)", "", "Verify after a change that the controls work as intended.",
       Support::direct, "The state after the change compared with the state before it.",
       "Controls that leave no trace in the sockets of the host."},
      {kNist, "CM-6(c)", "", "Identify, document and approve deviations from settings.",
       Support::partial, "Deviations of the network state, each with its approval or without one.",
       "Configuration settings that are no socket."},
      {kNist, "CM-7(1)", "", "Review regularly, and disable, unneeded ports and services.",
       Support::direct, "The listening ports with their programs, compared with a written list.",
       "The decision that a service is needed."},
      {kNist, "SI-4", "", "Monitor systems to detect attacks and unauthorised connections.",
       Support::partial, "Unauthorised local listeners and connections at the moments captured.",
       "Continuous monitoring and network-wide detection."}};
}

std::vector<Control> all_controls() {
  std::vector<Control> all;
  for (const auto& part :
       {nist_csf(), iso_27001(), pci_dss(), ffiec_and_dora(), cis_v8(), nist_800_53()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::string_view to_string(Support support) {
  return kSupports.at(static_cast<std::size_t>(support));
}

std::string_view controls_date() { return "2026-11-23"; }

const std::vector<Control>& controls() {
  static const std::vector<Control> kControls = all_controls();
  return kControls;
}

}  // namespace netmon
