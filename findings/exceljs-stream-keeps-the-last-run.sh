#!/usr/bin/env bash
# A name of which one word is bold is stored in runs: `Jan `, `de`, ` Vries`. exceljs 4.4.0, reading the file whole,
# gives the three runs; its stream reader, which one takes for long lists, gives ` Vries` and nothing of the rest,
# without a word. A date is 4 March 1950 in the one and the number 18326 in the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5
npm install --silent --no-audit --no-fund --ignore-scripts exceljs@4.4.0
venv/bin/python - << 'PY'
import datetime

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

book = Workbook()
name = CellRichText("Jan ", TextBlock(InlineFont(b=True), "de"), " Vries")
book.active.append([name, datetime.date(1950, 3, 4)])
book.save("list.xlsx")
PY
cat > read.mjs << 'JS'
import assert from "node:assert";
import ExcelJS from "exceljs";

const whole = new ExcelJS.Workbook();
await whole.xlsx.readFile("list.xlsx");
const [, name, born] = whole.worksheets[0].getRow(1).values;
console.log("whole:  ", name.richText.map((run) => run.text), born);
assert.strictEqual(name.richText.map((run) => run.text).join(""), "Jan de Vries");
assert.strictEqual(born.toISOString(), "1950-03-04T00:00:00.000Z");

for await (const sheet of new ExcelJS.stream.xlsx.WorkbookReader("list.xlsx", {}))
  for await (const row of sheet) {
    console.log("stream: ", row.values.slice(1));
    assert.deepStrictEqual(row.values.slice(1), [" Vries", 18326], "the behaviour has changed");
  }
JS
node read.mjs
