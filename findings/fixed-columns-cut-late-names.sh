#!/usr/bin/env bash
# A list in fixed columns (a register's or a vendor's record layout): each name has twelve places. pandas 3.1.1,
# `read_fwf`, finds the columns by itself, and one expects it to look at where they begin. It looks at the blanks in
# the first hundred rows: where those have short names, `Maximiliaan` in row 121 is read as `Maxi` and the house number
# `12-14` as `12`, without a word. With `Maximiliaan` among the first hundred it is whole. `widths` helps, and
# `infer_nrows` as large as the list.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1
venv/bin/python - << 'PY'
import warnings

import pandas

warnings.simplefilter("error")
LONG = ["Maximiliaan", "12-14"]


def seen(short_rows, **settings):
    rows = [["name", "nr"], *[["Jan", "1"]] * short_rows, LONG, *[["Jan", "1"]] * 30]
    with open("list.txt", "w") as file:
        file.writelines(f"{name:12}{number:6}\n" for name, number in rows)
    return pandas.read_fwf("list.txt", dtype=str, **settings).iloc[short_rows].tolist()


print("row 121:", seen(120), "row 51:", seen(50))
assert seen(50) == seen(120, widths=[12, 6]) == seen(120, infer_nrows=1000) == LONG
assert seen(120) == ["Maxi", "12"], "the behaviour has changed"
PY
