#include "netmon/core/model/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/values/error.h"
#include "netmon/core/values/nearest.h"
#include "netmon/core/values/number.h"

namespace netmon {
namespace {

// Whether a row has one of the values of a term.
using Test = Filter;

[[noreturn]] void refuse_term(std::string_view term, const std::string& cause) {
  throw Error(fmt::format("filter '{}'", term), cause);
}

// FIELD=VALUE,VALUE as it was written, and its parts without quotes.
struct Term {
  std::string text;
  std::string field;  // followed by "!" where the term is negated
  std::vector<std::string> values;
};

// Splits terms at spaces and values at commas, except within single or double quotes and after a
// backslash.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Returns nullopt at the end.
  std::optional<Term> next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    if (rest_.empty()) return std::nullopt;
    const std::string_view begin = rest_;
    Term term;
    const auto equals = rest_.find_first_of("= ");
    if (equals == std::string_view::npos || rest_[equals] == ' ') {
      refuse_term(rest_.substr(0, equals), "is not FIELD=VALUE or FIELD!=VALUE");
    }
    term.field = rest_.substr(0, equals);
    do {
      rest_.remove_prefix(term.values.empty() ? equals + 1 : 1);
      term.values.push_back(value(begin));
    } while (rest_.starts_with(','));
    term.text = begin.substr(0, begin.size() - rest_.size());
    return term;
  }

 private:
  // Reads up to a comma or a space.
  std::string value(std::string_view term) {
    std::string text;
    char quote = '\0';
    bool quoted = false;
    while (!rest_.empty() && (quote != '\0' || (rest_[0] != ',' && rest_[0] != ' '))) {
      const char letter = rest_[0];
      rest_.remove_prefix(1);
      if (letter == '\\') {
        if (rest_.empty()) refuse_term(term, "ends with a backslash");
        text += rest_[0];
        rest_.remove_prefix(1);
      } else if (quote == '\0' && (letter == '"' || letter == '\'')) {
        quote = letter;
        quoted = true;
      } else if (letter == quote) {
        quote = '\0';
      } else {
        text += letter;
      }
    }
    if (quote != '\0') refuse_term(term, "has a quote that does not end");
    if (text.empty() && !quoted) {
      refuse_term(term.substr(0, term.size() - rest_.size()), "has an empty value");
    }
    return text;
  }

  std::string_view rest_;
};

PortRange parse_ports(std::string_view term, std::string_view text) {
  const auto dash = text.find('-');
  const auto low = parse_number<std::uint32_t>(text.substr(0, dash));
  const auto high =
      dash == std::string_view::npos ? low : parse_number<std::uint32_t>(text.substr(dash + 1));
  if (!low || !high || *low > *high || *high > 65535) {
    refuse_term(term, fmt::format("'{}' is neither a port nor a range such as 8000-8100", text));
  }
  return {static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high)};
}

enum class Ends : std::uint8_t { local, remote, either };

template <typename Matches>
bool at_ends(const Socket& socket, Ends ends, Matches matches) {
  return (ends != Ends::remote && matches(socket.local)) ||
         (ends != Ends::local && socket.remote.address.family != Family::none &&
          matches(socket.remote));
}

using Values = std::vector<std::string>;

template <Ends ends>
Test port_test(std::string_view term, const Values& values) {
  std::vector<PortRange> ranges;
  for (const std::string& value : values) ranges.push_back(parse_ports(term, value));
  return [ranges](const Snapshot&, const Socket& socket, std::optional<Role>) {
    return at_ends(socket, ends, [&](const Endpoint& end) {
      return std::ranges::any_of(ranges, [&](PortRange range) { return range.contains(end.port); });
    });
  };
}

template <Ends ends>
Test address_test(std::string_view term, const Values& values) {
  std::vector<IpPrefix> prefixes;
  for (const std::string& value : values) {
    const auto prefix = parse_ip_prefix(value);
    if (!prefix) refuse_term(term, fmt::format("'{}' is neither an address nor a prefix", value));
    prefixes.push_back(*prefix);
  }
  return [prefixes](const Snapshot&, const Socket& socket, std::optional<Role>) {
    return at_ends(socket, ends, [&](const Endpoint& end) {
      return std::ranges::any_of(
          prefixes, [&](const IpPrefix& prefix) { return prefix.contains(end.address); });
    });
  };
}

// A test on one of the words of an enumeration: an unknown word is an error, not "no row".
template <typename Enum, typename Parse, typename Get>
Test word_test(std::string_view term, const Values& values, Parse parse, Get get) {
  std::vector<Enum> wanted;
  for (const std::string& value : values) {
    const auto word = parse(value);
    if (!word) refuse_term(term, fmt::format("'{}' is not known", value));
    wanted.push_back(*word);
  }
  return [wanted, get](const Snapshot& snapshot, const Socket& socket, std::optional<Role> role) {
    const std::optional<Enum> actual = get(snapshot, socket, role);
    return actual && std::ranges::find(wanted, *actual) != wanted.end();
  };
}

