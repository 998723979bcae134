"""The HTML report in a real browser: it needs no network, runs nothing and fits a phone."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import world

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# A page that looks into another one, which stands in a frame as wide as a phone's screen.
LOOK = """<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre>
<iframe src="%s" width="375" height="600" onload="look(this.contentDocument)"></iframe>
<script>
function look(page) {
  const style = element => page.defaultView.getComputedStyle(element);
  document.getElementById("found").textContent = JSON.stringify({
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
    signs: [...page.querySelectorAll("svg .sign")].map(element => element.textContent),
  });
}
</script>"""


def browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Html(unittest.TestCase):
    def setUp(self):
        if browser() is None:
            self.skipTest("needs chromium")
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def look(self, text):
        """What the browser makes of a page, and what it says about it on its console."""
        (self.folder / "page.html").write_text(text, "utf-8")
        (self.folder / "look.html").write_text(LOOK % "page.html", "utf-8")
        done = subprocess.run(
            [browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--enable-logging=stderr", "--allow-file-access-from-files",
             f"--user-data-dir={self.folder}/profile", "--window-size=1000,800", "--dump-dom",
             f"file://{self.folder}/look.html"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.S)
        self.assertIsNotNone(found, done.stdout[-2000:])
        text = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return json.loads(text), console

    def page(self, name):
        return (GOLDEN / name).read_text("utf-8")

    @world.on_this_machine
    def test_a_page_is_styled_and_the_console_stays_empty(self):
        for name in ("decided.html", "diff-clean.html", "diff-inconclusive.html"):
            with self.subTest(name):
                found, console = self.look(self.page(name))
                self.assertEqual(console, [])
                self.assertTrue(found["styled"])

    @world.on_this_machine
    def test_a_page_fits_a_phone(self):
        for name in ("decided.html", "hostile.html"):
            with self.subTest(name):
                found, _ = self.look(self.page(name))
                self.assertEqual((found["width"], found["spilling"]), (375, []))

    @world.on_this_machine
    def test_hostile_names_inject_nothing(self):
        found, console = self.look(self.page("hostile.html"))
        self.assertEqual((found["bodyId"], found["foreign"], found["handlers"], console),
                         ("", [], [], []))
        self.assertIn("<script>", found["headings"][0])  # the name itself is there, as text

    @world.on_this_machine
    def test_a_style_or_a_script_that_was_added_to_a_page_does_not_apply(self):
        altered = self.page("decided.html").replace("</style>", "h1{display:none}</style>")
        found, console = self.look(altered)
        self.assertFalse(found["styled"])
        self.assertRegex("\n".join(console), "inline style")
        script = "<script>document.body.id='owned'</script></body>"
        found, console = self.look(self.page("decided.html").replace("</body>", script))
        self.assertEqual(found["bodyId"], "")
        self.assertRegex("\n".join(console), "inline script")

    @world.on_this_machine
    def test_the_picture_shows_its_signs(self):
        found, _ = self.look(self.page("decided.html"))
        self.assertEqual(sorted(found["signs"]), sorted("++++~−?"))


if __name__ == "__main__":
    world.main()
