"""Shared by all scenarios: programs that hold sockets, the program under test, and its answers. Only
this module interprets the JSON of a snapshot and of a diff."""

import json
import os
import pwd
import select
import shutil
import subprocess
import unittest
from dataclasses import dataclass, field
from pathlib import Path

import holding
import world

PEER, PEER6 = "10.9.0.1", "fd09::1"  # outside, on the link
OWN, OWN6 = "10.9.0.2", "fd09::2"  # this side of it
TOR_EXIT, TOR_EXIT6 = "185.220.101.5", "2a0b:f4c2:2::5"  # outside, with public addresses
SECONDS = 120  # for one run of the program under test, sanitizers included

TCP_STATES = {"ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04",
              "FIN_WAIT2": "05", "TIME_WAIT": "06", "CLOSE_WAIT": "08", "LAST_ACK": "09",
              "LISTEN": "0A"}


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def errors(self):
        return self.err.splitlines()


@dataclass(frozen=True, order=True)
class Owner:
    name: str
    pid: int
    fd: int
    thread: int = None
    details: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Row:
    """One socket of `show`, in the words of the model."""
    role: str
    scope: str
    protocol: str
    state: str
    local: str
    remote: str
    owners: tuple
    owner_state: str
    raw: dict = field(compare=False)

    @property
    def process(self):
        return self.owners[0].name if self.owners else None


def text_of(address, port):
    host = f"[{address}]" if ":" in address else address
    return host if port is None else f"{host}:{port}"


def endpoint_text(endpoint):
    return endpoint and text_of(endpoint["address"] or "*", endpoint["port"])


class Snapshot:
    """`show REVISION --format json`."""

    def __init__(self, text):
        self.raw = json.loads(text)
        self.info = self.raw["snapshot"]
        self.gaps = self.raw["gaps"]
        self.rows = [self._row(socket) for socket in self.raw["sockets"]]

    @staticmethod
    def _row(socket):
        owners = tuple(Owner(owner["process"]["name"], owner["process"]["pid"], owner["fd"],
                             owner["thread"], owner["process"]) for owner in socket["owners"])
        return Row(socket["role"], socket["scope"], socket["protocol"], socket["state"],
                   endpoint_text(socket["local"]), endpoint_text(socket["remote"]), owners,
                   socket["owner_state"], socket)

    def where(self, **wanted):
        return [row for row in self.rows
                if all(getattr(row, name) == value for name, value in wanted.items())]

    def gap_codes(self):
        return sorted({gap["code"] for gap in self.gaps})


class Diff:
    """`diff … --format json`."""

    def __init__(self, result):
        self.code, self.errors = result.code, result.errors
        assert result.out, f"no report: {result}"
        self.raw = json.loads(result.out)
        self.verdict = self.raw["verdict"]
        self.summary = self.raw["summary"]
        self.changes = self.raw["changes"]

    def lines(self):
        """Each change as "KIND SEVERITY STATUS PROTOCOL WHERE PROCESS", sorted."""
        return sorted(self._line(change) for change in self.changes)

    def gating(self):
        return sorted(self._line(change) for change in self.changes
                      if change["status"] != "notice")

    def change(self, kind):
        found = [change for change in self.changes if change["kind"] == kind]
        assert len(found) == 1, f"{len(found)} changes of kind {kind}: {self.lines()}"
        return found[0]

    def attribute(self, kind, name):
        """(before, after) of an attribute of the only change of that kind."""
        found = [(attribute["before"], attribute["after"])
                 for attribute in self.change(kind)["attributes"] if attribute["name"] == name]
        assert len(found) == 1, f"no single attribute {name}: {self.change(kind)}"
        return found[0]

    def caveat_codes(self):
        return sorted({caveat["code"] for caveat in self.raw["caveats"]})

    def decisive(self):
        """The codes of the decisive caveats."""
        return sorted({caveat["code"] for caveat in self.raw["caveats"]
                       if caveat["weight"] == "decisive"})

    def kinds(self):
        """Each change that gates as "KIND SEVERITY"."""
        return sorted(f"{change['kind']} {change['severity']}" for change in self.changes
                      if change["status"] != "notice")

    def notices(self):
        return sorted({change["kind"] for change in self.changes if change["status"] == "notice"})

    def warnings(self):
        return [line for line in self.errors if line.startswith("⚠")]

    @staticmethod
    def _line(change):
        local, remote = change["local"], change["remote"]
        where = []
        if local:
            addresses = ",".join(text_of(address, None) for address in local["addresses"])
            where.append(f"{addresses}:{local['port']}")
        if remote:
            where.append(text_of(remote["address"], remote.get("port")))
        process = change["process"]["name"] if change["process"] else "-"
        return " ".join([change["kind"], change["severity"], change["status"],
                         change["protocol"], "<-".join(where), process])


