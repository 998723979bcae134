"""A span: one snapshot that is the union of many samples."""

import os
import re
import signal

import scenario
import terminal
import tracing
import world

EVERY = 0.1  # seconds
SAMPLE = re.compile(r"sample (\d+) of (\d+)")


class Span(scenario.Scenario):
    """Each span runs on a terminal, where its progress line counts the samples. A test waits for the
    count to grow, and ends the span with a signal."""

    def begin(self, label="span", length="600s"):
        return terminal.Terminal(
            self.command("capture", "--label", label, "--for", length, "--every", f"{EVERY}s"),
            self.environment(TERM="xterm"))

    def samples(self, screen):
        return max((int(number) for number, _ in SAMPLE.findall(screen.text)), default=0)

    def await_samples(self, screen, number):
        while self.samples(screen) < number:
            seen = len(screen.text)
            screen.read_until(rf"(?s)^.{{{seen}}}.*sample \d+ of")

    def await_two_more(self, screen):
        """Waits until a complete sample was taken from now on: one that is under way may be too old."""
        screen.read_printed()
        self.await_samples(screen, self.samples(screen) + 2)

    def interrupt(self, screen, number=signal.SIGINT):
        os.kill(screen.pid, number)
        return screen.end()

    def span_of_a_visitor(self, label="span"):
        """Takes a span with a listener that is there from the first to the last sample, and a listener
        with a connection that came after the first sample and went before the last."""
        stable = self.start("nginx", "listen 127.0.0.1:80")
        screen = self.begin(label)
        self.await_samples(screen, 1)
        visitor = self.start("visitor", "listen 127.0.0.1:8080", "connect tcp 127.0.0.1:80")
        stable.say("accept 3")
        self.await_two_more(screen)
        visitor.end()
        stable.say("close 4")
        self.await_two_more(screen)
        self.assertEqual(self.interrupt(screen), 128 + signal.SIGINT, screen.text)
        return stable, visitor, self.show(label)

    def test_what_came_and_went_within_a_span_is_in_it_with_its_process(self):
        stable, visitor, seen = self.span_of_a_visitor()
        found = {(row.local, row.process, row.owners[0].pid) for row in seen.where(state="listen")}
        self.assertEqual(found, {("127.0.0.1:80", "nginx", stable.pid),
                                 ("127.0.0.1:8080", "visitor", visitor.pid)})
        there, = seen.where(role="outbound", remote="127.0.0.1:80")
        self.assertEqual((there.process, there.owners[0].pid), ("visitor", visitor.pid))

    def test_each_socket_of_a_span_says_when_it_was_seen_and_how_often(self):
        _, _, seen = self.span_of_a_visitor()
        total = seen.info["span"]["samples"]
        self.assertGreaterEqual(total, 5)
        self.assertEqual(seen.info["span"]["every_ms"], 100)
        stable, = seen.where(local="127.0.0.1:80", state="listen")
        visitor, = seen.where(local="127.0.0.1:8080")
        whole, part = stable.raw["sighting"], visitor.raw["sighting"]
        self.assertEqual(whole["samples"], total)
        self.assertTrue(1 <= part["samples"] <= total - 2, part)
        self.assertTrue(whole["first_seen"] < part["first_seen"] <= part["last_seen"]
                        < whole["last_seen"], (whole, part))
        self.assertTrue(seen.info["taken_at"] <= whole["first_seen"], seen.info)
        self.assertTrue(whole["last_seen"] <= seen.info["finished_at"], seen.info)

    def span_in_which(self, *steps):
        """Takes a span in which each step happens between two complete samples."""
        screen = self.begin("after")
        self.await_samples(screen, 1)
        for step in steps:
            step()
            self.await_two_more(screen)
        self.assertEqual(self.interrupt(screen), 128 + signal.SIGINT, screen.text)

    def test_a_process_that_was_root_for_a_moment_of_a_span_was_root(self):
        self.require_real_root()
        server = self.start_native(self.native("bin/server"), "ids 4001 4001 0",
                                   "listen 0.0.0.0:8080")
        self.capture("before")
        self.span_in_which(lambda: server.say("ids 4001 0 0"),
                           lambda: server.say("ids 4001 4001 0"))
        self.assertIn("user-changed high", self.diff("before", "after").kinds())

    def test_a_process_that_ran_another_program_for_a_moment_of_a_span_ran_it(self):
        service = self.native("bin/service")
        server = self.start_native(service, "listen 0.0.0.0:8080")
        self.capture("before")
        evil = self.native("bin/evil", "evil")
        self.span_in_which(lambda: server.say(f"exec {evil}"),
                           lambda: server.say(f"exec {service}"))
        found = self.diff("before", "after")
        self.assertEqual(found.kinds(), ["holder-added high"])
        self.assertEqual(found.change("holder-added")["process"]["name"], "evil")

    def test_a_socket_that_listened_for_a_moment_of_a_span_is_a_listener(self):
        server = self.start("server")
        self.capture("before")
        screen = self.begin("after")
        self.await_samples(screen, 1)
        made = server.say("listen 0.0.0.0:31337")
        self.await_two_more(screen)
        server.say(f"close {made['fd']}")
        self.await_two_more(screen)
        self.interrupt(screen)
        self.assertEqual(self.diff("before", "after").kinds(), ["listener-added high"])

    def test_a_snapshot_of_one_moment_has_no_span(self):
        self.start("nginx", "listen 127.0.0.1:80")
        self.capture("one")
        seen = self.show("one")
        self.assertEqual((seen.info["span"], seen.rows[0].raw["sighting"]), (None, None))

    def test_a_span_cut_short_by_a_signal_is_stored_and_says_so(self):
        self.start("nginx", "listen 127.0.0.1:80")
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                screen = self.begin(number.name)
                self.await_samples(screen, 2)
                self.assertEqual(self.interrupt(screen, number), 128 + number, screen.text)
                seen = self.show(number.name)
                self.assertEqual([row.process for row in seen.rows], ["nginx"])
                cut = [gap for gap in seen.gaps if gap["code"] == "samples-missed"
                       and number.name in gap["reason"]]
                self.assertEqual(len(cut), 1, seen.gaps)
                missed = sum(gap["count"] for gap in seen.gaps if gap["code"] == "samples-missed")
                self.assertEqual(seen.info["span"]["samples"] + missed, 6001)

    def traced(self, prefix, label):
        return self.netmon("capture", "--label", label, "--for", "50ms", "--every", "50ms",
                           "--events", "off", prefix=prefix, env=tracing.environment(self.environment()))

    def last_sample(self):
        """The position of the uname(2) call that the last of two samples makes."""
        self.require(tracing.is_there(), "strace is not installed")
        trace = tracing.Trace(world.ROOT)
        self.assertEqual(self.traced(trace.prefix("uname,rt_sigtimedwait"), "traced").code, 0)
        names = [name for name, _, _ in trace.calls()]
        self.assertEqual(names[:3], ["uname", "rt_sigtimedwait", "uname"])
        return 2

    def test_a_signal_in_the_last_sample_does_not_lose_the_span(self):
        place = self.last_sample()
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                done = self.traced(tracing.injecting("uname", f"signal={number.name}", place),
                                   number.name)
                self.assertEqual(done.code, 128 + number, done.err)
                seen = self.show(number.name)
                self.assertEqual((seen.info["span"]["samples"], seen.gap_codes()),
                                 (2, ["between-samples"]))

    def test_a_second_signal_while_the_span_is_stored_does_not_lose_it(self):
        inject = "inject={}:signal={}:when={}".format
        place = self.last_sample()
        done = self.traced(["strace", "-f", "-qq", "-e", "trace=uname,fdatasync", "-o", "/dev/null",
                            "-e", "signal=none", "-e", inject("uname", "SIGINT", place),
                            "-e", inject("fdatasync", "SIGTERM", 1)], "twice")
        self.assertEqual(done.code, -signal.SIGTERM, done.err)
        self.assertEqual(self.show("twice").info["span"]["samples"], 2)

    def test_a_key_on_the_terminal_ends_a_span_as_the_signal_does(self):
        screen = self.begin()
        self.await_samples(screen, 1)
        screen.type("\x03")
        self.assertEqual(screen.end(), 128 + signal.SIGINT)
        self.assertEqual(self.show("span").gap_codes(), ["samples-missed"])

    def test_a_span_that_ran_to_its_end_took_or_missed_every_sample(self):
        self.start("nginx", "listen 127.0.0.1:80")
        self.capture("span", "--for", "500ms", "--every", "100ms")
        seen = self.show("span")
        missed = sum(gap["count"] for gap in seen.gaps if gap["code"] == "samples-missed")
        self.assertEqual(seen.info["span"]["samples"] + missed, 6)
        row, = seen.rows
        self.assertEqual(row.raw["sighting"]["samples"], seen.info["span"]["samples"])

    def test_progress_is_for_a_terminal_alone_and_is_wiped(self):
        result = self.capture("pipe", "--for", "300ms", "--every", "100ms")
        self.assertNotIn("sample ", result.err)
        self.assertEqual(terminal.unsafe(result.out + result.err), [])
        screen = self.begin(length="300ms")
        self.assertEqual(screen.end(), 0, screen.text)
        self.assertRegex(screen.text, r"\rsample 1 of 4")
        self.assertRegex(screen.text, r"(?s)\r\x1b\[K(?!.*sample \d)")

    def test_wrong_durations_are_refused_and_store_nothing(self):
        for arguments in (["--every", "1s"], ["--for", "1s", "--every", "2s"], ["--for", "0s"],
                          ["--for", "1s", "--every", "0s"], ["--for", "-1s"],
                          ["--for", "1s", "--every", "-1s"], ["--for", "1x"], ["--for", ""],
                          ["--for", "367d"]):
            with self.subTest(arguments):
                result = self.netmon("capture", "--label", "x", *arguments, expect=2)
                self.assertEqual(result.out, "")
                self.assertNotEqual(result.err, "")
        self.assertFalse(self.database.exists())

    def test_a_span_and_a_moment_are_compared(self):
        self.capture("before")
        self.span_of_a_visitor()
        found = self.diff("before", "span")
        self.assertEqual(found.gating(), [
            "listener-added low unapproved tcp 127.0.0.1:80 nginx",
            "listener-added low unapproved tcp 127.0.0.1:8080 visitor",
            "outbound-added low unapproved tcp 127.0.0.1:80 visitor"])
        self.assertEqual(found.code, 1)
        self.capture("moment")
        back = self.diff("span", "moment")
        self.assertEqual(back.gating(), [])
        self.assertIn("listener-removed notice notice tcp 127.0.0.1:8080 visitor", back.lines())
        self.assertNotIn("listener-removed notice notice tcp 127.0.0.1:80 nginx", back.lines())


if __name__ == "__main__":
    world.main()
