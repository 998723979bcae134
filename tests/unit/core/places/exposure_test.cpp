#include "core/places/exposure.h"

#include <doctest/doctest.h>

#include <string_view>

namespace netmon {
namespace {

Binding bound(std::string_view address, std::string device = "") {
  return {parse_ip_address(address).value(), std::move(device), false};
}

Binding on_loopback(std::string_view address, std::string device) {
  return {parse_ip_address(address).value(), std::move(device), false, true};
}

Binding v6only(std::string_view address) { return {parse_ip_address(address).value(), "", true}; }

ExposureChange compared(const std::vector<Binding>& before, const std::vector<Binding>& after) {
  return compare_exposure(before, after, AddressMeaning::exact);
}

}  // namespace

TEST_CASE("from loopback to any address is wider, and back is narrower") {
  CHECK(compared({bound("127.0.0.1")}, {bound("0.0.0.0")}) == ExposureChange::widened);
  CHECK(compared({bound("0.0.0.0")}, {bound("127.0.0.1")}) == ExposureChange::narrowed);
  CHECK(compared({bound("127.0.0.1")}, {bound("10.0.0.5")}) == ExposureChange::widened);
  CHECK(compared({bound("10.0.0.5")}, {bound("0.0.0.0")}) == ExposureChange::widened);
}

TEST_CASE("the same reach in other words is no change") {
  CHECK(compared({bound("127.0.0.1")}, {bound("127.0.0.1"), bound("::1")}) == ExposureChange::none);
  CHECK(compared({bound("::")}, {bound("0.0.0.0"), v6only("::")}) == ExposureChange::none);
  CHECK(compared({bound("0.0.0.0")}, {bound("0.0.0.0"), bound("10.0.0.5")}) ==
        ExposureChange::none);
  CHECK(compared({bound("10.0.0.5")}, {bound("::ffff:10.0.0.5")}) == ExposureChange::none);
}

TEST_CASE("a split into families that leaves one out is narrower") {
  CHECK(compared({bound("::")}, {bound("0.0.0.0")}) == ExposureChange::narrowed);
}

TEST_CASE("a second address is wider") {
  CHECK(compared({bound("10.0.0.5")}, {bound("10.0.0.5"), bound("10.1.0.5")}) ==
        ExposureChange::widened);
}

TEST_CASE("another family reaches further") {
  CHECK(compared({bound("0.0.0.0")}, {bound("::")}) == ExposureChange::widened);
  CHECK(compared({v6only("::")}, {bound("::")}) == ExposureChange::widened);
  CHECK(compared({bound("::")}, {v6only("::")}) == ExposureChange::narrowed);
}

TEST_CASE("a device that is dropped reaches further") {
  CHECK(compared({bound("0.0.0.0", "eth0")}, {bound("0.0.0.0")}) == ExposureChange::widened);
  CHECK(compared({bound("0.0.0.0")}, {bound("0.0.0.0", "eth0")}) == ExposureChange::narrowed);
  CHECK(compared({bound("0.0.0.0", "eth0")}, {bound("0.0.0.0", "eth1")}) ==
        ExposureChange::widened);
}

TEST_CASE("bound to the loopback interface is loopback, whatever the address") {
  CHECK(compared({bound("127.0.0.1")}, {on_loopback("0.0.0.0", "lo")}) == ExposureChange::none);
  CHECK(compared({bound("127.0.0.1")}, {on_loopback("::", "lo9")}) == ExposureChange::none);
  CHECK(severity_of_exposure({on_loopback("0.0.0.0", "lo9")}) == Severity::low);
}

TEST_CASE("an interface that merely calls itself lo is not loopback") {
  CHECK(compared({bound("127.0.0.1")}, {bound("0.0.0.0", "lo")}) == ExposureChange::widened);
  CHECK(severity_of_exposure({bound("0.0.0.0", "lo")}) == Severity::high);
}

TEST_CASE("where addresses are handed out anew only their reach counts") {
  const std::vector<Binding> before{bound("172.17.0.2")};
  const std::vector<Binding> after{bound("172.17.0.3")};
  CHECK(compare_exposure(before, after, AddressMeaning::reach_only) == ExposureChange::none);
  CHECK(compare_exposure(before, after, AddressMeaning::exact) == ExposureChange::widened);
  CHECK(compare_exposure(before, {bound("0.0.0.0")}, AddressMeaning::reach_only) ==
        ExposureChange::widened);
}

TEST_CASE("severity follows the widest binding") {
  CHECK(severity_of_exposure({bound("127.0.0.1")}) == Severity::low);
  CHECK(severity_of_exposure({bound("127.0.0.1"), bound("10.0.0.5")}) == Severity::medium);
  CHECK(severity_of_exposure({bound("185.220.101.5")}) == Severity::high);
  CHECK(severity_of_exposure({bound("10.0.0.5"), bound("::")}) == Severity::high);
}

TEST_CASE("a temporary IPv6 address that rotated is reached by the same") {
  const auto home = [](std::string_view interface) {
    return bound("2001:db8:1:2:" + std::string(interface));
  };
  const Binding old = home("aaaa:1:2:3");
  const Binding rotated = home("bbbb:4:5:6");
  CHECK(compared({old}, {rotated}) == ExposureChange::rebound);
  CHECK(compared({old}, {old, rotated}) == ExposureChange::widened);
  CHECK(compared({old}, {rotated, home("cccc:7:8:9")}) == ExposureChange::widened);
  CHECK(compared({old, bound("10.0.0.5")}, {rotated, bound("10.0.0.5")}) ==
        ExposureChange::rebound);
  CHECK(compared({old}, {rotated, bound("10.0.0.5")}) == ExposureChange::widened);
  CHECK(compared({old}, {bound("2001:db8:1:3:bbbb:4:5:6")}) == ExposureChange::widened);
  CHECK(compared({old}, {bound("2001:db8:1:2:bbbb:4:5:6", "eth0")}) == ExposureChange::widened);
  CHECK(compared({bound("fd00::1")}, {bound("fd00::2")}) == ExposureChange::widened);
  CHECK(compared({bound("192.0.2.1")}, {bound("192.0.2.2")}) == ExposureChange::widened);
}

TEST_CASE("instances are compared as counts: one of two equal ones that widens shows") {
  const std::vector<Binding> any{bound("0.0.0.0")};
  const std::vector<Binding> own{bound("172.17.0.2")};
  const std::vector<Binding> loopback{bound("127.0.0.1")};
  CHECK(compare_instances({any, own}, {any, any}) == ExposureChange::widened);
  CHECK(compare_instances({own, loopback}, {own, own}) == ExposureChange::widened);
  CHECK(compare_instances({any, own}, {own, any}) == ExposureChange::none);
  CHECK(compare_instances({any, own}, {any, any, own}) == ExposureChange::none);
  CHECK(compare_instances({any, any}, {any, own}) == ExposureChange::none);
  CHECK(compare_instances({any, loopback, loopback}, {any, any, loopback}) ==
        ExposureChange::widened);
}

TEST_CASE("a binding says its device and V6ONLY") {
  CHECK(to_string(bound("10.0.0.5", "eth0")) == "10.0.0.5%eth0");
  CHECK(to_string(v6only("::")) == ":: (v6only)");
}

}  // namespace netmon
