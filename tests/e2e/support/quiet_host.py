"""Shared by the tests of an ordinary host between two idle moments."""

import re

import scenario
import world

EXAMPLES = world.SOURCES / "examples" / "expectations"


class QuietHost(scenario.Scenario):
    def assert_clean(self, *arguments, before="before", after="after"):
        found = self.diff(before, after, *arguments)
        self.assertEqual((found.code, found.kinds(), found.decisive()), (0, [], []), found.errors)
        return found

    def assert_approved(self, name, *kinds):
        """These changes gate, and the rules of an example approve them all. Paths and users, which
        only a real host has, are removed from the rules."""
        self.assertEqual(self.diff("before", "after").kinds(), sorted(kinds))
        text = (EXAMPLES / name).read_text("utf-8")
        rules = world.ROOT / name
        rules.write_text('ticket = "CHG-1"\n' + re.sub(
            r', (?:exe|user) = (?:"[^"]*"|\[[^]]*\])', "", text), "utf-8")
        found = self.diff("before", "after", "--expect", rules)
        self.assertEqual((found.code, found.decisive()), (0, []), found.errors)
        self.assertEqual({change["status"] for change in found.changes} - {"notice"}, {"approved"})
