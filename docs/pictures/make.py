#!/usr/bin/env python3
"""Makes the README's pictures: what the terminal shows of the change review in examples/, its page, and
the live view of a small host (live_scene.sh).

  docs/pictures/make.py           writes terminal.svg, page.png and live.svg beside itself
  docs/pictures/make.py --check   ends with 1 where they show what netmon no longer prints

Needs a built netmon ($NETMON, build/release/netmon or one in PATH), what the example needs, tmux, and, to
write them, chromium-headless-shell. Times, digests and pids are another at each run and do not make a
picture old.
"""

import hashlib
import html
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parents[1]
sys.path.insert(0, str(SOURCES / "tests" / "e2e" / "support"))

from shape import shape  # noqa: E402
from terminal import Terminal  # noqa: E402

COLUMNS = 110
LIVE_ROWS = 14
LETTER, LINE, MARGIN = 7.8, 18, 14
NO_BREAK = "\u00a0"  # spaces that no viewer of SVG makes one of
BACKGROUND, FOREGROUND, FAINT = "#0f1419", "#e6edf3", "#9aa7b4"
COLOURS = {"31": "#ff9a92", "33": "#ecc25c", "32": "#6fdc8c", "36": "#85bcff"}

# The example lies in a folder whose name means nothing, which ends with its mount namespace.
EXAMPLE = """
mount -t tmpfs tmpfs /srv
cp -r "$1" /srv/examples
exec /srv/examples/change-review.sh --reports "$2"
"""


def netmon():
    for path in (os.environ.get("NETMON"), SOURCES / "build" / "release" / "netmon",
                 shutil.which("netmon")):
        if path and os.access(path, os.X_OK):
            return str(path)
    sys.exit("no netmon: build it, or name it by NETMON")


def review(folder):
    """What `netmon diff` prints on a terminal, and the page that it writes."""
    nest = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder, "LC_ALL": "C.UTF-8",
                   "TERM": "xterm-256color", "PAGER": "cat", "NETMON": netmon()}
    shown = Terminal([*nest, "sh", "-ec", EXAMPLE, "sh", str(SOURCES / "examples"), folder],
                     environment, columns=COLUMNS)
    code = shown.end()
    if code != 0:
        sys.exit(f"the example ended with {code}:\n{shown.text}")
    text = shown.text.replace("\r\n", "\n")
    text = text[text.index("$ netmon diff"):text.index("\nnetmon diff ended")].rstrip()
    command, _, rest = text.partition("\n")
    command = command[:command.index(" -o ")].replace("/srv/examples/", "") + " -o review.html"
    return f"{command}\n{rest}", (Path(folder) / "review.html").read_text("utf-8")


class Look:
    """What the escape sequences for colours have set so far."""

    def __init__(self):
        self.colour, self.bold, self.faint, self.reversed = FOREGROUND, False, False, False

    def take(self, codes):
        for code in codes.split(";"):
            if code in ("", "0"):
                self.__init__()
            elif code in COLOURS:
                self.colour = COLOURS[code]
            elif code == "39":
                self.colour = FOREGROUND
            elif code in ("1", "2", "7"):
                setattr(self, {"1": "bold", "2": "faint", "7": "reversed"}[code], True)
            elif code != "49":
                sys.exit(f"an escape sequence that no picture has: {code}")

    def svg(self, text, x, y):
        colour = FAINT if self.faint else self.colour
        width = len(text) * LETTER
        box = ""
        if self.reversed:
            box = (f'<rect x="{x:.1f}" y="{y - 13}" width="{width:.1f}" height="{LINE}" '
                   f'fill="{colour}"/>')
            colour = BACKGROUND
        style = "" if colour == FOREGROUND else f' fill="{colour}"'
        style += ' font-weight="bold"' if self.bold else ""
        return (f'{box}<text x="{x:.1f}" y="{y}" textLength="{width:.1f}"{style}>'
                f"{html.escape(text).replace(' ', NO_BREAK)}</text>")


