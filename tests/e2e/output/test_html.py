"""The HTML report in a real browser: it needs no network, runs nothing and fits a phone."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import scenario
import world

GOLDEN = world.SOURCES / "tests" / "golden"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# A page that examines other pages, each of which it shows in a frame as wide as a phone's screen. A
# browser takes seconds to start, so a single one examines all pages of a test.
LOOK = """<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre>
<script>
%s
const found = {};
function look(frame) {
  const page = frame.contentDocument;
  const style = element => page.defaultView.getComputedStyle(element);
  found[frame.title] = {
    width: page.documentElement.scrollWidth,
    bodyId: page.body.id,
    foreign: [...page.querySelectorAll("script,img,a,iframe,link,form,input,object,embed,base")]
      .map(element => element.tagName),
    handlers: [...page.querySelectorAll("*")].flatMap(element => [...element.attributes])
      .map(attribute => attribute.name).filter(name => /^on|^style$|href|src/.test(name)),
    styled: style(page.querySelector("code")).unicodeBidi === "isolate",
    spilling: [...page.querySelectorAll("body *")]
      .filter(element => !element.closest("svg") && !element.closest("caption, .cards thead"))
      .filter(element => element.getBoundingClientRect().right > 376)
      .map(element => element.outerHTML.slice(0, 60)),
    headings: [...page.querySelectorAll("h1,h2")].map(element => element.textContent),
    dark: page.defaultView.matchMedia("(prefers-color-scheme: dark)").matches,
    broken: ruled(page),
    signs: [...page.querySelectorAll("svg .sign")].map(element => element.textContent),
  };
  document.getElementById("found").textContent = JSON.stringify(found);
}
</script>"""
FRAME = '<iframe src="%s" title="%s" width="375" height="600" onload="look(this)"></iframe>'


# The rules of accessibility (WCAG 2.2 AA) that a program can check. The result has each rule that the
# page breaks, in words.
RULES = """
function ruled(page) {
  const broken = [];
  const all = selector => [...page.querySelectorAll(selector)];
  const style = element => page.defaultView.getComputedStyle(element);
  const rule = (holds, what) => { if (!holds) broken.push(what); };

  rule(page.documentElement.lang === "en", "the page has no language");
  rule(page.title.trim() !== "", "the page has no title");
  for (const landmark of ["header", "main", "footer"])
    rule(all("body > " + landmark).length === 1, "not one " + landmark);

  const levels = all("h1,h2,h3,h4,h5,h6").map(heading => Number(heading.tagName[1]));
  rule(levels[0] === 1 && levels.filter(level => level === 1).length === 1, "not one h1, first");
  rule(levels.every((level, at) => at === 0 || level <= levels[at - 1] + 1), "a heading is skipped");

  for (const table of all("table")) {
    const name = table.caption ? table.caption.textContent : "?";
    rule(name !== "?" && name.trim() !== "", "a table has no caption");
    rule([...table.querySelectorAll("thead th")].every(head => head.scope === "col") &&
         table.querySelector("thead th"), name + ": a column has no header");
    rule([...table.querySelectorAll("tbody tr")].every(row => row.cells[0].scope === "row"),
         name + ": a row has no header");
    // Browsers differ in what is left of a table that is shown as cards: said, it stays in all.
    for (const [parts, role] of [["thead th", "columnheader"], ["tr", "row"], ["td", "cell"],
                                 ["tbody th", "rowheader"], ["thead, tbody", "rowgroup"]])
      rule([...table.querySelectorAll(parts)].every(part => part.getAttribute("role") === role),
           name + ": what is no " + role + " to a screen reader");
    rule(table.getAttribute("role") === "table", name + ": no table to a screen reader");
  }
  for (const list of all("ul, ol"))
    rule(style(list).listStyleType !== "none" || list.getAttribute("role") === "list",
         "a list without signs is none to a screen reader");
  for (const picture of all("svg")) {
    const words = picture.closest("figure").querySelectorAll("details li");
    rule(picture.getAttribute("role") === "img" && picture.getAttribute("aria-label"),
         "a picture has no name");
    rule(words.length === picture.querySelectorAll(".node").length, "a picture is not told in words");
  }
  for (const region of all("[tabindex]"))
    rule(region.getAttribute("aria-label") && region.getAttribute("role"), "a stop has no name");

  const blocks = all("header > *, main > *:not(.appendix), .appendix > *, footer");
  const tops = blocks.map(block => block.getBoundingClientRect().top);
  rule(tops.every((top, at) => at === 0 || top >= tops[at - 1] - 1), "read in another order than seen");

  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const light = color => numbers(color).slice(0, 3).map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const clear = color => color === "none" || numbers(color)[3] === 0;
  const behind = element => {
    const node = element.closest("svg .node");
    const shapes = node ? [element.classList.contains("sign") ? ".badge" : "x", ".box"] : [];
    for (const shape of shapes.map(name => node.querySelector(name)))
      if (shape && !clear(style(shape).fill)) return style(shape).fill;
    for (let at = element; at; at = at.parentElement)
      if (!clear(style(at).backgroundColor)) return style(at).backgroundColor;
    return "rgb(255, 255, 255)";
  };
  let measured = 0;
  for (const element of all("body *")) {
    const says = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!says || !element.getClientRects().length || element.closest("title")) continue;
    const drawn = element.closest("svg");
    const [one, two] = [light(drawn ? style(element).fill : style(element).color),
                        light(behind(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const size = parseFloat(style(element).fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style(element).fontWeight) >= 700);
    measured += 1;
    rule(ratio >= (large ? 3 : 4.5),
         "contrast " + ratio.toFixed(1) + ": " + element.outerHTML.slice(0, 80));
  }
  rule(measured > 100, "no contrast was measured");
  return broken;
}
"""

DARK = "--blink-settings=preferredColorScheme=0"


def browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Browser(unittest.TestCase):
    def setUp(self):
        super().setUp()
        if browser() is None:
            self.skipTest("needs chromium-headless-shell")
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def browse(self, *options):
        return subprocess.run(
            [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={self.folder}/profile", *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    def look(self, pages, *options):
        """What the browser finds in each page, and the messages about it on its console. `pages`
        has the text of each page by its name, and both results use the same names."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        frames = []
        for number, (name, text) in enumerate(pages.items()):
            (folder / f"page{number}.html").write_text(text, "utf-8")
            frames.append(FRAME % (f"page{number}.html", name))
        (folder / "look.html").write_text(LOOK % RULES + "\n".join(frames), "utf-8")
        done = self.browse("--enable-logging=stderr", "--allow-file-access-from-files",
                           "--window-size=1000,800", *options, "--dump-dom",
                           f"file://{folder}/look.html")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.S)
        self.assertIsNotNone(found, done.stdout[-2000:])
        text = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        found = json.loads(text)
        self.assertEqual(sorted(found), sorted(pages))
        # Without a network, the browser's own pages write messages too.
        lines = [line for line in done.stderr.splitlines()
                 if ":CONSOLE" in line and "source: chrome://" not in line]
        consoles = {name: [line for line in lines if f"/page{number}.html" in line]
                    for number, name in enumerate(pages)}
        self.assertEqual(sum(map(len, consoles.values())), len(lines), lines)
        return found, consoles

    def sheets_of(self, path):
        """The text of each sheet of a printed page."""
        if not shutil.which("pdftotext"):
            self.skipTest("needs pdftotext (poppler-utils)")
        done = self.browse("--no-pdf-header-footer", f"--print-to-pdf={self.folder}/page.pdf",
                           f"file://{path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = subprocess.run(["pdftotext", "-layout", self.folder / "page.pdf", "-"], check=True,
                              capture_output=True, text=True, timeout=60).stdout
        return text.split("\f")[:-1]


