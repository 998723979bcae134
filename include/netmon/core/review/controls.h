// The regulation map: which clause a baseline and a reviewed diff are evidence for, as data with a
// date. It says "supports", never "satisfies": whether a control is met is the auditor's to say.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace netmon {

// How much of what the clause asks for such evidence speaks of.
enum class Support : std::uint8_t {
  direct,      // the clause asks for what a reviewed diff shows
  partial,     // it shows a part; the rest needs other evidence
  complement,  // the clause asks for another mechanism, which this one supplements
};
std::string_view to_string(Support support);

// One clause. The texts are netmon's own words, one line each; they quote no standard.
struct Control {
  std::string_view framework;      // "PCI DSS 4.0.1"
  std::string_view clause;         // today's number
  std::string_view former_clause;  // what it was called before; "" where nothing else is in use
  std::string_view obligation;
  Support support = Support::partial;
  std::string_view supports;          // what this evidence shows
  std::string_view does_not_support;  // what it does not, and so needs other evidence
};

// When the map was last held against the frameworks' current texts: "2026-11-23".
std::string_view controls_date();

// Grouped by framework.
const std::vector<Control>& controls();

}  // namespace netmon
