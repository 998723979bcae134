#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/view/live_view.h"
#include "netmon/core/values/error.h"
#include "netmon/expect/expectation_file.h"

namespace netmon::cli {
namespace {

// A review of the socket as an addition to an empty snapshot, as for "netmon diff @empty".
Review inventory_of(const Part& part, std::uint32_t socket) {
  const std::array sockets{socket};
  Comparison comparison = diff(Snapshot{}, excerpt_of(part, sockets).snapshot);
  comparison.caveats.clear();  // they are about the two snapshots, not about this socket
  return review(std::move(comparison));
}

}  // namespace

std::string rule_for(const LiveModel& model, const RowRef& row) {
  const Part& part = model.part(row);
  const auto& role = part.roles[row.socket];
  if (!role || !can_gate(*role)) {
    throw Error("no rule", "such a socket never needs an approval");
  }
  if (model.mark(row) == Mark::missing) {
    throw Error("no rule", "a socket that is gone needs no approval");
  }
  if (model.mark(row) == Mark::unexpected) {
    return suggest_expectations(review_of(model.round(), part, row.socket));
  }
  return suggest_expectations(inventory_of(part, row.socket));
}

std::string rule_name_for(const LiveModel& model, const RowRef& row) {
  const Socket& socket = model.socket(row);
  const bool connects = model.part(row).roles[row.socket] == Role::outbound;
  return fmt::format("rule-{}-{}.toml", to_string(socket.protocol),
                     connects ? socket.remote.port : socket.local.port);
}

}  // namespace netmon::cli
