"""The packages are built, inspected, installed in a minimal Debian, used, upgraded and removed."""

import os
import re
import shutil

import debian_root
import packages
import scenario
import world
from packages import run

NEWER = "99.0"  # than any version that is built here
DATABASE = "var/lib/netmon/netmon.db"


class Package(scenario.Scenario):
    @staticmethod
    def files_of_deb(package):
        listed = run("dpkg-deb", "--contents", package)
        return sorted(line.split()[5][1:] for line in listed.splitlines() if line[0] != "d")

    def test_lintian_has_nothing_to_say(self):
        self.require(shutil.which("lintian"), "lintian is not installed")
        run("lintian", "--allow-root", "--fail-on", "error,warning", packages.deb(self))

    def has_what_a_tool_has(self, files):
        pages = world.SOURCES / "docs" / "man"
        wanted = ["/usr/bin/netmon", "/usr/share/doc/netmon/copyright",
                  "/usr/share/bash-completion/completions/netmon",
                  "/usr/share/zsh/vendor-completions/_netmon",
                  "/usr/share/fish/vendor_completions.d/netmon.fish",
                  "/usr/share/doc/netmon/docs/TUTORIAL.md",
                  "/usr/share/doc/netmon/examples/main-job.sh"]
        wanted += [f"/usr/lib/systemd/system/netmon-{name}" for name in
                   ("capture.service", "capture.timer", "check.service", "check.timer")]
        wanted += [f"/usr/share/doc/netmon/docs/schema/{schema.name}"
                   for schema in (pages.parent / "schema").glob("*.json")]
        for page in pages.glob("*.scd"):
            wanted.append(f"/usr/share/man/man{page.stem[-1]}/{page.stem}.gz")
        self.assertEqual([path for path in wanted if path not in files], [])
        self.assertEqual([path for path in files if not path.startswith("/usr/")], [])

    def test_both_packages_hold_the_same_and_what_a_tool_has(self):
        deb, rpm = packages.deb(self), packages.rpm(self)
        self.has_what_a_tool_has(self.files_of_deb(deb))
        listed = run("rpm", "--query", "--package", "--nosignature", "--filesbypkg", rpm)
        found = {line.split()[-1] for line in listed.splitlines()}
        elsewhere = {"/usr/share/zsh/vendor-completions/_netmon":
                     "/usr/share/zsh/site-functions/_netmon"}
        debian = ("/usr/share/doc/netmon/changelog.Debian.gz", "/usr/share/lintian/overrides/netmon")
        for path in self.files_of_deb(deb):
            self.assertEqual(elsewhere.get(path, path) in found, path not in debian, path)
        needed = run("rpm", "--query", "--package", "--nosignature", "--requires", rpm)
        for library in ("libsqlite3.so.0", "libnettle.so.8", "libstdc++.so.6"):
            self.assertIn(library, needed)

    def test_what_is_loaded_only_when_it_is_asked_for_is_recommended(self):
        # No tool finds these dependencies: a library that is loaded by name, and ssh-keygen.
        self.assertEqual(run("dpkg-deb", "--field", packages.deb(self), "Recommends").strip(),
                         "libsystemd0, openssh-client")
        self.assertEqual(run("rpm", "--query", "--package", "--nosignature", "--recommends",
                             packages.rpm(self)).split(), ["openssh-clients", "systemd-libs"])

    @staticmethod
    def in_root(root, *command, expect=0, **environment):
        return run(shutil.which("chroot"), root, *command, expect=expect,
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                        "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"} | environment)

    @staticmethod
    def tree(root):
        """All files, except the records of dpkg, rpm and the loader."""
        kept = re.compile(r"/(proc|dev|var/lib/(dpkg|rpm|netmon)|var/cache/ldconfig|var/log|root)(/|$)")
        return {path for folder, _, files in os.walk(root) for name in files
                if not kept.match(path := f"{folder}/{name}"[len(str(root)):])}

    def minimal_debian(self, package):
        root = world.ROOT / "debian"
        root.mkdir()
        debian_root.make(root, [*packages.dependencies(package), "iproute2", "mount", "python3"])
        return root

    def use(self, root):
        """Runs the change review and the main job from the installed files."""
        examples = "/usr/share/doc/netmon/examples"
        told = self.in_root(root, f"{examples}/change-review.sh", "--reports", "/root/review")
        self.assertIn("netmon diff ended with 1", told)
        self.assertRegex(told, r"⚠ new outbound peer: tcp 185\.220\.101\.5:4444 \w+ \(pid \d+, root")
        self.assertIn("UNAPPROVED", (root / "root/review/review.html").read_text("utf-8"))
        told = self.in_root(root, f"{examples}/main-job.sh")
        self.assertIn("⚠ new listener: tcp 127.0.0.1:31337 python3", told)
        self.in_root(root, "netmon", "capture", "--label", "before-the-upgrade")

    def test_the_rpm_is_installed_verified_used_upgraded_and_erased(self):
        # Debian's rpm cannot check dependencies: its database does not know the libraries here.
        self.require_real_root()
        deb, package, newer = packages.deb(self), packages.rpm(self), packages.rpm(self, "-R", NEWER)
        root = self.minimal_debian(deb)
        before = self.tree(root)

        def rpm(*arguments, expect=0):
            return run("rpm", "--root", root, "--dbpath", "/var/lib/rpm", *arguments, expect=expect)

        rpm("--initdb")
        rpm("--install", "--nodeps", package)
        self.assertEqual(rpm("--verify", "--nodeps", "netmon"), "")
        self.use(root)
        page = root / "usr/share/man/man1/netmon.1.gz"
        page.write_bytes(b"another")
        self.assertRegex(rpm("--verify", "--nodeps", "netmon", expect=1), r"^S.5.* /usr/share/man")

        rpm("--upgrade", "--nodeps", newer)
        self.assertIn(NEWER, rpm("--query", "netmon"))
        self.assertEqual(rpm("--verify", "--nodeps", "netmon"), "")
        self.in_root(root, "netmon", "diff", "before-the-upgrade", "@now")

        rpm("--erase", "netmon")
        self.assertEqual(self.tree(root), before)
        self.assertTrue((root / DATABASE).exists())

    def test_it_is_installed_used_upgraded_and_removed_and_the_evidence_stays(self):
        self.require_real_root()
        first, second = packages.deb(self), packages.deb(self, "-R", NEWER)
        root = self.minimal_debian(first)
        for package in (first, second):
            shutil.copy(package, root)
        before = self.tree(root)

        self.in_root(root, "dpkg", "--install", f"/{first.name}")
        self.use(root)

        self.in_root(root, "dpkg", "--install", f"/{second.name}")
        self.assertIn(NEWER, self.in_root(root, "dpkg-query", "--show", "netmon"))
        self.in_root(root, "netmon", "diff", "before-the-upgrade", "@now")
        self.assertIn("before-the-upgrade", self.in_root(root, "netmon", "list"))

        self.in_root(root, "dpkg", "--remove", "netmon")
        self.assertEqual(self.tree(root), before)
        self.assertTrue((root / DATABASE).exists())
        told = self.in_root(root, "dpkg", "--purge", "netmon")
        self.assertIn("The snapshots in /var/lib/netmon were kept.", told)
        self.assertTrue((root / DATABASE).exists())

        self.in_root(root, "dpkg", "--install", f"/{second.name}")
        self.in_root(root, "netmon", "verify")
        self.in_root(root, "dpkg", "--purge", "netmon", NETMON_PURGE_EVIDENCE="yes")
        self.assertFalse((root / "var/lib/netmon").exists())
        self.assertEqual(self.tree(root), before)


if __name__ == "__main__":
    world.main()
