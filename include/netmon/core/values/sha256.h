// SHA-256 (FIPS 180-4) over nettle. nettle uses the processor's own instructions where there are
// any, and loads in a fifth of the time of libcrypto, a cost that every start of the program pays.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct sha256_ctx;  // nettle's

namespace netmon {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);

  // Returns the digest of all that was added, as 64 lowercase hexadecimal digits, and starts a new
  // one.
  std::string finish();

 private:
  std::unique_ptr<sha256_ctx> context_;
};

std::string sha256_of(std::string_view bytes);

}  // namespace netmon
