// The kernel's socket tables, as the calling thread's network namespace has them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// The sources of the rows of a table that has no diag module of its own.
enum class TableSource : std::uint8_t {
  diag,  // sock_diag
  proc,  // /proc/net: no cookie, and for raw sockets no bound interface
};

// Asking sock_diag for raw or packet sockets makes the kernel load a module for the answer where it
// is not there yet. A look must not change what it looks at: diag is chosen only where it is known
// that nothing would be loaded.
struct TableSources {
  TableSource raw = TableSource::proc;
  TableSource packet = TableSource::proc;
};

// `root` holds proc, sys and lib/modules ("" on a real host); `kernel` is uname -r.
TableSources choose_sources(const std::string& root, const std::string& kernel);

// A table that was not read, or not wholly.
struct TableFailure {
  Protocol protocol = Protocol::tcp;
  int error = 0;  // errno; 0 where rows were read but some may be missing
  std::string reason;

  auto operator<=>(const TableFailure&) const = default;
};

struct NamespaceTables {
  std::vector<TableFailure> failures;
  PortRange ephemeral_ports;
  std::vector<Device> devices;  // those that a socket is bound to, sorted
  std::uint64_t proc_id = 0;    // see ProcessNetns::proc_id
  std::uint64_t cookie = 0;     // see NetNamespace::cookie
};

// Takes rows as they come, a datagram's or a file's; Socket::netns is left 0.
using RowSink = std::function<void(std::span<const Socket>)>;

// Must be called on a thread that has entered the namespace, as all below. A row may come twice.
NamespaceTables read_tables(const TableSources& sources, const RowSink& sink);

// The tables of a namespace that has no sockets, and the beginning of those of any other.
NamespaceTables begin_tables();

// No fewer than the namespace has sockets, closed ones that are still waiting included; absent
// where the kernel does not say. Costs a hundredth of what reading the tables does, which walks the
// hash tables of the whole host.
std::optional<std::uint64_t> most_sockets();

struct TableProbe {
  TableSource source = TableSource::diag;  // that was read in the end
  std::optional<TableFailure> failure;     // of the first part that was not read
};

// One table alone, in the calling thread's namespace.
TableProbe probe_table(Protocol protocol, const TableSources& sources);

}  // namespace netmon
