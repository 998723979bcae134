"""Events: the program of a socket is the one that used it, whatever its process became later."""

import subprocess
import sys
from pathlib import Path

import event_window
import storm
import world
from event_window import PROBE, TIME_CLIENT

# Thirty callers end, and heirs get their pids at once, mostly within the same tick of the clock. The
# heirs stay until the input ends.
HEIRS = """
import ctypes, os, signal, socket, sys

def name(word):
    ctypes.CDLL(None).prctl(15, word.encode(), 0, 0, 0)

def call():
    name(f"caller{os.getpid()}")
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9999))
    os._exit(0)

heirs, low = [], 20000
for _ in range(30):
    while True:
        with open(sys.argv[1], "w") as last:
            last.write(str(low))
        caller = os.fork() or call()
        os.waitpid(caller, 0)
        with open(sys.argv[1], "w") as last:
            last.write(str(caller - 1))
        heir = os.fork()
        if heir == 0:
            name("heir")
            signal.pause()
        heirs.append(heir)
        low = max(caller, heir)
        if heir == caller:
            break
print("ready", flush=True)
sys.stdin.read()
for heir in heirs:
    os.kill(heir, signal.SIGKILL)
    os.waitpid(heir, 0)
"""

# Connects only through an io_uring: by a worker of the ring ("worker"), or by the kernel's thread that
# polls the ring ("poller"). See io_uring(7) and linux/io_uring.h.
RING = """
import ctypes, mmap, os, socket, struct, sys
SETUP, ENTER, CONNECT, ASYNC, SQPOLL, GETEVENTS, WAKEUP = 425, 426, 16, 1 << 4, 2, 1, 2
SQES_AT = 0x10000000
polled = sys.argv[1] == "poller"
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    got = libc.syscall(*arguments)
    if got < 0:
        sys.exit(f"io_uring: {os.strerror(ctypes.get_errno())}")
    return got
parameters = ctypes.create_string_buffer(120)
struct.pack_into("<I", parameters, 8, SQPOLL if polled else 0)
ring = call(SETUP, 4, parameters)
entries = struct.unpack_from("<I", parameters, 0)[0]
sq, cq = (struct.unpack_from("<7I", parameters, at) for at in (40, 80))
queue = mmap.mmap(ring, max(sq[6] + 4 * entries, cq[5] + 16 * 2 * entries))
sqes = mmap.mmap(ring, 64 * entries, offset=SQES_AT)
sock = socket.socket()
name = ctypes.create_string_buffer(struct.pack("<H", 2) + struct.pack(">H", int(sys.argv[2]))
                                   + socket.inet_aton("127.0.0.1") + bytes(8), 16)
struct.pack_into("<BBHiQQ", sqes, 0, CONNECT, ASYNC, 0, sock.fileno(), 16, ctypes.addressof(name))
struct.pack_into("<I", queue, sq[6], 0)
struct.pack_into("<I", queue, sq[1], 1)
call(ENTER, ring, 1, 1, GETEVENTS | (WAKEUP if polled else 0), None, 0)
result = struct.unpack_from("<i", queue, cq[5] + 8)[0]
if result:
    sys.exit(f"connect: {os.strerror(-result)}")
"""


