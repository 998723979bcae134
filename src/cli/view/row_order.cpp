#include "cli/view/row_order.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "netmon/core/values/enumerator.h"
#include "netmon/report/socket_columns.h"

namespace netmon::cli {
namespace {

// A row with the number by which it is sorted first.
struct Ranked {
  std::uint32_t rank = 0;
  RowRef row;
};

// The rank is by mark, then by severity, then by role. Sockets that have gone are ranked like the
// others.
std::uint32_t rank_of_row(const LiveModel& model, const RowRef& row) {
  constexpr std::uint32_t kRoles = 8;
  constexpr std::uint32_t kSeverities = 4;
  const Part& part = model.part(row);
  const auto mark = static_cast<std::uint32_t>(part.marks[row.socket]);
  const auto mildness = kSeverities - 1 - static_cast<std::uint32_t>(part.severities[row.socket]);
  return (mark * kSeverities + mildness) * kRoles +
         static_cast<std::uint32_t>(rank_of(part.roles[row.socket]));
}

void sort_by_what_matters(std::vector<RowRef>& rows, const LiveModel& model) {
  std::vector<Ranked> ranked;
  ranked.reserve(rows.size());
  for (const RowRef& row : rows) ranked.push_back({rank_of_row(model, row), row});
  std::ranges::stable_sort(ranked, {}, &Ranked::rank);
  std::ranges::transform(ranked, rows.begin(), &Ranked::row);
}

const std::string& process_name(const LiveModel& model, const RowRef& row) {
  static const std::string kNone;
  const Process* process = model.part(row).snapshot.shown_process(model.socket(row));
  return process == nullptr ? kNone : process->name;
}

}  // namespace

void sort_rows(std::vector<RowRef>& rows, const LiveModel& model, Order order) {
  sort_by_what_matters(rows, model);
  const auto socket = [&](const RowRef& row) -> const Socket& { return model.socket(row); };
  switch (order) {
    case Order::matters:
      return;
    case Order::newest:
      std::ranges::stable_sort(rows, [&](const RowRef& a, const RowRef& b) {
        return model.part(a).first_seen[a.socket] > model.part(b).first_seen[b.socket];
      });
      return;
    case Order::process:
      std::ranges::stable_sort(rows, [&](const RowRef& a, const RowRef& b) {
        const std::string& x = process_name(model, a);
        const std::string& y = process_name(model, b);
        return std::tuple(x.empty(), std::string_view(x)) <
               std::tuple(y.empty(), std::string_view(y));
      });
      return;
    case Order::local:
      std::ranges::stable_sort(rows, [&](const RowRef& a, const RowRef& b) {
        const Endpoint& x = socket(a).local;
        const Endpoint& y = socket(b).local;
        return std::tie(x.port, x.address) < std::tie(y.port, y.address);
      });
      return;
    case Order::remote:
      std::ranges::stable_sort(rows, [&](const RowRef& a, const RowRef& b) {
        const Endpoint& x = socket(a).remote;
        const Endpoint& y = socket(b).remote;
        const bool x_none = x.address.family == Family::none;
        const bool y_none = y.address.family == Family::none;
        return std::tie(x_none, x.address, x.port) < std::tie(y_none, y.address, y.port);
      });
      return;
  }
  no_such_enumerator();
}

}  // namespace netmon::cli
