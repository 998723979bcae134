// The words that docs/schema allows are those of the code, in the same order.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "netmon/report/report.h"
#include "report/words/rule_text.h"
#include "report/words/verdict_text.h"

using namespace netmon;
using nlohmann::json;

namespace {

json definitions_of(const std::string& name) {
  const auto root = std::filesystem::path(NETMON_TEST_DATA).parent_path();
  std::ifstream file(root / "docs/schema" / (name + ".schema.json"));
  REQUIRE(file);
  return json::parse(file)["$defs"];
}

std::vector<std::string> allowed(const json& definitions, const std::string& name) {
  CAPTURE(name);
  REQUIRE(definitions.contains(name));
  return definitions[name]["enum"].get<std::vector<std::string>>();
}

// The words of all enumerators up to the last one.
template <typename Enum, typename Word>
std::vector<std::string> words(Enum last, Word word) {
  std::vector<std::string> all;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(last); ++i) {
    all.emplace_back(word(static_cast<Enum>(i)));
  }
  return all;
}

template <typename Enum>
std::vector<std::string> words(Enum last) {
  return words(last, [](Enum value) { return to_string(value); });
}

}  // namespace

TEST_CASE("the JSON Schemas allow the words of the model, and no others") {
  const json common = definitions_of("netmon-common-1");
  CHECK(allowed(common, "protocol") == words(Protocol::other));
  CHECK(allowed(common, "state") == words(State::unconnected));
  CHECK(allowed(common, "role") == words(Role::network));
  CHECK(allowed(common, "owner_state") == words(OwnerState::request));
  CHECK(allowed(common, "port_choice") == words(PortChoice::kernel));
  CHECK(allowed(common, "presence") == words(Presence::second_pass_only));
  CHECK(allowed(common, "script_kind") == words(ScriptKind::code));
  CHECK(allowed(common, "privilege") == words(Privilege::user));
  CHECK(allowed(common, "netns") == words(NetnsSelection::current));
  CHECK(allowed(common, "owner_method") == words(OwnerMethod::proc));
  CHECK(allowed(common, "view") == words(View::bpf));
  CHECK(allowed(common, "event_witness") == words(EventWitness::counter));
  CHECK(allowed(common, "event_kind") == words(EventKind::raw));
  CHECK(allowed(common, "gap_code") == words(GapCode::families_not_read));
}

TEST_CASE("the JSON Schema of a diff allows the words of a review, and no others") {
  const json diff = definitions_of("netmon-diff-1");
  std::vector<std::string> kinds;
  for (const ChangeKind kind : all_change_kinds()) kinds.emplace_back(to_string(kind));
  CHECK(allowed(diff, "change_kind") == kinds);
  CHECK(allowed(diff, "severity") == words(Severity::high));
  CHECK(allowed(diff, "status") == words(Status::notice));
  CHECK(allowed(diff, "verdict") == words(Verdict::inconclusive));
  CHECK(allowed(diff, "attribute_name") == words(Attribute::tunnel));
  CHECK(allowed(diff, "side") == words(Side::both));
  CHECK(allowed(diff, "weight") ==
        words(Weight::decisive, [](Weight weight) { return word_of(weight); }));
  CHECK(allowed(diff, "rule_kind") ==
        words(RuleKind::accept_gap, [](RuleKind kind) { return word_of(kind); }));
}

TEST_CASE("the JSON Schemas of doctor and controls allow their words, and no others") {
  CHECK(allowed(definitions_of("netmon-doctor-1"), "visibility") == words(Visibility::none));
  CHECK(allowed(definitions_of("netmon-controls-1"), "support") == words(Support::complement));
}