class Html(Browser):
    def pages(self, *names):
        return {name: (GOLDEN / name).read_text("utf-8") for name in names}

    def page(self, name):
        return self.pages(name)[name]

    @world.on_this_machine
    def test_a_page_is_styled_and_the_console_stays_empty(self):
        found, consoles = self.look(self.pages("decided.html", "diff-clean.html",
                                               "diff-inconclusive.html"))
        for name, page in found.items():
            with self.subTest(name):
                self.assertEqual(consoles[name], [])
                self.assertTrue(page["styled"])

    @world.on_this_machine
    def test_a_page_fits_a_phone(self):
        found, _ = self.look(self.pages("decided.html", "hostile.html"))
        for name, page in found.items():
            with self.subTest(name):
                self.assertEqual((page["width"], page["spilling"]), (375, []))

    @world.on_this_machine
    def test_hostile_names_inject_nothing(self):
        found, consoles = self.look(self.pages("hostile.html"))
        page, console = found["hostile.html"], consoles["hostile.html"]
        self.assertEqual((page["bodyId"], page["foreign"], page["handlers"], console),
                         ("", [], [], []))
        self.assertIn("<script>", page["headings"][0])  # the name itself is there, as text

    @world.on_this_machine
    def test_a_style_or_a_script_that_was_added_to_a_page_does_not_apply(self):
        script = "<script>document.body.id='owned'</script></body>"
        found, consoles = self.look({
            "style": self.page("decided.html").replace("</style>", "h1{display:none}</style>"),
            "script": self.page("decided.html").replace("</body>", script)})
        self.assertFalse(found["style"]["styled"])
        self.assertRegex("\n".join(consoles["style"]), "inline style")
        self.assertEqual(found["script"]["bodyId"], "")
        self.assertRegex("\n".join(consoles["script"]), "inline script")

    @world.on_this_machine
    def test_three_changes_are_decided_on_two_sheets_of_paper(self):
        sheets = self.sheets_of(GOLDEN / "small.html")
        first = "\n".join(sheets[:2])
        for part in ("UNAPPROVED", "What is not allowed", "What could not be seen", "What changed",
                     "0.0.0.0:31337", "185.220.101.5:4444", "10.0.0.5:8443", "All caveats",
                     "The two captures", "Sign-off", "Signature"):
            self.assertIn(part, first)
        self.assertNotIn("Appendix", first)
        self.assertRegex(sheets[2], r"\A\s*Appendix: the host and its peers")
        self.assertIn("SI-4", sheets[-1])  # the last control

    @world.on_this_machine
    def test_each_sheet_names_host_ticket_digests_and_its_number(self):
        for name in ("small.html", "kinds.html"):
            sheets = self.sheets_of(GOLDEN / name)
            for number, sheet in enumerate(sheets, 1):
                foot = " ".join(sheet.split("\n\n")[-1].split())
                self.assertRegex(" ".join(sheet.split()),
                                 rf"db1 · (CHG-1042|no ticket) · sha256:\w+ → sha256:\w+ "
                                 rf"page {number} of {len(sheets)}$", f"{name}: {foot}")

    @world.on_this_machine
    def test_a_page_keeps_the_rules_of_accessibility_in_light_and_in_dark(self):
        pages = self.pages("small.html", "decided.html", "kinds.html", "diff-clean.html",
                           "diff-inconclusive.html", "accepted.html")
        for dark, options in ((False, ()), (True, (DARK,))):
            found, _ = self.look(pages, *options)
            for name, page in found.items():
                with self.subTest(name, dark=dark):
                    self.assertEqual((page["dark"], page["broken"]), (dark, []))

    @world.on_this_machine
    def test_a_page_that_breaks_a_rule_of_accessibility_is_found(self):
        text = self.page("small.html")
        pages = {}
        for kept, altered, rule in (
                ('<html lang="en">', "<html>", "no language"),
                ("<h2>What changed</h2>", "<h1>What changed</h1>", "not one h1"),
                ("<h2>What changed</h2>", "<h4>What changed</h4>", "a heading is skipped"),
                ('<th scope="col"', "<th", "a column has no header"),
                ('<th scope="row"', "<th", "a row has no header"),
                ('role="row"', "", "is no row to"), ('role="table"', "", "no table to"),
                ('role="cell"', "", "is no cell to"), ('role="rowgroup"', "", "is no rowgroup to"),
                ('role="rowheader"', "", "is no rowheader to"),
                ('class="facts" role="list"', 'class="facts"', "a list without signs"),
                ('role="columnheader"', "", "is no columnheader to"),
                ("<caption>", "<caption hidden></caption><b>", "a table has no caption"),
                ('role="img"', 'role="none"', "a picture has no name"),
                ("<details>", "<details hidden></details><div>", "not told in words"),
                ('class="scroll" tabindex="0" role="region"', 'class="scroll" tabindex="0"',
                 "a stop has no name"),
                ("<header>", "<div>", "not one header")):
            self.assertIn(kept, text)
            pages[rule] = text.replace(kept, altered)
        css = re.search(r"<style>(.*?)</style>", text, re.S)[1]
        for kept, altered, rule in (
                ("--muted:#57606a", "--muted:#a0a6ad", "contrast"),
                (".signoff{", "header{position:absolute;top:3000px}.signoff{", "another order")):
            self.assertIn(kept, css)
            changed = css.replace(kept, altered)
            old, new = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
                        for text in (css, changed))
            pages[rule] = text.replace(css, changed).replace(old, new)
        found, _ = self.look(pages)
        for rule, page in found.items():
            with self.subTest(rule):
                self.assertIn(rule, "\n".join(page["broken"]))

    @world.on_this_machine
    def test_the_picture_shows_its_signs(self):
        found, _ = self.look(self.pages("decided.html"))
        self.assertEqual(sorted(found["decided.html"]["signs"]), sorted("++++~−?"))


