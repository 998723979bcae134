#include <algorithm>
#include <stdexcept>
#include <vector>

#include "store/row_writer.h"
#include "store/snapshot_rows.h"

namespace netmon {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

// What a reader could not put together again is not written.
void require_consistent(const Snapshot& snapshot) {
  std::size_t owned = 0;
  for (const Socket& socket : snapshot.sockets) {
    require(socket.netns < snapshot.namespaces.size(), "a socket without its namespace");
    require(socket.owner_count <= snapshot.owners.size() &&
                socket.first_owner <= snapshot.owners.size() - socket.owner_count,
            "a socket without its owners");
    owned += socket.owner_count;
  }
  require(owned == snapshot.owners.size(), "an owner without its socket");
  for (const Owner& owner : snapshot.owners) {
    require(owner.process < snapshot.processes.size(), "an owner without its process");
  }
  for (const Process& process : snapshot.processes) {
    require(!process.parent || *process.parent < snapshot.processes.size(),
            "a process without its parent");
  }
}

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

// The rows of a snapshot, table by table, in the order of the canonical text.
class SnapshotWriter {
 public:
  SnapshotWriter(sqlite3* database, const Snapshot& snapshot, std::int64_t id)
      : database_(database), snapshot_(snapshot), id_(id) {}

  std::string run(const std::optional<std::string>& previous_digest) {
    auto writer = RowWriter::snapshot_row(database_, digest_);
    writer.put(SnapshotRow{summary_of(snapshot_), id_, previous_digest});
    write_namespaces();
    write_processes();
    write_sockets();
    write_other_owners();
    write_gaps();
    std::string digest = digest_.finish();
    writer.seal(digest);
    return digest;
  }

 private:
  template <typename Row>
  RowWriter rows(std::size_t count) {
    return RowWriter::child_rows<Row>(database_, id_, count, digest_);
  }

  void write_namespaces() {
    std::size_t containers = 0;
    std::size_t devices = 0;
    auto writer = rows<NetnsRow>(snapshot_.namespaces.size());
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      writer.add(NetnsRow{n++, netns});
      containers += netns.containers.size();
      devices += netns.devices.size();
    }
    auto container_writer = rows<ContainerRow>(containers);
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      for (std::uint32_t i = 0; const std::string& container : netns.containers) {
        container_writer.add(ContainerRow{n, i++, container});
      }
      ++n;
    }
    auto device_writer = rows<DeviceRow>(devices);
    for (std::uint32_t n = 0; const NetNamespace& netns : snapshot_.namespaces) {
      for (std::uint32_t i = 0; const Device& device : netns.devices) {
        device_writer.add(DeviceRow{n, i++, device});
      }
      ++n;
    }
  }

  void write_processes() {
    auto writer = rows<ProcessRow>(snapshot_.processes.size());
    for (std::uint32_t n = 0; const Process& process : snapshot_.processes) {
      writer.add(ProcessRow{n++, process});
    }
  }

  void write_sockets() {
    auto writer = rows<SocketRow>(snapshot_.sockets.size());
    for (std::uint32_t n = 0; const Socket& socket : snapshot_.sockets) {
      SocketRow row{.socket_no = n++, .socket = socket};
      if (socket.owner_count > 0) {
        const Owner& shown = snapshot_.owners[socket.first_owner];
        row.process_no = shown.process;
        row.thread_id = shown.thread;
        row.fd = shown.fd;
      }
      writer.add(row);
    }
  }

  void write_other_owners() {
    std::size_t count = 0;
    for (const Socket& socket : snapshot_.sockets) {
      count += socket.owner_count - std::min(socket.owner_count, 1U);
    }
    auto writer = rows<OtherOwnerRow>(count);
    for (std::uint32_t n = 0; const Socket& socket : snapshot_.sockets) {
      const auto owners = snapshot_.owners_of(socket);
      for (std::uint32_t i = 1; i < socket.owner_count; ++i) {
        writer.add(OtherOwnerRow{n, i, owners[i]});
      }
      ++n;
    }
  }

  void write_gaps() {
    auto writer = rows<GapRow>(snapshot_.gaps.size());
    for (std::uint32_t n = 0; const Gap& gap : snapshot_.gaps) writer.add(GapRow{n++, gap});
  }

  sqlite3* database_;
  const Snapshot& snapshot_;
  std::int64_t id_;
  RowDigest digest_;
};

}  // namespace

std::string write_snapshot(sqlite3* database, const Snapshot& snapshot, std::int64_t id,
                           const std::optional<std::string>& previous_digest) {
  require_consistent(snapshot);
  return SnapshotWriter(database, snapshot, id).run(previous_digest);
}

}  // namespace netmon
