# SPDX-License-Identifier: MIT
"""The schemas of schemas/, which may refer to each other by file name."""
import json
import pathlib

import tap

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "schemas"


def load(name):
    if jsonschema is None:
        raise tap.Skip("python3-jsonschema is not installed")
    path = FOLDER / name
    if not path.is_file():
        raise tap.Skip(f"no schemas/{name}")
    return json.loads(path.read_text())


def validator(name):
    """That checks documents against it; other schemas of the folder are found by their names."""
    schema = load(name)
    others = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    resolver = jsonschema.RefResolver("", schema, store=others)
    return jsonschema.validators.validator_for(schema)(schema, resolver=resolver)


def errors(document, name):
    """What is wrong with it, each with its place."""
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator(name).iter_errors(document)]
