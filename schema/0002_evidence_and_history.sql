-- What a snapshot holds since this step, in tables of its own: where a snapshot has no such row, its
-- canonical text, and with it its digest, is what it was before. README.md beside this file gives
-- each column's meaning, unit and source.

CREATE TABLE process_executable (
  snapshot_id INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE port_choice (
  snapshot_id INTEGER NOT NULL,
  socket_no   INTEGER NOT NULL,
  chosen      INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, socket_no),
  FOREIGN KEY (snapshot_id, socket_no) REFERENCES socket (snapshot_id, socket_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE span (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) DEFERRABLE INITIALLY DEFERRED,
  every_ms    INTEGER NOT NULL,
  samples     INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sighting (
  snapshot_id INTEGER NOT NULL,
  socket_no   INTEGER NOT NULL,
  first_seen  TEXT NOT NULL,
  last_seen   TEXT NOT NULL,
  samples     INTEGER NOT NULL,
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

CREATE TRIGGER process_executable_update BEFORE UPDATE ON process_executable
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER process_executable_delete BEFORE DELETE ON process_executable
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER port_choice_update BEFORE UPDATE ON port_choice
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER port_choice_delete BEFORE DELETE ON port_choice
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER span_update BEFORE UPDATE ON span
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER span_delete BEFORE DELETE ON span
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER sighting_update BEFORE UPDATE ON sighting
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER sighting_delete BEFORE DELETE ON sighting
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER hidden_socket_update BEFORE UPDATE ON hidden_socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER hidden_socket_delete BEFORE DELETE ON hidden_socket
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

-- A cache, no evidence: the digests of executables, so that a file is read once.

CREATE TABLE executable_digest (
  entry_no   INTEGER PRIMARY KEY,
  device     INTEGER NOT NULL,
  inode      INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  UNIQUE (device, inode, size_bytes, changed_ns)
) STRICT;

-- An index, no evidence: which identity was there in which snapshots of its host, in runs without a
-- hole. Derived from the tables above it and from 0001; a snapshot's number here is its place among
-- those of its host, from 1.

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
  port           INTEGER NOT NULL,
  remote_address TEXT NOT NULL,
  remote_port    INTEGER NOT NULL,
  process        TEXT NOT NULL,
  remote_key     BLOB,
  present_since  INTEGER,
  UNIQUE (role, port, remote_address, remote_port, protocol, scope, host_no, process)
) STRICT;

CREATE INDEX history_identity_present ON history_identity (host_no) WHERE present_since IS NOT NULL;
CREATE INDEX history_identity_process ON history_identity (process);
CREATE INDEX history_identity_remote_port ON history_identity (remote_port) WHERE role = 'outbound';
CREATE INDEX history_identity_remote ON history_identity (remote_key) WHERE remote_key IS NOT NULL;

CREATE TABLE history_run (
  identity_no  INTEGER NOT NULL REFERENCES history_identity (identity_no),
  first_number INTEGER NOT NULL,
  last_number  INTEGER NOT NULL,
  PRIMARY KEY (identity_no, first_number)
) STRICT, WITHOUT ROWID;

-- For people with an SQLite viewer, as those of 0001.

DROP VIEW v_snapshots;
CREATE VIEW v_snapshots AS
SELECT id, label, started_at AS taken_at, host_name AS host, user_name AS user, ticket, note,
       sockets, listeners, processes, namespaces, gaps, span.samples, digest
FROM snapshot LEFT JOIN span ON span.snapshot_id = snapshot.id ORDER BY id;

DROP VIEW v_connections;
DROP VIEW v_listeners;
DROP VIEW v_sockets;
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
       process.user_name AS user, process.exe, process_executable.sha256, process.unit,
       process.container, sighting.first_seen, sighting.last_seen, sighting.samples,
       socket.socket_no
FROM socket
JOIN snapshot ON snapshot.id = socket.snapshot_id
JOIN netns ON netns.snapshot_id = socket.snapshot_id AND netns.netns_no = socket.netns_no
LEFT JOIN process ON process.snapshot_id = socket.snapshot_id
                 AND process.process_no = socket.process_no
LEFT JOIN process_executable ON process_executable.snapshot_id = socket.snapshot_id
                            AND process_executable.process_no = socket.process_no
LEFT JOIN sighting ON sighting.snapshot_id = socket.snapshot_id
                  AND sighting.socket_no = socket.socket_no;

CREATE VIEW v_listeners AS
SELECT * FROM v_sockets
WHERE state = 'listen' OR (proto IN ('udp', 'udplite') AND state = 'unconnected');

CREATE VIEW v_connections AS
SELECT * FROM v_sockets WHERE remote <> '*:*';

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

-- Each identity, when it was seen and in how many of its host's snapshots; netmon asks it, too.
CREATE VIEW v_history AS
SELECT host_name AS host, scope, role, protocol AS proto, port, remote_address, remote_port, process,
       first.snapshot_id AS first_snapshot, last.snapshot_id AS last_snapshot,
       (SELECT started_at FROM snapshot WHERE id = first.snapshot_id) AS first_seen,
       (SELECT started_at FROM snapshot WHERE id = last.snapshot_id) AS last_seen,
       ifnull((SELECT sum(last_number - first_number + 1) FROM history_run
               WHERE history_run.identity_no = identity.identity_no), 0) +
         ifnull(newest.number - present_since + 1, 0) AS snapshots,
       newest.number AS host_snapshots, remote_key
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
