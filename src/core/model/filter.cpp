#include "netmon/core/model/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "netmon/core/values/error.h"
#include "netmon/core/values/number.h"

namespace netmon {
namespace {

// Whether a row has one of the values that a term lists.
using Test = Filter;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

[[noreturn]] void refuse(std::string_view term, const std::string& cause) {
  throw Error(fmt::format("filter '{}'", term), cause);
}

PortRange parse_ports(std::string_view term, std::string_view text) {
  const auto dash = text.find('-');
  const auto low = parse_number<std::uint32_t>(text.substr(0, dash));
  const auto high =
      dash == std::string_view::npos ? low : parse_number<std::uint32_t>(text.substr(dash + 1));
  if (!low || !high || *low > *high || *high > 65535) {
    refuse(term, fmt::format("'{}' is neither a port nor a range such as 8000-8100", text));
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

using Values = std::vector<std::string_view>;

template <Ends ends>
Test port_test(std::string_view term, const Values& values) {
  std::vector<PortRange> ranges;
  for (const auto value : values) ranges.push_back(parse_ports(term, value));
  return [ranges](const Snapshot&, const Socket& socket, std::optional<Role>) {
    return at_ends(socket, ends, [&](const Endpoint& end) {
      return std::ranges::any_of(ranges, [&](PortRange range) { return range.contains(end.port); });
    });
  };
}

template <Ends ends>
Test address_test(std::string_view term, const Values& values) {
  std::vector<IpPrefix> prefixes;
  for (const auto value : values) {
    const auto prefix = parse_ip_prefix(value);
    if (!prefix) refuse(term, fmt::format("'{}' is neither an address nor a prefix", value));
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
  for (const auto value : values) {
    const auto word = parse(value);
    if (!word) refuse(term, fmt::format("'{}' is not known", value));
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
  for (const auto value : values) {
    const auto pid = parse_number<std::uint32_t>(value);
    if (!pid) refuse(term, fmt::format("'{}' is not a pid", value));
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

Test parse_term(std::string_view term) {
  const auto equals = term.find('=');
  if (equals == std::string_view::npos) refuse(term, "is not FIELD=VALUE or FIELD!=VALUE");
  const bool negated = equals > 0 && term[equals - 1] == '!';
  const std::string_view field = term.substr(0, negated ? equals - 1 : equals);
  const auto known = fields().find(field);
  if (known == fields().end()) {
    std::string names;
    for (const auto& [name, make] : fields()) names += fmt::format(" {}", name);
    refuse(term, fmt::format("there is no field '{}'; there are:{}", field, names));
  }
  const Values values = split(term.substr(equals + 1), ',');
  if (std::ranges::any_of(values, [](std::string_view value) { return value.empty(); })) {
    refuse(term, "has an empty value");
  }
  Test test = known->second(term, values);
  if (!negated) return test;
  return [test](const Snapshot& snapshot, const Socket& socket, std::optional<Role> role) {
    return !test(snapshot, socket, role);
  };
}

}  // namespace

Filter parse_filter(std::string_view text) {
  std::vector<Test> tests;
  for (const std::string_view term : split(text, ' ')) {
    if (!term.empty()) tests.push_back(parse_term(term));
  }
  return [tests](const Snapshot& snapshot, const Socket& socket, std::optional<Role> role) {
    return std::ranges::all_of(tests,
                               [&](const Test& test) { return test(snapshot, socket, role); });
  };
}

}  // namespace netmon
