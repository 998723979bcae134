"""Ordinary hosts between two idle moments, service by service: the verdict is always clean."""

import holding
import quiet_host
import world
from scenario import OWN, PEER, TOR_EXIT


class QuietHosts(quiet_host.QuietHost):
    def test_sshd_sessions_that_outlive_a_restart(self):
        self.require_real_root()
        self.link_outside()
        program, session = self.native("usr/sshd"), self.native("usr/sshd-session", "session")
        first = self.start_native(program, "listen 0.0.0.0:22")
        self.outside(f"connect tcp {OWN}:22")
        accepted = first.say("accept 3")["fd"]
        listener = first.answers[0]["fd"]
        carrier = self.start_native(program)
        self.assertTrue(carrier.pid)
        first.say(f"close {listener}")
        first.say(f"spawn {session} orphan")
        first.say(f"close {accepted}")
        first.say("listen 0.0.0.0:22")
        self.capture("before")
        first.end()
        self.start_native(program, "listen 0.0.0.0:22")
        self.capture("after")
        self.assert_clean()

    def test_a_mail_servers_workers_that_come_and_go(self):
        self.require_real_root()
        master = self.start_native(self.native("usr/master"), "listen 0.0.0.0:25")
        worker = self.native("usr/smtpd", "smtpd")
        self.capture("before")
        master.say(f"spawn {worker}")
        self.capture("after")
        self.assert_clean()
        self.assertEqual(self.diff("after", "before").kinds(), [])

    def test_workers_on_demand_with_less_than_their_master(self):
        self.require_real_root()
        master = self.start_native(self.native("usr/php-fpm8.2"), "listen 127.0.0.1:9000")
        self.capture("before")
        master.say("worker 33")
        self.capture("after")
        self.assert_clean()

    def test_a_super_server_that_starts_its_services(self):
        self.require_real_root()
        self.link_outside()
        inetd = self.start_native(self.native("usr/inetd"), "listen 0.0.0.0:21")
        service = self.native("usr/ftpd", "ftpd")
        self.capture("before")
        self.outside(f"connect tcp {OWN}:21")
        inetd.say("accept 3")
        inetd.say(f"spawn {service}")
        self.capture("after")
        self.assert_clean()

    def test_a_reload_that_leaves_old_workers_with_their_sessions(self):
        self.link_outside()
        program = self.native("usr/haproxy")
        old = self.start_native(program, "listen 0.0.0.0:80")
        self.capture("before")
        self.outside(f"connect tcp {OWN}:80")
        old.say("accept 3")
        old.say("close 3")
        self.start_native(program, "listen 0.0.0.0:80")
        self.capture("after")
        self.assert_clean()
        self.capture("over-proc", "--owners", "proc")
        found = self.diff("before", "over-proc")
        self.assertEqual((found.code, found.kinds()), (0, []), found.errors)

    def test_a_python_service_and_its_workers_after_a_restart(self):
        redis = self.start("redis", "listen 127.0.0.1:6379")

        def gunicorn(title):
            master = self.start("gunicorn", f"name {title}", "listen 127.0.0.1:8000",
                                "connect tcp 127.0.0.1:6379")
            master.say("fork 2")
            redis.say("accept 3")
            return master

        first = gunicorn("gunicorn:[1]")
        self.capture("before")
        first.end()
        gunicorn("gunicorn:[2]")
        self.capture("after")
        self.assert_clean()

    def test_sockets_of_the_kernels_own(self):
        self.require_real_root()
        holding.ip("link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789",
                   "local", "127.0.0.1")
        holding.ip("link", "set", "vx0", "up")
        for label in ("before", "after"):
            self.capture(label, "--owners", "bpf")
        self.assert_clean()
        rows = self.show("after").where(protocol="udp", role="listener")
        self.assertEqual({row.owner_state for row in rows}, {"kernel"})

    def test_raw_sockets_of_a_routing_daemon_after_a_restart(self):
        first = self.start("keepalived", "raw 112")
        self.capture("before")
        first.end()
        self.start("keepalived", "raw 112")
        self.capture("after")
        self.assert_clean()

    def test_a_dhcp_client_after_a_restart(self):
        first = self.start("dhclient", "packet 0800", "bind udp 0.0.0.0:68")
        self.capture("before")
        first.end()
        self.start("dhclient", "packet 0800", "bind udp 0.0.0.0:68")
        self.capture("after")
        self.assert_clean()

    def test_time_servers_of_a_pool_need_one_rule(self):
        self.link_outside()
        first = self.start("chronyd", f"connect udp {PEER}:123")
        self.capture("before")
        first.end()
        self.start("chronyd", f"connect udp {TOR_EXIT}:123")
        self.capture("after")
        self.assert_approved("time.toml", "outbound-added high")

    def test_ten_containers_that_restart(self):
        def containers():
            started = []
            for _ in range(10):
                web = self.start("web", prefix=holding.IN_ITS_OWN_NAMESPACE)
                web.say("up lo")
                for statement in ("listen 0.0.0.0:80", "listen 127.0.0.11:0",
                                  "bind udp 127.0.0.11:0"):
                    web.say(statement)
                started.append(web)
            return started

        first = containers()
        self.capture("before")
        for web in first:
            web.end()
        containers()
        self.capture("after")
        self.assert_clean()

    def test_a_pod_behind_a_pause_process_that_restarts(self):
        def pod():
            pause = self.start("pause", prefix=holding.IN_ITS_OWN_NAMESPACE)
            pause.say("up lo")
            web = self.start("web", prefix=["nsenter", f"--net=/proc/{pause.pid}/ns/net"])
            web.say("listen 0.0.0.0:80")
            return web, pause

        first = pod()
        self.capture("before")
        self.assertIn("anonymous:web", {row.scope for row in self.show("before").rows})
        for holder in first:
            holder.end()
        pod()
        self.capture("after")
        self.assert_clean()

    def test_a_child_that_keeps_a_connection_whose_parent_ended(self):
        self.require_real_root()
        self.link_outside()
        self.outside(f"listen {PEER}:5672")
        program = self.native("usr/worker")
        parent = self.start_native(program, f"connect tcp {PEER}:5672")
        parent.say(f"spawn {program} orphan")
        self.capture("before")
        parent.end()
        self.capture("after")
        self.assert_clean()


if __name__ == "__main__":
    world.main()
