#!/usr/bin/env bash
# The short date is the commonest date format of a spreadsheet (number 14), and Excel shows it as the country of the
# reader has it, with four digits of the year. As text, a birth on 4 March 1926 becomes `3/4/26` in SheetJS 0.18.5
# (`sheet_to_csv`), `03-04-26` in excelize 0.1.0 (`get_rows`) and in xlsx2csv 0.8.6: an American date without its
# century, and the same as that of a baby born in 2026. SheetJS reads its own CSV back as 2026. openpyxl 3.1.5 and
# python-calamine 0.9.1 give the date. Take a workbook's dates as dates, never its texts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 excelize==0.1.0 xlsx2csv==0.8.6 \
    python-calamine==0.9.1
npm install --silent --no-audit --no-fund --ignore-scripts xlsx@0.18.5
venv/bin/python - << 'PY'
import datetime
import io

import excelize
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook
from xlsx2csv import Xlsx2csv

OLD, YOUNG = datetime.date(1926, 3, 4), datetime.date(2026, 3, 4)

book = Workbook()
for born in (OLD, YOUNG):
    book.active.append([born])
    book.active.cell(book.active.max_row, 1).number_format = "mm-dd-yy"  # openpyxl's name of number 14
book.save("births.xlsx")

with io.StringIO() as text:
    Xlsx2csv("births.xlsx").convert(text)
    by_xlsx2csv = text.getvalue().split()
by_excelize = [cell for [cell] in excelize.open_file("births.xlsx").get_rows("Sheet")]
by_openpyxl = [cell.date() for [cell] in load_workbook("births.xlsx").active.iter_rows(values_only=True)]
[[first], [second]] = CalamineWorkbook.from_path("births.xlsx").get_sheet_by_index(0).to_python()
print("xlsx2csv", by_xlsx2csv, "excelize", by_excelize)
assert by_openpyxl == [first, second] == [OLD, YOUNG]
assert by_xlsx2csv == by_excelize == ["03-04-26", "03-04-26"], "the behaviour has changed"
PY
cat > births.mjs << 'JS'
import assert from "node:assert";
import XLSX from "xlsx";

const first = (book) => book.Sheets[book.SheetNames[0]];
const text = XLSX.utils.sheet_to_csv(first(XLSX.readFile("births.xlsx")));
const again = XLSX.utils.sheet_to_json(first(XLSX.read(text, { type: "string", cellDates: true })), { header: 1 });
const years = again.map(([born]) => born.getFullYear());
console.log("SheetJS", JSON.stringify(text), "read back", years);
assert.deepStrictEqual(text.split("\n"), ["3/4/26", "3/4/26"], "the behaviour has changed");
assert.deepStrictEqual(years, [2026, 2026], "the behaviour has changed");
JS
TZ=Europe/Amsterdam node births.mjs
