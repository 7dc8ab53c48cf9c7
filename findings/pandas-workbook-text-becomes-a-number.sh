#!/usr/bin/env bash
# A workbook knows text from numbers, and a cell that holds the text `012345678` holds it on purpose. pandas 3.1.1 makes
# the number 12345678 of it all the same, with its engines openpyxl 3.1.5 and python-calamine 0.9.1 alike, and nothing
# of the country `NA`; both engines by themselves give the text. `dtype=str` and `keep_default_na=False` leave cells as
# they are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 openpyxl==3.1.5 python-calamine==0.9.1
venv/bin/python -W ignore - << 'PY'
import openpyxl
import pandas
import python_calamine

book = openpyxl.Workbook()
for row in (["bsn", "country"], ["012345678", "NL"], ["900000012", "NA"]):
    book.active.append(row)
book.save("list.xlsx")
assert [type(cell.value) for cell in openpyxl.load_workbook("list.xlsx").active["A"]] == [str] * 3
assert python_calamine.load_workbook("list.xlsx").get_sheet_by_index(0).to_python()[1] == ["012345678", "NL"]

for engine in ("openpyxl", "calamine"):
    read = pandas.read_excel("list.xlsx", engine=engine)
    print(engine, read.to_dict("list"))
    assert read["bsn"].tolist() == [12345678, 900000012], "the behaviour has changed"
    assert read["country"].isna().tolist() == [False, True], "the behaviour has changed"
    kept = pandas.read_excel("list.xlsx", engine=engine, dtype=str, keep_default_na=False)
    assert kept.to_dict("list") == {"bsn": ["012345678", "900000012"], "country": ["NL", "NA"]}
PY
