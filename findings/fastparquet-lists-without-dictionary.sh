#!/usr/bin/env bash
# A Parquet column of lists whose pages have no dictionary is read by fastparquet 2026.9.0 as nothing but None, without a
# warning; with a dictionary the same lists are read right. The file is valid: pyarrow 26.0.1 reads both alike. Anybody
# who hands out lists (several address lines of a letter) writes them with a dictionary, or beside them as text columns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - << 'PY'
import fastparquet
import pyarrow
import pyarrow.parquet as parquet

lists = [["Dorpsstraat 1", "1234 AB  VOORBEELD"], ["Kade 2"], []]
table = pyarrow.table({"lines": lists})
seen = {}
for dictionary in (True, False):
    parquet.write_table(table, "lists.parquet", use_dictionary=dictionary)
    assert parquet.read_table("lists.parquet")["lines"].to_pylist() == lists
    seen[dictionary] = fastparquet.ParquetFile("lists.parquet").to_pandas()["lines"].tolist()
    print("with dictionary   " if dictionary else "without dictionary", seen[dictionary])
assert seen[True] == lists, "lists with a dictionary are no longer read right"
assert seen[False] == [None, None, None], "the behaviour has changed"
PY
