-- The chain of a database: one entry, in `link`, for all that was ever stored in it. README.md beside
-- this file gives each column's meaning, unit and source, and how a digest is computed.

-- 0 is this database's own; the others came with imported snapshots.
CREATE TABLE chain (
  chain_no INTEGER PRIMARY KEY,
  origin   TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO chain VALUES (0, lower(hex(randomblob(16))));

-- Needs no other row to be checked, so the chain holds where the rows of an entry are gone, or are in
-- another database.
CREATE TABLE link (
  chain_no        INTEGER NOT NULL REFERENCES chain (chain_no),
  number          INTEGER NOT NULL,
  kind            TEXT NOT NULL,
  previous_digest TEXT,
  content_digest  TEXT NOT NULL,
  digest          TEXT NOT NULL,
  PRIMARY KEY (chain_no, number)
) STRICT, WITHOUT ROWID;

-- Until this step a snapshot's digest was that of its content, which names the one before it.
INSERT INTO link SELECT 0, id, 'capture', previous_digest, digest, digest FROM snapshot;

-- A snapshot of another database: `number` is its number here, and that of the entry in chain 0.
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

-- Snapshots that were taken out, by whom and by which rule; what is left of each.
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

-- The command line of a process. The digest is of salt and text: without the salt, where the text is
-- masked, nobody can try what was there, and the evidence still holds.
CREATE TABLE command_line (
  snapshot_id INTEGER NOT NULL,
  process_no  INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  salt        TEXT,
  text        TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, process_no),
  FOREIGN KEY (snapshot_id, process_no) REFERENCES process (snapshot_id, process_no)
) STRICT, WITHOUT ROWID;

-- What goes with the evidence, and is in no chain: expected changes, and signatures over a digest.
CREATE TABLE document (
  document_no   INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL,
  name          TEXT NOT NULL,
  signed_digest TEXT NOT NULL,
  text          TEXT NOT NULL,
  UNIQUE (kind, name, signed_digest, text)
) STRICT;

CREATE INDEX import_origin ON import (chain_no, origin_number);
CREATE INDEX tombstone_prune ON tombstone (prune_number);

-- Append-only. A number is given once, also where its snapshot was taken out; and rows may be taken
-- out only of a snapshot that has its tombstone.

DROP TRIGGER snapshot_insert;
CREATE TRIGGER snapshot_insert BEFORE INSERT ON snapshot
WHEN NEW.id <= (SELECT max(number) FROM link WHERE chain_no = 0)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

CREATE TRIGGER link_insert BEFORE INSERT ON link
WHEN NEW.number <= (SELECT max(number) FROM link WHERE chain_no = NEW.chain_no)
BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

DROP TRIGGER snapshot_delete;
CREATE TRIGGER snapshot_delete BEFORE DELETE ON snapshot
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER netns_delete;
CREATE TRIGGER netns_delete BEFORE DELETE ON netns
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER netns_container_delete;
CREATE TRIGGER netns_container_delete BEFORE DELETE ON netns_container
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER netns_device_delete;
CREATE TRIGGER netns_device_delete BEFORE DELETE ON netns_device
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER process_delete;
CREATE TRIGGER process_delete BEFORE DELETE ON process
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER socket_delete;
CREATE TRIGGER socket_delete BEFORE DELETE ON socket
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER other_owner_delete;
CREATE TRIGGER other_owner_delete BEFORE DELETE ON other_owner
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER gap_delete;
CREATE TRIGGER gap_delete BEFORE DELETE ON gap
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER process_executable_delete;
CREATE TRIGGER process_executable_delete BEFORE DELETE ON process_executable
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER port_choice_delete;
CREATE TRIGGER port_choice_delete BEFORE DELETE ON port_choice
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER span_delete;
CREATE TRIGGER span_delete BEFORE DELETE ON span
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER sighting_delete;
CREATE TRIGGER sighting_delete BEFORE DELETE ON sighting
WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE snapshot_id = OLD.snapshot_id)
BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

DROP TRIGGER hidden_socket_delete;
CREATE TRIGGER hidden_socket_delete BEFORE DELETE ON hidden_socket
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

-- For people with an SQLite viewer, as those of 0001.

DROP VIEW v_snapshots;
CREATE VIEW v_snapshots AS
SELECT id, label, started_at AS taken_at, host_name AS host, snapshot.user_name AS user, ticket,
       note, sockets, listeners, processes, namespaces, gaps, span.samples,
       chain.origin, import.origin_number, ifnull(import.digest, link.digest) AS digest
FROM snapshot
LEFT JOIN span ON span.snapshot_id = snapshot.id
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
