// The regulation map: which clauses a baseline and a reviewed diff are evidence for, as data with a
// date. It says "supports", never "satisfies": only the auditor decides whether a control is met.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace netmon {

// How much of a clause such evidence covers.
enum class Support : std::uint8_t {
  direct,      // the clause requires what a reviewed diff shows
  partial,     // it covers a part; the rest needs other evidence
  complement,  // the clause requires another mechanism, and this one supplements it
};
std::string_view to_string(Support support);

// One clause. The texts are netmon's own, one line each; they quote no standard.
struct Control {
  std::string_view framework;      // "PCI DSS 4.0.1"
  std::string_view clause;         // its current number
  std::string_view former_clause;  // its previous number; "" where no other one is in use
  std::string_view obligation;
  Support support = Support::partial;
  std::string_view supports;          // what this evidence shows
  std::string_view does_not_support;  // what it does not show, which needs other evidence
};

// When the map was last compared with the current texts of the frameworks: "2026-11-23".
std::string_view controls_date();

// Grouped by framework.
const std::vector<Control>& controls();

}  // namespace netmon
