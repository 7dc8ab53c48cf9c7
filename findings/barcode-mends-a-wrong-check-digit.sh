#!/usr/bin/env bash
# A number with a check digit is typed with one digit wrong. python-barcode 0.16.1 does not refuse it: for EAN-13, EAN-8
# and ISBN it drops the check digit and puts the one in its place that fits the wrong number, so that the bars are valid
# and say something else than what was asked for. bwip-js 4.11.4 refuses the same numbers. Of a number without a check
# digit both make the right one. Check the digit before making the bars, or read the bars back and compare.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-barcode==0.16.1
npm install --silent --no-audit --no-fund --ignore-scripts bwip-js@4.11.4
venv/bin/python - << 'PY'
import barcode

CHANGED = {
    ("ean13", "2500001000012"): "2500001000019",
    ("ean13", "2500007000019"): "2500007000013",
    ("ean8", "12345678"): "12345670",
    ("isbn13", "9780306406158"): "9780306406157",
}

for (kind, asked), made in CHANGED.items():
    bars = barcode.get(kind, asked).get_fullcode()
    print(kind, asked, "became", bars)
    assert bars == made, "the behaviour has changed"
assert barcode.get("ean13", "250000100001").get_fullcode() == "2500001000019"
PY
cat > bars.cjs << 'JS'
const assert = require("node:assert");
const bwip = require("bwip-js");

assert(bwip.raw({ bcid: "ean13", text: "2500001000019" })[0].sbs.length > 0);
for (const [kind, text] of [["ean13", "2500001000012"], ["ean13", "2500007000019"], ["ean8", "12345678"]])
  assert.throws(() => bwip.raw({ bcid: kind, text }), /badCheckDigit/i, "the behaviour has changed");
console.log("bwip-js refuses them");
JS
node bars.cjs
