#!/usr/bin/env bash
# A column of house numbers in a workbook: numbers, and in row 151 the text `12-14`. polars 2.1.0 (`read_excel`, with
# fastexcel 0.21.0) gives null for it, without an error or a warning, because the first hundred rows were numbers. With
# the text among the first hundred the column is text and nothing is lost; its own engine `openpyxl` loses nothing
# either. The CSV reader of the same library raises an error in this case. Name the types (`schema_overrides`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0 fastexcel==0.21.0 openpyxl==3.1.5
venv/bin/python - << 'PY'
import openpyxl
import polars


def book(place):
    sheet = openpyxl.Workbook()
    sheet.active.append(["street", "house_number"])
    for row in range(1, 201):
        sheet.active.append(["Kade", "12-14" if row == place else row])
    sheet.save("list.xlsx")


for place, engine in ((50, "calamine"), (151, "calamine"), (151, "openpyxl")):
    book(place)
    column = polars.read_excel("list.xlsx", engine=engine)["house_number"]
    print(f"text in row {place:3}, {engine}: {column.dtype}, {column.null_count()} null, read as {column[place - 1]!r}")
    lost = place == 151 and engine == "calamine"
    assert column[place - 1] == (None if lost else "12-14"), "the behaviour has changed"
    assert column.null_count() == int(lost), "the behaviour has changed"

typed = polars.read_excel("list.xlsx", schema_overrides={"house_number": polars.String})["house_number"]
assert typed[150] == "12-14" and typed.null_count() == 0, "naming the type no longer helps"
rows = "\n".join(["street,house_number", *(f"Kade,{'12-14' if row == 151 else row}" for row in range(1, 201))])
try:
    polars.read_csv(rows.encode())
except polars.exceptions.ComputeError as error:
    print("as CSV:", str(error).splitlines()[0])
else:
    raise AssertionError("the CSV reader no longer refuses it")
PY
