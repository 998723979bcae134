"""Holds a JSON output against its schema in docs/schema, and OCSF events against OCSF's rules.

The published schemas let a later version add fields. Here they are closed: a field that no schema
names is an error too, so that none is added without being described.
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
BASE = "file:///schema/"  # against which a schema's references are read; nothing is fetched
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
    """An object of which other schemas say a part, as one: what "additionalProperties" needs."""
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
    """Holds documents against a schema, closed."""
    schema, common = load(path), load(FOLDER / COMMON)
    return _validator(closed(schema, schema), closed(common, common))


def published(document):
    """Holds documents against the schema that this one names, as it is published."""
    return _validator(load(file_of(document)), load(FOLDER / COMMON))


def errors(document, held=None):
    """What is wrong, a line each, by the schema that the document names or by `held`."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in (held or validator(file_of(document))).iter_errors(document)]


def ocsf_errors(text):
    """What is wrong with the events of a file of JSON lines."""
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
    """(what, document) for each field of it, of lists those of the first items alone: the field
    taken out, under another name, and with a value of a type that no field has."""
    for path in _fields(document, ()):
        for what in ("taken out", "renamed", "of another type"):
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
