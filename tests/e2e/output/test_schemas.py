"""Each JSON output is valid by its published schema (docs/schema)."""

import json
import re
import unittest

import json_schemas
import scenario
import world

GOLDEN = world.SOURCES / "tests" / "golden"
EXPECTATIONS = """
ticket = "CHG-1042"
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 8443 }
reason = "new endpoint"
approved_by = "change-board"
expires = 2099-01-01T00:00:00Z
hosts = ["db1", "db2"]
[[expect]]
change = "listener-added"
match = { protocol = "tcp", port = 9999 }
reason = "promised"
required = true
[[forbid]]
match = { protocol = "tcp", port = 31337 }
reason = "never"
[[accept-gap]]
gap = "owners-not-visible"
reason = "the hypervisor's agent"
"""


def golden_documents():
    return {path.name: json_schemas.load(path) for path in sorted(GOLDEN.glob("*.json"))}


class Golden(unittest.TestCase):
    def setUp(self):
        if json_schemas.jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")

    @world.on_this_machine
    def test_the_schemas_are_schemas(self):
        self.assertEqual(len(json_schemas.files()), 8)
        for path in json_schemas.files():
            with self.subTest(path.name):
                json_schemas.jsonschema.Draft202012Validator.check_schema(json_schemas.load(path))

    @world.on_this_machine
    def test_every_golden_file_is_what_its_schema_says(self):
        documents = golden_documents()
        for name, document in documents.items():
            with self.subTest(name):
                self.assertEqual(json_schemas.errors(document), [])
        held = {json_schemas.file_of(document).name for document in documents.values()}
        self.assertEqual(held | {json_schemas.COMMON},
                         {path.name for path in json_schemas.files()},
                         "each schema has a golden file")

    @world.on_this_machine
    def test_a_field_that_is_missing_renamed_or_of_another_type_is_found(self):
        for name, document in golden_documents().items():
            held = json_schemas.validator(json_schemas.file_of(document))
            for what, changed in json_schemas.mutations(document):
                self.assertFalse(held.is_valid(changed), f"{name}: {what}")

    @world.on_this_machine
    def test_a_field_that_no_schema_names_is_found_and_a_reader_may_ignore_it(self):
        for name, document in golden_documents().items():
            document["added_later"] = None
            self.assertNotEqual(json_schemas.errors(document), [], name)
            self.assertEqual(json_schemas.errors(document, json_schemas.published(document)), [])

    @world.on_this_machine
    def test_the_caveats_of_the_schema_are_those_of_the_contract(self):
        contract = json_schemas.FOLDER.with_name("FORMATS.md").read_text("utf-8")
        table = contract.partition("\n## Caveats\n")[2].partition("\n## ")[0]
        allowed = (json_schemas.load(json_schemas.FOLDER / file)["$defs"][name]["enum"]
                   for file, name in ((json_schemas.COMMON, "gap_code"),
                                      ("netmon-diff-1.schema.json", "other_caveat")))
        self.assertCountEqual(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE),
                              [code for codes in allowed for code in codes])

    @world.on_this_machine
    def test_a_word_that_netmon_does_not_have_is_found(self):
        for name, *path in (("decided.json", "changes", 0, "kind"),
                            ("decided.json", "changes", 0, "attributes", 0, "name"),
                            ("decided.json", "caveats", 0, "code"),
                            ("decided.json", "verdict"), ("decided.json", "before", "privilege"),
                            ("snapshot.json", "sockets", 0, "state"),
                            ("snapshot.json", "gaps", 0, "code"),
                            ("snapshot.json", "sockets", 0, "scope"),
                            ("doctor.json", "findings", 0, "visibility")):
            document = json_schemas.load(GOLDEN / name)
            parent = document
            for step in path[:-1]:
                if not parent[step]:  # the first change has no attribute
                    parent[step] = [{"name": "bind", "before": [], "after": []}]
                parent = parent[step]
            self.assertEqual(json_schemas.errors(document), [])
            parent[path[-1]] = "no-such-word"
            self.assertNotEqual(json_schemas.errors(document), [], path)


class Schemas(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.require(json_schemas.jsonschema, "python3-jsonschema is not installed")

    def assert_valid(self, *arguments, expect=0):
        out = self.netmon(*arguments, "--format", "json", expect=expect).out
        document = json.loads(out)
        self.assertEqual(json_schemas.errors(document), [], arguments)
        return document

    def busy(self):
        """Captures before and after, with sockets of each kind, some of them of hostile programs."""
        self.link_outside()
        self.outside(f"listen {scenario.PEER}:443")
        gone = self.start("gone", "listen 127.0.0.1:81", "raw 1", "packet 0800")
        self.capture("before", "--ticket", "CHG-1042", "--note", 'a "note"\n\u202e')
        gone.end()
        server = self.start("web", "listen 0.0.0.0:8443", "listen 0.0.0.0:31337",
                            "bind udp [::]:5353", "bind udp 127.0.0.1:0", "ping 127.0.0.1")
        self.start("two\nlines", r"name \x1b]0;owned\x07", "listen [::1]:82",
                   f"connect tcp {scenario.PEER}:443", "packet 0800")
        client = self.start("client", "connect tcp 127.0.0.1:31337")
        self.assertTrue(server.answers and client.answers)
        self.capture("after")

    def test_a_snapshot_and_a_span_are_what_their_schema_says(self):
        self.busy()
        self.capture("span", "--for", "60ms", "--every", "30ms", "--no-cmdline")
        for revision in ("before", "after", "span"):
            self.assert_valid("show", revision)
        self.assert_valid("show", "after", "--filter", "port=1")

    def test_a_diff_is_what_its_schema_says(self):
        self.busy()
        rules = world.ROOT / "CHG-1042.toml"
        rules.write_text(EXPECTATIONS, "utf-8")
        found = self.assert_valid("diff", "before", "after", expect=1)
        self.assertIn("listener-removed", {change["kind"] for change in found["changes"]})
        self.assert_valid("diff", "before", "after", "--expect", rules, "--fail-on-removed",
                          "--accept-gap", "port-choice-not-known", expect=1)
        self.assert_valid("diff", "@empty", "after", expect=1)
        self.assert_valid("diff", "after", "before", expect=1)
        self.assert_valid("diff", "before", "@now", expect=1)

    def test_an_inconclusive_diff_is_what_its_schema_says(self):
        self.capture("before")
        self.capture("after")
        found = self.assert_valid("diff", "after", "before", expect=3)  # in the wrong order
        self.assertEqual(found["verdict"], "inconclusive")

    def test_what_is_stored_is_what_its_schemas_say(self):
        self.busy()
        self.assert_valid("list")
        self.assert_valid("history", "--process", "web")
        self.assert_valid("history", "--port", "31337")
        self.assert_valid("verify")
        self.assert_valid("verify", "before", "--digest", "sha256:" + "0" * 64, expect=4)

    def test_doctor_and_controls_are_what_their_schemas_say(self):
        self.assert_valid("doctor")
        self.assert_valid("controls")


if __name__ == "__main__":
    world.main()
