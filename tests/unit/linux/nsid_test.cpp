#include "linux/nsid.h"

#include <doctest/doctest.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

namespace netmon {
namespace {

using Buffer = std::vector<std::byte>;

void append(Buffer& out, std::initializer_list<std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) out.push_back(std::byte{byte});
}

// An answer with one id, as the kernel sends it.
void append_id(Buffer& out, std::uint8_t id) {
  append(out, {28, 0, 0, 0, RTM_NEWNSID, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  append(out, {0, 0, 0, 0});  // rtgenmsg, padded
  append(out, {8, 0, NETNSA_NSID, 0, id, 0, 0, 0});
}

void append_done(Buffer& out) {
  append(out, {20, 0, 0, 0, NLMSG_DONE, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

}  // namespace

TEST_CASE("the ids of a dump are read to its end") {
  Buffer datagram;
  append_id(datagram, 0);
  append_id(datagram, 7);
  CHECK(parse_nsids(datagram).ids == std::vector<std::int32_t>{0, 7});
  CHECK_FALSE(parse_nsids(datagram).done);
  append_done(datagram);
  append_id(datagram, 9);
  CHECK(parse_nsids(datagram).ids == std::vector<std::int32_t>{0, 7});
  CHECK(parse_nsids(datagram).done);
}

TEST_CASE("an error ends an answer, and so does what is no message") {
  Buffer error;
  append(error, {36, 0, 0, 0, NLMSG_ERROR, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  append(error, {0xff, 0xff, 0xff, 0xff, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(parse_nsids(error).done);
  CHECK(parse_nsids({}).done);
}

TEST_CASE("no length leads beyond the bytes given") {
  Buffer whole;
  append_id(whole, 5);
  append_done(whole);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    const NsidPart part = parse_nsids(std::span(whole).first(size));
    CHECK(part.ids.size() <= 1);
  }
  whole[20] = std::byte{200};  // the attribute's length
  CHECK(parse_nsids(whole).ids.empty());
}

TEST_CASE("netmon's own namespaces are none of the lost ones") {
  CHECK(count_lost_namespaces({}, "/proc", {}) == 0);
  // An id that no namespace has by now.
  CHECK(count_lost_namespaces({1'000'000}, "/proc", {}) == 0);
}

}  // namespace netmon
