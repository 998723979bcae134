-- The whole database. README.md in this folder gives the meaning, unit and source of each column,
-- and says how the digests are computed.

-- ---- The content of a snapshot. ----
--
-- Every table except `snapshot` numbers its rows from 0 within a snapshot, in the order in which
-- they are read back. References to `snapshot` are deferred, because its row is written last, with
-- the digest of all other rows. Columns that are NULL together are adjacent.

CREATE TABLE snapshot (
  id              INTEGER PRIMARY KEY,
  label           TEXT NOT NULL,
  ticket          TEXT NOT NULL,
  note            TEXT NOT NULL,
  host_name       TEXT NOT NULL,
  machine_id      TEXT NOT NULL,
  boot_id         TEXT NOT NULL,
  kernel          TEXT NOT NULL,
  netmon_version  TEXT NOT NULL,
  uid             INTEGER NOT NULL,
  user_name       TEXT NOT NULL,
  sudo_uid        INTEGER,
  sudo_user_name  TEXT,
  login_uid       INTEGER,
  login_user_name TEXT,
  privilege       TEXT NOT NULL,
  netns_selection TEXT NOT NULL,
  owner_method    TEXT NOT NULL,
  every_ms        INTEGER,
  samples         INTEGER,
  started_at      TEXT NOT NULL,
  finished_at     TEXT NOT NULL,
  sockets         INTEGER NOT NULL,
  listeners       INTEGER NOT NULL,
  processes       INTEGER NOT NULL,
  namespaces      INTEGER NOT NULL,
  gaps            INTEGER NOT NULL,
  previous_digest TEXT,
  digest          TEXT NOT NULL
) STRICT;

