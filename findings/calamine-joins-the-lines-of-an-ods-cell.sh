#!/usr/bin/env bash
# In an .ods cell a line can end with `text:line-break`, as Gnumeric writes it. python-calamine 0.9.1, and with it
# pandas 3.1.1, leaves it out and puts nothing in its place: `Kade` / `2` is read as `Kade2`, an address that somebody
# could have, and `J.` / tab / `Bakker` as `J.Bakker`. odfdo 3.27.3 and pyexcel-ods3 0.6.1 read both. Lines as
# paragraphs, as LibreOffice stores them, are read right by all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 odfdo==3.27.3 pyexcel-ods3==0.6.1 \
    pandas==3.1.1
venv/bin/python - << 'PY'
import zipfile

import odfdo
import pandas
import pyexcel_ods3
import python_calamine

TEXTS = ["Kade<text:line-break/>2", "J.<text:tab/>Bakker", "Kade</text:p><text:p>2"]
NAMES = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text", "manifest")}
KIND = "application/vnd.oasis.opendocument.spreadsheet"


def document(name, inside):
    spaces = " ".join(f'xmlns:{short}="{space}"' for short, space in NAMES.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><office:{name} {spaces} office:version="1.3">{inside}</office:{name}>'


cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
cells = "".join(cell.format(text) for text in TEXTS)
sheet = f'<table:table table:name="list"><table:table-row>{cells}</table:table-row></table:table>'
listed = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>'
listed += '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
with zipfile.ZipFile("list.ods", "w") as book:
    book.writestr("mimetype", KIND)
    book.writestr("content.xml", document(
        "document-content", f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"))
    book.writestr("meta.xml", document("document-meta", "<office:meta/>"))
    book.writestr("styles.xml", document("document-styles", "<office:styles/>"))
    book.writestr("META-INF/manifest.xml", f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
                  f'xmlns:manifest="{NAMES["manifest"]}" manifest:version="1.3">{listed}</manifest:manifest>')

seen = {
    "odfdo": [str(value) for value in odfdo.Document("list.ods").body.get_table(0).get_values()[0]],
    "pyexcel-ods3": pyexcel_ods3.get_data("list.ods")["list"][0],
    "calamine": python_calamine.load_workbook("list.ods").get_sheet_by_index(0).to_python()[0],
    "pandas": pandas.read_excel("list.ods", engine="calamine", header=None).iloc[0].tolist(),
}
for name, values in seen.items():
    print(f"{name:14}", values)
assert seen["odfdo"] == seen["pyexcel-ods3"] == ["Kade\n2", "J.\tBakker", "Kade\n2"]
assert seen["calamine"] == seen["pandas"] == ["Kade2", "J.Bakker", "Kade\n2"], "the behaviour has changed"
PY
