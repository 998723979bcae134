"""Users that are not in /etc/passwd but in a directory, which answers or does not."""

import os
import subprocess
from pathlib import Path

import scenario
import world

KNOWN, SILENT = 4001, 4002  # as in nss_directory.c


class Directory(scenario.Scenario):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to give /etc/nsswitch.conf another content for itself")
        switch = world.ROOT / "nsswitch.conf"
        switch.write_text("passwd: files netmontest\n")
        subprocess.run(["mount", "--bind", switch, "/etc/nsswitch.conf"], check=True)

    def environment(self, **more):
        folder = Path(os.environ["NSS_DIRECTORY"]).parent
        return super().environment(**more) | {"LD_LIBRARY_PATH": str(folder)}

    def service(self, uid):
        self.start("web", "listen 0.0.0.0:8080",
                   prefix=["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"])

    def test_a_user_of_the_directory_is_named_and_found_by_name(self):
        self.service(KNOWN)
        self.capture("named")
        shown = self.show("named")
        self.assertEqual([owner.details["user"] for row in shown.rows for owner in row.owners], ["ldap\x1buser"])
        self.assertNotIn("users-not-named", shown.gap_codes())

    def test_a_user_that_nobody_has_is_a_number_and_no_gap(self):
        self.service(4003)
        self.capture("numbered")
        shown = self.show("numbered")
        self.assertEqual([owner.details["user"] for row in shown.rows for owner in row.owners], ["4003"])
        self.assertNotIn("users-not-named", shown.gap_codes())

    def test_a_directory_that_does_not_answer_is_a_gap_and_costs_no_capture(self):
        self.service(SILENT)
        self.capture("silent")
        shown = self.show("silent")
        self.assertEqual([owner.details["user"] for row in shown.rows for owner in row.owners], [str(SILENT)])
        self.assertIn("users-not-named", shown.gap_codes())
        self.capture("again")
        self.diff("silent", "again", expect=0)


if __name__ == "__main__":
    world.main()
