#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "store/chain/chain.h"
#include "store/chain/entries.h"
#include "store/rows/row_reader.h"
#include "store/rows/snapshot_rows.h"

namespace netmon {
namespace {

// The count in the file only serves to reserve memory, and is not trusted beyond this number.
constexpr std::uint64_t kMaxReserved = 1U << 20U;

SnapshotSummary take_summary(SnapshotRow row, std::string stored_digest) {
  row.summary.info.id = row.id;
  row.summary.info.digest = std::move(stored_digest);
  return std::move(row.summary);
}

// Reads the rows of a snapshot table by table, in the order of the canonical text. Row numbers are
// checked while reading, all other indexes at the end, because the rest of the program relies on
// them.
class SnapshotReader {
 public:
  SnapshotReader(SQLite::Database& database, std::int64_t id)
      : database_(database), id_(id), import_(read_import(database, id)) {}

  std::optional<Content> run() {
    if (!read_summary()) return std::nullopt;
    read_namespaces();
    read_processes();
    read_code();
    read_sockets();
    read_other_owners();
    read_sightings();
    read_hidden_sockets();
    read_reach();
    read_gaps();
    read_event_counts();
    read_event_proofs();
    read_command_lines();
    if (const auto flaw = inconsistency_of(snapshot_)) throw BadRow("holds " + *flaw);
    if (digest_.finish() != snapshot_.info.digest) throw BadRow("does not match its digest");
    return std::move(content_);
  }

 private:
  template <typename Row>
  RowReader rows() {
    return RowReader::child_rows<Row>(database_.getHandle(), id_, digest_);
  }

  template <typename Container>
  static void require_next(const RowReader& reader, std::uint32_t number, const Container& before) {
    if (number != before.size()) reader.reject("is out of order");
  }

  template <typename Container>
  static auto& at(const RowReader& reader, Container& container, std::uint32_t index) {
    if (index >= container.size()) reader.reject("refers to a row that is not there");
    return container[index];
  }

  bool read_summary() {
    auto reader = RowReader::snapshot_row(database_.getHandle(), id_,
                                          import_ ? import_->row.origin_number : id_, digest_);
    if (!reader.next()) return false;
    auto row = reader.row<SnapshotRow>();
    row.id = id_;
    content_.previous_digest = row.previous_digest;
    SnapshotSummary summary = take_summary(std::move(row), reader.stored_digest());
    snapshot_.sockets.reserve(std::min(summary.sockets, kMaxReserved));
    snapshot_.owners.reserve(std::min(summary.sockets, kMaxReserved));
    snapshot_.info = std::move(summary.info);
    return true;
  }

  void read_namespaces() {
    auto& namespaces = snapshot_.namespaces;
    for (auto reader = rows<NetnsRow>(); reader.next();) {
      auto row = reader.row<NetnsRow>();
      require_next(reader, row.netns_no, namespaces);
      namespaces.push_back(std::move(row.netns));
    }
    for (auto reader = rows<ContainerRow>(); reader.next();) {
      auto row = reader.row<ContainerRow>();
      auto& containers = at(reader, namespaces, row.netns_no).containers;
      require_next(reader, row.container_no, containers);
      containers.push_back(std::move(row.container));
    }
    for (auto reader = rows<DeviceRow>(); reader.next();) {
      auto row = reader.row<DeviceRow>();
      auto& devices = at(reader, namespaces, row.netns_no).devices;
      require_next(reader, row.device_no, devices);
      devices.push_back(std::move(row.device));
    }
  }

  void read_processes() {
    auto& processes = snapshot_.processes;
    for (auto reader = rows<ProcessRow>(); reader.next();) {
      auto row = reader.row<ProcessRow>();
      require_next(reader, row.process_no, processes);
      processes.push_back(std::move(row.process));
    }
  }

  void read_code() {
    for (auto reader = rows<ForeignCodeRow>(); reader.next();) {
      auto row = reader.row<ForeignCodeRow>();
      auto& foreign = code_of(reader, row.process_no).foreign;
      require_next(reader, row.code_no, foreign);
      foreign.push_back(std::move(row.code));
    }
    for (auto reader = rows<LoaderVariableRow>(); reader.next();) {
      auto row = reader.row<LoaderVariableRow>();
      auto& loader = code_of(reader, row.process_no).loader;
      require_next(reader, row.variable_no, loader);
      loader.push_back(std::move(row.variable));
    }
  }

  Code& code_of(const RowReader& reader, std::uint32_t process_no) {
    auto& code = at(reader, snapshot_.processes, process_no).code;
    if (!code) reader.reject("is of a process whose code was not read");
    return *code;
  }

  void read_sockets() {
    auto& sockets = snapshot_.sockets;
    auto& owners = snapshot_.owners;
    for (auto reader = rows<SocketRow>(); reader.next();) {
      const auto row = reader.row<SocketRow>();
      require_next(reader, row.socket_no, sockets);
      Socket& socket = sockets.emplace_back(row.socket);
      socket.first_owner = static_cast<std::uint32_t>(owners.size());
      if (!row.shown_owner) continue;
      owners.push_back(*row.shown_owner);
      socket.owner_count = 1;
    }
  }

  void read_other_owners() {
    std::vector<OtherOwnerRow> others;
    for (auto reader = rows<OtherOwnerRow>(); reader.next();) {
      others.push_back(reader.row<OtherOwnerRow>());
      const OtherOwnerRow& row = others.back();
      Socket& socket = at(reader, snapshot_.sockets, row.socket_no);
      if (row.owner_no == 0 || row.owner_no != socket.owner_count) reader.reject("is out of order");
      ++socket.owner_count;
    }
    if (!others.empty()) insert_owners(others);
  }

