// Parses what a user writes on the command line, and checks text in general. Input: the text.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "netmon/core/model/filter.h"
#include "netmon/core/model/revision.h"
#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/review/expectations.h"
#include "netmon/core/review/review.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/secrets.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"
#include "support/check.h"
#include "support/text_checks.h"

namespace netmon {
namespace {

using fuzz::accepted;
using fuzz::is_harmless;
using fuzz::is_utf8;
using fuzz::require;

std::string at(const std::string& host) { return host.empty() ? host : "@" + host; }

struct Spelling {
  std::string operator()(const LabelRevision& revision) const {
    return fmt::format("{}~{}{}", revision.label, revision.ancestor, at(revision.host));
  }
  std::string operator()(const NumberRevision& revision) const {
    return fmt::format("#{}", revision.id);
  }
  std::string operator()(const TimeRevision& revision) const {
    return "@" + to_string(revision.time) + at(revision.host);
  }
  std::string operator()(const NowRevision&) const { return "@now"; }
  std::string operator()(const EmptyRevision&) const { return "@empty"; }
};

void check_revision(std::string_view text) {
  Revision revision;
  if (!accepted<Error>([&] { revision = parse_revision(text); })) return;
  require(parse_revision(std::visit(Spelling(), revision)) == revision,
          "a revision, written out, is the same");
}

void check_label(std::string_view text) {
  require(accepted<Error>([&] { require_valid_label(text); }) == is_valid_label(text),
          "a label is refused where it is not valid");
  if (is_valid_label(text)) require(is_harmless(text, fuzz::Lines::one), "a label is harmless");
}

void check_duration(std::string_view text) {
  using std::chrono::milliseconds;
  milliseconds duration{};
  if (!accepted<Error>([&] { duration = parse_duration("--for", text); })) return;
  require(duration >= milliseconds{1} && duration <= std::chrono::days{366},
          "a duration is within its bounds");
  require(parse_duration("--for", fmt::format("{}ms", duration.count())) == duration,
          "a duration in milliseconds is the same");
}

void check_timestamp(std::string_view text) {
  const auto time = parse_timestamp(text);
  if (!time) return;
  require(parse_timestamp(to_string(*time)) == time, "a time, written out, is the same");
  require(to_display(*time).size() == std::string_view("2026-03-02 19:45:00Z").size(),
          "a time for people has its columns");
}

void check_addresses(std::string_view text) {
  if (const auto address = parse_ip_address(text)) {
    require(parse_ip_address(to_string(*address)) == address, "an address, written, is the same");
    require(normalized(normalized(*address)) == normalized(*address), "normal is normal");
    require(reach_of(*address) == reach_of(normalized(*address)), "who can reach it, too");
  }
  const auto prefix = parse_ip_prefix(text);
  if (!prefix) return;
  require(parse_ip_prefix(to_string(*prefix)) == prefix, "a prefix, written out, is the same");
  require(prefix->contains(prefix->address), "a prefix holds its first address");
}

template <typename Parse>
void check_word(std::string_view text, Parse parse) {
  if (const auto word = parse(text)) {
    require(to_string(*word) == text, "a word is one value's, and a value has one word");
  }
}

void check_words(std::string_view text) {
  check_word(text, parse_protocol);
  check_word(text, parse_state);
  check_word(text, parse_owner_state);
  check_word(text, parse_presence);
  check_word(text, parse_port_choice);
  check_word(text, parse_script_kind);
  check_word(text, parse_gap_code);
  check_word(text, parse_privilege);
  check_word(text, parse_netns_selection);
  check_word(text, parse_owner_method);
  check_word(text, parse_view);
  check_word(text, parse_scope);
  check_word(text, parse_role);
}

void check_text(std::string_view text) {
  const std::string whole = sanitize(text, 4 * text.size());
  for (const std::size_t most :
       {std::size_t{0}, std::size_t{2}, std::size_t{15}, std::size_t{64}, std::size_t{4096}}) {
    const std::string clean = sanitize(text, most);
    require(is_utf8(clean) && clean.find('\0') == std::string::npos, "sane text is UTF-8");
    require(clean.size() <= most, "sane text is bounded");
    require(sanitize(clean, most) == clean, "sane text stays as it is");
    require(clean == whole || most < 3 || clean.ends_with("…"), "what is cut says so");
  }
  const std::string escaped = escape_controls(text);
  require(is_harmless(escaped, fuzz::Lines::one), "escaped text is harmless");
  require(escape_controls(escaped) == escaped, "escaped text stays as it is");
  require(display_width(escaped) <= 2 * escaped.size(), "a byte takes at most two columns");
}

void check_secrets(std::string_view text) {
  const std::string masked = mask_secrets(text);
  require(mask_secrets(masked) == masked, "what is masked stays as it is");
  require(masked.size() <= 3 * text.size(), "a mask is short");
  const std::string secret = "Zq7" + std::string(8, 'Z') + "w";
  if (text.find(secret) != std::string_view::npos) return;  // the text itself has the secret
  for (const std::string_view option : {"app --password=", "app --token "}) {
    const std::string line = fmt::format("{} {}{} -v", text, option, secret);
    // A quote that stays open turns everything after it into one argument, which is searched too.
    require(mask_secrets(line).find(secret) == std::string::npos, "a secret is masked behind all");
  }
}

// A socket of every protocol, with and without an owner and a peer.
Snapshot small_snapshot() {
  Snapshot snapshot;
  snapshot.namespaces = {{.id = 1}, {.id = 2, .scope = {ScopeKind::named, "blue"}}};
  snapshot.processes = {{.pid = 7, .name = "nginx", .comm = "nginx", .uid = 0, .user = "root"}};
  for (std::uint32_t i = 0; i < 12; ++i) {
    Socket socket{.cookie = i, .netns = i % 2, .protocol = static_cast<Protocol>(i % 6)};
    socket.state = i < 6 ? State::listen : State::established;
    socket.local = {IpAddress{.family = i % 3 == 0 ? Family::ipv4 : Family::ipv6}, 80};
    if (i >= 6) socket.remote = {*parse_ip_address("::ffff:10.0.0.1"), 443};
    if (i % 4 == 0) {
      socket.first_owner = static_cast<std::uint32_t>(snapshot.owners.size());
      socket.owner_count = 1;
      socket.owner_state = OwnerState::held;
      snapshot.owners.push_back({.process = 0, .thread = 0, .fd = 3});
    }
    snapshot.sockets.push_back(socket);
  }
  return snapshot;
}

void check_filter(std::string_view text) {
  static const Snapshot snapshot = small_snapshot();
  static const auto roles = roles_of(snapshot);
  Filter filter;
  if (!accepted<Error>([&] { filter = parse_filter(text); })) return;
  const Filter twice = parse_filter(fmt::format("{} {}", text, text));
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    const auto passes = [&](const Filter& one) { return !one || one(snapshot, socket, roles[i]); };
    require(passes(filter) == passes(twice), "a filter said twice is the same filter");
  }
}

}  // namespace
}  // namespace netmon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = netmon::fuzz::text_of(data, size);
  netmon::check_revision(text);
  netmon::check_label(text);
  netmon::check_duration(text);
  netmon::check_timestamp(text);
  netmon::check_addresses(text);
  netmon::check_words(text);
  netmon::check_text(text);
  netmon::check_secrets(text);
  netmon::check_filter(text);
  return 0;
}
