"""The packages of this build, as `cpack` makes them."""

import os
import shutil
import subprocess

import debian_root
import scenario
import world


def run(*command, expect=0, **options):
    """Runs the command; returns its output. The exit code must be `expect`."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=scenario.SECONDS, check=False, **options)
    assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def build(test, generator, *arguments):
    """The package, which is made once for all tests of a file."""
    test.require(shutil.which("scdoc"), "scdoc is not installed")
    folder = world.shared / "-".join([generator, *arguments])
    if not folder.exists():
        run("cpack", "-G", generator, "-B", folder, *arguments, cwd=os.environ["BUILD"])
    made = [path for path in folder.iterdir() if path.is_file()]
    test.assertEqual(len(made), 1, made)
    return made[0]


def deb(test, *arguments):
    test.require(shutil.which("dpkg-shlibdeps"), "dpkg-dev is not installed")
    return build(test, "DEB", *arguments)


def rpm(test, *arguments):
    test.require(shutil.which("rpmbuild"), "rpm is not installed")
    return build(test, "RPM", *arguments)


def dependencies(package):
    """The names of the packages that a .deb depends on."""
    depends = run("dpkg-deb", "--field", package, "Depends")
    return [name for name, *_ in debian_root.alternatives(depends)]
