"""A reader of Prometheus' text format 0.0.4. It rejects everything that node_exporter's textfile
collector rejects, and everything that `promtool check metrics` complains about.

Sources: prometheus.io/docs/instrumenting/exposition_formats and /naming, node_exporter's README.
"""

import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
VALUE = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?Inf|NaN")
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
ESCAPES = {"\\": "\\", '"': '"', "n": "\n"}
NO_GAUGE = ("_total", "_count", "_sum", "_bucket")
NOT_BASE_UNITS = {"milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days",
                  "weeks", "ms", "sec", "min", "kilobytes", "megabytes", "percent"}


class Wrong(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Wrong(what)


def parse(text):
    """{family: {"help", "type", "samples": {labels as sorted pairs: value}}}."""
    require(text.endswith("\n"), "the last line does not end")
    families, ended, current = {}, set(), None
    for line in text[:-1].split("\n"):
        comment = re.fullmatch(r"# (HELP|TYPE) ([^ ]+) (.+)", line)
        require(comment or not line.startswith("#"), f"a comment that says nothing: {line}")
        name = comment[2] if comment else _name_of(line)
        require(NAME.fullmatch(name), f"no name of a metric: {name}")
        if name != current:
            require(name not in ended, f"{name} is in two groups")
            ended.add(name)
            current = name
        family = families.setdefault(name, {"help": None, "type": None, "samples": {}})
        if comment:
            _take_comment(family, comment[1], comment[3], line)
        else:
            labels, value = _sample(line)
            require(labels not in family["samples"], f"twice: {line}")
            family["samples"][labels] = value
    for name, family in families.items():
        _lint(name, family)
    return families


def _take_comment(family, kind, text, line):
    require(family[kind.lower()] is None, f"a second {kind}: {line}")
    require(not family["samples"], f"behind its samples: {line}")
    require(kind == "HELP" or text in TYPES, f"no type: {line}")
    require(re.fullmatch(r"([^\\]|\\\\|\\n)*", text), f"an escape that is none: {line}")
    family[kind.lower()] = text


def _name_of(line):
    return re.match(r"[^{ ]*", line)[0]


def _sample(line):
    rest = line[len(_name_of(line)):]
    labels = {}
    if rest.startswith("{"):
        rest = rest[1:]
        while not rest.startswith("}"):
            name = LABEL.match(rest)
            require(name and rest[name.end():].startswith('="'), f"no label: {line}")
            require(not name[0].startswith("__"), f"a name that is Prometheus' own: {line}")
            require(name[0] not in labels, f"a label twice: {line}")
            labels[name[0]], rest = _quoted(rest[name.end() + 2:], line)
            require(rest[:1] in (",", "}"), f"neither a comma nor the end: {line}")
            rest = rest.removeprefix(",")
        rest = rest[1:]
    require(rest.startswith(" ") and VALUE.fullmatch(rest[1:]),
            f"no value, or a time stamp: {line}")
    return tuple(sorted(labels.items())), float(rest[1:])


def _quoted(rest, line):
    value, at = "", 0
    while at < len(rest) and rest[at] != '"':
        if rest[at] == "\\":
            at += 1
            require(rest[at:at + 1] in ESCAPES, f"an escape that is none: {line}")
            value += ESCAPES[rest[at]]
        else:
            value += rest[at]
        at += 1
    require(at < len(rest), f"a value without an end: {line}")
    return value, rest[at + 1:]


def _lint(name, family):
    require(family["help"], f"{name} has no help")
    require(family["type"], f"{name} has no type")
    require(family["samples"], f"{name} has no samples")
    require(":" not in name, f"{name}: colons are for recording rules")
    require(not re.search(r"[a-z][A-Z]", name), f"{name} is in camel case")
    require(family["type"] == "counter" or not name.endswith(NO_GAUGE),
            f"{name}: the suffix is another type's")
    parts = set(name.split("_"))
    require(not parts & NOT_BASE_UNITS, f"{name}: no base unit")
    require(not parts & TYPES, f"{name} has a type in its name")
    for labels in family["samples"]:
        for label, _ in labels:
            require(not re.search(r"[a-z][A-Z]", label), f"{name}: {label} is in camel case")