class Scenario(unittest.TestCase):
    """A test in a world of its own (world.py)."""

    maxDiff = None

    def setUp(self):
        self.database = world.ROOT / "netmon.db"
        self.home = world.ROOT / "home"
        self.home.mkdir()
        self._channel = None

    def require(self, condition, why):
        if not condition:
            self.skipTest(why)

    def require_real_root(self):
        self.require(world.real_root(), "needs the machine's root")

    def require_events(self):
        probe = self.netmon("capture", "--label", "probe", "--for", "50ms", "--every", "50ms",
                            "--events", "on")
        self.require(probe.code == 0, "this kernel or machine gives no events")

    # Processes and networks.

    def link_outside(self):
        """Connects this world to the peers': OWN and OWN6 are here, all public addresses there."""
        self._channel = world.channel()
        holding.ask(self._channel, do="link",
                    here=[f"{PEER}/24", f"{PEER6}/64", f"{TOR_EXIT}/32", f"{TOR_EXIT6}/128"],
                    there=[f"{OWN}/24", f"{OWN6}/64"])
        self.await_true("the link to come up", lambda: "state UP" in holding.ip("link"))
        holding.ip_batch([f"route add default via {PEER}", f"route add default via {PEER6}"])

    def outside(self, *statements):
        holder = holding.OutsideHolder(self._channel)
        for statement in statements:
            holder.say(statement)
        return holder

    def program(self, path):
        """A program at this path below the world's folder. It is a copy of Python and not a link, so
        its executable has this path."""
        target = world.ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(holding.PYTHON, target)
        return str(target)

    def named(self, name):
        """A program with this name, which is a link to Python, so its executable is Python."""
        link = world.ROOT / "bin" / name
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(holding.PYTHON)
        return str(link)

    def script(self, name, text=None):
        """The script of a program with this name: a copy of holder.py whose path and content differ
        from those of programs with other names."""
        path = world.ROOT / "lib" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        wanted = Path(holding.HOLDER).read_text("utf-8") + f"# {text or name}\n"
        if not path.exists() or path.read_text("utf-8") != wanted:
            path.write_text(wanted, "utf-8")
        return str(path)

    def native(self, path, text=""):
        """A program at this path below the world's folder, which is no interpreter and whose file
        ends with `text`."""
        target = world.ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.environ["NATIVE_HOLDER"], target)
        with open(target, "ab") as file:
            file.write(text.encode())
        return str(target)

    def _hold(self, holder, statements):
        self.addCleanup(holder.end)
        holder.answers = [holder.say(statement) for statement in statements]
        return holder

    def start(self, name, *statements, program=None, argv0=None, prefix=(), script=None,
              environment=None):
        """Starts a process with the name `name`, which executes the statements of holder.py."""
        return self._hold(holding.Holder(program or self.named(name), argv0, prefix,
                                           script or self.script(name), environment), statements)

    def start_native(self, program, *statements, prefix=(), environment=None):
        """Starts a process that runs a program which native() made."""
        return self._hold(holding.Holder(program, prefix=prefix, script=None,
                                           environment=environment), statements)

    def session(self, server, listener_fd, client, where):
        """Makes an accepted TCP connection from client to server; (fd of server, answer of client)."""
        made = client.say(f"connect tcp {where}")
        return server.say(f"accept {listener_fd}")["fd"], made

    def await_true(self, what, condition):
        """Waits for a condition that the kernel makes true after some time."""
        for _ in range(4000):
            if condition():
                return
            select.select([], [], [], 0.005)
        self.fail(f"waited in vain for {what}")

    def await_tcp(self, state, local=None, remote=None, pid="self"):
        """Waits until a socket with these ports, in the network namespace of `pid`, is in the state."""
        def reached():
            for table in ("tcp", "tcp6"):
                rows = Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]
                for _, here, there, found, *_ in map(str.split, rows):
                    if found == TCP_STATES[state] and local in (None, int(here[-4:], 16)) \
                            and remote in (None, int(there[-4:], 16)):
                        return True
            return False
        self.await_true(f"{state} at {local}, {remote}", reached)

    def leave_time_wait(self, port, first, first_fd, second, second_fd):
        """Closes a TCP connection at `first`, which has the local port, and then at `second`, so that
        `first` leaves it in TIME_WAIT.

        `second` may acknowledge the FIN late. If that arrives after its own FIN, the answer to it ends
        TIME_WAIT at once (RFC 1337), so it closes only once it has acknowledged."""
        first.say(f"close {first_fd}")
        self.await_tcp("FIN_WAIT2", local=port, pid=first.pid)
        second.say(f"close {second_fd}")
        self.await_tcp("TIME_WAIT", local=port, pid=first.pid)

    # The program under test.

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
                if name in os.environ}
        return kept | {"HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state"),
                       "LC_ALL": "C.UTF-8", "NETMON_DB": str(self.database)} | more

    def command(self, *arguments):
        return [os.environ["NETMON"], *map(str, arguments)]

    def executable_for_all(self):
        """A copy that every user may run, even if he may not enter the folder of the build."""
        copy = world.ROOT / "bin" / "netmon"
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(os.environ["NETMON"], copy)
        return str(copy)

    def as_user(self, name):
        """The arguments of subprocess that run a program as another user."""
        account = pwd.getpwnam(name)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def netmon(self, *arguments, expect=None, env=None, prefix=(), **options):
        """Runs netmon until it ends. If `expect` is given, any other exit code fails the test.
        `prefix` is the program that starts it, perhaps as another user."""
        command = self.command(*arguments)
        if "user" in options or prefix:
            command[0] = self.executable_for_all()
        command = [*prefix, *command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              env=env or self.environment(), timeout=SECONDS, check=False,
                              **options)
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        if expect is not None:
            self.assertEqual(result.code, expect, f"{arguments}\n{result.out}\n{result.err}")
        return result

    def private_database(self, login):
        """The environment for a user with a state folder of his own."""
        home = world.ROOT / login
        home.mkdir()
        account = pwd.getpwnam(login)
        os.chown(home, account.pw_uid, account.pw_gid)
        return self.environment(HOME=str(home), XDG_STATE_HOME=str(home / "state"),
                                NETMON_DB=str(home / "netmon.db"))

    def capture(self, label, *arguments, **options):
        return self.netmon("capture", "--label", label, *arguments, expect=0, **options)

    def replaced(self, first, second):
        """Captures "before" while the holder from `first` runs, and "after" while that from `second`."""
        running = first()
        self.capture("before")
        running.end()
        second()
        self.capture("after")

    def show(self, revision, *arguments, **options):
        return Snapshot(self.netmon("show", revision, "--format", "json", *arguments, expect=0,
                                    **options).out)

    def diff(self, before, after, *arguments, **options):
        return Diff(self.netmon("diff", before, after, "--format", "json", *arguments, **options))

    def assert_gates(self, *kinds, before="before", after="after", arguments=()):
        """Exactly these changes gate, and there is no decisive caveat."""
        found = self.diff(before, after, *arguments)
        self.assertEqual(found.kinds(), sorted(kinds), found.errors)
        self.assertEqual(found.code, 1, found.errors)
        return found

    def assert_inconclusive(self, *codes, before="before", after="after", arguments=()):
        found = self.diff(before, after, *arguments)
        self.assertEqual((found.code, found.kinds(), found.decisive()), (3, [], sorted(codes)),
                         found.errors)
        return found

    def assert_unchanged(self, before="before", after="after"):
        """The diff has only notices."""
        found = self.diff(before, after)
        self.assertEqual((found.code, found.gating(), found.verdict), (0, [], "clean"),
                         found.errors)
        return found
