#!/usr/bin/env bash
# A list that asks typst 0.15.0 how wide the page is (`layout(size => list(...))`) loses the space that was set around it: of
# `set block(above: 2pt, below: 40pt)` nothing is left, the space of a paragraph is there instead, and the compiler says
# nothing. What `layout` returns stands in a block of its own, at whose edges space is dropped. A letter that measures its
# lists sets the space on what surrounds them, or counts lines by what was really set.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check typst==0.15.0 pypdf==7.1.0
for way in 'it => it' 'it => layout(_ => it)'; do
    cat > "page${#way}.typ" << TYPST
#set text(size: 10pt, top-edge: 10pt, bottom-edge: 0pt)
#set par(spacing: 12pt)
#show list: set block(above: 2pt, below: 40pt)
#let way = $way

Above.

#way(list([Entry.]))

Below.
TYPST
done
venv/bin/python - << 'PY'
import glob

import pypdf
import typst


def gaps(source):
    pdf, warnings = typst.compile_with_warnings(source)
    assert not warnings
    open("page.pdf", "wb").write(pdf)
    at = {}

    def seen(text, cm, tm, font, size):
        if text.strip():
            at[text.strip()] = cm[5] + cm[3] * tm[5]

    pypdf.PdfReader("page.pdf").pages[0].extract_text(visitor_text=seen)
    above, entry, below = (next(y for text, y in at.items() if word in text) for word in ("Above", "Entry", "Below"))
    # Between lines that are 10 pt high.
    return round(abs(above - entry) - 10), round(abs(entry - below) - 10)


plain, measured = (gaps(name) for name in sorted(glob.glob("page*.typ"), key=len))
print("space above and below a list:", plain, "inside `layout`:", measured)
assert plain == (2, 40) and measured == (12, 12), "the behaviour has changed"
PY
