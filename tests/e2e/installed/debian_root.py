"""Makes a minimal Debian in which a package can be installed: it has the files of packages that this
machine has installed, and a dpkg database with only these packages. Nothing is downloaded, and it takes
seconds where debootstrap takes minutes. The package manager and the package really run in it."""

import os
import re
import subprocess
from pathlib import Path

DPKG = Path("/var/lib/dpkg")
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links to folders of /usr
LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/")


def stanzas():
    """{package: text} of the installed packages."""
    found = {}
    for text in (DPKG / "status").read_text("utf-8").split("\n\n"):
        if re.search(r"^Status: install ok installed$", text, re.MULTILINE):
            found[field(text, "Package")] = text
    return found


def field(text, name):
    found = re.search(rf"^{name}: (.*)$", text, re.MULTILINE)
    return found.group(1) if found else ""


def alternatives(depends):
    """For each dependency, the list of names of which one is enough."""
    for clause in filter(None, map(str.strip, depends.split(","))):
        yield [re.split(r"[ (:]", option.strip())[0] for option in clause.split("|")]


def with_dependencies(installed, names):
    provided = {}
    for package, text in installed.items():
        for name, in alternatives(field(text, "Provides")):
            provided.setdefault(name, package)
    wanted, found = list(names), set()
    while wanted:
        package = wanted.pop()
        if package in found:
            continue
        found.add(package)
        text = installed[package]
        for options in alternatives(field(text, "Pre-Depends") + "," + field(text, "Depends")):
            known = [option if option in installed else provided.get(option) for option in options]
            wanted.append(next(filter(None, known)))
    return sorted(found)


def files_of(packages):
    listed = subprocess.run(["dpkg-query", "--listfiles", *packages], capture_output=True, text=True,
                            check=True).stdout.splitlines()
    for path in listed:
        if path.startswith("/") and path != "/." and not path.startswith(LEFT_OUT):
            top = path.split("/")[1]
            if top in MERGED and Path("/", top).is_symlink():
                path = "/usr" + path
            if path != "/usr/" + top and os.path.lexists(path):
                yield path


def copy(paths, root):
    names = "\0".join(sorted({path.lstrip("/") for path in paths})).encode()
    pack = subprocess.Popen(["tar", "--create", "--no-recursion", "--directory=/", "--null",
                             "--files-from=-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    unpack = subprocess.Popen(["tar", "--extract", "--same-permissions", f"--directory={root}"],
                              stdin=pack.stdout)
    pack.stdout.close()
    pack.stdin.write(names)
    pack.stdin.close()
    if pack.wait() or unpack.wait():
        raise AssertionError("the packages' files could not be copied")


def make(root, names):
    """Makes a root folder with the packages that every Debian has, those of `names`, and all their
    dependencies."""
    installed = stanzas()
    essential = [package for package, text in installed.items() if field(text, "Essential") == "yes"]
    packages = with_dependencies(installed, [*essential, *names])
    # Every root folder must be a mount, so that mount namespaces can be made in it.
    subprocess.run(["mount", "--bind", root, root], check=True)
    for top in ("usr", "proc", "tmp", "var/lib/dpkg/info", "var/lib/dpkg/updates", "root", "run"):
        (root / top).mkdir(parents=True)
    for top in MERGED:
        if Path("/", top).is_symlink():
            (root / top).symlink_to(f"usr/{top}")
    copy(files_of(packages), root)
    copy(["/etc/passwd", "/etc/group"], root)
    known = "\n\n".join(installed[package] for package in packages)
    (root / "var/lib/dpkg/status").write_text(known + "\n\n", "utf-8")
    for package in packages:
        copy((str(path) for pattern in (f"{package}.*", f"{package}:*")
              for path in (DPKG / "info").glob(pattern)), root)
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    subprocess.run(["chroot", root, "ldconfig"], check=True)
    (root / "dev").mkdir(exist_ok=True)
    (root / "dev/fd").symlink_to("/proc/self/fd")
    (root / "dev/null").touch()
    subprocess.run(["mount", "--bind", "/dev/null", root / "dev/null"], check=True)
