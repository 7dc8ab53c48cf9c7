#!/usr/bin/env bash
# Dutch drops the trema where a line ends in front of it: `patiënten` breaks as `pati-enten`, `beëindigen` as
# `be-eindigen` (Woordenlijst Nederlandse Taal, the rules for breaking words). typst 0.15.0, pyphen 0.18.1 and the npm
# package hyphen 1.14.1 break there and leave the trema: `be-ëindigen`. pyphen can change letters at a break, as its
# Hungarian dictionary does (`asszonnyal`), but its Dutch one never does. Hyphenate Dutch letters without these words,
# or not at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check typst==0.15.0 pypdf==7.1.0 pyphen==0.18.1
npm install --silent --no-audit --no-fund --ignore-scripts hyphen@1.14.1
cat > words.typ << 'TYPST'
#set page(width: 1.6cm, height: 3cm, margin: 2pt)
#set text(lang: "nl", hyphenate: true)
patiënten beëindigen
TYPST
venv/bin/python - << 'PY'
import pyphen
import pypdf
import typst

typst.compile("words.typ", "words.pdf")
text = pypdf.PdfReader("words.pdf").pages[0].extract_text().replace("\u00ad", "-").replace("\n", "").replace(" ", "")
print("typst ", text)
assert "be-ëin" in text, "the behaviour has changed"
dutch = pyphen.Pyphen(lang="nl")
found = [dutch.inserted(word) for word in ("patiënten", "beëindigen", "reëel")]
print("pyphen", *found)
assert found == ["pa-ti-ën-ten", "be-ëin-di-gen", "re-ëel"], "the behaviour has changed"
print("pyphen, Hungarian:", pyphen.Pyphen(lang="hu").inserted("asszonnyal"))
assert pyphen.Pyphen(lang="hu").inserted("asszonnyal") == "asz-szony-nyal"
PY
cat > words.mjs << 'JS'
import assert from "node:assert";
import dutch from "hyphen/nl/index.js";

const found = dutch.hyphenateSync("patiënten beëindigen").replaceAll("\u00ad", "-");
console.log("hyphen", found);
assert.strictEqual(found, "pa-ti-ën-ten be-ëin-di-gen", "the behaviour has changed");
JS
node words.mjs