  // Inserts each after the shown owner of its socket; `others` is sorted by socket.
  void insert_owners(const std::vector<OtherOwnerRow>& others) {
    std::vector<Owner> owners;
    owners.reserve(snapshot_.owners.size() + others.size());
    auto other = others.begin();
    for (std::uint32_t n = 0; Socket & socket : snapshot_.sockets) {
      const auto first = static_cast<std::uint32_t>(owners.size());
      if (socket.owner_count > 0) owners.push_back(snapshot_.owners[socket.first_owner]);
      for (; other != others.end() && other->socket_no == n; ++other) {
        owners.push_back(other->owner);
      }
      socket.first_owner = first;
      ++n;
    }
    snapshot_.owners = std::move(owners);
  }

  void read_gaps() {
    auto reader = rows<GapRow>();
    while (reader.next()) {
      auto row = reader.row<GapRow>();
      require_next(reader, row.gap_no, snapshot_.gaps);
      snapshot_.gaps.push_back(std::move(row.gap));
    }
  }

  void read_event_counts() {
    for (auto reader = rows<EventCountRow>(); reader.next();) {
      const auto row = reader.row<EventCountRow>();
      require_next(reader, row.count_no, snapshot_.event_counts);
      snapshot_.event_counts.push_back(row.count);
    }
  }

  void read_event_proofs() {
    for (auto reader = rows<EventProofRow>(); reader.next();) {
      const auto row = reader.row<EventProofRow>();
      require_next(reader, row.proof_no, snapshot_.event_proofs);
      snapshot_.event_proofs.push_back(row.proof);
    }
  }

  void read_sightings() {
    for (auto reader = rows<SightingRow>(); reader.next();) {
      const auto row = reader.row<SightingRow>();
      require_next(reader, row.socket_no, snapshot_.sightings);
      snapshot_.sightings.push_back(row.sighting);
    }
  }

  void read_hidden_sockets() {
    for (auto reader = rows<HiddenSocketRow>(); reader.next();) {
      const auto row = reader.row<HiddenSocketRow>();
      require_next(reader, row.hidden_no, snapshot_.hidden);
      snapshot_.hidden.push_back(row.socket);
    }
  }

  void read_reach() {
    for (auto reader = rows<ForwardRow>(); reader.next();) {
      auto row = reader.row<ForwardRow>();
      require_next(reader, row.forward_no, snapshot_.forwards);
      snapshot_.forwards.push_back(std::move(row.forward));
    }
    for (auto reader = rows<ReachRow>(); reader.next();) {
      auto row = reader.row<ReachRow>();
      require_next(reader, row.reach_no, snapshot_.reach);
      snapshot_.reach.push_back(std::move(row.fact));
    }
  }

  void read_command_lines() {
    for (auto reader = rows<CommandLineRow>(); reader.next();) {
      auto row = reader.row<CommandLineRow>();
      auto& process = at(reader, snapshot_.processes, row.process_no);
      if (process.cmdline) reader.reject("is not the only command line of its process");
      if (row.salt) {
        if (salted_digest(*row.salt, row.text) != row.sha256)
          reader.reject("does not match its digest");
      } else {
        // Command lines are masked only when they leave their database.
        if (!import_) reader.reject("lacks its salt");
        ++content_.masked;
      }
      process.cmdline = std::move(row.text);
    }
  }

  SQLite::Database& database_;
  std::int64_t id_;
  std::optional<Entry<ImportRow>> import_;
  RowDigest digest_;
  Content content_;
  Snapshot& snapshot_ = content_.snapshot;
};

// Sets the digests that people see, and the origin of imported snapshots. A snapshot without a link
// gets an empty digest.
void read_provenance(SQLite::Database& database, std::vector<SnapshotSummary>& summaries) {
  SQLite::Statement select(
      database,
      "SELECT snapshot.id, ifnull(import.digest, link.digest), chain.origin, origin_number "
      "FROM snapshot "
      "LEFT JOIN link ON link.chain_no = 0 AND link.number = snapshot.id "
      "LEFT JOIN import ON import.number = snapshot.id "
      "LEFT JOIN chain ON chain.chain_no = import.chain_no ORDER BY snapshot.id");
  for (SnapshotSummary& summary : summaries) {
    if (!select.executeStep()) return;
    summary.info.digest = select.getColumn(1).getString();
    if (select.isColumnNull(2)) continue;
    summary.info.origin = Origin{select.getColumn(2).getString(), select.getColumn(3).getInt64()};
  }
}

}  // namespace

std::optional<Content> read_content(SQLite::Database& database, std::int64_t id) {
  return SnapshotReader(database, id).run();
}

std::optional<Snapshot> read_snapshot(SQLite::Database& database, std::int64_t id) {
  auto content = read_content(database, id);
  if (!content) return std::nullopt;
  Provenance provenance = provenance_of(database, id);
  require_linked(provenance.link, content->snapshot.info.digest, content->previous_digest);
  content->snapshot.info.digest = std::move(provenance.link.digest);
  content->snapshot.info.origin = std::move(provenance.origin);
  return std::move(content->snapshot);
}

std::vector<SnapshotSummary> read_summaries(SQLite::Database& database) {
  std::vector<SnapshotSummary> summaries;
  RowDigest unchecked;
  auto reader = RowReader::snapshot_rows(database.getHandle(), "", unchecked);
  while (reader.next()) {
    auto row = reader.row<SnapshotRow>();
    if (!summaries.empty() && row.id <= *summaries.back().info.id) {
      reader.reject("is out of order");
    }
    summaries.push_back(take_summary(std::move(row), reader.stored_digest()));
  }
  read_provenance(database, summaries);
  return summaries;
}

}  // namespace netmon
