"""Starts and ends holder.py processes, in this network namespace or in another one."""

import contextlib
import json
import os
import select
import subprocess
import sys
from pathlib import Path

HOLDER = str(Path(__file__).with_name("holder.py"))
PYTHON = os.path.realpath(sys.executable)
SECONDS = 20  # a holder that does not answer within this time is a failure


def in_namespace(name):
    """The prefix that starts a program in a named network namespace."""
    return ["nsenter", f"--net=/run/netns/{name}"]


# The prefix for a new network namespace, which only the process itself keeps alive.
IN_ITS_OWN_NAMESPACE = ["unshare", "--net"]


class Holder:
    """A process that holds sockets until end(). `program` is its executable (a link to Python or a
    copy of it), `argv0` its first argument, `script` what Python runs; without a script the program
    itself takes statements (native_holder.cpp). `environment` has additional variables."""

    def __init__(self, program, argv0=None, prefix=(), script=HOLDER, environment=None):
        command = [*prefix, program, *(["-S", "-s", "-B", script] if script else [])]
        if not prefix:
            command[0] = argv0 or program
        usual = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        if script:
            usual["PYTHONHOME"] = sys.base_prefix
        self._process = subprocess.Popen(
            command, executable=None if prefix else program, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=usual | (environment or {}))
        self.pid = self._process.pid
        self.answers = []  # to the statements that it was started with
        self._workers = []  # pidfds of workers that end with it

    def say(self, statement):
        """Executes one statement of holder.py; returns its answer."""
        self._process.stdin.write(statement.encode() + b"\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], SECONDS)[0]:
            raise AssertionError(f"holder: no answer to: {statement}")
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"holder ended at: {statement}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"holder: {answer['error']}")
        if statement.split()[0] in ("worker", "fork"):
            for pid in answer.get("workers", [answer.get("pid")]):
                self._follow(pid)
        return answer

    def _follow(self, pid):
        """Lets end() wait for a worker, unless the pid means another process here: the worker may be
        in another pid namespace."""
        with contextlib.suppress(OSError):
            worker = os.pidfd_open(pid)
            status = Path(f"/proc/{pid}/status").read_text("utf-8")
            if f"\nPPid:\t{self.pid}\n" in status:
                self._workers.append(worker)
            else:
                os.close(worker)

    def end(self):
        """Returns when the process, its workers and their sockets are gone."""
        self._process.stdin.close()
        self._process.wait(SECONDS)
        for worker in self._workers:
            select.select([worker], [], [], SECONDS)
            os.close(worker)
        self._workers.clear()
        self._process.stdout.close()


class Outside:
    """Executes the requests from `channel`, a connected socket, until its other end closes it. They
    start holders that the scenario's namespaces cannot show, and the link to them."""

    def __init__(self, channel, inside_pid):
        self._channel = channel.makefile("rw")
        self._inside_pid = inside_pid
        self._holders = []

    def serve(self):
        for line in self._channel:
            request = json.loads(line)
            try:
                answer = getattr(self, "_" + request.pop("do"))(**request)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                answer = {"error": str(error)}
            self._channel.write(json.dumps(answer) + "\n")
            self._channel.flush()
        for holder in self._holders:
            holder.end()

    def _hold(self):
        self._holders.append(Holder(PYTHON))
        return {"number": len(self._holders) - 1}

    def _say(self, number, statement):
        return self._holders[number].say(statement)

    def _link(self, here, there):
        """Makes a pair of veth interfaces, up on both sides, with the addresses `here` and `there`."""
        ip_batch([f"link add peer0 type veth peer name eth0 netns {self._inside_pid}",
                  *set_up("peer0", here)])
        ip_batch(set_up("eth0", there),
                 prefix=["nsenter", f"--net=/proc/{self._inside_pid}/ns/net"])
        return {}


class OutsideHolder:
    """A holder outside the scenario's network and pid namespaces."""

    def __init__(self, channel):
        self._channel = channel
        self._number = ask(channel, do="hold")["number"]

    def say(self, statement):
        return ask(self._channel, do="say", number=self._number, statement=statement)


def ask(channel, **request):
    """Sends a request to Outside; `channel` is a file over the connected socket."""
    channel.write(json.dumps(request) + "\n")
    channel.flush()
    answer = json.loads(channel.readline())
    if "error" in answer:
        raise AssertionError(f"outside: {answer['error']}")
    return answer


def set_up(device, addresses):
    """The commands of ip(8) that give addresses to a device and set it up. Duplicate address detection
    would keep an IPv6 address unusable for a while."""
    return [*(f"address add {address} dev {device} {'nodad' if ':' in address else ''}"
              for address in addresses), f"link set {device} up"]


def ip_batch(commands, prefix=()):
    """Executes commands of ip(8) by one process."""
    return ip("-batch", "-", prefix=prefix, commands="\n".join(commands))


def ip(*words, prefix=(), commands=""):
    done = subprocess.run([*prefix, "ip", *words], input=commands, capture_output=True,
                          text=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise AssertionError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
