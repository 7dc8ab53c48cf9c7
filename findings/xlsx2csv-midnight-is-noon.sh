#!/usr/bin/env bash
# openpyxl 3.1.5 gives a datetime the format `yyyy-mm-dd h:mm:ss`. xlsx2csv 0.8.6 takes that `h` for the hours of a
# twelve-hour clock and writes 4 March 1950, midnight, as `1950-03-04 12:00:00`: noon, and the same as noon. A number
# with its unit in the format, `0 "dagen"`, is written as `0 "13agen"`: the `d` in the quotes is taken for a day of the
# month. python-calamine 0.9.1 gives the datetimes and the number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1 xlsx2csv==0.8.6
venv/bin/python - << 'PY'
import csv
import datetime
import io
import subprocess

import openpyxl
import python_calamine

MIDNIGHT, NOON = datetime.datetime(1950, 3, 4), datetime.datetime(1950, 3, 4, 12)
book = openpyxl.Workbook()
book.active.append([MIDNIGHT, NOON, 14])
book.active["C1"].number_format = '0 "dagen"'
book.save("list.xlsx")
seen = python_calamine.load_workbook("list.xlsx").get_sheet_by_index(0).to_python()[0]
print("calamine", seen)
assert seen[1:] == [NOON, 14.0]

said = subprocess.run(["venv/bin/xlsx2csv", "list.xlsx"], capture_output=True, text=True, check=True)
cells = next(csv.reader(io.StringIO(said.stdout)))
print("xlsx2csv", cells, repr(said.stderr))
assert cells[:2] == ["1950-03-04 12:00:00"] * 2, "the behaviour has changed"
assert cells[2].endswith("agen\"") and "dagen" not in cells[2], "the behaviour has changed"
PY
