// The parts of a change and of a review that more than one report has as JSON. docs/FORMATS.md
// names their fields.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "netmon/core/review/review.h"
#include "report/text/json.h"

namespace netmon {

template <typename T, typename ToJson>
Json list_json(const std::vector<T>& values, ToJson to_json) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(to_json(value));
  return json;
}

Json attribute_json(const AttributeChange& attribute);
Json rule_json(const Rule& rule);
// The rule with this index of Review::rules; null for none.
Json rule_json(const Review& review, std::optional<std::size_t> index);
Json background_json(const Background& background);
Json caveat_json(const Caveat& caveat);

}  // namespace netmon