def svg_line(line, y, look):
    spans, columns = [], 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            look.take(part[2:-1])
        elif part:
            spans.append(look.svg(part, MARGIN + columns * LETTER, y))
            columns += len(part)
    return "".join(spans)


def svg_of(text, title):
    lines, look = text.splitlines(), Look()
    width, height = COLUMNS * LETTER + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    body = "\n".join(svg_line(line, MARGIN + LINE * number + 13, look)
                     for number, line in enumerate(lines))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            f'width="{width:.0f}" height="{height}" role="img">\n'
            f"<title>{title}</title>\n"
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>\n'
            '<g font-family="ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="13" '
            f'fill="{FOREGROUND}">\n{body}\n</g>\n</svg>\n')


def lines_of_svg(svg):
    lines = {}
    for y, text in re.findall(r'<text x="[0-9.]+" y="(\d+)"[^>]*>([^<]*)</text>', svg):
        lines.setdefault(int(y), []).append(html.unescape(text).replace(NO_BREAK, " "))
    last = max(lines, default=0)
    first = MARGIN + 13
    return "\n".join("".join(lines.get(y, [])) for y in range(first, last + 1, LINE))


def live_view():
    """What `netmon watch` shows of a small host, a listener after its baseline."""
    nest = ["unshare", "--net", "--uts", "--pid", "--fork", "--mount", "--mount-proc", "--kill-child",
            *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    done = subprocess.run([*nest, HERE / "live_scene.sh", netmon(), str(COLUMNS), str(LIVE_ROWS)],
                          env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
                               "TERM": "xterm-256color"},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"the live view ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout.rstrip("\n")


def shown(text):
    """Its shape; numbers of processes and of what fits on the screen differ."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return shape(re.sub(r" +\d+  (?=root)", " PID ", re.sub(r"\(python3, pid \d+\)", "", plain)))


def is_old(name, text):
    return shown(lines_of_svg((HERE / name).read_text("utf-8"))) != shown(text)


def mark_of_page(page):
    """Of what the picture of the page shows: its words but for numbers of processes, and its style."""
    style, top = page.split("<style>")[1].split("</style>")
    top = top[:top.index("<h2>All caveats")]
    words = re.sub(r"\bpid\s+\d+", "pid N", html.unescape(re.sub(r"<[^>]*>", " ", top)))
    return hashlib.sha256("\n".join([style, *shape(words)]).encode()).hexdigest()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture_of_page(page, folder):
    (Path(folder) / "page.html").write_text(page, "utf-8")
    name = "chromium-headless-shell"
    browser = shutil.which(name) or sys.exit(f"needs {name}")
    subprocess.run([browser, "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                    f"--user-data-dir={folder}/profile", "--window-size=1000,860",
                    f"--screenshot={folder}/page.png", f"file://{folder}/page.html"],
                   check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    png = (Path(folder) / "page.png").read_bytes()
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk(b"tEXt", b"netmon\0" + mark_of_page(page).encode()) + png[end:]


def main():
    with tempfile.TemporaryDirectory() as folder:
        text, page = review(folder)
        live = live_view()
        if sys.argv[1:] == ["--check"]:
            old = [name for name, now in (("terminal.svg", text), ("live.svg", live))
                   if is_old(name, now)]
            if mark_of_page(page).encode() not in (HERE / "page.png").read_bytes():
                old.append("page.png")
            sys.exit(f"no longer true: {', '.join(old)}; run docs/pictures/make.py" if old else 0)
        (HERE / "terminal.svg").write_text(
            svg_of(text, "What netmon diff prints of the change review in examples/"), "utf-8")
        (HERE / "live.svg").write_text(
            svg_of(live, "What netmon watch shows of a host on which a listener has appeared"), "utf-8")
        (HERE / "page.png").write_bytes(picture_of_page(page, folder))


if __name__ == "__main__":
    main()
