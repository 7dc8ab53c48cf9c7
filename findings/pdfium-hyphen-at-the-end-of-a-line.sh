#!/usr/bin/env bash
# A street that breaks after its own hyphen (`Noord-` / `Hollandlaan`) loses it in pdfium's text: pypdfium2 5.15.2 gives
# U+FFFE (`get_text_range`) or U+0002 (`get_text_bounded`) in place of hyphen and line end, and a search for `Noord-`
# finds nothing. pypdf 7.1.0, PyMuPDF 2.0 and pdfminer.six 20260107 give the hyphen. Whoever compares the words on a
# page with a list must not let one of its words break.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.0 PyMuPDF==2.0 \
    pdfminer.six==20260107 typst==0.15.0
cat > street.typ << 'TYPST'
#set page(width: 4.2cm, height: 3cm, margin: 5mm)
Provincie Noord-Hollandlaan
TYPST
venv/bin/python - << 'PY'
import pymupdf
import pypdf
import pypdfium2
import typst
from pdfminer.high_level import extract_text

typst.compile("street.typ", "street.pdf")
page = pypdfium2.PdfDocument("street.pdf")[0].get_textpage()
seen = {
    "pdfium, range": page.get_text_range(),
    "pdfium, bounded": page.get_text_bounded(),
    "pypdf": pypdf.PdfReader("street.pdf").pages[0].extract_text(),
    "MuPDF": pymupdf.open("street.pdf")[0].get_text(),
    "pdfminer": extract_text("street.pdf"),
}
for name, text in seen.items():
    print(f"{name:16}", repr(text))
for name in ("pypdf", "MuPDF", "pdfminer"):
    assert "Noord-\nHollandlaan" in seen[name], f"{name} no longer gives the hyphen"
assert seen["pdfium, range"] == "Provincie Noord\ufffeHollandlaan", "the behaviour has changed"
assert seen["pdfium, bounded"] == "Provincie Noord\x02Hollandlaan", "the behaviour has changed"
assert page.search("Noord-").get_next() is None, "the behaviour has changed"
PY
