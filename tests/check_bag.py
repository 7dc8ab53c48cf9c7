"""Reads one unpacked part with public libraries: the bag with bagit, the ticket with its JSON Schema, the manifest with
its Table Schema and Python's csv; and the examples of what comes back with theirs. Prints the number of rows of the
manifest."""

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

DRAFTS = (jsonschema.Draft7Validator, jsonschema.Draft201909Validator, jsonschema.Draft202012Validator)


def check_json(path: pathlib.Path, schema: str) -> None:
    rules = json.loads((data / "schema" / schema).read_text())
    for draft in DRAFTS:
        draft.check_schema(rules)
        jsonschema.validate(json.loads(path.read_text()), rules, draft)


def check_table(path: pathlib.Path, schema: str) -> list[dict]:
    fields = json.loads((data / "schema" / schema).read_text())["fields"]
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0]) == [field["name"] for field in fields], "columns"
    for row in rows:
        for field in fields:
            value, rules = row[field["name"]], field.get("constraints", {})
            if value == "":
                assert not rules.get("required"), field["name"]
                continue
            assert re.fullmatch(rules.get("pattern", ".*"), value), field["name"]
            assert len(value) <= rules.get("maxLength", 999), field["name"]
            assert value in rules.get("enum", [value]), field["name"]
            if field["type"] == "integer":
                assert rules["minimum"] <= int(value) <= rules.get("maximum", int(value)), field["name"]
    return rows


check_json(data / "job.json", "job.schema.json")
for kind in ("ack", "stopped"):
    check_json(data / f"receipts/2500001.{kind}.json", f"{kind}.schema.json")
for kind in ("production", "returns"):
    assert check_table(data / f"receipts/2500001.{kind}.csv", f"{kind}.schema.json")

rows = check_table(data / "manifest.csv", "manifest.schema.json")
for column in ("seq", "letter_id"):
    assert len({row[column] for row in rows}) == len(rows), column
print(len(rows))
