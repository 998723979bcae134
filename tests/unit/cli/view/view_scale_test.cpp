#include <doctest/doctest.h>

#include <string>

#include "cli/view/live_view.h"
#include "view/view_fixtures.h"

namespace netmon::cli {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::Builder;
using test::press;
using test::process;
using test::text_of;
using test::type;

constexpr std::uint32_t kSockets = 100'000;

// The sockets of a busy server: one service, and another client for each connection.
Snapshot large() {
  Builder builder;
  builder.listen("0.0.0.0", 443, {process("nginx", 7)});
  for (std::uint32_t i = 1; i < kSockets; ++i) {
    builder.socket(Protocol::tcp, State::established, test::endpoint("10.0.0.5", 443),
                   test::endpoint("192.0.2.1", static_cast<std::uint16_t>(i)), {});
    const auto high = static_cast<std::uint8_t>(i >> 16U);
    builder.last().remote.address.bytes[2] = high;
    builder.last().owner_state = OwnerState::time_wait;
  }
  return builder.get();
}

}  // namespace

TEST_CASE("a hundred thousand rows are scrolled, filtered and sorted") {
  LiveView view;
  view.take(make_round(large(), std::nullopt, false), at(0s));
  REQUIRE(view.model().rows().size() == kSockets);
  press(view, Key::end);
  std::string frame = text_of(view.frame({120, 40}));
  CHECK(frame.find("of 100000 ") != std::string::npos);
  CHECK(view.model().selected() == kSockets - 1);
  CHECK(view.model().top() + view.model().height() == kSockets);
  for (int i = 0; i < 500; ++i) press(view, Key::page_up);
  CHECK(view.model().selected() == kSockets - 1 - 500 * (view.model().height() - 1));
  type(view, "/rport=777");
  press(view, Key::enter);
  CHECK(view.model().rows().size() == 2);  // 777 and 777 + 65,536
  frame = text_of(view.frame({120, 40}));
  CHECK(frame.find("2 of 100000 rows") != std::string::npos);
  type(view, "/");
  press(view, Key::clear_line);
  press(view, Key::enter);
  type(view, "s");
  CHECK(view.model().order() == Order::newest);
  CHECK(view.model().rows().size() == kSockets);
  view.take(make_round(large(), std::nullopt, false), at(2s));  // every cookie differs
  CHECK(view.model().counts().gone == LiveModel::kMaxGone);
  CHECK(view.model().gone_left_out() == kSockets - LiveModel::kMaxGone);
}

}  // namespace netmon::cli
