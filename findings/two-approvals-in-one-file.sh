#!/usr/bin/env bash
# Two people approve a file; their detached OpenPGP signatures are put into one (`cat one.sig two.sig`), which the
# standard allows. The reader has the key of one of them. GnuPG 2.2.40 and gpgv end with 2, though one signature is
# good; sq 0.27.0, sqop 0.27.3 and PGPainless 1.3.16 end with 0; openpgp.js 6.3.2 answers for each signature; PGPy 0.6.0
# reads the first alone: yes in one order, an error in the other. "Signed by at least one" and "signed by all" are thus
# the tool's choice. One file a signature.
set -euo pipefail
folder=$(mktemp -d)
trap 'GNUPGHOME=$folder/signers gpgconf --kill all; rm -rf "$folder"' EXIT
cd "$folder"
needs() { [[ $($2 2>&1 | head -1) == *"$3"* ]] || { echo "needs $1 $3 (Debian 12)"; exit 2; }; }
needs gnupg 'gpg --version' 2.2.40
needs sq 'sq --version' 0.27.0
needs sqop 'sqop version' 0.27.3
needs pgpainless-cli 'pgpainless-cli version' 1.3.16
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PGPy==0.6.0
npm install --silent --no-audit --no-fund --ignore-scripts openpgp@6.3.2

export GNUPGHOME=$folder/signers
mkdir -m 700 signers reader
echo "2500001 approved" > job.txt
for who in one two; do
    gpg --quiet --batch --passphrase '' --quick-generate-key "$who@example.org" ed25519 sign never 2> /dev/null
    gpg --quiet --batch -u "$who@example.org" --detach-sign --output "$who.sig" job.txt
done
gpg --quiet --export one@example.org > one.pgp
gpg --quiet --armor --export one@example.org > one.asc
export GNUPGHOME=$folder/reader
gpg --quiet --batch --import one.pgp 2> /dev/null

cat > by_pgpy.py << 'PY'
import sys

import pgpy

key, _ = pgpy.PGPKey.from_file("one.asc")
try:
    print("yes" if key.verify(open("job.txt", "rb").read(), pgpy.PGPSignature.from_file(sys.argv[1])) else "no")
except pgpy.errors.PGPError:
    print("error")
PY
cat > by_openpgpjs.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";

const bytes = (path) => new Uint8Array(fs.readFileSync(path));
const { signatures } = await openpgp.verify({
  message: await openpgp.createMessage({ binary: bytes("job.txt") }),
  signature: await openpgp.readSignature({ binarySignature: bytes(process.argv[2]) }),
  verificationKeys: await openpgp.readKey({ binaryKey: bytes("one.pgp") }),
});
const answers = await Promise.all(signatures.map(({ verified }) => verified.then(() => "yes", () => "no")));
console.log(answers.join(" "));
JS

exit_of() { local code=0; "$@" > /dev/null 2>&1 || code=$?; echo "$code"; }
answers() {
    echo "gpg $(exit_of gpg --batch --verify "$1" job.txt)" \
        "gpgv $(exit_of gpgv --keyring "$folder/one.pgp" "$1" job.txt)" \
        "sq $(exit_of sq verify --signer-cert one.asc --detached "$1" job.txt)" \
        "sqop $(exit_of sqop verify "$1" one.asc < job.txt)" \
        "pgpainless $(exit_of pgpainless-cli verify "$1" one.asc < job.txt)" \
        "openpgp.js $(node by_openpgpjs.mjs "$1")" \
        "PGPy $(venv/bin/python -W ignore by_pgpy.py "$1")"
}
cat one.sig two.sig > known-first.sig
cat two.sig one.sig > known-last.sig
for order in "known-first:yes no:yes" "known-last:no yes:error"; do
    IFS=: read -r file each pgpy <<< "$order"
    seen=$(answers "$file.sig")
    echo "$file: $seen"
    [[ $seen == "gpg 2 gpgv 2 sq 0 sqop 0 pgpainless 0 openpgp.js $each PGPy $pgpy" ]] ||
        { echo "the behaviour has changed"; exit 1; }
done
