#include "netmon/core/values/sha256.h"
#include "netmon/store/store.h"

namespace netmon {

std::string digest_of(const Document& document) { return "sha256:" + sha256_of(document.text); }

}  // namespace netmon
