// Ports that the program chose, and ports that the kernel chose.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "builder.h"
#include "comparison.h"
#include "netmon/core/diff/diff.h"

using namespace netmon;
using namespace netmon::test;

namespace {}  // namespace

TEST_CASE("a port that the kernel chose for a listener is another one after a restart") {
  const auto rpc = [](std::uint16_t port, std::uint32_t pid, std::optional<PortChoice> choice) {
    Builder builder = Builder().listen("0.0.0.0", port, {process("rpc.mountd", pid)});
    builder.last().port_choice = choice;
    return builder;
  };
  CHECK(is_quiet(rpc(41000, 10, PortChoice::kernel), rpc(52000, 20, PortChoice::kernel)));
  CHECK(kinds(rpc(41000, 10, PortChoice::program), rpc(52000, 20, PortChoice::program)) ==
        Words{"moved high"});
  CHECK(kinds(Builder(), rpc(41000, 10, PortChoice::kernel)) == Words{"listener-added high"});
  SUBCASE("and where it is not known who chose, a move is undecided") {
    const auto comparison = diff(rpc(41000, 10, {}).get(), rpc(52000, 20, {}).get());
    CHECK(comparison.changes.empty());
    CHECK(has_decisive(comparison, GapCode::port_choice_not_known, Side::after));
    CHECK(is_quiet(rpc(41000, 10, {}), rpc(41000, 20, {})));
  }
  SUBCASE("and where one side knows that it was chosen on purpose, it is on both") {
    CHECK(is_quiet(rpc(41000, 10, PortChoice::program), rpc(41000, 20, {})));
    CHECK(is_quiet(rpc(41000, 10, {}), rpc(41000, 20, PortChoice::program)));
  }
  SUBCASE("and outside the ephemeral range the program chose") {
    CHECK(kinds(rpc(8080, 10, {}), rpc(8081, 20, {})) == Words{"moved high"});
  }
}

TEST_CASE("a second listener of a program on a port that the kernel chose") {
  const auto with = [](std::vector<std::uint16_t> ports) {
    Builder builder;
    for (const std::uint16_t port : ports) {
      builder.listen("0.0.0.0", port, {kNginx}).chosen_by(PortChoice::kernel);
    }
    return builder;
  };
  CHECK(is_quiet(with({41000}), with({52000, 53000})));
}

TEST_CASE("a wider ephemeral range makes no listener a client, nor another one") {
  const auto services = [](PortRange range) {
    Builder builder;
    builder.netns().ephemeral_ports = range;
    return builder.udp("0.0.0.0", 5353, {kNginx}).listen("0.0.0.0", 8080, {kNginx});
  };
  const PortRange usual{32768, 60999};
  const PortRange wide{1024, 65535};
  CHECK(is_quiet(services(usual), services(wide)));
  CHECK(is_quiet(services(wide), services(usual)));
}

TEST_CASE("a UDP socket of a program that had none is undecided where it is not known who chose") {
  const auto asking = [](const Process& owner, std::uint16_t port) {
    return Builder().udp("0.0.0.0", port, {owner});
  };
  const auto fresh = diff(Builder().get(), asking(kPerl, 40000).get());
  CHECK(has_decisive(fresh, GapCode::port_choice_not_known, Side::after));
  const auto other_program = diff(asking(kNginx, 40000).get(), asking(kPerl, 41000).get());
  CHECK(has_decisive(other_program, GapCode::port_choice_not_known, Side::after));
  CHECK(is_quiet(asking(kPerl, 40000), asking(process("perl", 901), 41000)));
  CHECK(is_conclusive(
      diff(Builder().get(), asking(kPerl, 40000).chosen_by(PortChoice::kernel).get())));
}

TEST_CASE("a UDP port that was chosen on purpose is a listener where it was none before") {
  Builder after = Builder().udp("0.0.0.0", 50000, {kPerl}).chosen_by(PortChoice::program);
  CHECK(kinds(Builder(), after) == Words{"listener-added high"});
  CHECK(kinds(Builder().udp("0.0.0.0", 50000, {kPerl}).chosen_by(PortChoice::kernel), after) ==
        Words{"listener-added high", "client-removed notice"});
}

TEST_CASE("a listener inside the ephemeral range that one side could not see is undecided") {
  const Builder seen = Builder().listen("0.0.0.0", 41000, {kNginx});
  const Builder unseen = Builder().listen("0.0.0.0", 41000, {}, OwnerState::not_permitted);
  for (const auto& [before, after] : {std::pair{seen, unseen}, std::pair{unseen, seen}}) {
    const auto comparison = diff(before.get(), after.get());
    CHECK(comparison.changes.empty());
    CHECK_FALSE(is_conclusive(comparison));
  }
}

TEST_CASE("a listener inside the ephemeral range is itself although its oldest holder went") {
  const Builder before = Builder().listen("0.0.0.0", 41000, {process("supervisord", 50), kNginx});
  CHECK(kinds(before, Builder().listen("0.0.0.0", 41000, {kNginx})) ==
        Words{"holder-removed notice"});
  Builder by_kernel = before;
  by_kernel.chosen_by(PortChoice::kernel);
  CHECK(kinds(by_kernel,
              Builder().listen("0.0.0.0", 52000, {kNginx}).chosen_by(PortChoice::kernel)) ==
        Words{"holder-removed notice"});
}

TEST_CASE("another program on a listener's port inside the ephemeral range gates") {
  for (const auto choice : {std::optional<PortChoice>{}, std::optional(PortChoice::program),
                            std::optional(PortChoice::kernel)}) {
    Builder before = Builder().listen("0.0.0.0", 41000, {kNginx});
    Builder after = Builder().listen("0.0.0.0", 41000, {kPerl});
    before.last().port_choice = after.last().port_choice = choice;
    CHECK(exit_of(before, after) == ExitCode::unapproved);
  }
}
