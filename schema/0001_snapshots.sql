-- Snapshots and their rows. README.md beside this file gives each column's meaning, unit and source.
--
-- Every table but `snapshot` numbers its rows from 0 within a snapshot, in the order in which they
-- are read back. The references to `snapshot` are deferred: its row is written last, with the digest
-- of all the others.

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
  snapshot_id    INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  process_no     INTEGER NOT NULL,
  pid            INTEGER NOT NULL,
  namespaced_pid INTEGER NOT NULL,
  start_ticks    INTEGER NOT NULL,
  started_at     TEXT NOT NULL,
  parent_no      INTEGER,
  name           TEXT NOT NULL,
  comm           TEXT NOT NULL,
  exe            TEXT,
  exe_deleted    INTEGER NOT NULL,
  cmdline        TEXT,
  uid            INTEGER,
  user_name      TEXT NOT NULL,
  unit           TEXT NOT NULL,
  container      TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no),
  FOREIGN KEY (snapshot_id, parent_no) REFERENCES process (snapshot_id, process_no)
    DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- The owner that is shown is part of the row: nearly every socket has exactly one.
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

-- The further owners of a socket that several processes hold.
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

-- Append-only. A snapshot's number is given once, so that INSERT OR REPLACE does not rewrite it.

CREATE TRIGGER snapshot_insert BEFORE INSERT ON snapshot
WHEN NEW.id <= (SELECT max(id) FROM snapshot)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER snapshot_update BEFORE UPDATE ON snapshot
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER snapshot_delete BEFORE DELETE ON snapshot
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_update BEFORE UPDATE ON netns
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_delete BEFORE DELETE ON netns
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_container_update BEFORE UPDATE ON netns_container
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_container_delete BEFORE DELETE ON netns_container
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER netns_device_update BEFORE UPDATE ON netns_device
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER netns_device_delete BEFORE DELETE ON netns_device
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER process_update BEFORE UPDATE ON process
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER process_delete BEFORE DELETE ON process
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER socket_update BEFORE UPDATE ON socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER socket_delete BEFORE DELETE ON socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER other_owner_update BEFORE UPDATE ON other_owner
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER other_owner_delete BEFORE DELETE ON other_owner
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER gap_update BEFORE UPDATE ON gap
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER gap_delete BEFORE DELETE ON gap
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

-- For people with an SQLite viewer; netmon itself reads the tables.

CREATE VIEW v_snapshots AS
SELECT id, label, started_at AS taken_at, host_name AS host, user_name AS user, ticket, note,
       sockets, listeners, processes, namespaces, gaps, digest
FROM snapshot ORDER BY id;

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
       socket.state, socket.owner_state AS owner, process.pid, process.name AS process,
       process.user_name AS user, process.exe, process.unit, process.container, socket.socket_no
FROM socket
JOIN snapshot ON snapshot.id = socket.snapshot_id
JOIN netns ON netns.snapshot_id = socket.snapshot_id AND netns.netns_no = socket.netns_no
LEFT JOIN process ON process.snapshot_id = socket.snapshot_id
                 AND process.process_no = socket.process_no;

CREATE VIEW v_listeners AS
SELECT * FROM v_sockets
WHERE state = 'listen' OR (proto IN ('udp', 'udplite') AND state = 'unconnected');

CREATE VIEW v_connections AS
SELECT * FROM v_sockets WHERE remote <> '*:*';

-- Every process that holds a socket, the oldest (owner_no 0) first.
CREATE VIEW v_owners AS
SELECT owner.snapshot_id AS snapshot, owner.socket_no, owner.owner_no, process.pid,
       owner.thread_id, owner.fd, process.name AS process, process.user_name AS user, process.exe,
       process.unit, process.container
FROM (SELECT snapshot_id, socket_no, 0 AS owner_no, process_no, thread_id, fd
      FROM socket WHERE process_no IS NOT NULL
      UNION ALL
      SELECT snapshot_id, socket_no, owner_no, process_no, thread_id, fd FROM other_owner) AS owner
JOIN process ON process.snapshot_id = owner.snapshot_id AND process.process_no = owner.process_no;

CREATE VIEW v_gaps AS
SELECT snapshot.id AS snapshot, snapshot.label, snapshot.started_at AS taken_at, gap.code,
       gap.scope, gap.protocol, gap.count, gap.reason
FROM gap JOIN snapshot ON snapshot.id = gap.snapshot_id;
