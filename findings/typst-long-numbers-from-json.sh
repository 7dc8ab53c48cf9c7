#!/usr/bin/env bash
# A whole number of 20 digits in a JSON file becomes a floating-point number in typst 0.15.0, and prints as
# `12345678901234567000` where the file has `12345678901234567890`: the compiler says nothing. Up to 2^63 - 1 all digits
# are there. Numbers that are names (a job, a parcel, a receipt) belong in JSON as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check typst==0.15.0 pypdf==7.1.0
echo '{"parcel": 12345678901234567890, "largest": 9223372036854775807}' > numbers.json
cat > numbers.typ << 'TYPST'
#let read = json("numbers.json")
#str(read.parcel) #type(read.parcel)

#str(read.largest) #type(read.largest)
TYPST
venv/bin/python - << 'PY'
import pypdf
import typst

_, warnings = typst.compile_with_warnings("numbers.typ", output="numbers.pdf")
text = pypdf.PdfReader("numbers.pdf").pages[0].extract_text()
lines = [line.strip() for line in text.split("\n") if line.strip()]
print(*lines, "warnings:", warnings)
assert not warnings
assert lines == ["12345678901234567000 float", "9223372036854775807 int"], "the behaviour has changed"
PY
