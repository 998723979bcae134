#include "core/places/host_ends.h"

#include "core/places/hashing.h"
#include "core/places/listeners.h"

namespace netmon {
namespace {

Endpoint normal(const Endpoint& endpoint) { return {normalized(endpoint.address), endpoint.port}; }

}  // namespace

bool is_connection(const Socket& socket) {
  return !is_raw(socket.protocol) && socket.state != State::listen &&
         socket.state != State::unconnected && socket.state != State::bound &&
         socket.state != State::close;
}

bool stays_here(const Socket& socket) {
  return reach_of(normalized(socket.remote.address)) == Reach::loopback ||
         normalized(socket.remote.address) == normalized(socket.local.address);
}

AddressNamespaces::AddressNamespaces(const Snapshot& snapshot) {
  if (snapshot.namespaces.size() < 2) return;
  for (const Socket& socket : snapshot.sockets) {
    const IpAddress address = normalized(socket.local.address);
    if (reach_of(address) != Reach::internal || is_link_local(address)) continue;
    const auto [entry, is_new] = namespaces_.try_emplace(address, socket.netns);
    if (!is_new && entry->second != socket.netns) entry->second = kNoNamespace;
  }
}

std::uint32_t AddressNamespaces::namespace_of_remote(const Socket& socket) const {
  if (namespaces_.empty()) return kNoNamespace;
  const auto found = namespaces_.find(normalized(socket.remote.address));
  return found == namespaces_.end() || found->second == socket.netns ? kNoNamespace : found->second;
}

std::size_t LocalPairs::EndsHash::operator()(const EndsKey& key) const {
  const auto [a, b] = halves(key.local.address);
  const auto [c, d] = halves(key.remote.address);
  return hash_words(
      {a, b, c, d, std::uint64_t{key.netns} << 32U | key.local.port,
       std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 32U | key.remote.port});
}

LocalPairs::LocalPairs(const Snapshot& snapshot) : snapshot_(snapshot) {
  for (std::uint32_t i = 0; i < snapshot.sockets.size(); ++i) {
    const Socket& socket = snapshot.sockets[i];
    if (!is_connection(socket) || !stays_here(socket)) continue;
    ends_.emplace(
        EndsKey{socket.netns, socket.protocol, normal(socket.local), normal(socket.remote)}, i);
  }
}

const Socket* LocalPairs::other_end(const Socket& socket) const {
  const auto found =
      ends_.find({socket.netns, socket.protocol, normal(socket.remote), normal(socket.local)});
  return found == ends_.end() ? nullptr : &snapshot_.sockets[found->second];
}

}  // namespace netmon
