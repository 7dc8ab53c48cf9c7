"""Reads one unpacked part with public libraries: the bag with bagit, the ticket with its JSON Schema, the manifest with
its Table Schema and Python's csv. Prints the number of rows."""

import csv
import json
import pathlib
import re
import sys

import bagit
import jsonschema

folder = pathlib.Path(sys.argv[1])
bagit.Bag(str(folder)).validate()
data = folder / "data"

schema = json.loads((data / "schema/job.schema.json").read_text())
for draft in (jsonschema.Draft7Validator, jsonschema.Draft201909Validator, jsonschema.Draft202012Validator):
    draft.check_schema(schema)
    jsonschema.validate(json.loads((data / "job.json").read_text()), schema, draft)

fields = json.loads((data / "schema/manifest.schema.json").read_text())["fields"]
with open(data / "manifest.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, strict=True))
assert list(rows[0]) == [field["name"] for field in fields], "columns"
for row in rows:
    for field in fields:
        value, rules = row[field["name"]], field["constraints"]
        if value == "":
            assert not rules.get("required"), field["name"]
            continue
        assert re.fullmatch(rules.get("pattern", ".*"), value), field["name"]
        assert len(value) <= rules.get("maxLength", 999), field["name"]
        assert value in rules.get("enum", [value]), field["name"]
        if field["type"] == "integer":
            assert int(value) >= rules["minimum"], field["name"]
for column in ("seq", "letter_id"):
    assert len({row[column] for row in rows}) == len(rows), column
print(len(rows))
