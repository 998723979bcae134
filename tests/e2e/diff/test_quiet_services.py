"""More services between two idle moments: completed upgrades, pools of workers, titles, sockets of the
kernel, and what comes back with a lease."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import holding
import quiet_host
import world
from scenario import OWN, PEER, TOR_EXIT

PERL = """
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "0.0.0.0:9000", ReuseAddr => 1) or die;
$| = 1;
print "up\\n";
while (<STDIN>) { chomp; $0 = $_; print "done\\n" }
"""


class QuietServices(quiet_host.QuietHost):
    def kill(self, pid):
        """Returns when the process holds nothing any more; its parent does not wait for it."""
        os.kill(pid, signal.SIGKILL)
        stat = Path(f"/proc/{pid}/stat")
        self.await_true("a process to end", lambda: not stat.exists() or stat.read_text(
            "latin-1").rpartition(")")[2].split()[0] == "Z")

    # Sessions.

    def test_sshd_sessions_that_outlive_an_upgrade(self):
        self.require_real_root()
        self.link_outside()
        program, session = self.native("usr/sshd"), self.native("usr/sshd-session", "session")
        first = self.start_native(program)
        listener = first.say("listen 0.0.0.0:22")["fd"]
        self.outside(f"connect tcp {OWN}:22")
        accepted = first.say(f"accept {listener}")["fd"]
        first.say(f"close {listener}")
        pid = first.say(f"spawn {session} orphan")["pid"]
        first.say(f"close {accepted}")
        first.end()
        for path in (program, session):
            os.unlink(path)
        self.native("usr/sshd", "upgraded")
        self.native("usr/sshd-session", "session, upgraded")
        second = self.start_native(program, "listen 0.0.0.0:22")
        old, = (owner for row in self.show("@now").where(role="inbound") for owner in row.owners)
        self.assertEqual((old.name, old.details["exe_deleted"]), ("sshd-session", True))
        for way in ("proc", "bpf"):
            with self.subTest(way):
                self.capture("before", "--owners", way)
                second.end()
                second = self.start_native(program, "listen 0.0.0.0:22")
                self.capture("after", "--owners", way)
                self.assertEqual(self.assert_clean().lines(), [])
        self.kill(pid)
        self.capture("later")
        self.assert_clean(after="later")

    def test_an_upgrade_itself_is_a_change_and_its_old_sessions_are_not(self):
        self.require_real_root()
        self.link_outside()
        program = self.native("usr/sshd")
        first = self.start_native(program)
        listener = first.say("listen 0.0.0.0:22")["fd"]
        self.outside(f"connect tcp {OWN}:22")
        first.say(f"accept {listener}")
        self.capture("before")
        first.say(f"close {listener}")
        os.unlink(program)
        self.native("usr/sshd", "upgraded")
        self.start_native(program, "listen 0.0.0.0:22")
        self.capture("after")
        self.assert_gates("executable-changed high")

    # Workers that come and go.

    def test_login_workers_that_hold_the_listener_and_come_and_go(self):
        self.require_real_root()
        login, anvil = self.native("usr/imap-login", "login"), self.native("usr/anvil", "anvil")
        master = self.start_native(self.native("usr/dovecot"), "listen 0.0.0.0:143",
                                   "listen 127.0.0.1:993")
        master.say(f"spawn {anvil}")
        self.capture("none")
        workers = [master.say(f"spawn {login}")["pid"] for _ in range(2)]
        self.capture("two")
        self.kill(workers[0])
        master.say(f"spawn {login}")
        master.say(f"spawn {login}")
        self.capture("three")
        for pid in workers[1:]:
            self.kill(pid)
        self.capture("others")
        self.assertEqual(self.assert_clean(before="none", after="two").notices(), ["holder-added"])
        self.assertEqual(self.assert_clean(before="two", after="three").lines(), [])
        self.assertEqual(self.assert_clean(before="three", after="others").lines(), [])

    def test_workers_of_a_user_of_their_own_come_and_go(self):
        self.require_real_root()
        master = self.start_native(self.native("usr/php-fpm8.2"), "listen 127.0.0.1:9000")
        self.capture("none")
        workers = [master.say("worker 33")["pid"] for _ in range(3)]
        self.capture("three")
        for pid in workers:
            self.kill(pid)
        self.capture("none-again")
        master.say("worker 33")
        self.capture("one")
        for before, after in (("none", "three"), ("three", "none-again"), ("three", "one"),
                              ("none-again", "one")):
            with self.subTest(f"{before} {after}"):
                self.assert_clean(before=before, after=after)

    def test_a_reload_whose_old_workers_finish_their_sessions(self):
        self.require_real_root()
        self.link_outside()
        master = self.start_native(self.native("usr/nginx"))
        listener = master.say("listen 0.0.0.0:80")["fd"]
        old = [master.say("worker 33")["pid"] for _ in range(2)]
        self.capture("before")
        self.outside(f"connect tcp {OWN}:80")
        session = master.say(f"accept {listener}")["fd"]
        finishing = master.say("worker 33")["pid"]
        master.say(f"close {session}")
        for pid in old:
            self.kill(pid)
        master.say("worker 33")
        self.capture("after")
        self.assertEqual(self.assert_clean().notices(), ["inbound-added"])
        self.kill(finishing)
        self.capture("later")
        self.assert_clean(after="later")

    def test_another_number_of_workers_is_quiet(self):
        first = self.start("gunicorn", "listen 127.0.0.1:8000")
        first.say("fork 2")
        self.capture("before")
        first.end()
        second = self.start("gunicorn", "listen 127.0.0.1:8000")
        second.say("fork 7")
        self.capture("after")
        self.assertEqual(self.assert_clean().lines(), [])

    # Titles.

    def perl(self):
        script = world.ROOT / "app.pl"
        if not script.exists():
            script.write_text(PERL, "ascii")
        process = subprocess.Popen(["/usr/bin/perl", script], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)

        def end():
            process.stdin.close()
            process.wait(holding.SECONDS)
            process.stdout.close()
        self.addCleanup(end)
        self.assertEqual(process.stdout.readline(), "up\n")
        return process

    def title(self, process, text):
        process.stdin.write(text + "\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), "done\n")

    def test_a_perl_program_that_writes_its_title_anew_is_quiet(self):
        self.require(os.access("/usr/bin/perl", os.X_OK), "perl is not installed")
        app = self.perl()
        self.title(app, "app: idle")
        self.capture("before")
        self.title(app, "app: 7 of 12 jobs")
        self.capture("after")
        row, = self.show("after").rows
        self.assertEqual(row.owners[0].details["cmdline"], "app: 7 of 12 jobs")
        self.assertEqual(self.assert_clean().notices(), ["arguments-changed"])

    # Below TCP, and of the kernel.

    def test_two_raw_sockets_and_a_packet_socket_of_a_router_after_a_restart(self):
        def keepalived():
            return self.start("keepalived", "raw 112", "raw 112", "raw v6 112", "packet 0806")

        first = keepalived()
        self.capture("before")
        first.end()
        keepalived()
        self.capture("after")
        self.assertEqual(self.assert_clean().lines(), [])

    def test_a_router_that_was_off_needs_one_rule(self):
        self.capture("before")
        self.start("keepalived", "raw 112", "packet 0806")
        self.capture("after")
        self.assert_approved("raw-sockets.toml", "raw-added high", "raw-added high")

    def test_a_dhcp_client_that_comes_back_for_its_lease_needs_one_rule(self):
        self.capture("before")
        client = self.start("dhclient", "packet 0800", "raw 17", "bind udp 0.0.0.0:68")
        self.capture("after")
        self.assert_approved("dhcp-client.toml", "listener-added high", "raw-added high",
                             "raw-added high")
        client.end()
        self.capture("later")
        self.assert_clean(before="after", after="later")

    def test_a_time_service_whose_server_is_another_needs_one_rule(self):
        self.link_outside()
        program = self.native("usr/systemd-timesyncd")
        first = self.start_native(program, f"connect udp {PEER}:123")
        self.capture("before")
        first.end()
        self.start_native(program, f"connect udp {TOR_EXIT}:123")
        self.capture("after")
        self.assert_approved("time.toml", "outbound-added high")

    def test_a_time_service_that_binds_no_peer_is_quiet(self):
        self.link_outside()
        statements = ["bind udp 0.0.0.0:123 reuseport", f"bind udp {OWN}:123 reuseport",
                      "bind udp 0.0.0.0:0"]
        first = self.start("ntpd", *statements)
        self.capture("before")
        first.end()
        self.start("ntpd", *statements)
        self.capture("after")
        self.assertEqual(self.assert_clean().lines(), [])

    @staticmethod
    def tunnel():
        """Makes a tunnel: WireGuard if the kernel has it and wg(8) can give it a port, else VXLAN."""
        if shutil.which("wg"):
            try:
                holding.ip("link", "add", "tunnel0", "type", "wireguard")
                subprocess.run(["wg", "set", "tunnel0", "listen-port", "51820"], check=True)
                holding.ip("link", "set", "tunnel0", "up")
                return "wireguard"
            except AssertionError:
                pass
        holding.ip("link", "add", "tunnel0", "type", "vxlan", "id", "7", "dstport", "51820")
        holding.ip("link", "set", "tunnel0", "up")
        return "vxlan"

    def test_a_kernels_udp_socket_that_is_made_anew_is_quiet(self):
        """A tunnel has such a socket; it represents that of NFS too."""
        self.require_real_root()
        kind = self.tunnel()
        for way in ("bpf", "proc"):
            with self.subTest(f"{kind} over {way}"):
                self.capture("before", "--owners", way)
                holding.ip("link", "del", "tunnel0")
                self.tunnel()
                self.capture("after", "--owners", way)
                found = self.diff("before", "after")
                self.assertEqual((found.code, found.lines()), (0, []), found.errors)

    # Pods and a reboot.

    def pod(self, name):
        pause = self.start("pause", prefix=holding.IN_ITS_OWN_NAMESPACE)
        pause.say("up lo")
        web = self.start(name, prefix=["nsenter", f"--net=/proc/{pause.pid}/ns/net"])
        web.say("listen 0.0.0.0:80")
        web.say("bind udp 127.0.0.11:0")
        return web, pause

    def test_pods_of_several_workloads_that_restart_in_another_order(self):
        names = ["web", "api", "web", "jobs"]
        first = [self.pod(name) for name in names]
        self.capture("before")
        for web, pause in first:
            web.end()
            pause.end()
        for name in reversed(names):
            self.pod(name)
        self.capture("after")
        self.assertEqual(self.assert_clean().lines(), [])

    def test_services_and_pods_after_a_reboot(self):
        self.require_real_root()
        def host():
            web = self.start("web", "listen 0.0.0.0:8080", "listen 127.0.0.1:0", "bind udp [::]:53")
            web.say("fork 2")
            return [web, *self.pod("api"), *self.pod("api")]

        first = host()
        self.capture("before")
        for holder in first:
            holder.end()
        boot = world.ROOT / "boot_id"
        boot.write_text("11111111-2222-3333-4444-555555555555\n", "ascii")
        subprocess.run(["mount", "--bind", boot, "/proc/sys/kernel/random/boot_id"], check=True)
        host()
        self.capture("after")
        found = self.assert_clean()
        self.assertEqual((found.lines(), found.caveat_codes()), ([], ["rebooted"]))


if __name__ == "__main__":
    world.main()
