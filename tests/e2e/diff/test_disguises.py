"""Disguises of an attacker's program: interpreters and loaders under other names, scripts without a
file, code through the loader, privilege beyond the user."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import holding
import scenario
import world

LOADER = Path("/lib64/ld-linux-x86-64.so.2")
# Interpreters, and arguments with which they run code that waits for the end of its input.
INTERPRETERS = {
    "/bin/dash": lambda text: ["-c", f": {text}; echo up; read line; :"],
    "/bin/bash": lambda text: ["-c", f": {text}; echo up; read line; :"],
    "/usr/bin/perl": lambda text: ["-e", f'$| = 1; print "up\\n"; "{text}"; <STDIN>'],
    "/usr/bin/python3": lambda text: ["-c", f"print('up', flush=True); '{text}'; input()"],
    "/usr/bin/node": lambda text: ["-e", f"'{text}'; console.log('up'); process.stdin.resume()"],
}


class Disguises(scenario.Scenario):
    def start_with_socket(self, *command, stdin=subprocess.PIPE):
        """Starts a program that inherits a listener on port 8080 and prints "up" when it runs."""
        listener = socket.create_server(("0.0.0.0", 8080))
        os.set_inheritable(listener.fileno(), True)
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, close_fds=False)
        listener.close()
        holder = InheritedSocket(process)
        self.addCleanup(holder.end)
        self.assertEqual(process.stdout.readline(), b"up\n", command)
        return holder

    # Interpreters.

    def test_other_code_of_an_interpreter_is_a_change_whatever_it_is_called(self):
        tried = 0
        for number, (path, arguments) in enumerate(INTERPRETERS.items()):
            if not os.access(path, os.X_OK):
                continue
            copy = world.ROOT / str(number) / "server"
            copy.parent.mkdir()
            shutil.copy(os.path.realpath(path), copy)
            for program in (path, copy):
                with self.subTest(program):
                    tried += 1
                    first = self.start_with_socket(program, *arguments("app"))
                    self.capture("before")
                    first.end()
                    again = self.start_with_socket(program, *arguments("app"))
                    self.capture("again")
                    again.end()
                    other = self.start_with_socket(program, *arguments("evil"))
                    self.capture("after")
                    other.end()
                    self.assertEqual(self.assert_unchanged(after="again").lines(), [])
                    self.assert_gates("script-changed high")
        self.require(tried, "no interpreter is installed")

    def script_as(self, name, descriptor):
        """Opens a script with this name in its bytes as `descriptor`."""
        path = world.ROOT / f"{name}.py"
        path.write_text(f"print('up', flush=True)\nimport time\ntime.sleep(1e6)  # {name}\n", "ascii")
        file = os.open(path, os.O_RDONLY)
        os.dup2(file, descriptor, inheritable=True)
        os.close(file)

    def test_a_script_that_is_no_file_of_its_own_leaves_the_verdict_open(self):
        descriptor = 77
        for word in ("-", f"/proc/self/fd/{descriptor}", f"/dev/fd/{descriptor}"):
            with self.subTest(word):
                for label in ("before", "after"):
                    self.script_as(label, descriptor)
                    stdin = descriptor if word == "-" else subprocess.PIPE
                    holder = self.start_with_socket(holding.PYTHON, word, stdin=stdin)
                    self.capture(label)
                    holder.end()
                self.assert_inconclusive("scripts-not-hashed")

    def test_a_script_where_there_was_a_program_is_a_change(self):
        self.replaced(lambda: self.start_native(self.native("usr/server"), "listen 0.0.0.0:8080"),
                      lambda: self.start("server", "listen 0.0.0.0:8080"))
        self.assertIn("executable-changed high", self.diff("before", "after").kinds())

    def test_another_applet_of_a_multi_call_binary_is_another_program(self):
        box = self.native("bin/busybox")
        for applet in ("httpd", "nc"):
            (world.ROOT / "bin" / applet).symlink_to(box)
        for second, kinds in (("httpd", []), ("nc", ["owner-changed high"])):
            with self.subTest(second):
                running = self.start_native(str(world.ROOT / "bin/httpd"), "listen 0.0.0.0:80")
                self.capture("before")
                running.end()
                running = self.start_native(str(world.ROOT / "bin" / second), "listen 0.0.0.0:80")
                self.capture("after")
                running.end()
                self.assertEqual(self.diff("before", "after").kinds(), kinds)

    # The loader.

    def loaded(self, program, loader=LOADER, name="server"):
        return self.start_native(program, "listen 0.0.0.0:80", f"name {name}",
                                 prefix=[str(loader)])

    def test_a_program_that_the_loader_starts_is_the_program(self):
        self.require(LOADER.exists(), "there is no such loader here")
        server, evil = self.native("bin/server"), self.native("tmp/evil", "evil")
        copy = world.ROOT / "bin" / "starter"
        shutil.copy(os.path.realpath(LOADER), copy)
        for loader in (LOADER, copy):
            with self.subTest(loader):
                first = self.loaded(server, loader)
                self.capture("before")
                first.end()
                again = self.loaded(server, loader)
                self.capture("again")
                again.end()
                other = self.loaded(evil, loader)
                self.capture("after")
                other.end()
                self.assertEqual(self.assert_unchanged(after="again").lines(), [])
                found = self.assert_gates("script-changed high")
                self.assertIn(evil, str(found.attribute("script-changed", "script")[1]))

    def test_the_loader_in_place_of_the_program_is_a_change(self):
        self.require(LOADER.exists(), "there is no such loader here")
        server, evil = self.native("bin/server"), self.native("tmp/evil", "evil")
        self.replaced(lambda: self.start_native(server, "listen 0.0.0.0:80"),
                      lambda: self.loaded(evil))
        self.assert_gates("executable-changed high", "script-changed high")

    def test_a_library_of_roots_that_is_preloaded_is_a_change(self):
        server = self.native("bin/server")
        library = next(Path("/lib").glob("*/libdl.so.2"))
        for name in ("LD_PRELOAD", "LD_AUDIT"):
            with self.subTest(name):
                first = self.start_native(server, "listen 0.0.0.0:80")
                self.capture("before")
                first.end()
                second = self.start_native(server, "listen 0.0.0.0:80",
                                           environment={name: str(library)})
                self.capture("after")
                second.end()
                found = self.assert_gates("code-changed high")
                self.assertEqual(found.attribute("code-changed", "loader"),
                                 ([], [f"{name}={library}"]))

    def test_a_library_that_was_deleted_is_the_same_until_another_is_loaded(self):
        self.require_real_root()
        server = self.native("bin/server")
        library = world.ROOT / "own.so"

        def put(text):
            library.unlink(missing_ok=True)
            library.write_bytes(text * 4096)
            os.chown(library, 65534, 65534)

        put(b"a")
        first = self.start_native(server, f"map {library}", "listen 0.0.0.0:80")
        self.capture("before")
        put(b"b")
        self.capture("replaced")
        self.assert_unchanged(after="replaced")
        first.end()
        self.start_native(server, f"map {library}", "listen 0.0.0.0:80")
        self.capture("after")
        self.assert_gates("code-changed high")

    # Privilege.

    def test_privilege_beyond_the_user_is_a_change(self):
        self.require_real_root()
        self.require(shutil.which("setpriv"), "setpriv is not installed")
        server = self.native("bin/server")
        usual = ("--reuid=4001", "--regid=4001", "--clear-groups")
        for more, kind, attribute in (
                (["--ruid=0", "--euid=4001", *usual[1:]], "privilege-gained high", "user"),
                (["--reuid=4001", "--rgid=4001", "--egid=42", "--clear-groups"],
                 "privilege-gained medium", "groups"),
                ([*usual[:2], "--groups=42"], "privilege-gained medium", "groups"),
                ([*usual, "--inh-caps=+net_admin", "--ambient-caps=+net_admin"],
                 "privilege-gained medium", "capabilities"),
                ([*usual, "--inh-caps=+sys_admin", "--ambient-caps=+sys_admin"],
                 "privilege-gained high", "capabilities")):
            with self.subTest(more):
                for label, words in (("before", usual), ("after", more)):
                    holder = self.start_native(server, "listen 0.0.0.0:8080",
                                               prefix=["setpriv", *words])
                    self.capture(label)
                    holder.end()
                found = self.assert_gates(kind)
                self.assertIn(attribute, [
                    one["name"] for one in found.change("privilege-gained")["attributes"]])

    def test_a_forged_executable_whose_genuine_file_is_mapped_shows_its_user_namespace(self):
        self.require_real_root()
        genuine, evil = self.native("bin/nginx"), self.native("tmp/nginx", "evil")
        user = "ids 4001 4001 4001"
        self.replaced(
            lambda: self.start_native(genuine, user, "listen 0.0.0.0:8080"),
            lambda: self.start_native(evil, user, "listen 0.0.0.0:8080", f"forge {genuine}",
                                      f"map {genuine}"))
        self.assertIn("privilege-gained medium", self.diff("before", "after").kinds())

    def test_a_copy_of_an_interpreter_that_is_called_a_multi_call_binary_is_what_its_bytes_are(self):
        program = self.program("opt/busybox")

        def start(name):
            return self.start("busybox", "listen 0.0.0.0:8080", program=program,
                              script=self.script(name))

        self.replaced(lambda: start("app"), lambda: start("other"))
        self.assertIn("script-changed high", self.diff("before", "after").kinds())

    def test_the_applet_is_the_first_argument_whatever_the_process_calls_itself(self):
        link = world.ROOT / "sbin" / "httpd"
        link.parent.mkdir()
        link.symlink_to(self.native("bin/busybox"))

        def start(applet):
            holder = holding.Holder(str(link), argv0=applet, script=None)
            return self._hold(holder, ["listen 0.0.0.0:8080"])

        self.replaced(lambda: start("httpd"), lambda: start("nc"))
        self.assertIn("script-changed high", self.diff("before", "after").kinds())

    def test_another_class_path_is_another_script(self):
        java = self.native("usr/bin/java")

        def start(class_path):
            return self.start_native("Main", "listen 0.0.0.0:8080",
                                     prefix=[java, "-cp", class_path])

        self.replaced(lambda: start("/opt/a.jar"), lambda: start("/tmp/other.jar"))
        self.assertIn("script-changed high", self.diff("before", "after").kinds())

    # Code that is hard to read.

    def test_preloading_behind_a_long_environment_is_a_change(self):
        server = self.native("bin/server")
        library = world.ROOT / "preloaded.so"
        shutil.copy(next(Path("/lib").glob("*/libdl.so.2")), library)
        padding = {f"PADDING_{number}": "x" * 100_000 for number in range(6)}
        self.replaced(
            lambda: self.start_native(server, "listen 0.0.0.0:8080"),
            lambda: self.start_native(server, "listen 0.0.0.0:8080",
                                      environment={**padding, "LD_PRELOAD": str(library)}))
        self.assertIn("code-changed high", self.diff("before", "after").kinds())

    def test_a_foreign_file_too_large_for_a_digest_leaves_the_verdict_open(self):
        server = self.native("bin/server")
        library = self.foreign("large.so", b"A" * 4096)
        os.truncate(library, 257 << 20)
        self.replaced(
            lambda: self.start_native(server, f"map {library}", "listen 0.0.0.0:8080"),
            lambda: self.start_native(server, f"map {library}", "listen 0.0.0.0:8080"))
        self.diff("before", "after", expect=3)

    def test_the_order_in_which_foreign_files_are_mapped_is_no_change(self):
        server = self.native("bin/server")
        libraries = [self.foreign(f"{number}.so", b"%d" % number * 4096) for number in range(70)]

        def start(mapped):
            return self.start_native(server, *(f"map {library}" for library in mapped),
                                     "listen 0.0.0.0:8080")

        self.replaced(lambda: start(libraries), lambda: start(reversed(libraries)))
        self.diff("before", "after", expect=0)

    @staticmethod
    def foreign(name, content):
        """A file that does not belong to root."""
        path = world.ROOT / "foreign" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.chown(path, 65534, 65534)
        return path


class InheritedSocket:
    """A program that holds a socket which it inherited."""

    def __init__(self, process):
        self._process = process

    def end(self):
        if self._process.stdin:
            self._process.stdin.close()
        self._process.kill()
        self._process.wait(holding.SECONDS)
        self._process.stdout.close()


if __name__ == "__main__":
    world.main()
