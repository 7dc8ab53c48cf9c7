#!/usr/bin/env bash
# A Data Matrix of one character (a tray, a shift), written by libdmtx in the scheme C40: zxing-cpp 3.1.1 reads `A`, and
# libdmtx itself (pylibdmtx 0.1.10) reads its own symbol as `N5`, a code that looks valid, and not as nothing. From two
# characters on, and in the scheme Ascii, both read what was written. A mark that must be right carries a check digit.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pylibdmtx==0.1.10 zxing-cpp==3.1.1 pillow==13.0.0 numpy==2.4.3
ldconfig -p | grep -q libdmtx || { echo "needs the Debian package libdmtx0b"; exit 2; }
venv/bin/python - << 'PY'
import zxingcpp
from PIL import Image
from pylibdmtx import pylibdmtx

for text, scheme, wrong in (("A", "C40", "N5"), ("1", "C40", "MT"), ("AB", "C40", None), ("A", "Ascii", None)):
    symbol = pylibdmtx.encode(text.encode(), scheme=scheme)
    picture = Image.frombytes("RGB", (symbol.width, symbol.height), symbol.pixels)
    [by_zxing] = [code.text for code in zxingcpp.read_barcodes(picture)]
    [by_libdmtx] = [code.data.decode() for code in pylibdmtx.decode(picture, max_count=1)]
    print(f"{text:2} {scheme:5} zxing-cpp {by_zxing!r} libdmtx {by_libdmtx!r}")
    assert by_zxing == text
    assert by_libdmtx == (wrong or text), "the behaviour has changed"
PY
