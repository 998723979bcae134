"""Every kind of socket is shown as the kernel has it: nothing is missing and nothing is invented."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import holding
import scenario
import world

HOST_PID_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO in linux/proc_ns.h


class Sockets(scenario.Scenario):
    def seen(self):
        self.capture("one")
        return self.show("one")

    def drop(self, *rule):
        """Makes this network namespace drop the packets that match the rule of nft(8)."""
        self.require(shutil.which("nft"), "nft is not installed")
        for words in (["add", "table", "inet", "t"],
                      ["add", "chain", "inet", "t", "out",
                       "{ type filter hook output priority 0 ; }"],
                      ["add", "rule", "inet", "t", "out", *rule, "drop"]):
            done = subprocess.run(["nft", *words], capture_output=True, text=True, check=False)
            self.require(done.returncode == 0, f"nft: {done.stderr.strip()}")

    def test_handshakes_whose_answer_is_lost_are_requests_without_an_owner(self):
        self.drop("tcp", "flags", "&", "(syn|ack)", "==", "syn|ack")
        server = self.start("web", "listen 127.0.0.1:80", "listen [::1]:80")
        clients = [self.start("curl", f"begin {where}")
                   for where in ("127.0.0.1:80", "127.0.0.1:80", "[::1]:80")]
        ports = sorted(client.answers[0]["port"] for client in clients)
        for port in ports:
            self.await_tcp("SYN_RECV", local=80, remote=port)
        seen = self.seen()
        waiting = seen.where(state="syn-recv")
        self.assertEqual(sorted(row.raw["remote"]["port"] for row in waiting), ports)
        self.assertEqual({(row.owner_state, row.owners, row.raw["inode"], row.raw["uid"], row.role)
                          for row in waiting}, {("request", (), None, None, "inbound")})
        self.assertEqual(sorted((row.raw["local"]["port"], row.owners[0].pid)
                                for row in seen.where(state="syn-sent")),
                         sorted((client.answers[0]["port"], client.pid) for client in clients))
        self.assertEqual({row.owners[0].pid for row in seen.where(state="listen")}, {server.pid})
        self.assertEqual(seen.gaps, [])

    def test_a_last_ack_without_a_process_is_an_orphan(self):
        server = self.start("web", "listen 127.0.0.1:80")
        client = self.start("curl")
        accepted, made = self.session(server, 3, client, "127.0.0.1:80")
        client.say(f"close {made['fd']}")
        self.await_tcp("CLOSE_WAIT", local=80)
        self.drop("tcp", "sport", "80", "tcp", "flags", "fin")
        server.say(f"close {accepted}")
        self.await_tcp("LAST_ACK", local=80)
        seen = self.seen()
        row, = seen.where(state="last-ack")
        self.assertEqual((row.owners, row.owner_state, row.role), ((), "orphan", "inbound"))
        self.assertEqual(seen.gaps, [])

    def test_what_waits_to_be_accepted_is_linked_to_its_listener(self):
        server = self.start("web", "listen 127.0.0.1:80")
        other = self.start("other", "listen 127.0.0.2:80", "listen [::1]:80")
        for where in ("127.0.0.1:80", "127.0.0.1:80", "[::1]:80"):
            client = self.start("curl", f"connect tcp {where}")
            self.await_tcp("ESTABLISHED", local=80, remote=client.answers[0]["port"])
        found = sorted((row.local, row.owners, row.raw["listener"]["name"],
                        row.raw["listener"]["pid"])
                       for row in self.seen().where(owner_state="pending-accept"))
        self.assertEqual(found, [("127.0.0.1:80", (), "web", server.pid),
                                 ("127.0.0.1:80", (), "web", server.pid),
                                 ("[::1]:80", (), "other", other.pid)])

    def test_what_waits_for_a_dual_stack_listener_is_linked_to_it(self):
        server = self.start("web", "listen [::]:80 v6only=0")
        client = self.start("curl", "connect tcp 127.0.0.1:80")
        self.await_tcp("ESTABLISHED", local=80, remote=client.answers[0]["port"])
        row, = self.seen().where(owner_state="pending-accept")
        self.assertEqual((row.local, row.raw["listener"]["pid"]),
                         ("[::ffff:127.0.0.1]:80", server.pid))

    def test_a_tunnel_has_a_socket_of_the_kernel_that_nobody_is_named_for(self):
        for words in ("vx0 type vxlan id 7 dstport 4789", "vx1 type vxlan id 8 dstport 4790"):
            try:
                holding.ip("link", "add", *words.split())
            except AssertionError as error:
                self.skipTest(str(error))
            holding.ip("link", "set", words.split()[0], "up")
        service = self.start("web", "bind udp 0.0.0.0:53")
        seen = self.seen()
        rows = {row.local: row for row in seen.where(protocol="udp")}
        self.assertEqual(rows["0.0.0.0:53"].owners[0].pid, service.pid)
        for port in (4789, 4790):
            row = rows[f"0.0.0.0:{port}"]
            self.assertEqual((row.role, row.owners), ("listener", ()))
            # Without BPF, a program in a pid namespace cannot know whether a process outside
            # holds the socket.
            self.assertIn(row.owner_state, ("kernel",) if seen.info["owner_method"] == "bpf"
                          else ("no-process", "not-permitted"))
        if seen.info["owner_method"] == "bpf":
            self.assertEqual(seen.gaps, [])
        # A listener without a process can be compared.
        self.assertEqual([line for line in self.diff("@empty", "one").gating() if ":47" in line],
                         [f"listener-added high unapproved udp 0.0.0.0:{port} -"
                          for port in (4789, 4790)])

    def test_a_socket_without_an_address_is_no_row_and_no_gap(self):
        service = self.start("web", "unbound tcp", "unbound tcp6", "unbound udp", "unbound udp6",
                             "unbound icmp", "bind tcp 127.0.0.1:8080")
        seen = self.seen()
        self.assertEqual([(row.local, row.state, row.owners[0].pid) for row in seen.rows],
                         [("127.0.0.1:8080", "bound", service.pid)])
        self.assertEqual(seen.gaps, [])

    def test_a_bound_device_is_that_of_the_sockets_own_namespace(self):
        holding.ip("netns", "add", "blue")
        inside = holding.in_namespace("blue")
        # Both have the same index, but different names.
        holding.ip("link", "add", "here0", "index", "77", "type", "veth", "peer", "name", "here1")
        holding.ip("link", "add", "there0", "index", "77", "type", "veth", "peer", "name",
                   "there1", prefix=inside)
        statements = ["up lo", "listen 0.0.0.0:80 device=lo", "bind udp 0.0.0.0:53 device=lo"]
        self.start("web", *statements, "listen 0.0.0.0:81 device=here0")
        self.start("web", *statements, "listen 0.0.0.0:81 device=there0", prefix=inside)
        found = sorted((row.scope, row.local, row.raw["device"]) for row in self.seen().rows)
        self.assertEqual(found, [("host", "0.0.0.0:53", "lo"), ("host", "0.0.0.0:80", "lo"),
                                 ("host", "0.0.0.0:81", "here0"),
                                 ("netns:blue", "0.0.0.0:53", "lo"),
                                 ("netns:blue", "0.0.0.0:80", "lo"),
                                 ("netns:blue", "0.0.0.0:81", "there0")])

    def two_links(self):
        for device in ("va", "vb"):
            holding.ip("link", "add", device, "type", "veth", "peer", "name", f"{device}p")
            for side in (device, f"{device}p"):
                holding.ip("link", "set", side, "up")
            holding.ip("address", "add", "fe80::5/64", "dev", device, "nodad")

    def test_the_same_link_local_address_on_two_links_is_two_addresses(self):
        self.two_links()
        service = self.start("web", "bind udp [fe80::5%va]:53", "bind udp [fe80::5%vb]:53")
        self.assertEqual(sorted((row.local, row.raw["device"], row.owners[0].pid, row.owners[0].fd)
                                for row in self.seen().rows),
                         [("[fe80::5%va]:53", "va", service.pid, 3),
                          ("[fe80::5%vb]:53", "vb", service.pid, 4)])

    def test_the_same_link_local_peer_on_another_link_is_another_peer(self):
        self.two_links()
        client = self.start("mail", "connect udp [fe80::9%va]:25")
        self.capture("before")
        client.say("close 3")
        client.say("connect udp [fe80::9%vb]:25")
        self.capture("after")
        added = self.diff("before", "after").change("outbound-added")
        self.assertEqual(added["remote"], {"address": "fe80::9%vb", "port": 25})

    def test_a_socket_keeps_its_cookie_and_has_one_of_its_own(self):
        self.start("web", *["listen 0.0.0.0:80 reuseport"] * 4, "bind udp 127.0.0.1:53",
                   "bind tcp 127.0.0.1:81")
        first = {row.raw["inode"]: row.raw["cookie"] for row in self.seen().rows}
        self.assertEqual(len(first), 6)
        self.assertEqual(len({cookie for cookie in first.values() if cookie}), 6)
        self.capture("two")
        self.assertEqual({row.raw["inode"]: row.raw["cookie"] for row in self.show("two").rows},
                         first)


class ThisMachine(unittest.TestCase):
    def netmon(self, *arguments, prefix=()):
        done = subprocess.run([*prefix, os.environ["NETMON"], *arguments], capture_output=True,
                              text=True, timeout=scenario.SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    @world.alone
    @world.on_this_machine
    def test_a_capture_loads_no_module_into_the_kernel(self):
        modules = Path("/proc/modules")
        if not modules.exists():
            self.skipTest("this kernel has no modules")
        before = set(modules.read_text("ascii").splitlines())
        with tempfile.TemporaryDirectory(prefix="netmon-e2e-") as folder:
            self.netmon("capture", "--label", "one", "--db", f"{folder}/netmon.db")
        loaded = {line.split()[0] for line in set(modules.read_text("ascii").splitlines()) - before}
        self.assertEqual([name for name in loaded if name.endswith("_diag")], [])

    @world.on_this_machine
    def test_a_socket_that_no_process_of_the_host_holds_is_the_kernels(self):
        if not world.real_root() or os.stat("/proc/self/ns/pid").st_ino != HOST_PID_NAMESPACE:
            self.skipTest("needs root in the host's pid namespace")
        sleeper = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.stdin.close)
        inside = ["nsenter", "--net", "--target", str(sleeper.pid)]
        own = os.stat("/proc/self/ns/net").st_ino
        while os.stat(f"/proc/{sleeper.pid}/ns/net").st_ino == own:
            self.assertIsNone(sleeper.poll())
        try:
            holding.ip(*"link add vx0 up type vxlan id 7 dstport 4789".split(), prefix=inside)
        except AssertionError as error:
            self.skipTest(str(error))
        with tempfile.TemporaryDirectory(prefix="netmon-e2e-") as folder:
            database = ["--db", f"{folder}/netmon.db"]
            ways = {}
            for way in ("auto", "proc"):
                self.netmon("capture", "--label", way, "--netns", "current", "--owners", way,
                            *database, prefix=inside)
                seen = scenario.Snapshot(self.netmon("show", way, "--format", "json", *database))
                ways[seen.info["owner_method"]] = seen
        # Only BPF can tell a socket of the kernel from one without a known holder. If this kernel
        # hides a process from root, that process could hold it.
        for way, seen in ways.items():
            kept = "owners-not-visible" in seen.gap_codes()
            state, gap = {"bpf": ("kernel", None),
                          "proc": ("not-permitted", "owners-not-visible") if kept
                          else ("no-process", "owners-not-found")}[way]
            self.assertEqual([(row.local, row.role, row.owner_state, row.owners)
                              for row in seen.rows], [("0.0.0.0:4789", "listener", state, ())])
            self.assertEqual([(found["code"], found["count"]) for found in seen.gaps
                              if found["code"].startswith("owners-")], [(gap, 1)] if gap else [])


if __name__ == "__main__":
    world.main()
