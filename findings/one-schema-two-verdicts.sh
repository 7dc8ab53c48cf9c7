#!/usr/bin/env bash
# One JSON Schema, one value, two verdicts. `^[0-9]{7}$` and the job number "2500001" with a line feed behind it: valid
# for jsonschema 4.26.0 (Python's `$` also matches before a last line feed), invalid for Ajv 8.20.0, jsonschema-rs
# 0.60.3 and fastjsonschema 2.22.3. `multipleOf: 0.01` and the price 19.99: invalid for jsonschema and Ajv (floating
# point), valid for the other two. A schema that two sides check says `^[0-9]{7}$` and a length, and prices in cents.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jsonschema==4.26.0 jsonschema-rs==0.60.3 fastjsonschema==2.22.3
npm install --silent --no-audit --no-fund --ignore-scripts ajv@8.20.0
cat > cases.json << 'JSON'
[
    {"schema": {"type": "string", "pattern": "^[0-9]{7}$"}, "value": "2500001\n"},
    {"schema": {"type": "string", "pattern": "^[0-9]{7}$", "maxLength": 7}, "value": "2500001\n"},
    {"schema": {"type": "number", "multipleOf": 0.01}, "value": 19.99}
]
JSON
cat > ajv.mjs << 'JS'
import fs from "node:fs";
import Ajv from "ajv";
const cases = JSON.parse(fs.readFileSync("cases.json", "utf8"));
process.stdout.write(JSON.stringify(cases.map(({ schema, value }) => new Ajv().compile(schema)(value))));
JS
venv/bin/python - << 'PY'
import json
import subprocess

import fastjsonschema
import jsonschema
import jsonschema_rs

cases = [(case["schema"], case["value"]) for case in json.load(open("cases.json"))]


def fast(schema, value):
    try:
        fastjsonschema.compile(schema)(value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


seen = {
    "jsonschema": [jsonschema.Draft202012Validator(schema).is_valid(value) for schema, value in cases],
    "ajv": json.loads(subprocess.run(["node", "ajv.mjs"], capture_output=True, check=True).stdout),
    "jsonschema-rs": [jsonschema_rs.is_valid(schema, value) for schema, value in cases],
    "fastjsonschema": [fast(schema, value) for schema, value in cases],
}
for name, verdicts in seen.items():
    print(f"{name:16}", *verdicts)
assert list(seen.values()) == [
    [True, False, False], [False, False, False], [False, False, True], [False, False, True],
], "the behaviour has changed"
PY
