#include "netmon/expect/expectation_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <utility>

#include "expect/key_depth.h"
#include "expect/rule_reader.h"
#include "expect/section.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kFileKeys{"ticket"sv, "expect"sv, "forbid"sv, "accept-gap"sv};

constexpr std::size_t kMaxFile = 1024UL * 1024;
constexpr std::size_t kMaxRules = 10'000;
constexpr std::size_t kMaxTicket = 256;
constexpr std::size_t kMaxCause = 500;

toml::table parse_toml(std::string_view text, const std::string& file) {
  if (text.size() > kMaxFile) refuse(file, 1, "the file is longer than 1 MiB");
  if (const auto line = line_with_deep_key(text)) refuse(file, *line, "a key has too many parts");
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(file, error.source().begin.line, sanitize(error.description(), kMaxCause));
  }
}

using ReadRule = Rule (*)(const Section&, const std::string&);

std::vector<Rule> read_rules(const Section& root, std::string_view key, ReadRule read,
                             const std::string& ticket) {
  const toml::node* const node = root.find(key);
  if (node == nullptr) return {};
  const toml::array* const list = node->as_array();
  if (list == nullptr) root.refuse(key, fmt::format("write [[{}]] before each entry", key), node);
  if (list->size() > kMaxRules) {
    root.refuse(key, fmt::format("there are more than {} rules", kMaxRules), node);
  }
  std::vector<Rule> rules;
  for (const toml::node& entry : *list) {
    const toml::table* const table = entry.as_table();
    if (table == nullptr)
      root.refuse(key, fmt::format("write [[{}]] before each entry", key), &entry);
    rules.push_back(read(Section(root.file(), *table), ticket));
  }
  return rules;
}

}  // namespace

Expectations parse_expectations(std::string_view text, const std::string& file) {
  const toml::table table = parse_toml(text, file);
  const Section root(file, table);
  root.require_known_keys(kFileKeys);
  const std::string ticket = root.text("ticket", kMaxTicket).value_or("");
  Expectations expectations{.rules = read_rules(root, "expect", read_expect, ticket)};
  const auto add = [&](std::vector<Rule> more) {
    std::ranges::move(more, std::back_inserter(expectations.rules));
  };
  add(read_rules(root, "forbid", read_forbid, ticket));
  add(read_rules(root, "accept-gap", read_accept_gap, ticket));
  if (expectations.rules.empty())
    refuse(file, 1, "the file contains no rule, so it would approve nothing");
  if (expectations.rules.size() > kMaxRules) {
    refuse(file, 1, fmt::format("there are more than {} rules", kMaxRules));
  }
  std::ranges::stable_sort(expectations.rules, {}, &Rule::line);
  return expectations;
}

}  // namespace netmon
