#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "report/fixture_parts.h"
#include "report/fixtures.h"

namespace netmon::fixture {
namespace {

PictureItem listens(std::string address, std::uint16_t port, std::string process) {
  PictureItem item;
  item.port = port;
  item.addresses = {std::move(address)};
  item.process = std::move(process);
  return item;
}

PictureItem connects(Role role, std::string address, std::uint16_t port, std::string process) {
  PictureItem item;
  item.role = role;
  item.peer = std::move(address);
  (role == Role::outbound ? item.peer_port : item.port) = port;
  item.process = std::move(process);
  return item;
}

PictureItem marked(PictureItem item, Mark mark, std::optional<Status> status) {
  item.mark = mark;
  item.status = status;
  return item;
}

}  // namespace

Picture decided_picture() {
  Picture picture;
  PictureItem many = connects(Role::inbound, "", 443, "nginx");
  many.peer.reset();
  many.count = 1204;
  PictureItem resolving = connects(Role::outbound, "10.0.0.53", 53, "resolver");
  resolving.protocol = Protocol::udp;
  PictureItem blue = listens("0.0.0.0", 8080, "app");
  blue.scope = {ScopeKind::named, "blue"};
  picture.items = {
      listens("0.0.0.0", 22, "sshd"),
      listens("10.0.0.5", 443, "nginx"),
      marked(listens("10.0.0.5", 5432, "postgres"), Mark::changed, Status::expired),
      marked(listens("10.0.0.5", 8443, "nginx"), Mark::added, Status::approved),
      marked(listens("0.0.0.0", 31337, "python3"), Mark::added, Status::unapproved),
      connects(Role::inbound, "10.0.0.9", 22, "sshd"),
      marked(connects(Role::inbound, "198.51.100.7", 443, "nginx"), Mark::removed, Status::notice),
      many,
      marked(resolving, Mark::added, Status::approved),
      connects(Role::outbound, "2001:db8:1111:2222:3333:4444:5555:6666", 5432, "app"),
      marked(connects(Role::outbound, "185.220.101.5", 4444, "python3"), Mark::added,
             Status::unapproved),
      marked(blue, Mark::unknown, std::nullopt)};
  picture.left_out = 3;
  return picture;
}

Picture hostile_picture() {
  Picture picture;
  std::uint16_t port = 9000;
  for (const auto& text : markup_texts()) {
    PictureItem listener = marked(listens(text, port, text), Mark::added, Status::unapproved);
    listener.scope = {ScopeKind::named, text};
    PictureItem peer = connects(Role::inbound, text, port++, text);
    peer.scope = listener.scope;
    picture.items.push_back(listener);
    picture.items.push_back(peer);
  }
  return picture;
}

}  // namespace netmon::fixture
