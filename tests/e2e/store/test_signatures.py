"""Signatures over the evidence: who made them, over what, and what they reveal."""

import shutil
import subprocess

import world
from evidence_database import NOWHERE, Database


class Signatures(Database):
    """The tests use the real ssh-keygen."""

    def setUp(self):
        super().setUp()
        self.require(shutil.which("ssh-keygen"), "ssh-keygen is not installed")
        self.keys = world.ROOT / "keys"
        self.keys.mkdir()
        for name in ("audit", "unknown"):
            self.ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.keys / name)

    def ssh_keygen(self, *arguments, text=""):
        done = subprocess.run(["ssh-keygen", *map(str, arguments)], input=text, check=True,
                              capture_output=True, text=True, timeout=60)
        return done.stdout

    def sign(self, digest, key="audit", namespace="netmon"):
        file = world.ROOT / "head.sig"
        file.write_text(self.ssh_keygen("-q", "-Y", "sign", "-n", namespace, "-f", self.keys / key,
                                        text=digest + "\n"), "ascii")
        return file

    def allow(self, options="", key="audit", name="audit@example.org"):
        public = (self.keys / f"{key}.pub").read_text("ascii")
        file = world.ROOT / "reviewers"
        file.write_text(f"{name} {options} {public}", "ascii")
        return file

    def held(self, signature, allowed, *arguments, **options):
        found = self.verify("--signature", signature, "--allowed-signers", allowed, *arguments,
                            **options)
        return found.code, found.texts["signature"]

    def test_a_valid_signature_names_its_signer_and_key(self):
        code, text = self.held(self.sign(self.head()), self.allow())
        self.assertEqual(code, 0)
        fingerprint = self.ssh_keygen("-l", "-f", self.keys / "audit.pub").split()[1]
        self.assertEqual(text, f"signed by audit@example.org (ED25519 {fingerprint}) over #3, "
                               "the newest entry")

    def test_a_signature_by_another_key_is_not_valid(self):
        code, text = self.held(self.sign(self.head(), key="unknown"), self.allow())
        self.assertEqual(code, 4)
        self.assertRegex(text, "^NOT VALID: head.sig over #3, the newest entry: by none of the "
                               "allowed signers")

    def test_a_signature_over_something_else_is_not_valid(self):
        first = self.show("first").info["digest"]
        signature = self.sign(first)
        code, text = self.held(signature, self.allow())
        self.assertEqual((code, text.startswith("NOT VALID: head.sig over #3")), (4, True), text)
        for arguments in (["--digest", first], ["first"]):
            code, text = self.held(signature, self.allow(), *arguments)
            self.assertEqual(code, 0, text)
            self.assertTrue(text.endswith("over #1; 2 entries were stored after it"), text)

    def test_a_signature_for_another_purpose_is_not_valid(self):
        self.assertEqual(self.held(self.sign(self.head(), namespace="git"), self.allow())[0], 4)

    def test_a_signature_over_a_digest_that_no_entry_has_is_not_valid(self):
        found = self.verify("--signature", self.sign(NOWHERE), "--allowed-signers", self.allow(),
                            "--digest", NOWHERE)
        self.assertEqual(found.code, 4)
        self.assertEqual(found.texts["signature"],
                         f"NOT VALID: head.sig over {NOWHERE}: no entry has this digest")

    def test_a_key_that_has_expired_or_is_for_another_purpose_is_not_valid(self):
        signature = self.sign(self.head())
        for options, why in (('valid-before="20200101"', "key has expired"),
                             ('valid-after="22000101"', "key is not yet valid"),
                             ('namespaces="git"', "not permitted")):
            code, text = self.held(signature, self.allow(options))
            self.assertEqual((code, why in text), (4, True), text)
        self.assertEqual(self.held(signature, self.allow('namespaces="netmon"'))[0], 0)

    def test_garbage_is_no_signature(self):
        garbage = world.ROOT / "garbage.sig"
        for text in (b"", b"garbage\n", b"\0" * 100, b"-----BEGIN SSH SIGNATURE-----\nAAAA\n",
                     self.sign(self.head()).read_bytes()[:-40]):
            garbage.write_bytes(text)
            code, said = self.held(garbage, self.allow())
            self.assertEqual((code, said.startswith("NOT VALID")), (4, True), text)
        empty = world.ROOT / "nobody"
        empty.write_text("", "ascii")
        self.assertEqual(self.held(self.sign(self.head()), empty)[0], 4)

    def test_a_signature_without_allowed_signers_is_an_error(self):
        result = self.netmon("verify", "--signature", self.sign(self.head()), expect=2)
        self.assertEqual((result.out, len(result.errors)), ("", 1))
        self.assertIn("--allowed-signers", result.err)
        for arguments in (["--signature", "missing.sig", "--allowed-signers", self.allow()],
                          ["--allowed-signers", "missing"], ["--allowed-signers", world.ROOT]):
            self.assertEqual(len(self.netmon("verify", *arguments, expect=2).errors), 1)

    def test_who_asks_for_a_signature_is_told_that_there_is_none(self):
        found = self.verify("--allowed-signers", self.allow())
        self.assertEqual((found.code, found.texts["signature"]),
                         (4, "UNSIGNED: --allowed-signers requires a signature"))

    def test_a_signature_reveals_a_cut_off_tail_and_a_chain_written_anew(self):
        signature = self.sign(self.head())
        untouched = self.database.read_bytes()
        self.cut_off()
        self.assertEqual(self.held(signature, self.allow())[0], 4)
        self.database.write_bytes(untouched)
        self.rewrite(2, "UPDATE snapshot SET ticket = 'CHG-2' WHERE id = 2")
        self.assertEqual(self.held(signature, self.allow())[0], 4)

    def test_an_exported_signature_is_checked_where_it_arrives(self):
        review = world.ROOT / "review.netmon"
        signature = self.sign(self.head())
        self.netmon("export", "first", "second", "-o", review, "--signature", signature, expect=0)
        found = self.verify(database=review)
        self.assertEqual((found.code, found.texts["signature"][:21]), (0, "not checked: head.sig"))
        found = self.verify("--allowed-signers", self.allow(), database=review)
        self.assertEqual(found.code, 0)
        self.assertRegex(found.texts["signature"], r"^signed by audit@example\.org \(.+\) over #3 of "
                                                   r"[0-9a-f]{32}, the newest entry here$")
        self.assertEqual(self.verify("--allowed-signers", self.allow(key="unknown"),
                                     database=review).code, 4)
        # Whoever may write to the file can swap the signature, or claim that it is over something else.
        for change in ("text = 'garbage'", f"signed_digest = '{NOWHERE}'",
                       f"signed_digest = '{self.show('first').info['digest']}'"):
            before = review.read_bytes()
            self.tamper(f"UPDATE document SET {change}", database=review)
            with self.subTest(change):
                found = self.verify("--allowed-signers", self.allow(), database=review)
                self.assertEqual(found.code, 4)
                self.assertTrue(found.texts["signature"].startswith("NOT VALID"), found.texts)
            review.write_bytes(before)

    def test_export_takes_only_a_signature_over_what_it_exports(self):
        review = world.ROOT / "review.netmon"
        for digest in (NOWHERE, self.show("first").info["digest"]):
            refused = self.netmon("export", "second", "-o", review, "--signature",
                                  self.sign(digest), expect=2)
            self.assertEqual((len(refused.errors), review.exists()), (1, False), refused.err)
        for digest in (self.show("second").info["digest"], self.head()):
            out = self.netmon("export", "second", "-o", review, "--signature", self.sign(digest),
                              expect=0).out
            self.assertIn(f"head.sig  signature  over {digest}\n", out)
            review.unlink()

    def test_a_missing_ssh_keygen_names_its_package(self):
        signature, allowed = self.sign(self.head()), self.allow()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/bin"], check=True)
        result = self.netmon("verify", "--signature", signature, "--allowed-signers", allowed,
                             expect=2)
        self.assertEqual((result.out, len(result.errors)), ("", 1))
        self.assertIn("openssh-client", result.err)


if __name__ == "__main__":
    world.main()
