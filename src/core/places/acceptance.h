// Whether a listener of this host accepted a connection: what each side of a comparison knows about
// its listeners, and which processes accept for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/places/hashing.h"
#include "core/places/listeners.h"
#include "core/places/programs.h"
#include "core/places/roles.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

bool has_ephemeral_port(const Snapshot& snapshot, const Socket& socket);

// UDP ports that are known to have been chosen on purpose, by space.
class PurposefulPorts {
 public:
  explicit PurposefulPorts(const RoleView& view);
  [[nodiscard]] bool contains(const RoleView& view, const Socket& socket) const {
    return ports_.contains(key(view, socket));
  }

 private:
  static std::uint64_t key(const RoleView& view, const Socket& socket) {
    return std::uint64_t{view.spaces[socket.netns]} << 32U |
           std::uint64_t{static_cast<std::uint8_t>(socket.protocol)} << 16U | socket.local.port;
  }
  std::unordered_set<std::uint64_t> ports_;
};

// What one side knows about its receivers and who holds them.
class Knowledge {
 public:
  explicit Knowledge(const RoleView& of) : view(of), purposeful(of) {}

  // Indexes the receivers; `other` is the other side, or null.
  void index(const Knowledge* other);

  [[nodiscard]] bool listens(const Socket& socket, const Knowledge* other) const;

  // The process of this side with the pid and start of a process of the other side; null if none.
  [[nodiscard]] const std::uint32_t* find(const Process& process) const;

  const RoleView& view;
  PurposefulPorts purposeful;
  ReceiverIndex here;      // by namespace
  ReceiverIndex by_space;  // listeners alone

 private:
  using ProcessKey = std::pair<std::uint32_t, std::uint64_t>;  // pid, start_ticks
  std::map<ProcessKey, std::uint32_t> processes_;              // the first process of each key
};

// Whether a process accepts connections for the receivers of a side.
class Acceptance {
 public:
  Acceptance(const Knowledge& own, const Knowledge& listening, const Programs& programs);

  // For TCP: a process that holds the listener, descends from one that does, or runs the same
  // program. Descent from the service manager proves nothing. For UDP, where the kernel accepts
  // nothing, only a holder of the receiving socket itself.
  bool accepts(const Receivers& receivers, Protocol protocol, std::uint32_t process);

 private:
  using Key = std::pair<const Receivers*, std::uint64_t>;  // with process and protocol
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return hash_words({std::hash<const Receivers*>()(key.first), key.second});
    }
  };

  [[nodiscard]] bool holds(const Receivers& receivers, const Process& process,
                           std::uint32_t index) const;
  [[nodiscard]] bool find_out(const Receivers& receivers, Protocol protocol,
                              std::uint32_t process) const;

  const Knowledge& own_;
  const Knowledge& listening_;
  const Programs& programs_;
  bool one_snapshot_;
  bool one_boot_;
  std::unordered_map<Key, bool, Hash> known_;
  Key latest_{};  // most connections have the same holder as the one before
  bool latest_accepts_ = false;
};

}  // namespace netmon
