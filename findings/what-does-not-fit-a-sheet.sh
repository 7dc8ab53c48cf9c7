#!/usr/bin/env bash
# A text of 40,000 characters in a cell (the limit is 32,767) is cut by openpyxl 3.1.5 without a word; by XlsxWriter
# 3.3.1, whose `write` returns -2, which nobody looks at; and by polars 2.1.0, which writes with XlsxWriter and does not
# look either. A row below the 1,048,576th is left out by XlsxWriter with -1. pyexcelerate 0.13.0 writes all 40,000 and
# openpyxl reads them back. None raises an error or a warning; a list of row numbers joined in one cell gets there.
# Check lengths before writing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.3.1 polars==2.1.0 \
    fastexcel==0.21.0 pyexcelerate==0.13.0
venv/bin/python -W error::UserWarning - << 'PY'
import warnings

import openpyxl
import polars
import pyexcelerate
import xlsxwriter

TEXT, LIMIT, ROWS = "x" * 40_000, 32_767, 1_048_576


def length():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles, by the reader
        value = openpyxl.load_workbook("book.xlsx").active["A2"].value
    return len(value or "")


def by_openpyxl():
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.active.append([TEXT])
    book.save("book.xlsx")


def by_xlsxwriter():
    with xlsxwriter.Workbook("book.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "text")
        assert sheet.write(1, 0, TEXT) == -2
        assert sheet.write(ROWS - 1, 1, "last") == 0
        assert sheet.write(ROWS, 1, "one more") == -1


def by_polars():
    polars.DataFrame({"text": [TEXT]}).write_excel("book.xlsx")


def by_pyexcelerate():
    book = pyexcelerate.Workbook()
    book.new_sheet("list", data=[["text"], [TEXT]])
    book.save("book.xlsx")


for way, fate in ((by_openpyxl, LIMIT), (by_xlsxwriter, LIMIT), (by_polars, LIMIT), (by_pyexcelerate, len(TEXT))):
    way()
    print(f"{way.__name__:16} {length():6} of {len(TEXT)} characters")
    assert length() == fate, "the behaviour has changed"
PY
