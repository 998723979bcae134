#include "netmon/core/model/visibility.h"

#include <array>

#include "core/values/words.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kVisibilities{"full"sv, "partial"sv, "none"sv};

}  // namespace

std::string_view to_string(Visibility visibility) { return word_of(kVisibilities, visibility); }

}  // namespace netmon
