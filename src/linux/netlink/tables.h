// Reads the kernel's socket tables of the calling thread's network namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netmon/core/model/snapshot.h"

namespace netmon {

// Where the rows of a table come from.
enum class TableSource : std::uint8_t {
  diag,  // sock_diag
  proc,  // /proc/net: no cookie, and for raw sockets no bound interface
};

// A sock_diag request for raw or packet sockets makes the kernel load a diag module where that is
// not loaded yet. A capture must not change the host, so diag is chosen only where it is known that
// nothing would be loaded.
struct TableSources {
  TableSource raw = TableSource::proc;
  TableSource packet = TableSource::proc;
};

// `root` holds proc, sys and lib/modules ("" on a real host); `kernel` is uname -r.
TableSources choose_sources(const std::string& root, const std::string& kernel);

// A table that was not read, or not completely.
struct TableFailure {
  Protocol protocol = Protocol::tcp;
  int error = 0;  // errno; 0 where rows were read but some may be missing
  std::string reason;

  auto operator<=>(const TableFailure&) const = default;
};

struct NamespaceTables {
  std::vector<TableFailure> failures;
  PortRange ephemeral_ports;
  std::vector<Device> devices;  // devices that a socket is bound to, sorted
  std::uint64_t proc_id = 0;    // see ProcessNetns::proc_id
  std::uint64_t cookie = 0;     // see NetNamespace::cookie
};

// Takes rows as they arrive, those of one datagram or of one file at each call. Socket::netns is 0.
using RowSink = std::function<void(std::span<const Socket>)>;

// Reads all tables. This and the functions below must be called on a thread that has entered the
// namespace. A row may come twice.
NamespaceTables read_tables(const TableSources& sources, const RowSink& sink);

// The tables of a namespace without sockets: ephemeral ports, proc_id and cookie. read_tables()
// adds the rest.
NamespaceTables begin_tables();

// An upper bound on the number of sockets in the namespace, those in TIME_WAIT included; absent
// where the kernel does not say. It costs a hundredth of reading the tables, for which the kernel
// walks the hash tables of the whole host.
std::optional<std::uint64_t> max_sockets();

struct TableProbe {
  TableSource source = TableSource::diag;  // the source that was read in the end
  std::optional<TableFailure> failure;     // the first part that was not read completely
};

// Reads one table, in the calling thread's namespace, and drops its rows.
TableProbe probe_table(Protocol protocol, const TableSources& sources);

}  // namespace netmon