class EventPrograms(event_window.EventWindow):
    def test_other_code_of_a_short_lived_program_is_a_change(self):
        probe = self.write_file("probe.py", PROBE)
        def step():
            subprocess.run([self.installed("probe"), "-I", "-S", probe, "127.0.0.1", "9"],
                           check=False, env=self.environment(PYTHONHOME=sys.base_prefix))
        self.span_of(step, label="before")
        with open(probe, "a", encoding="utf-8") as script:
            script.write("# another\n")
        self.span_of(step, label="after")
        self.assertEqual(self.diff("before", "after").kinds(), ["script-changed high"])

    def test_foreign_code_and_loader_variables_of_a_short_lived_program_are_changes(self):
        library = next(line.split()[-1] for line in Path("/proc/self/maps").read_text("utf-8")
                       .splitlines() if "/libc.so" in line)
        foreign = Path(self.write_file("foreign.so", ""))
        foreign.write_bytes(Path(library).read_bytes())
        foreign.chmod(0o777)
        code = "import _ctypes, sys\n[_ctypes.dlopen(name, 2) for name in sys.argv[3:]]\n" + PROBE
        def run(*libraries, **variables):
            return lambda: subprocess.run(
                [self.installed("probe"), "-I", "-S", "-c", code, "127.0.0.1", "9", *libraries],
                check=True, env=self.environment(PYTHONHOME=sys.base_prefix, **variables))
        self.span_of(run(), label="before")
        self.span_of(run(str(foreign)), label="foreign")
        self.span_of(run(LD_LIBRARY_PATH="/tmp/planted"), label="loader")
        self.assert_gates("code-changed high", after="foreign")
        self.assert_gates("code-changed high", after="loader")
        process = self.show("foreign").where(role="outbound")[0].owners[0].details
        self.assertEqual([(file["path"], len(file["sha256"])) for file in
                          process["code"]["foreign"]], [(str(foreign), 64)])

    def test_what_ended_has_no_command_line_where_none_is_to_be_stored(self):
        def line_of(*arguments):
            seen = self.span_of(lambda: self.run_program("timed", TIME_CLIENT, "argument"),
                                arguments=arguments)
            return next(row.owners[0] for row in seen.rows
                        if row.process == "timed").details["cmdline"]
        self.assertIsNone(line_of("--no-cmdline"))
        self.assertTrue(line_of().endswith(" argument"))

    def test_a_program_that_renames_itself_while_watched_is_one_program(self):
        code = """
import ctypes, socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name in (b"first", b"second"):
    ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
    sender.sendto(b"x", ("127.0.0.1", 9999))
"""
        seen = self.span_of(lambda: self.run_program("chameleon", code))
        row, = [row for row in seen.rows if row.remote == "127.0.0.1:9999"]
        self.assertEqual((row.process, row.raw["sighting"]["events"]), ("first", 2))
        self.assertEqual(row.owners[0].details["exe"], self.installed("chameleon"))

    def test_what_a_process_ran_when_it_called_is_named_though_it_runs_other_code_by_now(self):
        good = self.write_file("good.py", "import time\nprint('ready', flush=True)\ntime.sleep(600)\n")
        evil = self.write_file("evil.py", PROBE + f"""
import os
os.execv(sys.executable, [sys.executable, "-I", "-S", {good!r}])
""")
        screen = self.begin()
        with subprocess.Popen([self.installed("turncoat"), "-I", "-S", evil, "127.0.0.1", "9"],
                              env=self.environment(PYTHONHOME=sys.base_prefix),
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            self.interrupt(screen)
            process.kill()
        row, = self.show("span").where(role="outbound", process="turncoat")
        self.assertEqual(row.owners[0].details["script"]["name"], evil)

    def test_a_process_with_the_number_of_another_is_not_taken_for_it(self):
        """/proc tells processes apart by clock ticks; here both may start within the same tick."""
        self.require(Path(storm.LAST_PID).exists(), "no process numbers of choice")
        screen = self.begin()
        heirs = subprocess.Popen([self.installed("caller"), "-I", "-S", "-c", HEIRS,
                                  storm.LAST_PID], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 env=self.environment(PYTHONHOME=sys.base_prefix))
        with heirs:
            heirs.stdout.readline()
            self.interrupt(screen)
            heirs.stdin.close()
        rows = [row for row in self.show("span").rows if row.remote.endswith(":9999")]
        self.assertEqual({(row.raw["sighting"]["events"], row.process) for row in rows},
                         {(1, f"caller{row.owners[0].pid}") for row in rows})
        self.assertEqual(len(rows), 30)

    def test_what_goes_through_an_io_uring_has_its_process(self):
        self.start("web", "listen 127.0.0.1:8080")
        probe = subprocess.run([sys.executable, "-I", "-S", "-c", RING, "worker", "8080"],
                               check=False, capture_output=True, text=True)
        self.require("io_uring: " not in probe.stderr, probe.stderr)
        seen = self.span_of(lambda: [self.run_program(name, RING, name, 8080)
                                     for name in ("worker", "poller")])
        rows = {row.process: row for row in seen.where(role="outbound", remote="127.0.0.1:8080")}
        self.assertEqual(set(rows), {"worker", "poller"})
        for name, row in rows.items():
            self.assertEqual(row.owners[0].details["exe"], self.installed(name))
            self.assertEqual(row.raw["sighting"]["events"], 1)


if __name__ == "__main__":
    world.main()
