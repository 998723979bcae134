"""Both methods to find the owners of sockets, over BPF and in /proc, give the same result."""

import json
import os
import signal
import subprocess
from pathlib import Path

import holding
import scenario
import tracing
import world

# What no capture without BPF can know.
BPF_ALONE = ("port-choice-not-known", "not-cross-checked", "families-not-read")


class Ways(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require_real_root()
        probe = self.netmon("capture", "--label", "probe", "--owners", "bpf", "--db",
                            world.ROOT / "probe.db")
        self.require(probe.code == 0, f"no BPF: {probe.err.strip()}")

    def both(self):
        """The snapshots of the same sockets by both methods; each names its method."""
        seen = []
        for way in ("bpf", "proc"):
            self.capture(way, "--owners", way)
            seen.append(self.show(way))
            self.assertEqual(seen[-1].info["owner_method"], way)
        return seen

    def told(self, snapshot):
        """Everything that a snapshot has about every socket, including the attributes of its owners."""
        return {json.dumps(row.raw | {"port_choice": None}, sort_keys=True)  # only BPF knows that
                for row in snapshot.rows}

    def assert_same(self, at_least):
        bpf, proc = self.both()
        by_bpf, by_proc = self.told(bpf), self.told(proc)
        self.assertEqual((by_bpf - by_proc, by_proc - by_bpf), (set(), set()))
        self.assertGreaterEqual(len(bpf.rows), at_least)
        self.assertEqual(bpf.gaps, [gap for gap in proc.gaps if gap["code"] not in BPF_ALONE])
        for before, after in (("bpf", "proc"), ("proc", "bpf")):
            self.assertEqual(self.diff(before, after).changes, [])
        return bpf

    def test_every_kind_of_holder_is_seen_both_ways(self):
        holding.ip("netns", "add", "blue")
        inside = holding.in_namespace("blue")
        self.start("shared", "listen 0.0.0.0:80", "fork 3")
        self.start("several", *["listen 0.0.0.0:81 reuseport"] * 4)
        self.start("threads", "thread listen 127.0.0.1:82", "thread bind udp 127.0.0.1:83",
                   "listen [::1]:84", "fork 2")
        self.start("ring", "listen 127.0.0.1:85", "ring 3")
        self.start("posted", "listen 127.0.0.1:86", "post 3")
        self.start("nested", "listen 127.0.0.1:87",
                   prefix=["unshare", "--pid", "--fork", "--kill-child"])
        self.start("deep", "listen 0.0.0.0:8088", prefix=["unshare", "--user", "--pid", "--fork",
                                                          "--kill-child", "--net"])
        self.start("theirs", "user nobody", "listen 127.0.0.1:8089", "bind udp [::]:8089")
        self.start("named", "up lo", "listen 0.0.0.0:80", "bind udp 0.0.0.0:81", prefix=inside)
        self.start("own", "up lo", "listen 0.0.0.0:80", prefix=holding.IN_ITS_OWN_NAMESPACE)
        self.start("bound", "bind tcp 127.0.0.1:90", "unbound tcp", "unbound udp6")
        self.start("raw", "raw 1", "raw v6 58", "packet 0800", "ping 127.0.0.1")
        self.start("hostile", r"name )\x20R\n\x1b[2J\x20(", "listen 127.0.0.1:91")
        self.start("a-very-long-program-name", "listen 127.0.0.1:92")
        self.start_native(self.native("bin/another-very-long-name"), "listen 127.0.0.1:93")
        server = self.start("server", "listen 127.0.0.1:5432", "listen [::]:5433")
        for where, fd in (("127.0.0.1:5432", 3), ("[::1]:5433", 4), ("127.0.0.1:5433", 4)):
            self.session(server, fd, self.start("client"), where)
        closer = self.start("closer")
        accepted, made = self.session(server, 3, closer, "127.0.0.1:5432")
        self.leave_time_wait(5432, server, accepted, closer, made["fd"])
        self.start("late", "connect tcp 127.0.0.1:5432")
        seen = self.assert_same(at_least=35)
        named = {row.process for row in seen.rows} - {None}
        self.assertTrue({"shared", "several", "threads", "ring", "nested", "deep", "theirs",
                         "named", "own", "bound", "raw", "server", "client", "late",
                         "a-very-long-program-name.py", "another-very-long-name"} <= named, named)

    def test_hundreds_of_shared_sockets_have_the_same_owners_both_ways(self):
        for number in range(3):
            self.start(f"pool{number}",
                       *[f"listen 127.0.0.1:{1000 + 100 * number + port}" for port in range(60)],
                       "fork 5")
        self.assert_same(at_least=180)

    def test_only_bpf_tells_whether_a_program_chose_its_udp_port(self):
        self.start("dig", "bind udp 0.0.0.0:0")
        self.start("game", "bind udp 0.0.0.0:40000")
        bpf, proc = self.both()
        self.assertEqual({row.process: row.role for row in bpf.rows},
                         {"dig": "client", "game": "listener"})
        self.assertEqual(bpf.gaps, [])
        self.assertIn("port-choice-not-known", proc.gap_codes())

    def test_a_user_who_may_not_use_bpf_is_told_and_auto_goes_the_other_way(self):
        service = self.start("app", "user nobody", "listen 127.0.0.1:8080")
        state, nobody = self.private_database("nobody"), self.as_user("nobody")
        refused = self.netmon("capture", "--label", "x", "--owners", "bpf", env=state, expect=2,
                              **nobody)
        self.assertEqual((len(refused.errors), refused.out), (1, ""), refused.err)
        self.assertIn("bpf", refused.err.lower())
        self.assertFalse(Path(state["NETMON_DB"]).exists())
        self.capture("mine", env=state, **nobody)
        seen = self.show("mine", env=state, **nobody)
        self.assertEqual(seen.info["owner_method"], "proc")
        row, = seen.where(local="127.0.0.1:8080")
        self.assertEqual([owner.pid for owner in row.owners], [service.pid])

    def capture_disturbed(self, label, disturb):
        """Captures over BPF, and calls `disturb` after the walk over the open files and before /proc
        is read."""
        self.require(tracing.is_there(), "strace is not installed")
        stopping = tracing.Stopping(world.ROOT, "openat", "/proc")
        tracer = subprocess.Popen(
            [*stopping.prefix, *self.command("capture", "--label", label, "--owners", "bpf")],
            env=tracing.environment(self.environment()))
        handled = []

        def ended():
            for task in stopping.stopped()[len(handled):]:
                handled.append(task)
                if len(handled) == 2:  # the first is the main thread, at its start
                    disturb()
                os.kill(handled[0], signal.SIGCONT)
            return tracer.poll() is not None

        self.await_true("the capture to end", ended)
        self.assertEqual(tracer.returncode, 0)
        self.assertGreaterEqual(len(handled), 2)
        row, = self.show(label).where(local="127.0.0.1:9000")
        return row

    def await_zombie(self, pid):
        self.await_true("the process to end",
                        lambda: ") Z " in Path(f"/proc/{pid}/stat").read_text("latin-1"))

    def test_a_socket_that_is_handed_on_in_mid_capture_has_its_new_owner(self):
        server = self.start("server", "name server")
        for label, waits in (("zombie", False), ("gone", True)):
            launcher = self.start("launcher", "listen 127.0.0.1:9000")

            def hand_on(launcher=launcher, waits=waits):
                server.say(f"take {launcher.pid} 3")
                if waits:
                    launcher.end()
                else:
                    os.kill(launcher.pid, signal.SIGKILL)
                    self.await_zombie(launcher.pid)

            row = self.capture_disturbed(label, hand_on)
            self.assertEqual([(owner.name, owner.pid) for owner in row.owners],
                             [("server", server.pid)])
            server.say(f"close {row.owners[0].fd}")
            launcher.end()

    def test_a_socket_that_went_with_its_process_in_mid_capture_names_that_process(self):
        launcher = self.start("launcher", "listen 127.0.0.1:9000")
        row = self.capture_disturbed("gone", launcher.end)
        self.assertEqual([(owner.name, owner.pid) for owner in row.owners],
                         [("launcher", launcher.pid)])

    def test_a_process_that_lives_on_in_a_thread_owns_its_socket(self):
        service = self.start("java", "listen 127.0.0.1:9000", "leave")
        self.await_zombie(service.pid)
        for seen in self.both():
            row, = seen.rows
            self.assertEqual([owner.pid for owner in row.owners], [service.pid])

    def test_auto_takes_bpf_where_it_works_and_says_so(self):
        self.start("web", "listen 127.0.0.1:80")
        self.capture("auto")
        self.assertEqual(self.show("auto").info["owner_method"], "bpf")


if __name__ == "__main__":
    world.main()
