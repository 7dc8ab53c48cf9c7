#!/usr/bin/env bash
# A BSN is a number of nine digits, so DECIMAL(9,0) is the natural type for it. @dsnp/parquetjs 1.8.9 writes such a
# column right (pyarrow 26.0.1 and DuckDB 2.0.1 read it) and reads its own file wrong: a zero behind every number, so
# that the second row has 0, the third the second's number, and the last half is gone. It says nothing. With
# DECIMAL(18,0) it reads right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1
npm install --silent --no-audit --no-fund --ignore-scripts @dsnp/parquetjs@1.8.9
cat > decimals.mjs << 'JS'
import assert from "node:assert";
import parquet from "@dsnp/parquetjs";

const numbers = [900000012, 900000024, 900000036, 900000048];
for (const precision of [18, 9]) {
  const file = `${precision}.parquet`;
  const schema = new parquet.ParquetSchema({ bsn: { type: "DECIMAL", precision, scale: 0 } });
  const writer = await parquet.ParquetWriter.openFile(schema, file);
  for (const bsn of numbers) await writer.appendRow({ bsn });
  await writer.close();
  const reader = await parquet.ParquetReader.openFile(file);
  const cursor = reader.getCursor();
  const read = [];
  for (let row; (row = await cursor.next()); ) read.push(row.bsn);
  await reader.close();
  console.log(`DECIMAL(${precision},0) read by parquetjs as`, read);
  assert.deepStrictEqual(read, precision === 18 ? numbers : [900000012, 0, 900000024, 0], "the behaviour has changed");
}
JS
node decimals.mjs
venv/bin/python - << 'PY'
import duckdb
import pyarrow.parquet as parquet

for precision in (18, 9):
    file = f"{precision}.parquet"
    by_arrow = [int(bsn) for bsn in parquet.read_table(file)["bsn"].to_pylist()]
    by_duckdb = [int(bsn) for bsn, in duckdb.sql(f"select bsn from '{file}'").fetchall()]
    print(file, "read by pyarrow as", by_arrow)
    assert by_arrow == by_duckdb == [900000012, 900000024, 900000036, 900000048]
PY
