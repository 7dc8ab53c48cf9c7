#!/usr/bin/env bash
# An address cell has two lines with a carriage return between them, as old workbooks and registers store it. pandas
# 3.1.1 writes `1,Kade<CR>2` without quotes, and reads its own file back as two rows: person 1 lives at `Kade`, and
# there is a person 2 without a street, beside the real one. DuckDB 2.0.1 and pyarrow 26.0.1 refuse the file; polars
# 2.1.0 reads the cell. Python's csv module, polars, pyarrow and DuckDB write quotes around it, and then all of them,
# pandas too, read it right. `quoting=csv.QUOTE_ALL` or `lineterminator="\r\n"` helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1
venv/bin/python - << 'PY'
import csv

import duckdb
import pandas
import polars
import pyarrow
from pyarrow import csv as arrow

CELLS = {"id": ["1", "2"], "street": ["Kade\r2", "Laan"]}
READERS = {
    "pandas": lambda: pandas.read_csv("list.csv", dtype=str).fillna("").values.tolist(),
    "polars": lambda: polars.read_csv("list.csv", infer_schema=False).rows(),
    "pyarrow": lambda: [list(row.values()) for row in arrow.read_csv("list.csv").to_pylist()],
    "duckdb": lambda: duckdb.read_csv("list.csv", all_varchar=True).fetchall(),
}
WRITERS = {
    "pandas": lambda: pandas.DataFrame(CELLS).to_csv("list.csv", index=False),
    "pandas, CRLF": lambda: pandas.DataFrame(CELLS).to_csv("list.csv", index=False, lineterminator="\r\n"),
    "polars": lambda: polars.DataFrame(CELLS).write_csv("list.csv"),
    "pyarrow": lambda: arrow.write_csv(pyarrow.table(CELLS), "list.csv"),
    "duckdb": lambda: duckdb.connect().from_arrow(pyarrow.table(CELLS)).write_csv("list.csv"),
    "csv": lambda: csv.writer(open("list.csv", "w", newline="")).writerows([CELLS, *zip(*CELLS.values())]),
}
RIGHT = [["1", "Kade\r2"], ["2", "Laan"]]


def seen(read):
    try:
        return [[str(cell) for cell in row] for row in read()]
    except Exception as refusal:
        return type(refusal).__name__


for name, write in WRITERS.items():
    write()
    found = {reader: seen(read) for reader, read in READERS.items()}
    print(name, found)
    if name != "pandas":
        assert all(rows == RIGHT for rows in found.values()), "the behaviour has changed"
        continue
    assert found["pandas"] == [["1", "Kade"], ["2", ""], ["2", "Laan"]], "the behaviour has changed"
    assert found["polars"] == RIGHT, "the behaviour has changed"
    assert (found["pyarrow"], found["duckdb"]) == ("ArrowInvalid", "InvalidInputException"), "the behaviour has changed"
PY
