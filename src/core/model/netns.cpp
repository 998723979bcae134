#include "netmon/core/model/netns.h"

#include <fmt/format.h>

#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

std::string scope_text(std::string_view kind, std::string_view name) {
  return name.empty() ? std::string(kind) : fmt::format("{}:{}", kind, name);
}

}  // namespace

std::string to_string(const Scope& scope) {
  switch (scope.kind) {
    case ScopeKind::host:
      return "host";
    case ScopeKind::named:
      return "netns:" + scope.name;
    case ScopeKind::container:
      return scope_text("container", scope.name);
    case ScopeKind::anonymous:
      return scope_text("anonymous", scope.name);
  }
  no_such_enumerator();
}

std::optional<Scope> parse_scope(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const bool has_name = colon != std::string_view::npos;
  const std::string name(has_name ? text.substr(colon + 1) : std::string_view());
  if (has_name && name.empty()) return std::nullopt;
  if (kind == "host" && !has_name) return Scope{ScopeKind::host, {}};
  if (kind == "netns" && has_name) return Scope{ScopeKind::named, name};
  if (kind == "container") return Scope{ScopeKind::container, name};
  if (kind == "anonymous") return Scope{ScopeKind::anonymous, name};
  return std::nullopt;
}

bool is_collective(const Scope& scope) {
  return scope.kind == ScopeKind::container || scope.kind == ScopeKind::anonymous;
}

std::string to_string(const PortRange& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{}-{}", range.low, range.high);
}

}  // namespace netmon
