// For the program that needs no library of the host, where Debian has no archive of libmnl: the
// filters of nf_tables are not read, and each snapshot says so. Linked before the layers' archives,
// so that the reader of src/linux/nftables is not taken from them.
#include "linux/nftables/filters.h"

namespace netmon {

void read_nft_filters(ReachRead& reach) {
  reach.failures.push_back({GapCode::filters_not_read,
                            "nftables: this netmon needs no library, and has none to read them"});
}

}  // namespace netmon
