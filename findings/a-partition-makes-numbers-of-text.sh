#!/usr/bin/env bash
# A Parquet file says of each column what it is, so a provider's code `01234567` that is text stays text. As the column
# by which a folder of Parquet files is parted it does not: pandas 3.1.1 writes it and reads its own folder back as the
# number 1234567, pyarrow 26.0.1 and polars 2.1.0 do the same, and nothing is said. The value is not in the files, only
# in a folder's name, and each reader guesses from that; the guess is made from all folders, so the type of a column
# changes when the first code with a letter comes. DuckDB 2.0.1 gives the text. Part by a copy of the column.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1
venv/bin/python - << 'PY'
import shutil

import duckdb
import pandas
import polars
from pyarrow import parquet


def seen(codes):
    shutil.rmtree("letters", ignore_errors=True)
    pandas.DataFrame({"provider": codes, "letters": range(len(codes))}).to_parquet("letters", partition_cols=["provider"])
    found = {
        "pandas": pandas.read_parquet("letters")["provider"].tolist(),
        "pyarrow": parquet.read_table("letters")["provider"].to_pylist(),
        "polars": polars.read_parquet("letters")["provider"].to_list(),
        "duckdb": [code for [code] in duckdb.sql("select provider from 'letters/**/*.parquet' order by 1").fetchall()],
    }
    print(found)
    return {name: sorted(values) for name, values in found.items()}


numbers = seen(["01234567", "00000012"])
assert numbers.pop("duckdb") == ["00000012", "01234567"], "the behaviour has changed"
assert all(values == [12, 1234567] for values in numbers.values()), "the behaviour has changed"
assert all(values == ["00000012", "A1234567"] for values in seen(["A1234567", "00000012"]).values()), "has changed"
PY
