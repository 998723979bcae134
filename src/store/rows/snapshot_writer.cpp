#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <stdexcept>
#include <utility>
#include <vector>

#include "netmon/core/values/error.h"
#include "store/rows/row_digest.h"
#include "store/rows/snapshot_rows.h"

namespace netmon {
namespace {

bool listens(const Socket& socket) {
  return socket.state == State::listen ||
         (socket.protocol == Protocol::udp && socket.state == State::unconnected);
}

std::uint64_t count_owning_processes(const Snapshot& snapshot) {
  std::vector<bool> owns(snapshot.processes.size());
  for (const Owner& owner : snapshot.owners) owns[owner.process] = true;
  return static_cast<std::uint64_t>(std::ranges::count(owns, true));
}

SnapshotSummary summary_of(const Snapshot& snapshot) {
  return {
      .info = snapshot.info,
      .sockets = snapshot.sockets.size(),
      .listeners = static_cast<std::uint64_t>(std::ranges::count_if(snapshot.sockets, listens)),
      .processes = count_owning_processes(snapshot),
      .namespaces = snapshot.namespaces.size(),
      .gaps = snapshot.gaps.size(),
  };
}

// Random salts of 32 hexadecimal digits.
std::vector<std::string> random_salts(std::size_t count) {
  constexpr std::size_t kSaltBytes = 16;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<unsigned char> bytes(count * kSaltBytes);
  for (std::size_t got = 0; got < bytes.size();) {
    const ssize_t more = ::getrandom(bytes.data() + got, bytes.size() - got, 0);
    if (more < 0 && errno != EINTR) throw SystemError("getrandom", errno);
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  std::vector<std::string> salts(count);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    salts[i / kSaltBytes] += kDigits[bytes[i] >> 4U];
    salts[i / kSaltBytes] += kDigits[bytes[i] & 0xfU];
  }
  return salts;
}

std::vector<CommandLineRow> command_lines_of(const Snapshot& snapshot) {
  const auto count = std::ranges::count_if(
      snapshot.processes, [](const Process& process) { return process.cmdline.has_value(); });
  std::vector<std::string> salts = random_salts(static_cast<std::size_t>(count));
  std::vector<CommandLineRow> rows;
  rows.reserve(salts.size());
  for (std::uint32_t n = 0; const Process& process : snapshot.processes) {
    if (process.cmdline) {
      std::string& salt = salts[rows.size()];
      std::string sha256 = salted_digest(salt, *process.cmdline);
      rows.push_back({n, std::move(sha256), std::move(salt), *process.cmdline});
    }
    ++n;
  }
  return rows;
}

// Both inserting and digesting need the command lines, but only at the end.
using FutureCommandLines = std::shared_future<std::vector<CommandLineRow>>;

// Passes the rows of a snapshot to a sink, table by table, in the order of the canonical text; the
// row of `snapshot` itself is not included.
template <typename Sink>
class SnapshotRows {
 public:
  SnapshotRows(const Snapshot& snapshot, FutureCommandLines command_lines, Sink& sink)
      : snapshot_(snapshot), command_lines_(std::move(command_lines)), sink_(sink) {}

  void write() {
    write_namespaces();
    write_processes();
    write_code();
    write_sockets();
    write_other_owners();
    write_sightings();
    write_hidden_sockets();
    write_reach();
    write_gaps();
    write_event_counts();
    write_event_proofs();
    write_command_lines();
  }

 private:
  template <typename Row>
  decltype(auto) rows(std::size_t count) {
    return sink_.template rows<Row>(count);
  }

