#!/usr/bin/env bash
# The postage of a letter, 1.47, is a decimal with two places in an Arrow file or a Parquet file. apache-arrow 21.2.0 for
# JavaScript reads it as 147, and 0.05 as 5, as number, as text and in JSON alike: it gives the digits and leaves the
# scale to its caller. parquet-wasm 0.8.0 hands its rows over through it, so it is the same there. hyparquet 1.31.5
# reads 1.47. A decimal without places, such as a BSN of DECIMAL(9,0), is right everywhere, so a test with that says
# nothing. Hand amounts out in cents.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0 parquet-wasm@0.8.0 hyparquet@1.31.5
venv/bin/python - << 'PY'
from decimal import Decimal

import pyarrow
from pyarrow import ipc, parquet

table = pyarrow.table({
    "postage": pyarrow.array([Decimal("1.47"), Decimal("0.05")], pyarrow.decimal128(9, 2)),
    "bsn": pyarrow.array([Decimal(999990019)] * 2, pyarrow.decimal128(9, 0)),
})
with ipc.new_file("letters.arrow", table.schema) as file:
    file.write_table(table)
parquet.write_table(table, "letters.parquet", compression="snappy")
PY
cat > read.cjs << 'JS'
const assert = require("node:assert");
const fs = require("node:fs");
const arrow = require("apache-arrow");
const wasm = require("parquet-wasm/node");

const changed = "the behaviour has changed";
const tables = {
  "apache-arrow": arrow.tableFromIPC(fs.readFileSync("letters.arrow")),
  "parquet-wasm": arrow.tableFromIPC(wasm.readParquet(fs.readFileSync("letters.parquet")).intoIPCStream()),
};
for (const [name, table] of Object.entries(tables)) {
  const rows = table.toArray().map((row) => [Number(row.postage), String(row.postage), Number(row.bsn)]);
  console.log(name, JSON.stringify(rows));
  assert.deepStrictEqual(rows, [[147, "147", 999990019], [5, "5", 999990019]], changed);
}
import("hyparquet").then(async ({ asyncBufferFromFile, parquetReadObjects }) => {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile("letters.parquet") });
  console.log("hyparquet", rows);
  assert.deepStrictEqual(rows.map((row) => row.postage), [1.47, 0.05], changed);
});
JS
node read.cjs