template <typename Get>
Test process_test(const Values& values, Get get) {
  const std::vector<std::string> wanted(values.begin(), values.end());
  return [wanted, get](const Snapshot& snapshot, const Socket& socket, std::optional<Role>) {
    return std::ranges::any_of(snapshot.owners_of(socket), [&](const Owner& owner) {
      return std::ranges::find(wanted, get(snapshot.processes[owner.process])) != wanted.end();
    });
  };
}

Test pid_test(std::string_view term, const Values& values) {
  std::vector<std::uint32_t> wanted;
  for (const std::string& value : values) {
    const auto pid = parse_number<std::uint32_t>(value);
    if (!pid) refuse_term(term, fmt::format("'{}' is not a pid", value));
    wanted.push_back(*pid);
  }
  return [wanted](const Snapshot& snapshot, const Socket& socket, std::optional<Role>) {
    return std::ranges::any_of(snapshot.owners_of(socket), [&](const Owner& owner) {
      return std::ranges::find(wanted, snapshot.processes[owner.process].pid) != wanted.end();
    });
  };
}

Test proto_test(std::string_view term, const Values& values) {
  return word_test<Protocol>(term, values, parse_protocol,
                             [](const Snapshot&, const Socket& socket, std::optional<Role>) {
                               return std::optional(socket.protocol);
                             });
}

Test state_test(std::string_view term, const Values& values) {
  return word_test<State>(term, values, parse_state,
                          [](const Snapshot&, const Socket& socket, std::optional<Role>) {
                            return std::optional(socket.state);
                          });
}

Test role_test(std::string_view term, const Values& values) {
  return word_test<Role>(
      term, values, parse_role,
      [](const Snapshot&, const Socket&, std::optional<Role> role) { return role; });
}

Test scope_test(std::string_view term, const Values& values) {
  return word_test<Scope>(term, values, parse_scope,
                          [](const Snapshot& snapshot, const Socket& socket, std::optional<Role>) {
                            return std::optional(snapshot.namespaces[socket.netns].scope);
                          });
}

Test name_test(std::string_view /*term*/, const Values& values) {
  return process_test(values, [](const Process& process) { return process.name; });
}

Test user_test(std::string_view /*term*/, const Values& values) {
  return process_test(values, [](const Process& process) { return process.user; });
}

using MakeTest = Test (*)(std::string_view term, const Values& values);

const std::map<std::string_view, MakeTest>& fields() {
  static const std::map<std::string_view, MakeTest> kFields{{"addr", address_test<Ends::either>},
                                                            {"laddr", address_test<Ends::local>},
                                                            {"lport", port_test<Ends::local>},
                                                            {"peer", address_test<Ends::remote>},
                                                            {"pid", pid_test},
                                                            {"port", port_test<Ends::either>},
                                                            {"process", name_test},
                                                            {"proto", proto_test},
                                                            {"role", role_test},
                                                            {"rport", port_test<Ends::remote>},
                                                            {"scope", scope_test},
                                                            {"state", state_test},
                                                            {"user", user_test}};
  return kFields;
}

Test make_test(const Term& term) {
  const bool negated = term.field.ends_with('!');
  const std::string field = term.field.substr(0, term.field.size() - (negated ? 1 : 0));
  const auto known = fields().find(field);
  if (known == fields().end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, make] : fields()) names.push_back(name);
    refuse_term(term.text,
                fmt::format("there is no field '{}'; {}", field, help_with(field, names)));
  }
  Test test = known->second(term.text, term.values);
  if (!negated) return test;
  return [test](const Snapshot& snapshot, const Socket& socket, std::optional<Role> role) {
    return !test(snapshot, socket, role);
  };
}

}  // namespace

std::vector<std::string> filter_beginnings() {
  std::vector<std::string> beginnings;
  for (const auto& [name, make] : fields()) beginnings.push_back(std::string(name) + "=");
  return beginnings;
}

Filter parse_filter(std::string_view text) {
  std::vector<Test> tests;
  // A socket has one value of each of these, so two terms without a common value can never match a
  // row.
  std::map<std::string, Values> possible{{"proto", {}}, {"role", {}}, {"scope", {}}, {"state", {}}};
  Scanner scanner(text);
  while (const std::optional<Term> term = scanner.next()) {
    tests.push_back(make_test(*term));
    const auto earlier = possible.find(term->field);
    if (earlier == possible.end()) continue;
    Values& values = earlier->second;
    if (values.empty()) values = term->values;
    std::erase_if(values, [&](const std::string& value) {
      return std::ranges::find(term->values, value) == term->values.end();
    });
    if (values.empty()) {
      refuse_term(text, fmt::format("no socket has two values of '{}'", term->field));
    }
  }
  return [tests](const Snapshot& snapshot, const Socket& socket, std::optional<Role> role) {
    return std::ranges::all_of(tests,
                               [&](const Test& test) { return test(snapshot, socket, role); });
  };
}

}  // namespace netmon
