#!/usr/bin/env bash
# Compressed files may be put one behind the other (`cat monday.csv.gz tuesday.csv.gz`): gzip and Zstandard define that
# as valid, and `zcat`, `zstd -d`, pandas, polars, pyarrow and DuckDB read both parts. Two functions that take the bytes
# as a whole do not, and say nothing: fflate 0.8.3, `gunzipSync`, gives the beginning of the first part, cut to the
# length of the last one (its stream reader gives both); zstandard 0.25.0 for Python, `decompress`, gives the first part
# alone (its `open` gives both). pako 3.0.3 and fzstd 0.1.1 give both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check zstandard==0.25.0 polars==2.1.0 pandas==3.1.1
npm install --silent --no-audit --no-fund --ignore-scripts fflate@0.8.3 pako@3.0.3 fzstd@0.1.1
venv/bin/python - << 'PY'
import gzip

import pandas
import polars
import zstandard

FIRST, SECOND = b"id,name\n1,Jansen\n2,Bakker\n", b"3,Visser\n"

with open("list.csv.gz", "wb") as file:
    file.write(gzip.compress(FIRST) + gzip.compress(SECOND))
with open("list.csv.zst", "wb") as file:
    file.write(zstandard.compress(FIRST) + zstandard.compress(SECOND))
for name in ("list.csv.gz", "list.csv.zst"):
    assert len(pandas.read_csv(name)) == len(polars.read_csv(name)) == 3

with open("list.csv.zst", "rb") as file:
    at_once = zstandard.decompress(file.read())
with zstandard.open("list.csv.zst") as file:
    as_a_file = file.read()
print("zstandard.decompress", at_once)
assert as_a_file == FIRST + SECOND, "the behaviour has changed"
assert at_once == FIRST, "the behaviour has changed"
PY
cat > read.mjs << 'JS'
import assert from "node:assert";
import fs from "node:fs";
import { Gunzip, gunzipSync } from "fflate";
import { decompress } from "fzstd";
import { ungzip } from "pako";

const changed = "the behaviour has changed";
const both = "id,name\n1,Jansen\n2,Bakker\n3,Visser\n";
const text = (bytes) => Buffer.from(bytes).toString();
const list = fs.readFileSync("list.csv.gz");

const chunks = [];
new Gunzip((chunk) => chunks.push(chunk)).push(list, true);
const atOnce = text(gunzipSync(list));
console.log("fflate gunzipSync", JSON.stringify(atOnce));
assert.strictEqual(Buffer.concat(chunks).toString(), both, changed);
assert.strictEqual(text(ungzip(list)), both, changed);
assert.strictEqual(text(decompress(fs.readFileSync("list.csv.zst"))), both, changed);
assert.strictEqual(atOnce, both.slice(0, "3,Visser\n".length), changed);
JS
node read.mjs