CREATE TABLE netns (
  snapshot_id    INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  netns_no       INTEGER NOT NULL,
  inode          INTEGER NOT NULL,
  cookie         INTEGER NOT NULL,
  scope          TEXT NOT NULL,
  ephemeral_low  INTEGER NOT NULL,
  ephemeral_high INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, netns_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE netns_container (
  snapshot_id  INTEGER NOT NULL,
  netns_no     INTEGER NOT NULL,
  container_no INTEGER NOT NULL,
  container    TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, netns_no, container_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE netns_device (
  snapshot_id  INTEGER NOT NULL,
  netns_no     INTEGER NOT NULL,
  device_no    INTEGER NOT NULL,
  device_index INTEGER NOT NULL,
  name         TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, netns_no, device_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE process (
  snapshot_id        INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  process_no         INTEGER NOT NULL,
  pid                INTEGER NOT NULL,
  namespaced_pid     INTEGER NOT NULL,
  start_ticks        INTEGER NOT NULL,
  started_at         TEXT NOT NULL,
  parent_no          INTEGER,
  name               TEXT NOT NULL,
  comm               TEXT NOT NULL,
  exe                TEXT,
  exe_deleted        INTEGER NOT NULL,
  exe_sha256         TEXT,
  exe_protected      INTEGER NOT NULL,
  exe_changed_at     TEXT,
  exe_elsewhere      INTEGER NOT NULL,
  interpreter        INTEGER NOT NULL,
  script_kind        TEXT,
  script             TEXT,
  script_sha256      TEXT,
  script_claimed     INTEGER,
  exe_mapped         INTEGER,
  anonymous_code     INTEGER,
  uid                INTEGER,
  user_name          TEXT NOT NULL,
  real_uid           INTEGER,
  saved_uid          INTEGER,
  groups             TEXT,
  capabilities       TEXT,
  own_user_namespace INTEGER,
  unit               TEXT NOT NULL,
  has_socket_unit    INTEGER NOT NULL,
  container          TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no),
  FOREIGN KEY (snapshot_id, parent_no) REFERENCES process (snapshot_id, process_no)
    DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE foreign_code (
  snapshot_id INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  code_no     INTEGER NOT NULL,
  path        TEXT NOT NULL,
  deleted     INTEGER NOT NULL,
  sha256      TEXT,
  PRIMARY KEY (snapshot_id, process_no, code_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE loader_variable (
  snapshot_id INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  variable_no INTEGER NOT NULL,
  name        TEXT NOT NULL,
  value       TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no, variable_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- The owner that is shown is part of the row, because nearly every socket has exactly one.
CREATE TABLE socket (
  snapshot_id    INTEGER NOT NULL,
  socket_no      INTEGER NOT NULL,
  netns_no       INTEGER NOT NULL,
  protocol       TEXT NOT NULL,
  state          TEXT NOT NULL,
  local_address  TEXT NOT NULL,
  local_port     INTEGER NOT NULL,
  remote_address TEXT NOT NULL,
  remote_port    INTEGER NOT NULL,
  device_index   INTEGER NOT NULL,
  v6only         INTEGER,
  port_choice    TEXT,
  uid            INTEGER,
  link_protocol  INTEGER NOT NULL,
  cookie         INTEGER NOT NULL,
  inode          INTEGER NOT NULL,
  presence       TEXT NOT NULL,
  owner_state    TEXT NOT NULL,
  process_no     INTEGER,
  thread_id      INTEGER,
  fd             INTEGER,
  PRIMARY KEY (snapshot_id, socket_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- The other owners of a socket that several processes hold.
CREATE TABLE other_owner (
  snapshot_id INTEGER NOT NULL,
  socket_no   INTEGER NOT NULL,
  owner_no    INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  thread_id   INTEGER NOT NULL,
  fd          INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, socket_no, owner_no),
  FOREIGN KEY (snapshot_id, socket_no) REFERENCES socket (snapshot_id, socket_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- When a socket of a span was seen. Most snapshots are single captures, for which NULL columns in
-- `socket` would take space and time.
CREATE TABLE sighting (
  snapshot_id INTEGER NOT NULL,
  socket_no   INTEGER NOT NULL,
  first_seen  TEXT NOT NULL,
  last_seen   TEXT NOT NULL,
  samples     INTEGER NOT NULL,
  events      INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, socket_no),
  FOREIGN KEY (snapshot_id, socket_no) REFERENCES socket (snapshot_id, socket_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden_socket (
  snapshot_id    INTEGER NOT NULL,
  hidden_no      INTEGER NOT NULL,
  netns_no       INTEGER NOT NULL,
  protocol       TEXT NOT NULL,
  state          TEXT NOT NULL,
  local_address  TEXT NOT NULL,
  local_port     INTEGER NOT NULL,
  remote_address TEXT NOT NULL,
  remote_port    INTEGER NOT NULL,
  inode          INTEGER NOT NULL,
  process_no     INTEGER,
  seen_in        TEXT NOT NULL,
  missing_from   TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, hidden_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- A rule of the kernel that hands a port to another place.
CREATE TABLE forward (
  snapshot_id INTEGER NOT NULL,
  forward_no  INTEGER NOT NULL,
  netns_no    INTEGER NOT NULL,
  protocol    TEXT NOT NULL,
  address     TEXT NOT NULL,
  port_low    INTEGER NOT NULL,
  port_high   INTEGER NOT NULL,
  device      TEXT NOT NULL,
  target      TEXT NOT NULL,
  conditions  TEXT NOT NULL,
  service     TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, forward_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no)
) STRICT, WITHOUT ROWID;

-- Other facts that decide who can reach the ports of a namespace: addresses, settings, filters,
-- programs.
CREATE TABLE reach (
  snapshot_id INTEGER NOT NULL,
  reach_no    INTEGER NOT NULL,
  netns_no    INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  value       TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, reach_no),
  FOREIGN KEY (snapshot_id, netns_no) REFERENCES netns (snapshot_id, netns_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  gap_no      INTEGER NOT NULL,
  code        TEXT NOT NULL,
  scope       TEXT,
  protocol    TEXT,
  reason      TEXT NOT NULL,
  count       INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, gap_no)
) STRICT, WITHOUT ROWID;

-- The account of a span with events: what was seen was stored, done outside, or dropped.
CREATE TABLE event_count (
  snapshot_id     INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  count_no        INTEGER NOT NULL,
  kind            TEXT NOT NULL,
  processor       INTEGER NOT NULL,
  seen            INTEGER NOT NULL,
  stored          INTEGER NOT NULL,
  outside         INTEGER NOT NULL,
  dropped_program INTEGER NOT NULL,
  dropped_all     INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, count_no)
) STRICT, WITHOUT ROWID;

-- Independent evidence of what must have been seen: netmon did it itself (a canary), or the kernel
-- counted it.
CREATE TABLE event_proof (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  proof_no    INTEGER NOT NULL,
  witness     TEXT NOT NULL,
  kind        TEXT NOT NULL,
  netns_id    INTEGER NOT NULL,
  at_least    INTEGER NOT NULL,
  at_most     INTEGER NOT NULL,
  seen        INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, proof_no)
) STRICT, WITHOUT ROWID;

-- The command line of a process. Its digest covers salt and text. Where the text is masked, the
-- salt is removed, so nobody can test guesses of the original text, and the evidence is still
-- valid.
CREATE TABLE command_line (
  snapshot_id INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  salt        TEXT,
  text        TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- ---- The chain: one entry, in `link`, for everything that was ever stored. ----

-- Number 0 is this database's own chain; the others came with imported snapshots.
CREATE TABLE chain (
  chain_no INTEGER PRIMARY KEY,
  origin   TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO chain VALUES (0, lower(hex(randomblob(16))));

-- A link can be checked without any other row, so the chain can be verified where the rows of an
-- entry are gone, or are in another database.
CREATE TABLE link (
  chain_no        INTEGER NOT NULL REFERENCES chain (chain_no),
  number          INTEGER NOT NULL,
  kind            TEXT NOT NULL,
  previous_digest TEXT,
  content_digest  TEXT NOT NULL,
  digest          TEXT NOT NULL,
  PRIMARY KEY (chain_no, number)
) STRICT, WITHOUT ROWID;

-- A snapshot of another database. `number` is its number here, and that of its entry in chain 0.
CREATE TABLE import (
  number         INTEGER PRIMARY KEY,
  chain_no       INTEGER NOT NULL REFERENCES chain (chain_no),
  origin_number  INTEGER NOT NULL,
  digest         TEXT NOT NULL,
  imported_at    TEXT NOT NULL,
  uid            INTEGER NOT NULL,
  user_name      TEXT NOT NULL,
  netmon_version TEXT NOT NULL
) STRICT;
CREATE INDEX import_origin ON import (chain_no, origin_number);

-- Removals of snapshots: who made each, and by which rule. `tombstone` has what is left of a
-- snapshot.
CREATE TABLE prune (
  number         INTEGER PRIMARY KEY,
  pruned_at      TEXT NOT NULL,
  uid            INTEGER NOT NULL,
  user_name      TEXT NOT NULL,
  netmon_version TEXT NOT NULL,
  older_than_ms  INTEGER NOT NULL,
  keep_labels    TEXT NOT NULL,
  snapshots      INTEGER NOT NULL
) STRICT;

CREATE TABLE tombstone (
  snapshot_id  INTEGER PRIMARY KEY,
  prune_number INTEGER NOT NULL REFERENCES prune (number) DEFERRABLE INITIALLY DEFERRED,
  label        TEXT NOT NULL,
  host_name    TEXT NOT NULL,
  started_at   TEXT NOT NULL,
  digest       TEXT NOT NULL
) STRICT;
CREATE INDEX tombstone_prune ON tombstone (prune_number);

-- ---- Tables that are no evidence, and that no digest covers. ----

-- Documents that belong to the evidence: expected changes, and signatures of a digest.
CREATE TABLE document (
  document_no   INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL,
  name          TEXT NOT NULL,
  signed_digest TEXT NOT NULL,
  text          TEXT NOT NULL,
  UNIQUE (kind, name, signed_digest, text)
) STRICT;

-- A cache of what earlier captures read from executables, so each file is read once.
CREATE TABLE executable_digest (
  entry_no    INTEGER PRIMARY KEY,
  device      INTEGER NOT NULL,
  inode       INTEGER NOT NULL,
  size_bytes  INTEGER NOT NULL,
  changed_ns  INTEGER NOT NULL,
  born_ns     INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  interpreter TEXT NOT NULL,
  UNIQUE (device, inode, size_bytes, changed_ns, born_ns)
) STRICT;

-- An index: which identity was in which snapshots of its host, as runs of consecutive snapshots. It
-- may lag behind; a query brings it up to date. `number` counts the snapshots of a host in order of
-- time, from 1.

CREATE TABLE history_host (
  host_no   INTEGER PRIMARY KEY,
  machine   TEXT NOT NULL UNIQUE,
  host_name TEXT NOT NULL
) STRICT;

CREATE TABLE history_snapshot (
  snapshot_id INTEGER PRIMARY KEY REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  host_no     INTEGER NOT NULL REFERENCES history_host (host_no),
  number      INTEGER NOT NULL,
  UNIQUE (host_no, number)
) STRICT;

CREATE TABLE history_identity (
  identity_no    INTEGER PRIMARY KEY,
  host_no        INTEGER NOT NULL REFERENCES history_host (host_no),
  scope          TEXT NOT NULL,
  role           TEXT NOT NULL,
  protocol       TEXT NOT NULL,
  port           TEXT NOT NULL,
  device         TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  remote_port    TEXT NOT NULL,
  program        TEXT NOT NULL,
  remote_key     BLOB,
  present_since  INTEGER,
  UNIQUE (host_no, scope, role, protocol, port, device, remote_address, remote_port, program)
) STRICT;

CREATE TABLE history_run (
  identity_no  INTEGER NOT NULL REFERENCES history_identity (identity_no),
  first_number INTEGER NOT NULL,
  last_number  INTEGER NOT NULL,
  PRIMARY KEY (identity_no, first_number)
) STRICT, WITHOUT ROWID;

-- ---- Append-only. ----
--
-- A number is never used again, even where its snapshot was pruned, so INSERT OR REPLACE cannot
-- overwrite one. Rows may be deleted only if their snapshot has a tombstone.

CREATE TRIGGER snapshot_insert BEFORE INSERT ON snapshot
WHEN NEW.id <= (SELECT max(number) FROM link WHERE chain_no = 0)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER link_insert BEFORE INSERT ON link
WHEN NEW.number <= (SELECT max(number) FROM link WHERE chain_no = NEW.chain_no)
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER snapshot_update BEFORE UPDATE ON snapshot
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER snapshot_delete BEFORE DELETE ON snapshot
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_update BEFORE UPDATE ON netns
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_delete BEFORE DELETE ON netns
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_container_update BEFORE UPDATE ON netns_container
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_container_delete BEFORE DELETE ON netns_container
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_device_update BEFORE UPDATE ON netns_device
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_device_delete BEFORE DELETE ON netns_device
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER process_update BEFORE UPDATE ON process
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER process_delete BEFORE DELETE ON process
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER foreign_code_update BEFORE UPDATE ON foreign_code
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER foreign_code_delete BEFORE DELETE ON foreign_code
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER loader_variable_update BEFORE UPDATE ON loader_variable
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER loader_variable_delete BEFORE DELETE ON loader_variable
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER socket_update BEFORE UPDATE ON socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER socket_delete BEFORE DELETE ON socket
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER other_owner_update BEFORE UPDATE ON other_owner
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER other_owner_delete BEFORE DELETE ON other_owner
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER sighting_update BEFORE UPDATE ON sighting
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER sighting_delete BEFORE DELETE ON sighting
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER hidden_socket_update BEFORE UPDATE ON hidden_socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER hidden_socket_delete BEFORE DELETE ON hidden_socket
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER event_count_update BEFORE UPDATE ON event_count
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER event_count_delete BEFORE DELETE ON event_count
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER forward_update BEFORE UPDATE ON forward
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER forward_delete BEFORE DELETE ON forward
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER reach_update BEFORE UPDATE ON reach
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER reach_delete BEFORE DELETE ON reach
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER event_proof_update BEFORE UPDATE ON event_proof
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER event_proof_delete BEFORE DELETE ON event_proof
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER gap_update BEFORE UPDATE ON gap
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER gap_delete BEFORE DELETE ON gap
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER command_line_update BEFORE UPDATE ON command_line
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER command_line_delete BEFORE DELETE ON command_line
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER chain_update BEFORE UPDATE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER chain_delete BEFORE DELETE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER link_update BEFORE UPDATE ON link
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER link_delete BEFORE DELETE ON link
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER import_update BEFORE UPDATE ON import
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER import_delete BEFORE DELETE ON import
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER prune_update BEFORE UPDATE ON prune
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER prune_delete BEFORE DELETE ON prune
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER tombstone_update BEFORE UPDATE ON tombstone
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER tombstone_delete BEFORE DELETE ON tombstone
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TRIGGER document_update BEFORE UPDATE ON document
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER document_delete BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

-- ---- Views for people with an SQLite viewer; netmon itself reads the tables. ----

CREATE VIEW v_snapshots AS
SELECT id, label, started_at AS taken_at, host_name AS host, snapshot.user_name AS user, ticket,
       note, sockets, listeners, processes, namespaces, gaps, samples,
       chain.origin, import.origin_number, ifnull(import.digest, link.digest) AS digest
FROM snapshot
LEFT JOIN link ON link.chain_no = 0 AND link.number = snapshot.id
LEFT JOIN import ON import.number = snapshot.id
LEFT JOIN chain ON chain.chain_no = import.chain_no
ORDER BY id;

-- What became of each entry of this database's own chain.
CREATE VIEW v_chain AS
SELECT link.number, kind,
       coalesce(snapshot.label, tombstone.label) AS label,
       coalesce(snapshot.host_name, tombstone.host_name) AS host,
       coalesce(snapshot.started_at, tombstone.started_at, prune.pruned_at) AS at,
       tombstone.prune_number AS pruned_by, chain.origin, import.origin_number, link.digest
FROM link
LEFT JOIN snapshot ON snapshot.id = link.number
LEFT JOIN tombstone ON tombstone.snapshot_id = link.number
LEFT JOIN prune ON prune.number = link.number
LEFT JOIN import ON import.number = link.number
LEFT JOIN chain ON chain.chain_no = import.chain_no
WHERE link.chain_no = 0 ORDER BY link.number;

CREATE VIEW v_sockets AS
SELECT snapshot.id AS snapshot, snapshot.label, snapshot.started_at AS taken_at, netns.scope,
       socket.protocol AS proto,
       CASE WHEN instr(local_address, ':') THEN '[' || local_address || ']'
            WHEN local_address = '' THEN '*' ELSE local_address END || ':' ||
       CASE WHEN local_address = '' AND local_port = 0 THEN '*' ELSE local_port END AS local,
       CASE WHEN instr(remote_address, ':') THEN '[' || remote_address || ']'
            WHEN remote_address = '' THEN '*' ELSE remote_address END || ':' ||
       CASE WHEN remote_address = '' AND remote_port = 0 THEN '*' ELSE remote_port END AS remote,
       (SELECT name FROM netns_device
        WHERE netns_device.snapshot_id = socket.snapshot_id
          AND netns_device.netns_no = socket.netns_no
          AND netns_device.device_index = socket.device_index) AS device,
       socket.state, socket.port_choice, socket.owner_state AS owner, process.pid,
       process.name AS process, process.user_name AS user, process.exe, process.exe_sha256,
       process.script, process.unit, process.container, sighting.first_seen, sighting.last_seen,
       sighting.samples, sighting.events, socket.socket_no, socket.process_no
FROM socket
JOIN snapshot ON snapshot.id = socket.snapshot_id
JOIN netns ON netns.snapshot_id = socket.snapshot_id AND netns.netns_no = socket.netns_no
LEFT JOIN process ON process.snapshot_id = socket.snapshot_id
                 AND process.process_no = socket.process_no
LEFT JOIN sighting ON sighting.snapshot_id = socket.snapshot_id
                  AND sighting.socket_no = socket.socket_no;

CREATE VIEW v_listeners AS
SELECT * FROM v_sockets
WHERE state = 'listen' OR (proto IN ('udp', 'udplite') AND state = 'unconnected');

CREATE VIEW v_connections AS
SELECT * FROM v_sockets WHERE remote <> '*:*';

-- Every process that holds a socket; the oldest, which has owner_no 0, is first.
CREATE VIEW v_owners AS
SELECT owner.snapshot_id AS snapshot, owner.socket_no, owner.owner_no, process.pid,
       owner.thread_id, owner.fd, process.name AS process, process.user_name AS user, process.exe,
       process.script, process.unit, process.container, owner.process_no
FROM (SELECT snapshot_id, socket_no, 0 AS owner_no, process_no, thread_id, fd
      FROM socket WHERE process_no IS NOT NULL
      UNION ALL
      SELECT snapshot_id, socket_no, owner_no, process_no, thread_id, fd FROM other_owner) AS owner
JOIN process ON process.snapshot_id = owner.snapshot_id AND process.process_no = owner.process_no;

-- What each process runs and what it may do; several files or variables are separated by line
-- feeds.
CREATE VIEW v_programs AS
SELECT process.snapshot_id AS snapshot, pid, (SELECT pid FROM process AS parent
        WHERE parent.snapshot_id = process.snapshot_id
          AND parent.process_no = process.parent_no) AS parent_pid,
       name, exe, exe_sha256, script_kind, script, script_sha256,
       (SELECT group_concat(path || iif(deleted, ' (deleted)', ''), char(10)) FROM foreign_code
        WHERE foreign_code.snapshot_id = process.snapshot_id
          AND foreign_code.process_no = process.process_no) AS foreign_code,
       (SELECT group_concat(loader_variable.name || '=' || value, char(10)) FROM loader_variable
        WHERE loader_variable.snapshot_id = process.snapshot_id
          AND loader_variable.process_no = process.process_no) AS loader_variables,
       user_name AS user, uid, real_uid, saved_uid, groups, capabilities, own_user_namespace, unit,
       container, (SELECT text FROM command_line
                   WHERE command_line.snapshot_id = process.snapshot_id
                     AND command_line.process_no = process.process_no) AS command_line,
       process_no
FROM process;

CREATE VIEW v_gaps AS
SELECT snapshot.id AS snapshot, snapshot.label, snapshot.started_at AS taken_at, gap.code,
       gap.scope, gap.protocol, gap.count, gap.reason
FROM gap JOIN snapshot ON snapshot.id = gap.snapshot_id;

CREATE VIEW v_forwards AS
SELECT forward.snapshot_id AS snapshot, netns.scope, forward.protocol AS proto, forward.address,
       port_low, port_high, device, target, conditions, service
FROM forward
JOIN netns ON netns.snapshot_id = forward.snapshot_id AND netns.netns_no = forward.netns_no;

CREATE VIEW v_reach AS
SELECT reach.snapshot_id AS snapshot, netns.scope, reach.kind, reach.name, reach.value
FROM reach
JOIN netns ON netns.snapshot_id = reach.snapshot_id AND netns.netns_no = reach.netns_no;

CREATE VIEW v_hidden AS
SELECT snapshot.id AS snapshot, snapshot.label, snapshot.started_at AS taken_at, netns.scope,
       hidden_socket.protocol AS proto, state, local_address, local_port, remote_address,
       remote_port, hidden_socket.inode, process.pid, process.name AS process, seen_in, missing_from
FROM hidden_socket
JOIN snapshot ON snapshot.id = hidden_socket.snapshot_id
JOIN netns ON netns.snapshot_id = hidden_socket.snapshot_id
          AND netns.netns_no = hidden_socket.netns_no
LEFT JOIN process ON process.snapshot_id = hidden_socket.snapshot_id
                 AND process.process_no = hidden_socket.process_no;

-- Each identity with the time when it was seen and the number of its host's snapshots that have it,
-- as far as the index goes: up to the snapshot `indexed_to`. `netmon history` updates the index.
CREATE VIEW v_history AS
SELECT host_name AS host, scope, role, protocol AS proto, port, device, remote_address, remote_port,
       program, first.snapshot_id AS first_snapshot, last.snapshot_id AS last_snapshot,
       (SELECT started_at FROM snapshot WHERE id = first.snapshot_id) AS first_seen,
       (SELECT started_at FROM snapshot WHERE id = last.snapshot_id) AS last_seen,
       ifnull((SELECT sum(last_number - first_number + 1) FROM history_run
               WHERE history_run.identity_no = identity.identity_no), 0) +
         ifnull(newest.number - present_since + 1, 0) AS snapshots,
       newest.number AS host_snapshots,
       (SELECT max(snapshot_id) FROM history_snapshot) AS indexed_to
FROM history_identity AS identity
JOIN history_host USING (host_no)
JOIN history_snapshot AS newest
  ON newest.host_no = identity.host_no
 AND newest.number = (SELECT max(number) FROM history_snapshot AS any_of_host
                      WHERE any_of_host.host_no = identity.host_no)
JOIN history_snapshot AS first
  ON first.host_no = identity.host_no
 AND first.number = ifnull((SELECT min(first_number) FROM history_run
                            WHERE history_run.identity_no = identity.identity_no), present_since)
JOIN history_snapshot AS last
  ON last.host_no = identity.host_no
 AND last.number = iif(present_since IS NOT NULL, newest.number,
                       (SELECT last_number FROM history_run
                        WHERE history_run.identity_no = identity.identity_no
                        ORDER BY first_number DESC LIMIT 1));
