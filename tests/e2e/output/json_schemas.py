"""Validates a JSON output with its schema in docs/schema, and OCSF events with OCSF's rules.

The published schemas allow a later version to add fields. Here they are closed: a field that no
schema names is an error too, so no field can be added without being described.
"""

import copy
import json
from pathlib import Path

import world

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = world.SOURCES / "docs" / "schema"
COMMON = "netmon-common-1.schema.json"
BASE = "file:///schema/"  # the base of references in a schema; nothing is fetched
OCSF = Path(__file__).with_name("ocsf_detection_finding.schema.json")


def files():
    return sorted(FOLDER.glob("*.schema.json"))


def file_of(document):
    """The schema that a document names: "netmon-diff/1" is netmon-diff-1.schema.json."""
    return FOLDER / (document["schema"].replace("/", "-") + ".schema.json")


def load(path):
    return json.loads(path.read_text("utf-8"))


def _resolved(schema, reference):
    file, _, pointer = reference.partition("#/$defs/")
    return (load(FOLDER / file) if file else schema)["$defs"][pointer]


def _merged(part, schema):
    """Merges the parts of an object that several schemas describe: "additionalProperties" needs that."""
    whole = {key: value for key, value in part.items() if key != "allOf"}
    for other in part["allOf"]:
        found = _resolved(schema, other["$ref"])
        prefix = other["$ref"].partition("#")[0]
        properties = json.loads(json.dumps(found["properties"]).replace('"#/', f'"{prefix}#/'))
        whole["properties"] = properties | whole["properties"]
        whole["required"] = found["required"] + whole["required"]
    return whole


def closed(part, schema):
    if isinstance(part, list):
        return [closed(item, schema) for item in part]
    if not isinstance(part, dict):
        return part
    if "allOf" in part:
        part = _merged(part, schema)
    part = {key: closed(value, schema) for key, value in part.items()}
    if "properties" in part and part.get("type") == "object":
        part["additionalProperties"] = False
    return part


def _validator(schema, common):
    resolver = jsonschema.RefResolver(BASE, schema, store={BASE + COMMON: common})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def validator(path):
    """A validator for a schema, which is closed here."""
    schema, common = load(path), load(FOLDER / COMMON)
    return _validator(closed(schema, schema), closed(common, common))


def published(document):
    """A validator for the schema that this document names, as it is published."""
    return _validator(load(file_of(document)), load(FOLDER / COMMON))


def errors(document, held=None):
    """The errors of a document, by the schema that it names or by the validator `held`."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in (held or validator(file_of(document))).iter_errors(document)]


def ocsf_errors(text):
    """The errors of the events in a file of JSON lines."""
    if text and not text.endswith("\n"):
        return ["the last line does not end"]
    schema = load(OCSF)
    held = jsonschema.Draft202012Validator(schema)
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        event = json.loads(line)
        found += [f"{number}: {line}" for line in errors(event, held)]
        if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
            found.append(f"{number}: type_uid is not class_uid * 100 + activity_id")
        profiles = event["metadata"].get("profiles", [])
        if "device" in event and "host" not in profiles:
            found.append(f"{number}: a device without the profile host")
    return found


def mutations(document):
    """(what, document) for each field of a document, in lists for the first items only: the field
    is removed, is renamed, and has a value of a type that no field has."""
    for path in _fields(document, ()):
        for what in ("removed", "renamed", "of another type"):
            changed = copy.deepcopy(document)
            parent = changed
            for step in path[:-1]:
                parent = parent[step]
            value = parent.pop(path[-1])
            if what == "renamed":
                parent[f"{path[-1]}_"] = value
            elif what == "of another type":
                parent[path[-1]] = {"no such": "field"}
            yield f"{'/'.join(map(str, path))} {what}", changed


MAX_ITEMS = 3


def _fields(value, path):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _fields(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:MAX_ITEMS]):
            yield from _fields(inner, (*path, index))
