#!/usr/bin/env bash
# Lists have dates that stand for nothing: 0001-01-01, 1500-01-01, 9999-12-31. In a Parquet column of the old kind INT96
# pyarrow 26.0.1 writes them right, for DuckDB 2.0.1 and polars 2.1.0 read them; pyarrow itself reads its own file as
# 1754-08-30, 2084-07-20 and 1816-03-29, without a word, and so does pandas 3.1.1: dates that look like somebody's. Read
# with `coerce_int96_timestamp_unit="ms"` they are right again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0
venv/bin/python - << 'PY'
import datetime

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet as parquet

DAYS = [datetime.datetime(*day) for day in ((1, 1, 1), (1500, 1, 1), (1950, 3, 4), (9999, 12, 31))]
parquet.write_table(pyarrow.table({"day": DAYS}), "days.parquet", use_deprecated_int96_timestamps=True)


def text(days):
    return [str(day)[:10] for day in days]


seen = {
    "duckdb": text(day for day, in duckdb.sql("select day::varchar from 'days.parquet'").fetchall()),
    "polars": text(polars.read_parquet("days.parquet")["day"]),
    "pyarrow, in ms": text(parquet.read_table("days.parquet", coerce_int96_timestamp_unit="ms")["day"].to_pylist()),
    "pyarrow": text(parquet.read_table("days.parquet")["day"].to_pylist()),
    "pandas": text(pandas.read_parquet("days.parquet")["day"]),
}
for name, days in seen.items():
    print(f"{name:16}", *days)
for name in ("duckdb", "polars", "pyarrow, in ms"):
    assert seen[name] == text(DAYS), f"{name} no longer reads them right"
for name in ("pyarrow", "pandas"):
    assert seen[name] == ["1754-08-30", "2084-07-20", "1950-03-04", "1816-03-29"], "the behaviour has changed"
PY
