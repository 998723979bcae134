#include "report/change_text.h"

#include <fmt/format.h>

#include <string_view>

#include "netmon/text.h"

namespace netmon {
namespace {

std::string endpoint_text(std::string_view address, std::string_view port) {
  if (address.find(':') == std::string_view::npos) return fmt::format("{}:{}", address, port);
  return fmt::format("[{}]:{}", address, port);
}

}  // namespace

std::vector<std::string> local_texts(const Change& change) {
  if (change.addresses.empty() && !change.port) return {};
  const bool packet = change.protocol == Protocol::packet;
  const std::string port = !change.port ? "*"
                           : packet     ? fmt::format("0x{:04x}", *change.port)
                                        : fmt::to_string(*change.port);
  std::vector<std::string> texts;
  for (const auto& address : change.addresses) texts.push_back(endpoint_text(address, port));
  if (texts.empty()) texts.push_back(endpoint_text("*", port));
  return texts;
}

std::string remote_text(const Change& change) {
  if (!change.remote) return "";
  const auto& [address, port] = *change.remote;
  return endpoint_text(address, port ? fmt::to_string(*port) : "*");
}

std::string values_text(const std::vector<std::string>& values) {
  return values.empty() ? "(none)" : fmt::format("{}", fmt::join(values, ", "));
}

std::string executable_text(const std::optional<std::string>& exe, bool deleted) {
  if (!exe) return "";
  return deleted ? *exe + " (deleted)" : *exe;
}

std::string executable_state(const std::optional<std::string>& exe, bool deleted) {
  if (!exe) return "";
  return deleted ? "deleted" : "present";
}

std::string summary_text(const Review& review) {
  const auto& [unapproved, approved, expected_missing, notice] = review.summary;
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t count, std::string_view singular, std::string_view plural) {
    if (count > 0) parts.push_back(counted(count, singular, plural));
  };
  add(unapproved, "change not approved", "changes not approved");
  add(approved, "approved", "approved");
  add(expected_missing, "expected but missing", "expected but missing");
  if (unapproved == 0) parts.emplace_back("nothing unapproved");
  add(notice, "notice", "notices");
  add(review.caveats.size(), "caveat", "caveats");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace netmon
