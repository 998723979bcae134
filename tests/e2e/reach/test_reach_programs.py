"""Sockets of families that no table lists, and BPF programs that decide about packets. All are made in
the test's own network namespace."""

import contextlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

import bpf_programs
import holding
import reach_scenario
import world


class ReachPrograms(reach_scenario.ReachScenario):
    def require_bpf(self):
        probe = self.netmon("capture", "--label", "probe", "--owners", "bpf", "--db",
                            str(world.ROOT / "probe.db"))
        self.require(probe.code == 0, "the walk over BPF is not permitted here")

    # Families that no table lists. Each test uses another vsock port: ports belong to the whole machine.

    def test_a_vsock_listener_appears_with_its_program(self):
        self.require_bpf()
        found = self.changed(lambda: self.start("agent", "vsock 1024"))
        self.assertEqual(found.kinds(), ["raw-added high"])
        self.assertIn("new raw socket: vsock *:1024 agent (pid", "\n".join(found.warnings()))

    def test_vsock_listeners_at_ports_of_32_bits_are_told_apart(self):
        self.require_bpf()
        self.start("agent", "vsock 70001")
        found = self.changed(lambda: self.start("agent", "vsock 80001"))
        self.assertEqual(found.kinds(), ["raw-added high"])
        self.assertEqual(found.change("raw-added")["local"]["port"], 80001)
        ports = [row["link_protocol"] for row in self.show("after").raw["sockets"]
                 if row["protocol"] == "vsock"]
        self.assertEqual(sorted(ports), [70001, 80001])
        csv = self.netmon("show", "after", "--format", "csv", expect=0).out
        self.assertIn(",vsock,*:80001,", csv)
        ticket = world.ROOT / "CHG-3.toml"
        ticket.write_text(self.netmon("diff", "before", "after", "--suggest", expect=None).out
                          .replace("\n# ", "\n"), "utf-8")
        self.assertIn("port = 80001", ticket.read_text("utf-8"))
        found = self.netmon("history", "--port", "80001", "--format", "json", expect=0).out
        self.assertIn("agent", found)
        self.assertNotIn("70001", found)

    def test_a_vsock_listener_that_workers_share_is_one_row(self):
        self.require_bpf()
        self.start("agent", "vsock 1025", "fork 2")
        self.capture("one")
        row, = self.show("one").where(protocol="vsock")
        self.assertEqual([owner.name for owner in row.owners], ["agent"] * 3)

    def test_an_af_xdp_socket_appears_with_its_program(self):
        self.require_bpf()
        self.require(world.real_root(), "AF_XDP needs the machine's root")
        found = self.changed(lambda: self.start("capture", "xdp"))
        self.assertEqual(found.kinds(), ["raw-added high"])
        self.assertEqual(found.change("raw-added")["protocol"], "xdp")

    @world.alone
    def test_an_sctp_listener_appears_with_its_program(self):
        self.require_bpf()
        protocols = Path("/proc/net/protocols").read_text("ascii")
        self.require("\nSCTP " in protocols, "this kernel has no SCTP, or has not loaded it")
        found = self.changed(lambda: self.start("signal", "sctp 127.0.0.1:2905"))
        self.assertEqual(found.kinds(), ["raw-added high"])
        change = found.change("raw-added")
        self.assertEqual((change["protocol"], change["local"]["port"]), ("sctp", 2905))

    def test_without_bpf_other_families_are_a_gap_that_decides_where_one_was_seen(self):
        self.require_bpf()
        self.start("agent", "vsock 1026")
        self.capture("before")
        self.capture("after", "--owners", "proc")
        self.assertIn("families-not-read", self.diff("before", "after").decisive())

    # Programs.

    def test_a_filter_of_traffic_control_appears(self):
        self.require(shutil.which("tc"), "tc is not installed")
        holding.ip("link", "set", "lo", "up")

        def add_filter():
            for words in (["qdisc", "add", "dev", "lo", "clsact"],
                          ["filter", "add", "dev", "lo", "ingress", "u32", "match", "u32", "0", "0",
                           "classid", "1:1"]):
                made = subprocess.run(["tc", *words], check=False, capture_output=True)
                self.require(made.returncode == 0, f"this kernel has no tc {words[0]}")

        found = self.changed(add_filter)
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertRegex(found.attribute("filter-changed", "program")[1][0],
                         "^pref [0-9]+ u32 [0-9a-f]{16}$")

    def test_what_a_filter_of_traffic_control_does_is_part_of_it(self):
        self.require(shutil.which("tc"), "tc is not installed")
        holding.ip("link", "set", "lo", "up")
        holding.ip("link", "add", "br0", "type", "bridge")
        made = subprocess.run(["tc", "qdisc", "add", "dev", "lo", "clsact"], check=False,
                              capture_output=True)
        self.require(made.returncode == 0, "this kernel has no tc clsact")

        def turn_to(action):
            for words in (["filter", "del", "dev", "lo", "ingress"],
                          ["filter", "add", "dev", "lo", "ingress", "pref", "5", "u32", "match",
                           "u32", "0", "0", "action", "mirred", "egress", action, "dev", "br0"]):
                made = subprocess.run(["tc", *words], check=False, capture_output=True)
                self.require(made.returncode == 0, f"this kernel has no tc mirred: {made.stderr}")

        turn_to("mirror")
        self.capture("before")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", 8083), timeout=0.1).close()
        self.capture("used")
        self.assertEqual(self.diff("before", "used").changes, [])
        turn_to("redirect")
        self.capture("after")
        self.assertEqual(self.diff("used", "after").kinds(), ["filter-changed high"])

    def test_a_network_that_a_route_makes_the_hosts_own_is_an_address(self):
        holding.ip("link", "set", "lo", "up")
        self.start("web", "listen 0.0.0.0:80")
        found = self.changed(lambda: holding.ip("route", "add", "local", "203.0.113.0/24",
                                                "dev", "lo"))
        self.assertEqual(found.kinds(), ["address-added high"])
        self.assertEqual(found.attribute("address-added", "address"), ([], ["203.0.113.0/24"]))
        self.assertEqual(found.attribute("address-added", "exposes"), ([], ["tcp 80 web"]))

    def test_a_default_route_behind_thousands_of_others_is_read(self):
        holding.ip("link", "add", "br0", "type", "bridge")
        holding.ip("link", "set", "br0", "up")
        many = "\n".join(f"route add 10.{i // 250}.{i % 250}.0/24 dev br0" for i in range(5_000))
        batch = world.ROOT / "routes"
        batch.write_text(many + "\n", "ascii")
        holding.ip("-batch", str(batch))

        def add_routes():
            holding.ip("route", "add", "default", "dev", "br0")
            holding.ip("route", "add", "default", "dev", "br0", "table", "77")
            holding.ip("rule", "add", "fwmark", "1", "lookup", "77")

        found = self.changed(add_routes)
        self.assertEqual((found.kinds(), found.notices()), ([], ["route-changed"]))
        routes = found.attribute("route-changed", "route")[1]
        self.assertIn("default: default dev br0", routes)
        self.assertIn("default: default dev br0 table 77", routes)
        self.assertEqual(found.decisive(), [])

    def test_a_program_that_takes_over_connections_appears(self):
        self.require_real_root()
        attached = []
        found = self.changed(lambda: attached.append(bpf_programs.attach_sk_lookup(self)))
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertIn("steer", found.attribute("filter-changed", "program")[1][0])
        os.close(attached[0])

    def test_a_program_that_chooses_among_sockets_of_a_port_appears(self):
        self.require_real_root()
        self.require_bpf()
        holding.ip("link", "set", "lo", "up")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 8082))
        listener.listen(1)
        found = self.changed(lambda: bpf_programs.attach_reuseport(self, listener))
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertEqual(found.change("filter-changed")["device"], "sk_reuseport tcp 8082")
        self.assertIn("choose", found.attribute("filter-changed", "program")[1][0])
        bpf_programs.attach_reuseport(self, listener, verdict=0)
        self.capture("later")
        self.assertEqual(self.diff("after", "later").kinds(), ["filter-changed high"])
        self.capture("blind", "--owners", "proc")
        self.assertIn("families-not-read", self.diff("later", "blind").decisive())
        listener.close()

    def test_a_program_on_an_interface_appears_by_its_link(self):
        self.require_real_root()
        attached = []
        found = self.changed(lambda: attached.append(bpf_programs.attach_to_loopback(self)))
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertEqual(found.change("filter-changed")["device"], "tcx ingress lo")
        self.assertIn("steer", found.attribute("filter-changed", "program")[1][0])
        os.close(attached[0])

    def assert_a_program_comes_is_replaced_and_goes(self, attach, replace, device):
        links = []
        found = self.changed(lambda: links.append(attach()))
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertEqual(found.change("filter-changed")["device"], device)
        came, = found.attribute("filter-changed", "program")[1]
        self.assertRegex(came, "steer [0-9a-f]{16}$")
        replace(links[0])
        self.capture("replaced")
        found = self.diff("after", "replaced")
        self.assertEqual(found.kinds(), ["filter-changed high"])
        was, now = found.attribute("filter-changed", "program")
        self.assertEqual(was, [came])
        self.assertRegex(now[0], "other [0-9a-f]{16}$")
        self.assertNotEqual(now[0].split()[-1], came.split()[-1])
        os.close(links[0])
        self.capture("gone")
        found = self.diff("replaced", "gone")
        self.assertEqual(found.kinds(), ["filter-changed medium"])
        self.assertEqual(found.attribute("filter-changed", "program"), (now, []))

    def test_an_xdp_program_comes_is_replaced_and_goes(self):
        self.require_real_root()
        self.assert_a_program_comes_is_replaced_and_goes(
            lambda: bpf_programs.attach_xdp_to_loopback(self),
            lambda link: bpf_programs.replace(self, link, bpf_programs.XDP, bpf_programs.XDP_HOOK, 1),
            "xdp lo")

    def test_a_program_on_an_interface_is_replaced_and_goes(self):
        self.require_real_root()
        self.assert_a_program_comes_is_replaced_and_goes(
            lambda: bpf_programs.attach_to_loopback(self, bpf_programs.TCX_EGRESS),
            lambda link: bpf_programs.replace(self, link, bpf_programs.SCHED_CLS,
                                              bpf_programs.TCX_EGRESS, 2),
            "tcx egress lo")

    def test_a_program_of_traffic_control_is_replaced(self):
        self.require_real_root()
        self.require(shutil.which("tc"), "tc is not installed")
        programs = world.ROOT / "bpf"
        programs.mkdir()
        made = subprocess.run(["mount", "-t", "bpf", "bpf", programs], check=False)
        self.require(made.returncode == 0, "this kernel has no file system of BPF")
        holding.ip("link", "set", "lo", "up")

        def tc(*words):
            made = subprocess.run(["tc", *words], check=False, capture_output=True, text=True)
            self.require(made.returncode == 0, f"this kernel has no tc {words[0]}: {made.stderr}")

        def turn_to(verdict):
            bpf_programs.pin_classifier(self, programs / str(verdict), verdict)
            tc("filter", "replace", "dev", "lo", "egress", "pref", "5", "handle", "1", "bpf",
               "direct-action", "object-pinned", str(programs / str(verdict)))

        tc("qdisc", "add", "dev", "lo", "clsact")
        found = self.changed(lambda: turn_to(0))
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertEqual(found.change("filter-changed")["device"], "tc egress lo")
        came = found.attribute("filter-changed", "program")[1]
        self.assertRegex(came[0], "^pref 5 steer [0-9a-f]{16}$")
        turn_to(2)
        self.capture("replaced")
        found = self.diff("after", "replaced")
        self.assertEqual(found.kinds(), ["filter-changed high"])
        self.assertEqual(found.attribute("filter-changed", "program")[0], came)


if __name__ == "__main__":
    world.main()