  void write_namespaces() {
    std::size_t containers = 0;
    std::size_t devices = 0;
    auto&& writer = rows<NetnsRow>(snapshot_.namespaces.size());
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      writer.add(NetnsRow{n++, netns});
      containers += netns.containers.size();
      devices += netns.devices.size();
    }
    auto&& container_writer = rows<ContainerRow>(containers);
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      for (std::uint32_t i = 0; const std::string& container : netns.containers) {
        container_writer.add(ContainerRow{n, i++, container});
      }
      ++n;
    }
    auto&& device_writer = rows<DeviceRow>(devices);
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      for (std::uint32_t i = 0; const Device& device : netns.devices) {
        device_writer.add(DeviceRow{n, i++, device});
      }
      ++n;
    }
  }

  void write_processes() {
    auto&& writer = rows<ProcessRow>(snapshot_.processes.size());
    for (std::uint32_t n = 0; const Process& process : snapshot_.processes) {
      writer.add(ProcessRow{n++, process});
    }
  }

  void write_code() {
    std::size_t foreign = 0;
    std::size_t variables = 0;
    for (const Process& process : snapshot_.processes) {
      if (!process.code) continue;
      foreign += process.code->foreign.size();
      variables += process.code->loader.size();
    }
    auto&& code_writer = rows<ForeignCodeRow>(foreign);
    for_each_code([&](std::uint32_t process_no, const Code& code) {
      for (std::uint32_t i = 0; const ForeignCode& file : code.foreign) {
        code_writer.add(ForeignCodeRow{process_no, i++, file});
      }
    });
    auto&& variable_writer = rows<LoaderVariableRow>(variables);
    for_each_code([&](std::uint32_t process_no, const Code& code) {
      for (std::uint32_t i = 0; const LoaderVariable& variable : code.loader) {
        variable_writer.add(LoaderVariableRow{process_no, i++, variable});
      }
    });
  }

  void for_each_code(auto visit) {
    for (std::uint32_t n = 0; const Process& process : snapshot_.processes) {
      if (process.code) visit(n, *process.code);
      ++n;
    }
  }

  void write_sockets() {
    auto&& writer = rows<SocketRow>(snapshot_.sockets.size());
    for (std::uint32_t n = 0; const Socket& socket : snapshot_.sockets) {
      SocketRow row{.socket_no = n++, .socket = socket};
      if (socket.owner_count > 0) row.shown_owner = snapshot_.owners[socket.first_owner];
      writer.add(row);
    }
  }

  void write_other_owners() {
    std::size_t count = 0;
    for (const Socket& socket : snapshot_.sockets) {
      count += socket.owner_count - std::min(socket.owner_count, 1U);
    }
    auto&& writer = rows<OtherOwnerRow>(count);
    for (std::uint32_t n = 0; const Socket& socket : snapshot_.sockets) {
      const auto owners = snapshot_.owners_of(socket);
      for (std::uint32_t i = 1; i < socket.owner_count; ++i) {
        writer.add(OtherOwnerRow{n, i, owners[i]});
      }
      ++n;
    }
  }

  void write_gaps() {
    auto&& writer = rows<GapRow>(snapshot_.gaps.size());
    for (std::uint32_t n = 0; const Gap& gap : snapshot_.gaps) writer.add(GapRow{n++, gap});
  }

  void write_event_counts() {
    auto&& writer = rows<EventCountRow>(snapshot_.event_counts.size());
    for (std::uint32_t n = 0; const EventCount& count : snapshot_.event_counts) {
      writer.add(EventCountRow{n++, count});
    }
  }

  void write_event_proofs() {
    auto&& writer = rows<EventProofRow>(snapshot_.event_proofs.size());
    for (std::uint32_t n = 0; const EventProof& proof : snapshot_.event_proofs) {
      writer.add(EventProofRow{n++, proof});
    }
  }

  void write_sightings() {
    auto&& writer = rows<SightingRow>(snapshot_.sightings.size());
    for (std::uint32_t n = 0; const Sighting& sighting : snapshot_.sightings) {
      writer.add(SightingRow{n++, sighting});
    }
  }

  void write_hidden_sockets() {
    auto&& writer = rows<HiddenSocketRow>(snapshot_.hidden.size());
    for (std::uint32_t n = 0; const HiddenSocket& hidden : snapshot_.hidden) {
      writer.add(HiddenSocketRow{n++, hidden});
    }
  }

  void write_reach() {
    auto&& forward_writer = rows<ForwardRow>(snapshot_.forwards.size());
    for (std::uint32_t n = 0; const Forward& forward : snapshot_.forwards) {
      forward_writer.add(ForwardRow{n++, forward});
    }
    auto&& writer = rows<ReachRow>(snapshot_.reach.size());
    for (std::uint32_t n = 0; const ReachFact& fact : snapshot_.reach) {
      writer.add(ReachRow{n++, fact});
    }
  }

  void write_command_lines() {
    const std::vector<CommandLineRow>& command_lines = command_lines_.get();
    auto&& writer = rows<CommandLineRow>(command_lines.size());
    for (const CommandLineRow& row : command_lines) writer.add(row);
  }

  const Snapshot& snapshot_;
  FutureCommandLines command_lines_;
  Sink& sink_;
};

struct Inserter {
  sqlite3* database;
  std::int64_t snapshot_id;

  template <typename Row>
  RowWriter rows(std::size_t count) {
    return RowWriter::child_rows<Row>(database, snapshot_id, count);
  }
};

class Digester {
 public:
  template <typename Row>
  Digester& rows(std::size_t /*count*/) {
    return *this;
  }

  template <typename Row>
  void add(const Row& row) {
    digest_row(digest_, row);
  }

  std::string finish() { return digest_.finish(); }

 private:
  RowDigest digest_;
};

constexpr std::size_t kWorthAThread = 2000;  // sockets

std::string digest_of(const Snapshot& snapshot, const FutureCommandLines& command_lines,
                      const SnapshotRow& own_row) {
  Digester digester;
  digester.add(own_row);
  SnapshotRows(snapshot, command_lines, digester).write();
  return digester.finish();
}

}  // namespace

std::string write_snapshot(SQLite::Database& database, const Snapshot& snapshot, std::int64_t id,
                           const std::optional<std::string>& previous_digest) {
  // A snapshot that a reader could not reassemble must not be written.
  if (const auto flaw = inconsistency_of(snapshot)) throw std::logic_error(*flaw);
  const SnapshotRow own_row{summary_of(snapshot), id, previous_digest};
  // Digesting takes about as long as writing the rows and is independent of it, so both run in
  // parallel where that is worth starting threads.
  const auto launch = snapshot.sockets.size() < kWorthAThread
                          ? std::launch::deferred
                          : std::launch::async | std::launch::deferred;
  const FutureCommandLines command_lines =
      std::async(launch, [&] { return command_lines_of(snapshot); });
  auto digest = std::async(
      launch, [&, command_lines] { return digest_of(snapshot, command_lines, own_row); });
  Inserter inserter{database.getHandle(), id};
  SnapshotRows(snapshot, command_lines, inserter).write();
  std::string computed = digest.get();
  RowWriter::snapshot_row(database.getHandle()).add_sealed(own_row, computed);
  return computed;
}

}  // namespace netmon
