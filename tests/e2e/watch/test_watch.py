"""watch in a pipe: once, at an interval, into a CSV, against a baseline. test_live.py tests the view."""

import csv
import shutil
import signal
import subprocess

import holding
import scenario
import world
from scenario import TOR_EXIT

CSV_NAME = "network_connections.csv"


class Watch(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.folder = world.ROOT / "work"
        self.folder.mkdir()
        self.csv = self.folder / CSV_NAME

    def watch(self, *arguments, expect=0):
        return self.netmon("watch", *arguments, expect=expect, cwd=self.folder)

    def recorded(self):
        """The complete rows of the CSV."""
        if not self.csv.exists():
            return []
        text = self.csv.read_text("utf-8")
        return list(csv.DictReader(text[:text.rfind("\n") + 1].splitlines()))

    def background(self, *arguments):
        process = subprocess.Popen(self.command("watch", *arguments), cwd=self.folder,
                                   env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def interrupt(self, process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=scenario.SECONDS)
        return process.returncode, out, err

    def recorded_listeners(self):
        """The rows of listeners, without the sockets that a sample saw between bind(2) and listen(2)."""
        return [row for row in self.recorded() if row["State"] == "listen"]

    def await_samples(self, count, address):
        """Waits until the CSV has that many samples with a listener at this local address."""
        self.await_true(f"{count} samples of {address}", lambda: len(
            {row["Timestamp"] for row in self.recorded_listeners() if row["Local addr"] == address})
            >= count)

    def test_once_prints_the_rows_of_now(self):
        service = self.start("web", "listen 0.0.0.0:80", "bind udp 127.0.0.1:53")
        result = self.watch("--once")
        self.assertIn("0.0.0.0:80", result.out)
        self.assertIn("127.0.0.1:53", result.out)
        self.assertIn(str(service.pid), result.out)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertFalse(self.database.exists())

    def test_a_filter_leaves_rows_out(self):
        self.start("web", "listen 0.0.0.0:80", "listen 0.0.0.0:443", "bind udp 127.0.0.1:53")
        for text, shown, hidden in (("proto=udp", "127.0.0.1:53", "0.0.0.0:443"),
                                    ("port=443", "0.0.0.0:443", "127.0.0.1:53"),
                                    ("port=1-100 proto=tcp", "0.0.0.0:80", "0.0.0.0:443"),
                                    ("laddr=127.0.0.0/8", "127.0.0.1:53", "0.0.0.0:443"),
                                    ("process!=web", "", "127.0.0.1:53")):
            with self.subTest(text):
                out = self.watch("--once", "--filter", text).out
                self.assertIn(shown, out)
                self.assertNotIn(hidden, out)

    def test_once_with_csv_appends_rows_under_one_header(self):
        self.start("web", "listen 0.0.0.0:80", "listen 0.0.0.0:443")
        for run in (1, 2):
            result = self.watch("--once", "--csv")
            self.assertIn("Output appended → network_connections.csv (2 rows)", result.err)
            rows = self.recorded()
            self.assertEqual([row["Local addr"] for row in rows],
                             ["0.0.0.0:80", "0.0.0.0:443"] * run)
            self.assertEqual(self.csv.read_text("utf-8").count("Timestamp,Proto"), 1)
        self.assertEqual(len({row["Timestamp"] for row in rows}), 2)
        self.watch("--once", "--csv=other.csv")
        self.assertTrue((self.folder / "other.csv").is_file())

    def test_a_file_that_is_no_such_csv_is_refused_and_untouched(self):
        self.start("web", "listen 0.0.0.0:80")
        for content in ("name,age\nmouse,7\n", "\x00\x01binary", "Timestamp,Proto\n"):
            with self.subTest(content):
                self.csv.write_text(content, "utf-8")
                result = self.watch("--once", "--csv", expect=2)
                self.assertEqual(len(result.errors), 1, result.err)
                self.assertIn(CSV_NAME, result.err)
                self.assertEqual(self.csv.read_text("utf-8"), content)

    def test_a_last_line_cut_short_does_not_swallow_the_next_row(self):
        self.start("web", "listen 0.0.0.0:80")
        self.watch("--once", "--csv")
        whole = self.csv.read_text("utf-8")
        self.csv.write_text(whole[:-5], "utf-8")
        self.watch("--once", "--csv")
        text = self.csv.read_text("utf-8")
        self.assertTrue(text.startswith(whole[:-5] + "\n"), text)
        self.assertEqual([row["Local addr"] for row in self.recorded()], ["0.0.0.0:80"] * 2)

    def test_against_a_baseline_it_warns_of_what_was_not_there(self):
        self.link_outside()
        self.start("web", "listen 0.0.0.0:80")
        attacker = self.outside(f"listen {TOR_EXIT}:4444")
        self.capture("base")
        intruder = self.start("python3", "listen 0.0.0.0:31337", f"connect tcp {TOR_EXIT}:4444")
        warnings = [line for line in self.watch("--once", "--baseline", "base").errors
                    if line.startswith("⚠")]
        self.assertEqual(warnings, [
            "⚠ Unexpected listener on port 31337. Outbound to 185.220.101.5:4444 — investigate. "
            f"(python3, pid {intruder.pid})"])
        attacker.say("accept 3")
        attacker.say("close 4")  # first, so that no TIME_WAIT stays on this side
        self.await_tcp("CLOSE_WAIT", remote=4444)
        intruder.end()
        quiet = self.watch("--once", "--baseline", "base").err
        self.assertNotIn("⚠", quiet)

    def test_in_a_pipe_it_warns_once_when_the_listener_appears(self):
        self.start("web", "listen 0.0.0.0:80")
        self.capture("base")
        process = self.background("--interval", "20ms", "--csv", "--baseline", "base")
        self.await_samples(2, "0.0.0.0:80")
        self.start("python3", "listen 0.0.0.0:31337")
        self.await_samples(3, "0.0.0.0:31337")
        code, out, err = self.interrupt(process)
        warnings = [line for line in err.splitlines() if line.startswith("⚠")]
        self.assertEqual((code, len(warnings)), (130, 1), err)
        self.assertTrue(warnings[0].startswith("⚠ Unexpected listener on port 31337"), err)
        self.assertIn("Output appended → network_connections.csv", err)
        self.assertNotIn("\x1b", out + err)
        self.assertTrue(self.csv.read_text("utf-8").endswith("\n"))

    def times_warned(self, process, *intruders):
        """Ends the watch; returns how often it warned of each. In addition, a socket that goes while
        it is read can cause a warning without a process."""
        _, _, err = self.interrupt(process)
        return [len([line for line in err.splitlines() if line.startswith("⚠ ")
                     and line.endswith(f", pid {intruder.pid})")]) for intruder in intruders]

    def test_a_listener_that_more_can_reach_by_now_is_warned_of_again(self):
        self.capture("base")
        process = self.background("--interval", "20ms", "--csv", "--baseline", "base")
        # Both stay open, so no round can fall between closing one and opening the other.
        intruder = self.start("python3", "listen 127.0.0.1:31337 reuseport")
        self.await_samples(2, "127.0.0.1:31337")
        intruder.say("listen 0.0.0.0:31337 reuseport")
        self.await_samples(3, "0.0.0.0:31337")
        self.assertEqual(self.times_warned(process, intruder), [2])

    def await_samples_without(self, address):
        """Waits until the CSV has a complete sample that is later than all rows of this address."""
        def is_gone():
            rows = self.recorded()
            times = sorted({row["Timestamp"] for row in rows})
            last = max(row["Timestamp"] for row in rows if row["Local addr"] == address)
            return times.index(last) < len(times) - 2  # the newest may be incomplete
        self.await_true(f"a sample without {address}", is_gone)

    def test_a_listener_that_comes_back_is_warned_of_again(self):
        self.start("web", "listen 0.0.0.0:80")
        self.capture("base")
        process = self.background("--interval", "20ms", "--csv", "--baseline", "base")
        intruders = []
        for _ in range(2):
            intruder = self.start("python3", "listen 0.0.0.0:31337")
            intruders.append(intruder)
            self.await_true("a sample in which it listens", lambda pid=str(intruder.pid): any(
                row["PID"] == pid for row in self.recorded_listeners()))
            intruder.end()
            self.await_samples_without("0.0.0.0:31337")
        self.assertEqual(self.times_warned(process, *intruders), [1, 1])

    def test_what_makes_the_comparison_inconclusive_is_said_once(self):
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 0.0.0.0:80")
        self.start("inner", "listen 0.0.0.0:82", prefix=holding.in_namespace("blue"))
        self.capture("base", "--netns", "current")
        self.assertEqual(self.diff("base", "@now").code, 3)
        told = [line for line in self.watch("--once", "--baseline", "base").errors
                if line.startswith("inconclusive: ")]
        self.assertTrue(any("namespace" in line for line in told), told)
        process = self.background("--interval", "20ms", "--csv", "--baseline", "base")
        self.await_samples(3, "0.0.0.0:80")
        _, _, err = self.interrupt(process)
        self.assertEqual([line for line in err.splitlines() if line.startswith("inconclusive: ")],
                         told)

    def test_every_namespace_that_is_not_entered_is_named_once(self):
        self.require(shutil.which("setpriv"), "setpriv is not installed")
        names = ("blue1", "blue2", "red")
        for name in names:
            holding.ip("netns", "add", name)
        result = self.netmon("watch", "--once", expect=0, prefix=[
            "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"])
        for name in names:
            self.assertEqual(len([line for line in result.errors if line.startswith("not seen: ")
                                  and f"netns:{name} " in line]), 1, result.err)

    def test_a_signal_ends_it_with_128_and_its_number(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.background("--interval", "1h", "--csv")
            self.await_true("the first sample", self.csv.exists)
            process.send_signal(number)
            process.communicate(timeout=scenario.SECONDS)
            self.assertEqual(process.returncode, 128 + number)
            self.csv.unlink()

    def test_a_view_that_nobody_reads_ends(self):
        self.start("web", "listen 0.0.0.0:80")
        process = self.background("--interval", "10ms")
        process.stdout.readline()
        process.stdout.close()
        self.assertNotIn(process.wait(scenario.SECONDS), (0, 1))

    def test_it_sees_what_capture_sees(self):
        holding.ip("netns", "add", "blue")
        self.start("web", "listen 0.0.0.0:80", "raw 1", "bind tcp 0.0.0.0:81")
        self.start("inner", "listen 0.0.0.0:82", prefix=holding.in_namespace("blue"))
        self.watch("--once", "--csv")
        self.capture("one")
        shown = csv.DictReader(self.netmon("show", "one", "--format", "csv").out.splitlines())
        def timeless(rows):
            return sorted(tuple(row.values())[1:] for row in rows)
        self.assertEqual(timeless(self.recorded()), timeless(shown))
        self.assertEqual(len(self.recorded()), 4)


if __name__ == "__main__":
    world.main()
