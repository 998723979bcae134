"""Processes that are hard to see: with shared sockets, in nested namespaces, without a name, with a
reused pid, or without a descriptor for their socket."""

from pathlib import Path

import scenario
import world

LAST_PID = Path("/proc/sys/kernel/ns_last_pid")


class Processes(scenario.Scenario):
    def only(self, label="one", **wanted):
        if label == "one":
            self.capture("one")
        row, = self.show(label).where(**wanted)
        return row

    def test_a_socket_that_only_an_io_uring_holds_has_its_owner(self):
        try:
            service = self.start("web", "listen 127.0.0.1:80", "ring 3")
        except AssertionError as error:
            self.require("io_uring_setup" not in str(error), str(error))
            raise
        row = self.only(local="127.0.0.1:80")
        self.assertEqual([(owner.name, owner.pid, owner.fd) for owner in row.owners],
                         [("web", service.pid, -1)])

    def test_a_socket_on_its_way_between_processes_is_there_and_nobody_is_named_for_it(self):
        self.start("web", "listen 127.0.0.1:80", "post 3", "listen 127.0.0.1:81")
        self.capture("one")
        seen = self.show("one")
        self.assertEqual([(row.local, row.process) for row in seen.rows],
                         [("127.0.0.1:80", None), ("127.0.0.1:81", "web")])
        self.assertIn(seen.rows[0].owner_state, ("no-process", "not-permitted"))

    def test_a_process_of_nested_pid_and_user_namespaces_has_both_numbers(self):
        self.start("inner", "listen 127.0.0.1:80",
                   prefix=["unshare", "--user", "--map-root-user", "--pid", "--fork",
                           "--kill-child", "--net", "--mount-proc", "sh", "-c",
                           "ip link set lo up; exec \"$@\"", "sh"])
        row = self.only(local="127.0.0.1:80")
        owner, = row.owners
        self.assertEqual((row.scope, owner.name, owner.details["namespaced_pid"]),
                         ("anonymous:inner", "inner", 1))
        self.assertEqual(Path(f"/proc/{owner.pid}/comm").read_text("ascii"), "inner\n")
        self.assertEqual(self.show("one").gaps, [])

    def with_pid(self, pid, name, *statements):
        """Like start(), with a given pid."""
        for _ in range(20):  # another process may take the pid first
            LAST_PID.write_text(str(pid - 1), "ascii")
            holder = self.start(name, *statements)
            if holder.pid == pid:
                return holder
            holder.end()
        self.skipTest(f"no process got the number {pid}")

    def test_a_number_that_another_process_got_is_another_process(self):
        self.require_real_root()
        self.require(LAST_PID.exists(), "the kernel gives no process numbers of choice")
        pid = 7000
        first = self.with_pid(pid, "nginx", "listen 127.0.0.1:8080")
        self.capture("before")
        first.end()
        self.with_pid(pid, "evil", "listen 127.0.0.1:8080")
        self.capture("after")
        started = [self.only(label, local="127.0.0.1:8080").owners[0] for label in
                   ("before", "after")]
        self.assertEqual([(owner.name, owner.pid) for owner in started],
                         [("nginx", pid), ("evil", pid)])
        self.assertLess(*(owner.details["start_ticks"] for owner in started))
        self.assertEqual(self.diff("before", "after").gating(),
                         ["owner-changed high unapproved tcp 127.0.0.1:8080 evil"])

    def test_a_thread_a_fork_and_the_process_itself_hold_one_socket(self):
        service = self.start("java", "listen 127.0.0.1:80", "thread bind udp 127.0.0.1:81",
                             "fork 3")
        self.capture("one")
        seen = self.show("one")
        holders = [service.pid, *service.answers[2]["workers"]]
        self.assertEqual(sorted(owner.pid for owner in seen.where(local="127.0.0.1:80")[0].owners),
                         sorted(holders))
        thread, = seen.where(local="127.0.0.1:81")[0].owners
        self.assertEqual((thread.pid, thread.thread), (service.pid, service.answers[1]["thread"]))

    def test_hostile_names_do_not_move_the_fields_behind_them(self):
        """The name is in the middle of /proc/PID/stat."""
        names = [r"name )\x20R\x201\x20(", r"name x)\n(y", r"name \x1b]0;x\x07", r"name ))))",
                 r"name \xe2\x80\xaex", r"name \n"]
        services = {2001 + number: self.start("web", statement, f"listen 127.0.0.1:{2001 + number}",
                                              "fork 1")
                    for number, statement in enumerate(names)}
        self.capture("one")
        seen = self.show("one")
        ticks = {}
        for row in seen.rows:
            service = services[row.raw["local"]["port"]]
            self.assertEqual([owner.pid for owner in row.owners],
                             [service.pid, *service.answers[2]["workers"]])
            worker = row.owners[1].details
            self.assertEqual(worker["ancestors"][0]["pid"], service.pid)
            ticks[service.pid] = row.owners[0].details["start_ticks"]
        self.assertEqual(ticks, {pid: start_ticks(pid) for pid in ticks})


def start_ticks(pid):
    text = Path(f"/proc/{pid}/stat").read_bytes()
    return int(text[text.rindex(b")") + 2:].split()[19])


if __name__ == "__main__":
    world.main()
