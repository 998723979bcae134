"""The SHA-256 of the executables that run."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import holding
import scenario
import world


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Executables(scenario.Scenario):
    def digests(self, snapshot=1):
        with sqlite3.connect(self.database) as database:
            return dict(database.execute(
                "SELECT name, exe_sha256 FROM process WHERE snapshot_id = ?", (snapshot,)))

    def test_listeners_and_outbound_connections_have_the_digest_of_their_program(self):
        program = self.program("sbin/web")
        server = self.start("web", "listen 127.0.0.1:80", program=program)
        client = self.start("curl")
        self.session(server, server.answers[0]["fd"], client, "127.0.0.1:80")
        self.start("idle", "bind tcp 127.0.0.1:81")
        self.capture("one")
        found = self.digests()
        self.assertEqual(found["web"], digest(program))
        self.assertEqual(found["curl"], digest(holding.PYTHON))
        self.assertEqual(found["idle"], None)

    def test_a_deleted_program_is_read_all_the_same(self):
        program = self.program("tmp/dropper")
        expected = digest(program)
        self.start("dropper", "listen 127.0.0.1:9000", program=program)
        os.unlink(program)
        self.capture("one")
        self.assertEqual(self.digests()["dropper"], expected)

    def capture_around_replacement(self, name, statement):
        """Captures "before" with a program, and "after" when its file has other bytes."""
        program = self.program(f"sbin/{name}")
        first = self.start(name, statement, program=program)
        self.capture("before")
        first.end()
        with open(program, "ab") as file:
            file.write(b"trojan")
        self.start(name, statement, program=program)
        self.capture("after")
        return program

    def test_a_program_that_was_replaced_has_another_digest(self):
        program = self.capture_around_replacement("web", "listen 127.0.0.1:80")
        self.assertEqual(self.digests(2)["web"], digest(program))
        self.assertNotEqual(self.digests(1)["web"], self.digests(2)["web"])

    def test_a_program_with_a_raw_socket_that_was_replaced_is_executable_changed(self):
        self.capture_around_replacement("sniff", "packet 0800")
        found = self.diff("before", "after")
        self.assertEqual((found.code, [line.split()[0] for line in found.lines()]),
                         (1, ["executable-changed"]))

    def test_a_program_whose_leading_thread_has_ended_is_read_all_the_same(self):
        for way in ("auto", "proc"):
            with self.subTest(way):
                program, other = self.program(f"{way}/web"), self.program(f"{way}/tmp/web")
                with open(other, "ab") as file:
                    file.write(b"trojan")
                first = self.start("web", "listen 127.0.0.1:80", program=program)
                self.capture("before", "--owners", way)
                first.end()
                second = self.start("web", "listen 127.0.0.1:80", "leave", program=program)
                self.capture("after", "--owners", way)
                second.end()
                self.assert_unchanged()
                self.assertEqual(self.digests(2 if way == "auto" else 5)["web"], digest(program))
                third = self.start("web", "listen 127.0.0.1:80", "leave", program=other)
                self.capture("swapped", "--owners", way)
                third.end()
                self.assertEqual(self.diff("before", "swapped").attribute("executable-changed",
                                                                          "exe"),
                                 ([program], [other]))

    def test_a_program_that_keeps_its_file_from_being_read_is_inconclusive(self):
        program = self.native("sbin/web")
        first = self.start_native(program, "listen 127.0.0.1:80")
        self.capture("before")
        first.end()
        with open(program, "ab") as file:
            file.truncate(1 << 28)
        self.start_native(program, "listen 127.0.0.1:80")
        toucher = subprocess.Popen([sys.executable, "-c", "import os, sys\n"
                                    "while True: os.utime(sys.argv[1])", program])
        try:
            self.await_true("a capture that could not read it", self.unread)
        finally:
            toucher.kill()
            toucher.wait()
        found = self.assert_inconclusive("executables-not-hashed")
        self.assertEqual((found.verdict, found.lines()), ("inconclusive", []))

    def unread(self):
        self.capture("after")
        return "executables-not-hashed" in self.show("after").gap_codes()


if __name__ == "__main__":
    world.main()
