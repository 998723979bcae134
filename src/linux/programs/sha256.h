// SHA-256 over libcrypto.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace netmon {

class Sha256 {
 public:
  Sha256();  // throws Error where libcrypto does not offer it
  void add(std::string_view bytes);
  // 64 lowercase hexadecimal digits. Ends the use of this object.
  std::string finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

std::string sha256_of(std::string_view bytes);

}  // namespace netmon
