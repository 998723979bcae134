"""Units and containers, which are known by their control groups: services that a socket unit starts,
and which containers are the same."""

import os
import signal
import uuid
from pathlib import Path

import cgroups
import holding
import scenario
import world

UNITS = Path("/run/systemd/system")  # on the tmpfs of this world


class Units(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require_real_root()

    def manager(self):
        """A service manager that holds the socket of a service, as systemd does."""
        return self.start_native(self.native("usr/lib/systemd/systemd"), "listen 0.0.0.0:21")

    def activate(self, manager, program, group):
        """Makes the manager start a service in its unit; returns the pid."""
        pid = manager.say(f"spawn {program}")["pid"]
        cgroups.join(group, pid)
        return pid

    def kill(self, pid):
        """Returns when the process holds nothing any more; its parent does not wait for it."""
        os.kill(pid, signal.SIGKILL)
        stat = Path(f"/proc/{pid}/stat")
        self.await_true("a process to end", lambda: not stat.exists() or stat.read_text(
            "latin-1").rpartition(")")[2].split()[0] == "Z")

    def unit_file(self, name):
        UNITS.mkdir(parents=True, exist_ok=True)
        (UNITS / name).write_text("[Socket]\nListenStream=21\n", "utf-8")

    def test_a_service_that_its_socket_unit_starts_is_a_notice(self):
        groups = [cgroups.make(self, "system.slice", unit) for unit in (
            "ftp.service", "ftp@7-10.9.0.2:21-10.9.0.1:40000.service")]
        self.unit_file("ftp.socket")
        manager, service = self.manager(), self.native("usr/ftpd", "ftpd")
        self.capture("before")
        for group in groups:
            with self.subTest(group.name):
                pid = self.activate(manager, service, group)
                self.capture("after")
                found = self.assert_unchanged()
                self.assertEqual(found.notices(), ["holder-added"])
                self.assertEqual(found.change("holder-added")["process"]["unit"],
                                 group.name)
                self.kill(pid)

    def test_a_service_that_ends_and_is_started_again_is_quiet(self):
        group = cgroups.make(self, "system.slice", "ftp.service")
        self.unit_file("ftp.socket")
        manager, service = self.manager(), self.native("usr/ftpd", "ftpd")
        first = self.activate(manager, service, group)
        self.capture("before")
        self.kill(first)
        self.capture("idle")
        self.activate(manager, service, group)
        self.capture("after")
        self.assertEqual(self.assert_unchanged(after="idle").notices(), ["holder-removed"])
        self.assertEqual(self.assert_unchanged().notices(), [])

    def test_what_the_manager_starts_without_a_socket_unit_is_a_change(self):
        group = cgroups.make(self, "system.slice", "ftp.service")
        self.unit_file("other.socket")
        manager, service = self.manager(), self.native("usr/ftpd", "ftpd")
        self.capture("before")
        self.activate(manager, service, group)
        self.capture("after")
        found = self.assert_gates("holder-added high")
        self.assertEqual(found.change("holder-added")["process"]["name"], "ftpd")

    def test_a_unit_of_a_user_has_no_socket_unit_of_the_system(self):
        group = cgroups.make(self, "user.slice", "user-4001.slice", "user@4001.service",
                             "app.slice", "ftp.service")
        self.unit_file("ftp.socket")
        manager, service = self.manager(), self.native("usr/ftpd", "ftpd")
        self.capture("before")
        self.activate(manager, service, group)
        self.capture("after")
        self.assert_gates("holder-added high")

    def test_an_activated_service_whose_program_was_replaced_is_a_change(self):
        group = cgroups.make(self, "system.slice", "ftp.service")
        self.unit_file("ftp.socket")
        manager, service = self.manager(), self.native("usr/ftpd", "ftpd")
        first = self.activate(manager, service, group)
        self.capture("before")
        self.kill(first)
        os.unlink(service)
        self.native("usr/ftpd", "other bytes")
        self.activate(manager, service, group)
        self.capture("after")
        found = self.assert_gates("executable-changed high")
        self.assertEqual(found.change("executable-changed")["process"]["name"], "ftpd")

    def test_a_newer_program_in_the_unit_of_a_socket_is_a_change(self):
        group = cgroups.make(self, "system.slice", "ftp.service")
        self.unit_file("ftp.socket")
        manager = self.manager()
        self.capture("before")
        self.activate(manager, self.native("tmp/evil", "evil"), group)
        self.capture("after")
        self.assert_gates("holder-added high")

    def test_a_service_in_another_unit_is_a_notice(self):
        program = self.native("usr/web")
        for label, unit in (("before", "web.service"), ("after", "web@2.service")):
            group = cgroups.make(self, "system.slice", unit)
            web = self.start_native(program, "listen 0.0.0.0:80")
            cgroups.join(group, web.pid)
            self.capture(label)
            web.end()
        found = self.assert_unchanged()
        self.assertEqual(found.attribute("unit-changed", "unit"),
                         (["web.service"], ["web@2.service"]))

    # Containers.

    def container(self, program, where="0.0.0.0:80"):
        """Starts a process in a namespace of its own and in the control group of a container."""
        group = cgroups.make(self, "system.slice", f"docker-{uuid.uuid4().hex * 2}.scope")
        web = self.start_native(program, prefix=holding.IN_ITS_OWN_NAMESPACE)
        cgroups.join(group, web.pid)
        web.say(f"listen {where}")
        return web

    def test_ten_containers_of_an_engine_that_restart_are_the_same(self):
        program = self.native("usr/web")
        first = [self.container(program) for _ in range(10)]
        self.capture("before")
        self.assertEqual({row.scope for row in self.show("before").rows}, {"container:web"})
        for web in reversed(first):
            web.end()
        for _ in range(10):
            self.container(program)
        self.capture("after")
        self.assertEqual(self.assert_unchanged().notices(), [])

    def test_a_container_that_runs_another_program_of_the_same_name_is_a_change(self):
        self.container(self.native("usr/web"))
        self.capture("before")
        self.container(self.native("opt/web", "evil"))
        self.capture("after")
        self.assert_gates("executable-changed high")

    def test_a_container_that_listens_on_another_port_is_a_change(self):
        program = self.native("usr/web")
        self.container(program)
        self.capture("before")
        self.container(program, "0.0.0.0:31337")
        self.capture("after")
        self.assert_gates("listener-added high")


if __name__ == "__main__":
    world.main()
