"""A database of evidence. Tests verify it with netmon and by hand, and tamper with it as its owner."""

import re
import sqlite3
import subprocess
import sys

import scenario
import world

MANUAL = world.SOURCES / "docs" / "EVIDENCE.md"
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOWHERE = "sha256:" + "0" * 64


def check_by_hand():
    """The script of the manual that checks a database without netmon."""
    return PYTHON_BLOCK.search(MANUAL.read_text("utf-8"))[1]


class Verdicts:
    """The output of `verify`: a text for each name, and the flaws below it."""

    def __init__(self, result):
        self.code, self.texts, self.flaws = result.code, {}, {}
        name = None
        for line in result.out.splitlines():
            if line.startswith("  ") and not line.startswith(" " * 11):
                self.flaws[name].append(line.strip())
            elif not line.startswith(" "):
                name, _, text = line.partition(" ")
                self.texts[name] = text.strip()
                self.flaws[name] = []

    def flawed(self):
        return [name for name in ("rows", "schema", "chain") if self.texts[name] == "FLAWED"]


class Database(scenario.Scenario):
    """A database with three snapshots."""

    def setUp(self):
        super().setUp()
        self.start("web", "listen 127.0.0.1:80", "listen 127.0.0.1:81")
        for label in ("first", "second", "third"):
            self.capture(label)

    def verify(self, *arguments, database=None):
        return Verdicts(self.netmon("verify", *arguments, "--db", database or self.database))

    def head(self, database=None):
        return self.verify(database=database).texts["head"]

    def tamper(self, *statements, database=None):
        """Executes statements as somebody who knows the schema: drops and restores the triggers."""
        connection = sqlite3.connect(database or self.database)
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            if isinstance(statement, str):
                changed = connection.execute(statement).rowcount
                self.assertGreater(changed, 0, statement)
            else:
                statement(connection)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.close()

    @staticmethod
    def delete_snapshot(connection, number):
        tables = connection.execute(
            "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' "
            "AND c.name = 'snapshot_id'").fetchall()
        for (table,) in tables:
            connection.execute(f"DELETE FROM {table} WHERE snapshot_id = {number}")
        connection.execute(f"DELETE FROM snapshot WHERE id = {number}")

    def cut_off(self):
        """Removes the newest entry without a trace; returns the digest that it had."""
        digest = self.head()
        self.tamper(lambda db: self.delete_snapshot(db, 3), "DELETE FROM link WHERE number = 3")
        return digest

    def content_digest(self, number):
        """The content digest of a snapshot, computed by the script of the manual."""
        script = check_by_hand().partition("\nlinks = {}")[0]
        code = f"{script}\nprint(snapshot({number}, {number}))"
        return self.python(code, self.database).stdout.strip()

    def python(self, code, *arguments):
        return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def rewrite(self, number, statement):
        """Does what a patient forger does: changes a snapshot and all digests from it on."""
        self.tamper(statement)
        for later in range(number, 4):
            def relink(connection, later=later):
                previous = connection.execute(
                    "SELECT digest FROM link WHERE number = ?", (later - 1,)).fetchone()
                connection.execute("UPDATE snapshot SET previous_digest = ? WHERE id = ?",
                                   (*(previous or (None,)), later))
            self.tamper(relink)
            content = self.content_digest(later)
            script = check_by_hand().partition("\nlinks = {}")[0]
            link = self.python(f"""{script}
print(digest(ask("SELECT json_array('link', origin, number, kind, s.previous_digest, '{content}') "
    "FROM link l JOIN chain USING (chain_no) JOIN snapshot s ON s.id = number WHERE number = {later}"
    )))""", self.database).stdout.strip()
            self.tamper(f"UPDATE snapshot SET digest = '{content}' WHERE id = {later}",
                        "UPDATE link SET previous_digest = (SELECT previous_digest FROM snapshot "
                        f"WHERE id = number), content_digest = '{content}', digest = '{link}' "
                        f"WHERE number = {later}")
