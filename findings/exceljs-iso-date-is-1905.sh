#!/usr/bin/env bash
# ISO/IEC 29500 lets a cell hold a date as text (`t="d"`); openpyxl 3.1.5 writes it so with `iso_dates`. exceljs 4.4.0
# reads 1950-03-04 as 3 May 1905, without a word, because it takes the number in front, 1950, for a serial day.
# openpyxl, python-calamine 0.9.1, xlsx2csv 0.8.6 and SheetJS 0.18.5 read 4 March 1950.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1 xlsx2csv==0.8.6
npm install --silent --no-audit --no-fund --ignore-scripts exceljs@4.4.0 xlsx@0.18.5
venv/bin/python - << 'PY'
import datetime
import subprocess

import openpyxl
import python_calamine

book = openpyxl.Workbook()
book.iso_dates = True
book.active.append(["born", datetime.date(1950, 3, 4)])
book.save("list.xlsx")
assert openpyxl.load_workbook("list.xlsx").active["B1"].value == datetime.date(1950, 3, 4)
rows = python_calamine.load_workbook("list.xlsx").get_sheet_by_index(0).to_python()
assert rows == [["born", datetime.date(1950, 3, 4)]]
said = subprocess.run(["venv/bin/xlsx2csv", "list.xlsx"], capture_output=True, text=True, check=True)
print("xlsx2csv", repr(said.stdout))
assert said.stdout.strip() == "born,1950-03-04"
PY
cat > read.mjs << 'JS'
import assert from "node:assert";
import ExcelJS from "exceljs";
import XLSX from "xlsx";

const book = new ExcelJS.Workbook();
await book.xlsx.readFile("list.xlsx");
const born = book.worksheets[0].getCell("B1").value;
console.log("exceljs ", born);
assert.strictEqual(born.toISOString(), "1905-05-03T00:00:00.000Z", "the behaviour has changed");

const other = XLSX.readFile("list.xlsx", { cellDates: true });
const day = other.Sheets[other.SheetNames[0]].B1.v;
console.log("SheetJS ", day);
assert.deepStrictEqual([day.getFullYear(), day.getMonth() + 1, day.getDate()], [1950, 3, 4]);
JS
TZ=Europe/Amsterdam node read.mjs