class Sizes(Browser, scenario.Scenario):
    def changed(self, count):
        """The page of a review with `count` new listeners, of which one is open to all."""
        self.start("many", *(f"listen 127.0.0.1:{port}" for port in range(10001, 10000 + count)),
                   prefix=["prlimit", "--nofile=8192"])
        self.start("intruder", "listen 0.0.0.0:31337")
        self.capture("after")
        page = self.folder / "review.html"
        self.netmon("diff", "@empty", "after", "--quiet", "-o", page, expect=1)
        return page

    def is_read(self, count, sheets):
        """The page fits a phone, keeps the rules, and begins with the open listener, also on paper."""
        page = self.changed(count)
        text = page.read_text("utf-8")
        found, consoles = self.look({"review": text})
        review = found["review"]
        self.assertEqual((review["width"], review["spilling"], review["broken"],
                          consoles["review"]), (375, [], [], []))
        first = re.search(r"<ol>\n(.*)", text)[1]
        self.assertIn("0.0.0.0:31337", first)
        self.assertIn("intruder", first)
        self.assertLess(len(text), 2_000_000)
        printed = self.sheets_of(page)
        self.assertIn("0.0.0.0:31337", printed[0])
        signed = [number for number, sheet in enumerate(printed, 1) if "Signature" in sheet]
        self.assertEqual(len(signed), 1)
        self.assertLessEqual(signed[0], sheets)

    def test_a_page_of_one_change(self):
        self.is_read(1, 2)

    def test_a_page_of_thirty_changes(self):
        self.is_read(30, 8)

    def test_a_page_of_three_hundred_changes(self):
        self.is_read(300, 60)

    def test_a_page_of_three_thousand_changes(self):
        self.is_read(3000, 95)


if __name__ == "__main__":
    world.main()
