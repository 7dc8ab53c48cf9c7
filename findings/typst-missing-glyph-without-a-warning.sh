#!/usr/bin/env bash
# A name has a character that the chosen font lacks. typst 0.15.0 sets an empty box, ends well and warns of nothing; in
# the PDF's text the character is U+0000. The same document as PDF/A-2b is refused, with the character and the font in
# the message. So the standard of the output decides whether a name may be printed wrong. Compile to PDF/A, or compare
# glyphs yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check typst==0.15.0 pypdf==7.1.0
cat > name.typ << 'TYPST'
#set document(title: "Name")
#set text(font: "Libertinus Serif", fallback: false)
J. Ꭰokter
TYPST
venv/bin/python - << 'PY'
import pypdf
import typst

_, warnings = typst.compile_with_warnings("name.typ", output="name.pdf")
text = pypdf.PdfReader("name.pdf").pages[0].extract_text()
print("plain PDF:", repr(text), "warnings:", warnings)
assert warnings == [] and text == "J. \0okter", "the behaviour has changed"
try:
    typst.compile("name.typ", output="name.pdf", pdf_standards=["a-2b"])
except typst.TypstError as error:
    print("PDF/A-2b: ", error)
    assert "could not be displayed with font" in str(error)
else:
    raise AssertionError("PDF/A no longer refuses it")
PY
