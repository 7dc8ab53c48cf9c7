#!/usr/bin/env bash
# A vendor's certificate has two encryption subkeys, both valid: one on the old machine, one on the new. Sequoia
# (pysequoia 0.1.35) encrypts to both; openpgp.js 6.3.2 and GnuPG 2.2.40 encrypt to the newer one alone. Which machine
# can open a message is thus decided by the sender's library, and a test with one of them says nothing about the others.
# One certificate, one encryption subkey; or give the sender two certificates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
gpg --version | grep -q '^gpg (GnuPG) 2\.2\.40' || { echo "needs GnuPG 2.2.40 (Debian 12, gnupg)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pysequoia==0.1.35
npm install --silent --no-audit --no-fund --ignore-scripts openpgp@6.3.2
cat > key.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";
const day = 86_400_000;
const first = await openpgp.generateKey({
  type: "rsa", rsaBits: 2048, userIDs: [{ name: "Vendor", email: "vendor@example.org" }],
  date: new Date(Date.now() - 2 * day), format: "object",
});
const key = await first.privateKey.addSubkey({ type: "rsa", rsaBits: 2048, date: new Date(Date.now() - day) });
fs.writeFileSync("public.asc", key.toPublic().armor());
const message = await openpgp.createMessage({ text: "part" });
const encrypted = await openpgp.encrypt({ message, encryptionKeys: key.toPublic() });
fs.writeFileSync("openpgpjs.asc", encrypted);
fs.writeFileSync("subkeys.json", JSON.stringify(key.getSubkeys().map((subkey) => subkey.getKeyID().toHex())));
JS
cat > count.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";
const subkeys = JSON.parse(fs.readFileSync("subkeys.json", "utf8"));
const places = {};
for (const name of ["sequoia", "openpgpjs", "gnupg"]) {
  const message = await openpgp.readMessage({ armoredMessage: fs.readFileSync(`${name}.asc`, "utf8") });
  places[name] = message.getEncryptionKeyIDs().map((id) => subkeys.indexOf(id.toHex()) + 1).sort();
}
process.stdout.write(JSON.stringify(places));
JS
node key.mjs
mkdir -m 700 home
gpg --homedir home --batch --quiet --import public.asc
echo part > part
gpg --homedir home --batch --quiet --trust-model always --armor --recipient vendor@example.org --encrypt < part > gnupg.asc
venv/bin/python - << 'PY'
import json
import subprocess

import pysequoia

open("sequoia.asc", "wb").write(pysequoia.encrypt(b"part", recipients=[pysequoia.Cert.from_file("public.asc")]))
places = json.loads(subprocess.run(["node", "count.mjs"], capture_output=True, check=True).stdout)
for name, subkeys in places.items():
    print(f"{name:12} encrypts to subkey", *subkeys)
assert places == {"sequoia": [1, 2], "openpgpjs": [2], "gnupg": [2]}, "the behaviour has changed"
PY
