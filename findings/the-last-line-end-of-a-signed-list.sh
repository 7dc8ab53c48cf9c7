#!/usr/bin/env bash
# A list of checksums is signed in clear text (`gpg --clearsign`), and the reader takes the list out of what was
# verified. The line end in front of the signature is not signed, so each tool decides: GnuPG 2.2.40, sq 0.27.0 and sqop
# 0.27.3 give the list with its last line end, byte for byte; PGPainless 1.3.16, openpgp.js 6.3.2 and pysequoia 0.1.35
# give one byte less, and the hash of the list is another. A list without a last line end gets one from the former. And
# where a line ends in a blank, PGPy 0.6.0 calls the signature wrong, the others right: blanks there are not signed
# either. Sign detached, and the bytes are the file's.
set -euo pipefail
folder=$(mktemp -d)
trap 'GNUPGHOME=$folder/home gpgconf --kill all; rm -rf "$folder"' EXIT
cd "$folder"
needs() { [[ $($2 2>&1 | head -1) == *"$3"* ]] || { echo "needs $1 $3 (Debian 12)"; exit 2; }; }
needs gnupg 'gpg --version' 2.2.40
needs sq 'sq --version' 0.27.0
needs sqop 'sqop version' 0.27.3
needs pgpainless-cli 'pgpainless-cli version' 1.3.16
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PGPy==0.6.0 pysequoia==0.1.35
npm install --silent --no-audit --no-fund --ignore-scripts openpgp@6.3.2

export GNUPGHOME=$folder/home
mkdir -m 700 home
gpg --quiet --batch --passphrase '' --quick-generate-key signer@example.org ed25519 sign never 2> /dev/null
gpg --quiet --armor --export signer@example.org > key.asc

cat > by_pysequoia.py << 'PY'
import sys

import pysequoia

key = pysequoia.Cert.from_file("key.asc")
sys.stdout.buffer.write(pysequoia.verify(open("list.asc", "rb").read(), lambda ids: [key]).bytes)
PY
cat > by_pgpy.py << 'PY'
import pgpy

key, _ = pgpy.PGPKey.from_file("key.asc")
print("good" if key.verify(pgpy.PGPMessage.from_file("list.asc")) else "wrong")
PY
cat > by_openpgpjs.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";

const { data, signatures } = await openpgp.verify({
  message: await openpgp.readCleartextMessage({ cleartextMessage: fs.readFileSync("list.asc", "utf8") }),
  verificationKeys: await openpgp.readKey({ armoredKey: fs.readFileSync("key.asc", "utf8") }),
});
await signatures[0].verified;
process.stdout.write(data);
JS

lengths() {
    gpg --quiet --batch --yes --clearsign --output list.asc list.txt
    gpg --quiet --batch --decrypt list.asc > by-gpg 2> /dev/null
    sq verify --signer-cert key.asc list.asc > by-sq 2> /dev/null
    sqop inline-verify key.asc < list.asc > by-sqop
    pgpainless-cli inline-verify key.asc < list.asc > by-pgpainless
    node by_openpgpjs.mjs > by-openpgpjs
    venv/bin/python by_pysequoia.py > by-pysequoia
    for tool in gpg sq sqop pgpainless openpgpjs pysequoia; do echo -n "$tool $(stat -c %s "by-$tool") "; done
    echo "PGPy $(venv/bin/python -W ignore by_pgpy.py)"
}
check() { echo "$1: $2"; [[ $2 == "$3" ]] || { echo "the behaviour has changed"; exit 1; }; }
printf 'aa  one.zip\nbb  two.zip\n' > list.txt
check "24 bytes" "$(lengths)" "gpg 24 sq 24 sqop 24 pgpainless 23 openpgpjs 23 pysequoia 23 PGPy good"
cmp list.txt by-gpg
printf 'aa  one.zip\nbb  two.zip' > list.txt
check "23 bytes" "$(lengths)" "gpg 24 sq 24 sqop 24 pgpainless 23 openpgpjs 23 pysequoia 23 PGPy good"
printf 'aa  one.zip \nbb  two.zip\n' > list.txt
check "a blank at the end of a line" "$(lengths | grep -o 'PGPy.*')" "PGPy wrong"
