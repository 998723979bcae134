"""SHA-256 of what runs."""

import hashlib
import os
import sqlite3
from pathlib import Path

import scenario
import world


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Executables(scenario.Scenario):
    def digests(self, snapshot=1):
        with sqlite3.connect(self.database) as database:
            return dict(database.execute(
                "SELECT p.name, e.sha256 FROM process p"
                " LEFT JOIN process_executable e USING (snapshot_id, process_no)"
                " WHERE p.snapshot_id = ?", (snapshot,)))

    def test_listeners_and_outbound_connections_have_the_digest_of_their_program(self):
        program = self.program("sbin/web")
        server = self.start("web", "listen 127.0.0.1:80", program=program)
        client = self.start("curl")
        self.session(server, server.answers[0]["fd"], client, "127.0.0.1:80")
        self.start("idle", "bind tcp 127.0.0.1:81")
        self.capture("one")
        found = self.digests()
        self.assertEqual(found["web"], digest(program))
        self.assertEqual(found["idle"], None)

    def test_a_deleted_program_is_read_all_the_same(self):
        program = self.program("tmp/dropper")
        expected = digest(program)
        self.start("dropper", "listen 127.0.0.1:9000", program=program)
        os.unlink(program)
        self.capture("one")
        self.assertEqual(self.digests()["dropper"], expected)

    def test_a_program_that_was_replaced_has_another_digest(self):
        program = self.program("sbin/web")
        first = self.start("web", "listen 127.0.0.1:80", program=program)
        self.capture("before")
        first.end()
        with open(program, "ab") as file:
            file.write(b"trojan")
        self.start("web", "listen 127.0.0.1:80", program=program)
        self.capture("after")
        self.assertEqual(self.digests(2)["web"], digest(program))
        self.assertNotEqual(self.digests(1)["web"], self.digests(2)["web"])



if __name__ == "__main__":
    world.main()
