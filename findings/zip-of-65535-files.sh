#!/usr/bin/env bash
# A zip of exactly 65,535 files, as Python's zipfile writes it, is refused by jszip 3.10.2, node-stream-zip 1.16.0 and
# unzipper 0.12.5 (`Open`): they take the count 0xFFFF for the sign that a ZIP64 record must be there. With 65,534 and
# with 65,536 files they read it; yauzl 3.4.0, adm-zip 0.6.1 and zip.js 2.24.0 read all three. Whoever cuts an archive
# into parts "of at most 65,535 files" has chosen the one number that does not work: stay below it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts \
    jszip@3.10.2 node-stream-zip@1.16.0 unzipper@0.12.5 yauzl@3.4.0 adm-zip@0.6.1 @zip.js/zip.js@2.24.0
python3 - << 'PY'
import zipfile

for count in (65_534, 65_535, 65_536):
    with zipfile.ZipFile(f"{count}.zip", "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.txt", b"")
PY
cat > count.mjs << 'JS'
import assert from "node:assert";
import fs from "node:fs";
import { Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import AdmZip from "adm-zip";
import JSZip from "jszip";
import StreamZip from "node-stream-zip";
import unzipper from "unzipper";
import yauzl from "yauzl";

const readers = {
  jszip: async (file) => Object.keys((await JSZip.loadAsync(fs.readFileSync(file))).files).length,
  "node-stream-zip": async (file) => new StreamZip.async({ file }).entriesCount,
  unzipper: async (file) => (await unzipper.Open.file(file)).files.length,
  yauzl: (file) =>
    new Promise((done, no) => yauzl.open(file, (error, archive) => (error ? no(error) : done(archive.entryCount)))),
  "adm-zip": async (file) => new AdmZip(file).getEntries().length,
  "zip.js": async (file) =>
    (await new ZipReader(new Uint8ArrayReader(new Uint8Array(fs.readFileSync(file)))).getEntries()).length,
};
const refuse = ["jszip", "node-stream-zip", "unzipper"];
for (const [name, read] of Object.entries(readers))
  for (const count of [65534, 65535, 65536]) {
    const seen = await read(`${count}.zip`).catch((error) => `refused: ${String(error.message).slice(0, 60)}`);
    console.log(name.padEnd(16), count, seen);
    if (count === 65535 && refuse.includes(name))
      assert(String(seen).startsWith("refused"), "the behaviour has changed");
    else assert.strictEqual(seen, count);
  }
JS
node count.mjs
