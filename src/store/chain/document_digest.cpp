#include "netmon/store/store.h"
#include "store/chain/digest.h"

namespace netmon {

std::string digest_of(const Document& document) {
  return "sha256:" + SaltedDigest().of("", document.text);
}

}  // namespace netmon
