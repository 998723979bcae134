// The stable words of a comparison; those of the kinds of change are in change_kind.cpp.
#include <array>

#include "core/values/words.h"
#include "netmon/core/diff/diff.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kAttributes{
    "bind"sv,         "port"sv,           "process"sv, "exe"sv,          "sha256"sv,
    "script"sv,       "code"sv,           "loader"sv,  "user"sv,         "groups"sv,
    "capabilities"sv, "user namespace"sv, "unit"sv,    "arguments"sv,    "containers"sv,
    "instances"sv,    "netns"sv,          "seen in"sv, "missing from"sv, "restarted"sv,
    "promise"sv,      "address"sv,        "to"sv,      "rules"sv,        "policy"sv,
    "setting"sv,      "route"sv,          "program"sv, "exposes"sv,      "tunnel"sv};
constexpr std::array kSeverities{"notice"sv, "low"sv, "medium"sv, "high"sv};

}  // namespace

std::string_view to_string(Attribute attribute) { return word_of(kAttributes, attribute); }

std::string_view to_string(Severity severity) { return word_of(kSeverities, severity); }

}  // namespace netmon
