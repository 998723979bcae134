// Who receives at an address and port of a snapshot: listeners and datagram sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/model/accepting.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// All sockets that receive at the same address and port.
struct Receivers {
  std::vector<std::uint32_t> holders;  // indexes of processes, sorted
  bool listens = false;                // a listener is among them
  bool hidden = false;                 // the holder of one of them could not be seen
  bool kernel = false;                 // one of them is the kernel's own
  bool port_by_kernel = false;         // the kernel chose the port of one of them
  bool choice_unknown = false;         // it is not known who chose the port of one of them
};

// The receivers that an address and port leads to, the most specific first, without repeats.
class FoundReceivers {
 public:
  void add(const Receivers* receivers) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (found_[i] == receivers) return;
    }
    found_[count_++] = receivers;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] const Receivers* const* begin() const { return found_.data(); }
  [[nodiscard]] const Receivers* const* end() const { return found_.data() + count_; }

 private:
  std::array<const Receivers*, 4> found_{};  // as many as acceptors_for() gives
  std::size_t count_ = 0;
};

// Finds receivers by where they receive. `space` is a namespace's index or a space's number.
class ReceiverIndex {
 public:
  void add(const Snapshot& snapshot, const Socket& socket, std::uint32_t space, bool listens);
  void finish();  // to be called once, before find()

  // Finds the receivers that can have accepted a connection with this local end, or that receive at
  // it. Only the protocol, the local address and port, and the device of `end` are read.
  [[nodiscard]] FoundReceivers find(const Socket& end, std::uint32_t space) const;

 private:
  struct Key {
    std::uint32_t space = 0;
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 0;
    Acceptor acceptor;

    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  std::vector<bool> has_port_ = std::vector<bool>(1U << 16U);  // rules out most connections quickly
  std::unordered_map<Key, Receivers, Hash> receivers_;
};

}  // namespace netmon
