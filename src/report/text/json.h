// The shared parts of the JSON reports. Text is exactly what was captured; everything but printable
// ASCII is written as a \uXXXX escape.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

using Json = nlohmann::ordered_json;

enum class JsonStyle : std::uint8_t { compact, indented };

// Never throws because of its input: invalid UTF-8, which no value should contain, becomes U+FFFD.
std::string dump(const Json& json, JsonStyle style);

// These return `null` for an absent value.
Json text_or_null(const std::string& text);  // absent: ""
Json time_or_null(Timestamp time);           // absent: the epoch
template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// {"address", "port"}; null without a peer.
Json peer_json(const std::optional<Peer>& peer);
Json script_json(const std::optional<Script>& script);
Json info_json(const SnapshotInfo& info);
Json gaps_json(const std::vector<Gap>& gaps);

}  // namespace netmon
