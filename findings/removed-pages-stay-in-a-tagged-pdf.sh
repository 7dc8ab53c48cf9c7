#!/usr/bin/env bash
# A tagged PDF of three letters is cut down to the first one by taking the other pages out. The page count says 1, every
# viewer shows 1, and the words of the other two letters are still in the file: the structure tree points to their
# pages. So it is in pikepdf 10.17.0 (`del pdf.pages[1:]`), pypdf 7.1.0 (`remove_page`), PyMuPDF 2.0 (`select`, and with
# `garbage=4` too) and pdf-lib 1.17.1 (`removePage`). Putting the one page into a new document leaves the others behind
# in all four. Whoever hands one person's letter out of a file of many copies it out, and never cuts the rest away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pikepdf==10.17.0 pypdf==7.1.0 PyMuPDF==2.0 typst==0.15.0
npm install --silent --no-audit --no-fund --ignore-scripts pdf-lib@1.17.1
cat > letters.typ << 'TYPST'
#set document(title: "Letters")
= To Anna
Dear Anna
#pagebreak()
= To Bruno
Dear Bruno
#pagebreak()
= To Carla
Dear Carla
TYPST
cat > cut.mjs << 'JS'
import fs from "node:fs";
import { PDFDocument } from "pdf-lib";
const cut = await PDFDocument.load(fs.readFileSync("letters.pdf"));
cut.removePage(2);
cut.removePage(1);
fs.writeFileSync("cut.pdf", await cut.save());
const copy = await PDFDocument.create();
copy.addPage((await copy.copyPages(await PDFDocument.load(fs.readFileSync("letters.pdf")), [0]))[0]);
fs.writeFileSync("copied.pdf", await copy.save());
JS
venv/bin/python - << 'PY'
import subprocess

import pikepdf
import pymupdf
import pypdf
import typst

typst.compile("letters.typ", "letters.pdf")


def texts(path):
    """How many texts of pages the file has in any of its objects, and how many pages."""
    with pikepdf.open(path) as pdf:
        streams = [entry for entry in pdf.objects if isinstance(entry, pikepdf.Stream) and b"BT" in entry.read_bytes()]
        return len(streams), len(pdf.pages)


def by_pikepdf():
    with pikepdf.open("letters.pdf") as pdf:
        del pdf.pages[1:]
        pdf.save("cut.pdf")
    with pikepdf.open("letters.pdf") as pdf, pikepdf.new() as copy:
        copy.pages.append(pdf.pages[0])
        copy.save("copied.pdf")


def by_pypdf():
    writer = pypdf.PdfWriter(clone_from="letters.pdf")
    writer.remove_page(2)
    writer.remove_page(1)
    writer.write("cut.pdf")
    copy = pypdf.PdfWriter()
    copy.append("letters.pdf", pages=(0, 1))
    copy.write("copied.pdf")


def by_pymupdf():
    pdf = pymupdf.open("letters.pdf")
    pdf.select([0])
    pdf.save("cut.pdf", garbage=4)
    copy = pymupdf.open()
    copy.insert_pdf(pymupdf.open("letters.pdf"), from_page=0, to_page=0)
    copy.save("copied.pdf")


def by_pdf_lib():
    subprocess.run(["node", "cut.mjs"], check=True)


assert texts("letters.pdf") == (3, 3)
for way in (by_pikepdf, by_pypdf, by_pymupdf, by_pdf_lib):
    way()
    print(way.__name__, "cut: texts, pages", texts("cut.pdf"), "copied:", texts("copied.pdf"))
    assert texts("copied.pdf") == (1, 1), "a copied page is no longer alone"
    assert texts("cut.pdf") == (3, 1), "the behaviour has changed"
PY
