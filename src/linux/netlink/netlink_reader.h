// Takes netlink messages apart. Pure. No length that arrives leads beyond the bytes given.
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace netmon {

using Bytes = std::span<const std::byte>;

// Takes values off the front of a span. A value is absent where too few bytes are left.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  template <typename T>
  std::optional<T> take() {
    const std::optional<Bytes> raw = take_bytes(sizeof(T));
    if (!raw) return std::nullopt;
    T value;
    std::memcpy(&value, raw->data(), sizeof(T));
    return value;
  }

  std::optional<Bytes> take_bytes(std::size_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const Bytes taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  // Skips the padding to a multiple of 4 after an element. After the last one it may be missing.
  void skip_padding(std::size_t length) {
    const std::size_t padding = (4 - length % 4) % 4;
    bytes_ = bytes_.subspan(std::min(padding, bytes_.size()));
  }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  Bytes bytes_;
};

// Calls visit(type, payload) for each attribute. Returns false where a length is wrong.
template <typename Visit>
bool for_each_attribute(Reader reader, Visit visit) {
  while (!reader.empty()) {
    const auto header = reader.take<nlattr>();
    if (!header || header->nla_len < sizeof(nlattr)) return false;
    const std::size_t length = header->nla_len - sizeof(nlattr);
    const std::optional<Bytes> payload = reader.take_bytes(length);
    if (!payload) return false;
    reader.skip_padding(length);
    visit(static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK), *payload);
  }
  return true;
}

}  // namespace netmon
