#include "report/review/change_parts_json.h"

#include "report/words/verdict_text.h"

namespace netmon {
namespace {

Json moment_json(const std::optional<Timestamp>& time) {
  return time ? Json(to_string(*time)) : Json(nullptr);
}

Json past_json(const std::optional<Past>& past) {
  if (!past) return nullptr;
  return {{"snapshots", past->snapshots},
          {"of", past->of},
          {"since", time_or_null(past->since)},
          {"first_seen", moment_json(past->first_seen)},
          {"last_seen", moment_json(past->last_seen)}};
}

}  // namespace

Json attribute_json(const AttributeChange& attribute) {
  return {{"name", to_string(attribute.attribute)},
          {"before", attribute.before},
          {"after", attribute.after}};
}

Json rule_json(const Rule& rule) {
  return {{"ticket", text_or_null(rule.ticket)},
          {"reason", rule.reason},
          {"approved_by", text_or_null(rule.approved_by)},
          {"starts", moment_json(rule.starts)},
          {"expires", moment_json(rule.expires)},
          {"hosts", rule.hosts},
          {"file", rule.file},
          {"line", rule.line},
          {"standing", rule.standing()}};
}

Json rule_json(const Review& review, std::optional<std::size_t> index) {
  return index ? rule_json(review.rules[*index].rule) : Json(nullptr);
}

Json background_json(const Background& background) {
  return {{"past", past_json(background.past)}, {"package", text_or_null(background.package)}};
}

Json caveat_json(const Caveat& caveat) {
  return {{"code", to_string(caveat.code)},
          {"side", to_string(caveat.side)},
          {"weight", word_of(caveat.weight)},
          {"decisive", caveat.weight == Weight::decisive},
          {"count", caveat.count},
          {"scope", caveat.scope ? Json(to_string(*caveat.scope)) : Json(nullptr)},
          {"protocol", caveat.protocol ? Json(to_string(*caveat.protocol)) : Json(nullptr)},
          {"port", or_null(caveat.port)},
          {"process", text_or_null(caveat.process)},
          {"message", caveat.message}};
}

}  // namespace netmon
