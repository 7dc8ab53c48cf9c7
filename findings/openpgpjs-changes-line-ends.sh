#!/usr/bin/env bash
# A CSV with CRLF is encrypted as bytes (by Sequoia, pysequoia 0.1.35). openpgp.js 6.3.2 decrypts it, and what comes out
# has LF alone: its default form is text, and text gets other line ends even where the packet says that it is binary.
# The list of checksums then says that the file is damaged. With `format: "binary"` the bytes are those that went in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pysequoia==0.1.35
npm install --silent --no-audit --no-fund --ignore-scripts openpgp@6.3.2
cat > key.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";
const pair = await openpgp.generateKey({ userIDs: [{ name: "Vendor", email: "vendor@example.org" }] });
fs.writeFileSync("public.asc", pair.publicKey);
fs.writeFileSync("private.asc", pair.privateKey);
JS
cat > open.mjs << 'JS'
import assert from "node:assert";
import fs from "node:fs";
import * as openpgp from "openpgp";
const decryptionKeys = await openpgp.readPrivateKey({ armoredKey: fs.readFileSync("private.asc", "utf8") });
const opened = async (format) => {
  const message = await openpgp.readMessage({ armoredMessage: fs.readFileSync("list.asc", "utf8") });
  return Buffer.from((await openpgp.decrypt({ message, decryptionKeys, ...format })).data).toString();
};
const [byDefault, asBinary] = [await opened({}), await opened({ format: "binary" })];
console.log("default:", JSON.stringify(byDefault), "binary:", JSON.stringify(asBinary));
assert.strictEqual(asBinary, "seq,status\r\n0000001,printed\r\n");
assert.strictEqual(byDefault, "seq,status\n0000001,printed\n", "the behaviour has changed");
JS
node key.mjs
venv/bin/python - << 'PY'
import pysequoia

recipient = pysequoia.Cert.from_file("public.asc")
message = pysequoia.encrypt(b"seq,status\r\n0000001,printed\r\n", recipients=[recipient])
open("list.asc", "wb").write(message)
PY
node open.mjs
