// SHA-256 (FIPS 180-4), over nettle: it has the processor's own instructions where there are any,
// and is loaded in a fifth of the time that libcrypto takes, which every start of the program would
// pay.
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

  // 64 lower-case hexadecimal digits of all that was added; the next digest begins anew.
  std::string finish();

 private:
  std::unique_ptr<sha256_ctx> context_;
};

std::string sha256_of(std::string_view bytes);

}  // namespace netmon
