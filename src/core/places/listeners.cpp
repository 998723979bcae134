#include "core/places/listeners.h"

#include <algorithm>

#include "core/places/hashing.h"
#include "core/places/roles.h"

namespace netmon {

std::size_t ReceiverIndex::Hash::operator()(const Key& key) const {
  const auto [high, low] = halves(key.acceptor.address);
  return hash_words({high, low, std::uint64_t{key.space} << 32U | key.acceptor.device,
                     std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 16U | key.port});
}

void ReceiverIndex::add(const Snapshot& snapshot, const Socket& socket, std::uint32_t space,
                        bool listens) {
  has_port_[socket.local.port] = true;
  for (const Acceptor& acceptor : acceptors_of(socket)) {
    Receivers& receivers = receivers_[{space, socket.protocol, socket.local.port, acceptor}];
    for (const Owner& owner : snapshot.owners_of(socket))
      receivers.holders.push_back(owner.process);
    receivers.listens |= listens;
    receivers.hidden |= is_holder_hidden(socket);
    receivers.kernel |= socket.owner_state == OwnerState::kernel;
    receivers.port_by_kernel |= socket.port_choice == PortChoice::kernel;
    receivers.choice_unknown |= is_port_choice_unknown(snapshot, socket);
  }
}

void ReceiverIndex::finish() {
  for (auto& [key, receivers] : receivers_) {
    std::ranges::sort(receivers.holders);
    receivers.holders.erase(std::unique(receivers.holders.begin(), receivers.holders.end()),
                            receivers.holders.end());
  }
}

FoundReceivers ReceiverIndex::find(const Socket& end, std::uint32_t space) const {
  FoundReceivers found;
  if (!has_port_[end.local.port]) return found;
  const auto acceptors = acceptors_for(end);
  for (std::size_t i = 0; i < acceptors.size(); ++i) {
    if (i > 0 && acceptors[i] == acceptors[i - 1]) continue;  // the connection has no device
    const auto entry = receivers_.find({space, end.protocol, end.local.port, acceptors[i]});
    if (entry != receivers_.end()) found.add(&entry->second);
  }
  return found;
}

}  // namespace netmon
