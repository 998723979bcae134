"""What a holder runs: interpreters and their scripts, foreign code, privilege, forged executables."""

import os
import shutil
import subprocess
from pathlib import Path

import scenario
import world


class Programs(scenario.Scenario):
    # Interpreters.

    def test_another_script_of_the_same_interpreter_on_the_same_port_is_a_change(self):
        self.replaced(
            lambda: self.start("python3", "listen 0.0.0.0:8000", script=self.script("app")),
            lambda: self.start("python3", "listen 0.0.0.0:8000", script=self.script("evil")))
        found = self.assert_gates("script-changed high")
        before, after = found.attribute("script-changed", "script")
        self.assertIn("app.py", before[0])
        self.assertIn("evil.py", after[0])

    def test_the_same_script_with_other_content_is_a_change(self):
        self.replaced(
            lambda: self.start("python3", "listen 0.0.0.0:8000", script=self.script("app")),
            lambda: self.start("python3", "listen 0.0.0.0:8000", script=self.script("app", "evil")))
        self.assert_gates("script-changed high")

    def test_a_copy_of_an_interpreter_under_another_name_is_one_too(self):
        copy = self.program("opt/server")
        self.replaced(
            lambda: self.start("server", "listen 0.0.0.0:8000", program=copy,
                               script=self.script("app")),
            lambda: self.start("server", "listen 0.0.0.0:8000", program=copy,
                               script=self.script("evil")))
        self.assert_gates("script-changed high")

    def test_a_script_that_changed_under_the_running_service_is_no_longer_known(self):
        self.start("python3", "listen 0.0.0.0:8000", script=self.script("app"))
        self.capture("before")
        self.script("app", "evil")
        self.capture("after")
        self.assert_gates("script-changed high")

    def test_a_script_that_was_not_known_before_leaves_the_verdict_open(self):
        script = self.script("app")
        self.start("python3", "listen 0.0.0.0:8000", script=script)
        Path(script).write_bytes(Path(script).read_bytes())
        self.capture("before")
        self.capture("after")
        self.assert_inconclusive("scripts-not-hashed")

    def test_a_title_that_changes_with_every_job_is_no_other_program(self):
        worker = self.start("rq", "name rq:worker:w1", "listen 127.0.0.1:9181")
        self.capture("before")
        worker.say("name rq:worker:w1:7")
        self.capture("after")
        self.assert_unchanged()

    def test_a_restart_under_another_title_is_no_other_program(self):
        self.replaced(lambda: self.start("celery", "name celery:a", "listen 127.0.0.1:9181"),
                      lambda: self.start("celery", "name celery:b", "listen 127.0.0.1:9181"))
        self.assert_unchanged()

    # Foreign code.

    def test_a_preloaded_file_that_is_not_roots_is_a_change(self):
        self.require_real_root()
        server = self.native("bin/server")
        library = self.preload("preload.so")
        os.chown(library, 65534, 65534)
        self.replaced(
            lambda: self.start_native(server, "listen 0.0.0.0:80"),
            lambda: self.start_native(server, "listen 0.0.0.0:80",
                                      environment={"LD_PRELOAD": library}))
        found = self.assert_gates("code-changed high")
        self.assertIn("preload.so", str(found.attribute("code-changed", "code")[1]))
        self.assertEqual(found.attribute("code-changed", "loader"),
                         ([], [f"LD_PRELOAD={library}"]))

    def preload(self, name):
        """A shared library that no program needs."""
        target = world.ROOT / "lib" / name
        target.parent.mkdir(exist_ok=True)
        found = next(Path("/lib").glob("*/libdl.so.2"), None) or \
            next(Path("/usr/lib").glob("*/libdl.so.2"))
        shutil.copy(found, target)
        return str(target)

    def test_a_loader_variable_that_it_did_not_have_is_a_change(self):
        server = self.native("bin/server")
        self.replaced(
            lambda: self.start_native(server, "listen 0.0.0.0:80"),
            lambda: self.start_native(server, "listen 0.0.0.0:80",
                                      environment={"LD_LIBRARY_PATH": "/tmp"}))
        found = self.assert_gates("code-changed high")
        self.assertEqual(found.attribute("code-changed", "loader"),
                         ([], ["LD_LIBRARY_PATH=/tmp"]))

    def test_its_own_library_with_other_content_is_a_change(self):
        self.require_real_root()
        server = self.native("bin/server")
        library = self.preload("own.so")
        os.chown(library, 65534, 65534)

        def start():
            return self.start_native(server, f"map {library}", "listen 0.0.0.0:80")

        running = start()
        self.capture("before")
        running.end()
        with open(library, "ab") as file:
            file.write(b"other")
        start()
        self.capture("after")
        self.assert_gates("code-changed high")

    def test_code_that_is_compiled_at_run_time_is_quiet(self):
        server = self.start_native(self.native("bin/server"), "listen 0.0.0.0:80")
        self.capture("before")
        server.say("compile")
        self.capture("after")
        self.assert_unchanged()

    def test_libraries_of_root_that_an_upgrade_replaced_are_quiet(self):
        self.require_real_root()
        library = self.preload("system.so")
        server = self.start_native(self.native("bin/server"), f"map {library}",
                                   "listen 0.0.0.0:80")
        self.capture("before")
        self.assertTrue(server.pid)
        os.unlink(library)
        self.capture("after")
        self.assert_unchanged()

    # Privilege.

    def test_workers_of_a_root_master_that_run_as_root_too_are_a_change(self):
        self.require_real_root()
        program = self.native("bin/server")

        def start(uid):
            master = self.start_native(program, "listen 0.0.0.0:80")
            master.say(f"worker {uid}")
            return master

        self.replaced(lambda: start(4001), lambda: start(0))
        found = self.assert_gates("user-changed high")
        self.assertEqual(found.attribute("user-changed", "user"), (["4001", "root"], ["root"]))

    def test_workers_with_less_than_a_master_who_stays_are_a_notice(self):
        self.require_real_root()
        program = self.native("bin/server")

        def start(*uids):
            master = self.start_native(program, "listen 0.0.0.0:80")
            for uid in uids:
                master.say(f"worker {uid}")
            return master

        self.replaced(lambda: start(0), lambda: start(0, 4001))
        self.assert_unchanged()

    def test_another_user_behind_the_same_name_is_another_user(self):
        self.require_real_root()
        program = self.native("bin/server")
        passwd = world.ROOT / "passwd"
        passwd.write_text("root:x:0:0::/:/bin/sh\nweb:x:4001:4001::/:/bin/sh\n", "utf-8")
        self.bind(passwd, "/etc/passwd")
        running = self.start_native(program, "ids 4001 4001 4001", "listen 0.0.0.0:8080")
        self.capture("before")
        running.end()
        passwd.write_text("root:x:0:0::/:/bin/sh\nweb:x:4002:4001::/:/bin/sh\n", "utf-8")
        self.start_native(program, "ids 4002 4002 4002", "listen 0.0.0.0:8080")
        self.capture("after")
        found = self.assert_gates("user-changed medium")
        self.assertEqual(found.attribute("user-changed", "user"), (["web (4001)"], ["web (4002)"]))

    def bind(self, source, target):
        subprocess.run(["mount", "--bind", str(source), target], check=True)

    def test_a_user_who_got_a_name_is_the_same_user(self):
        self.require_real_root()
        passwd = world.ROOT / "passwd"
        passwd.write_text("root:x:0:0::/:/bin/sh\n", "utf-8")
        self.bind(passwd, "/etc/passwd")
        self.start_native(self.native("bin/server"), "ids 4001 4001 4001", "listen 0.0.0.0:8080")
        self.capture("before")
        passwd.write_text("root:x:0:0::/:/bin/sh\nweb:x:4001:4001::/:/bin/sh\n", "utf-8")
        self.capture("after")
        self.assert_unchanged()

    def test_root_as_the_saved_user_is_privilege_gained(self):
        self.require_real_root()
        program = self.native("bin/server")
        self.replaced(
            lambda: self.start_native(program, "ids 4001 4001 4001", "listen 0.0.0.0:8080"),
            lambda: self.start_native(program, "ids 4001 4001 0", "listen 0.0.0.0:8080"))
        self.assertIn("privilege-gained high", self.diff("before", "after").kinds())

    def test_a_group_that_it_did_not_have_is_privilege_gained(self):
        self.require_real_root()
        program = self.native("bin/server")
        self.replaced(
            lambda: self.start_native(program, "groups", "ids 4001 4001 4001",
                                      "listen 0.0.0.0:8080"),
            lambda: self.start_native(program, "groups 42", "ids 4001 4001 4001",
                                      "listen 0.0.0.0:8080"))
        found = self.assert_gates("privilege-gained medium")
        self.assertIn("42", found.attribute("privilege-gained", "groups")[1])

    # The executable itself.

    def test_a_forged_link_to_the_executable_is_a_finding(self):
        self.require_real_root()
        genuine = self.native("bin/nginx")
        evil = self.native("tmp/nginx", "evil")
        self.replaced(
            lambda: self.start_native(genuine, "ids 4001 4001 4001", "listen 0.0.0.0:8080"),
            lambda: self.start_native(evil, "ids 4001 4001 4001", "listen 0.0.0.0:8080",
                                      f"forge {genuine}"))
        found = self.diff("before", "after")
        self.assertEqual(found.code, 1)
        self.assertIn("executable-forged high", found.kinds())

    def test_a_program_under_another_path_with_the_same_bytes_is_a_notice(self):
        programs = [self.native("opt/a/server"), self.native("opt/b/server")]
        self.replaced(lambda: self.start_native(programs[0], "listen 0.0.0.0:80"),
                      lambda: self.start_native(programs[1], "listen 0.0.0.0:80"))
        self.assertIn("executable-moved", self.assert_unchanged().notices())


if __name__ == "__main__":
    world.main()
