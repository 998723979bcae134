// The JSON of those parts of a change and a review that several reports contain. docs/FORMATS.md
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
// The rule at this index of Review::rules; null without an index.
Json rule_json(const Review& review, std::optional<std::size_t> index);
Json background_json(const Background& background);
Json caveat_json(const Caveat& caveat);

}  // namespace netmon
