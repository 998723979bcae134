"""What the shells propose; the tests ask the shells themselves."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import scenario
import world

# Splits a line as bash does, at spaces and at ":" and "=".
BASH_WORDS = re.compile(r"[:=]+|[^\s:=]+")

BASH = r"""
source "$1"; shift
COMP_LINE=$1 COMP_POINT=${#1}; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_netmon 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""

# Runs another shell on another terminal, which prints what it would add to the line.
ZSH = r"""
zmodload zsh/zpty
zpty shell 'exec zsh -f -i'
tell() { zpty -w shell "$1" }
tell "PS1= PS2= RPS1="
tell "autoload -Uz compinit && compinit -u -d ${(q)1:h}.dump"
tell "fpath=(${(q)1:h} \$fpath); autoload -Uz _netmon; compdef _netmon netmon"
tell "compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi
  local -a kept
  builtin compadd -O kept \"\$@\"
  (( \$#kept )) && print -rl -- OFFERED=\${^kept}
  builtin compadd \"\$@\"
}"
tell "probe() { _main_complete; print DONE; exit }"
tell "zle -C probe complete-word probe; bindkey '^I' probe; print REA''DY"
local line
while zpty -r shell line && [[ $line != *READY* ]]; do :; done
zpty -w -n shell $2$'\t'
while zpty -r shell line && [[ $line != *DONE* ]]; do print -r -- $line; done
zpty -d shell
"""


class Completion(scenario.Scenario):
    def setUp(self):
        super().setUp()
        folder = world.ROOT / "bin"
        folder.mkdir()
        (folder / "netmon").symlink_to(os.environ["NETMON"])
        self.env = self.environment(TERM="xterm")
        self.env["PATH"] = f"{folder}:{self.env['PATH']}"
        self.capture("pre-change")
        self.capture("site:1/web")

    def run_shell(self, *command):
        done = subprocess.run(command, env=self.env, cwd=world.ROOT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=scenario.SECONDS,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def script(self, shell, path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.netmon("completion", shell, expect=0).out, "utf-8")
        return str(path)

    def bash(self, line):
        words = BASH_WORDS.findall(line)
        if line.endswith(" "):
            words.append("")
        found = self.run_shell("bash", "--norc", "-c", BASH, "-",
                               self.script("bash", world.ROOT / "netmon.bash"), line, *words)
        return sorted(filter(None, found))

    def zsh(self, line):
        self.require(shutil.which("zsh"), "zsh is not installed")
        path = self.script("zsh", world.ROOT / "functions" / "_netmon")
        lines = self.run_shell("zsh", "-f", "-c", ZSH, "-", path, line)
        return sorted({text.strip().partition("OFFERED=")[2] for text in lines
                       if "OFFERED=" in text})

    def fish(self, line):
        self.require(shutil.which("fish"), "fish is not installed")
        path = self.script("fish", world.ROOT / "netmon.fish")
        lines = self.run_shell("fish", "--no-config", "-c",
                               "source $argv[1]; complete -C $argv[2]", path, line)
        return sorted(text.partition("\t")[0] for text in lines)

    def commands(self):
        text = self.netmon("--help", expect=0).out.partition("Subcommands:\n")[2]
        return sorted(re.findall(r"(?m)^  (\w+)", text.partition("\n\n")[0]))

    def options(self, command):
        """The options that --help names, each with all its names."""
        text = self.netmon(command, "--help", expect=0).out.partition("Options:\n")[2]
        return sorted(name for names in re.findall(r"(?m)^  (-\S+)", text.partition("\n\n")[0])
                      for name in names.split(","))

    def ask_for_everything(self, complete, revision=str):
        """Checks what each shell must propose; `revision` is how it writes one."""
        self.assertEqual(complete("netmon "), self.commands())
        self.assertEqual(complete("netmon diff post-change --fail-on "),
                         ["high", "low", "medium", "never"])
        self.assertEqual(complete("netmon diff --format m"), ["markdown"])
        self.assertEqual(complete("netmon capture --owners "), ["auto", "bpf", "proc"])
        self.assertIn("owners-not-visible", complete("netmon diff a b --accept-gap "))
        self.assertEqual(complete("netmon capture --label p"), ["pre-change"])
        self.assertEqual(complete("netmon show p"), ["pre-change"])
        self.assertEqual(complete("netmon diff pre-change "),
                         sorted(map(revision, ("@now", "@empty", "pre-change", "site:1/web"))))
        self.assertEqual(complete("netmon help ver"), ["verify"])
        (world.ROOT / "CHG-1042.toml").touch()
        self.assertEqual(complete("netmon diff --expect CHG"), ["CHG-1042.toml"])
        self.assertIn("proto=", complete("netmon show pre-change --filter "))

    def ask_another_database(self, complete):
        other = world.ROOT / "other.db"
        self.capture("elsewhere", "--db", other)
        self.assertEqual(complete(f"netmon show --db {other} else"), ["elsewhere"])
        self.assertEqual(complete("netmon show else"), [])

    def test_bash_proposes_commands_options_values_snapshots_and_files(self):
        self.ask_for_everything(self.bash)
        for command in self.commands():
            self.assertEqual(self.bash(f"netmon {command} -"), self.options(command))
        self.ask_another_database(self.bash)

    def test_bash_completes_behind_what_it_cuts_words_at(self):
        self.assertEqual(self.bash("netmon capture --netns="), ["all", "current"])
        self.assertEqual(self.bash("netmon capture --netns=cu"), ["current"])
        self.assertEqual(self.bash("netmon show site:1"), ["1/web"])
        self.assertEqual(self.bash("netmon watch --baseline=site:"), ["1/web"])

    def test_zsh_proposes_commands_options_values_snapshots_and_files(self):
        self.ask_for_everything(self.zsh)
        for command in ("diff", "verify"):
            self.assertEqual(self.zsh(f"netmon {command} -"), self.options(command))
        self.ask_another_database(self.zsh)

    def test_fish_proposes_commands_options_values_snapshots_and_files(self):
        self.ask_for_everything(self.fish)
        for command in self.commands():
            # fish proposes short names after one dash, and long names after two.
            found = self.fish(f"netmon {command} -") + self.fish(f"netmon {command} --")
            self.assertEqual(sorted(set(found)), self.options(command))
        self.ask_another_database(self.fish)

    def snapshot_of(self, host):
        """Imports a snapshot that was taken on a host with that name."""
        away, file = world.ROOT / f"{len(host)}.db", world.ROOT / f"{len(host)}.netmon"
        identity = world.ROOT / "machine-id"
        identity.write_text(hashlib.md5(host.encode()).hexdigest() + "\n", "ascii")
        socket.sethostname(host)
        subprocess.run(["mount", "--bind", identity, "/etc/machine-id"], check=True)
        self.capture("away", "--db", away)
        subprocess.run(["umount", "/etc/machine-id"], check=True)
        self.netmon("export", "away", "-o", file, "--db", away, expect=0)
        self.netmon("import", file, expect=0)

    def test_a_name_that_a_shell_would_run_is_not_proposed(self):
        self.require(Path("/etc/machine-id").exists(), "there is no /etc/machine-id")
        self.snapshot_of("db2")
        self.snapshot_of("x$(touch hostile)")
        self.assertEqual(self.netmon("completion", "revisions", expect=0).out.splitlines(),
                         ["@now", "@empty", "away@db2", "pre-change", "site:1/web"])
        for complete in (self.bash, self.zsh, self.fish):
            self.assertEqual(complete("netmon show aw"), ["away@db2"])

    def test_without_a_database_what_needs_none_is_proposed(self):
        self.database.unlink()
        self.assertEqual(self.bash("netmon show "), ["@empty", "@now"])


if __name__ == "__main__":
    world.main()
