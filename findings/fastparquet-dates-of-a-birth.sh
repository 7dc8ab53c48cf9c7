#!/usr/bin/env bash
# pandas 3.1.1 keeps dates in seconds, milliseconds, microseconds or nanoseconds; fastparquet 2026.9.0 writes a column
# in seconds as if it were milliseconds: 4 March 1950 becomes 31 December 1969, without a word, for every reader. With
# `times="int96"` it happens to microseconds, too (24 December 1969). And a DATE of the year 1500 that pyarrow 26.0.1
# wrote is read by it as one of 2084. Columns in microseconds and dates after 1677 are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 \
    duckdb==2.0.1
venv/bin/python - << 'PY'
import datetime

import duckdb
import fastparquet
import pandas
import pyarrow
import pyarrow.parquet as parquet

BORN = datetime.date(1950, 3, 4)


def written(unit, **settings):
    column = pandas.array([BORN], dtype=f"datetime64[{unit}]")
    fastparquet.write("born.parquet", pandas.DataFrame({"born": column}), **settings)
    [by_arrow] = parquet.read_table("born.parquet")["born"].to_pylist()
    [[by_duckdb]] = duckdb.sql("select born::date from 'born.parquet'").fetchall()
    assert by_arrow.date() == by_duckdb
    print(f"datetime64[{unit}]", settings, "read as", by_duckdb)
    return by_duckdb


assert written("us") == BORN
assert written("s") == datetime.date(1969, 12, 31), "the behaviour has changed"
assert written("us", times="int96") == datetime.date(1969, 12, 24), "the behaviour has changed"

parquet.write_table(pyarrow.table({"day": [datetime.date(1500, 3, 4), BORN]}), "days.parquet")
days = [day.date() for day in fastparquet.ParquetFile("days.parquet").to_pandas()["day"]]
print("DATE 1500-03-04 and 1950-03-04, read as", *days)
assert days == [datetime.date(2084, 9, 20), BORN], "the behaviour has changed"
PY
