#!/usr/bin/env bash
# Two machines whose clocks differ by two minutes: a signature is made at 12:02 and checked at 12:00. GnuPG 2.2.40, gpgv,
# sq 0.27.0, sqop 0.27.3 and PGPy 0.6.0 call it good; GnuPG and PGPy do so of one from next week, too. openpgp.js 6.3.2
# and PGPainless 1.3.16 refuse it, as they would a forged one. It works on the machine where it was tried, and on the
# first day when two clocks drift apart every file is "not signed". Synchronise clocks, or check a little later.
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
venv/bin/pip install --quiet --disable-pip-version-check PGPy==0.6.0
npm install --silent --no-audit --no-fund --ignore-scripts openpgp@6.3.2

export GNUPGHOME=$folder/home
mkdir -m 700 home
echo "2500001" > job.txt
gpg --quiet --batch --faked-system-time 20260101T000000 --passphrase '' \
    --quick-generate-key signer@example.org ed25519 sign never 2> /dev/null
gpg --quiet --export signer@example.org > key.pgp
gpg --quiet --armor --export signer@example.org > key.asc

cat > by_pgpy.py << 'PY'
import sys

import pgpy

key, _ = pgpy.PGPKey.from_file("key.asc")
sys.exit(0 if key.verify(open("job.txt", "rb").read(), pgpy.PGPSignature.from_file("job.sig")) else 1)
PY
cat > by_openpgpjs.mjs << 'JS'
import fs from "node:fs";
import * as openpgp from "openpgp";

const bytes = (path) => new Uint8Array(fs.readFileSync(path));
const { signatures } = await openpgp.verify({
  message: await openpgp.createMessage({ binary: bytes("job.txt") }),
  signature: await openpgp.readSignature({ binarySignature: bytes("job.sig") }),
  verificationKeys: await openpgp.readKey({ binaryKey: bytes("key.pgp") }),
});
await signatures[0].verified.catch(() => process.exit(1));
JS

answer() { "$@" > /dev/null 2>&1 && echo good || echo refused; }
seen() {
    gpg --quiet --batch --yes --faked-system-time "$(date -u -d "$1" +%Y%m%dT%H%M%S)!" \
        --detach-sign --output job.sig job.txt 2> /dev/null
    echo "gpg $(answer gpg --batch --verify job.sig job.txt)" \
        "gpgv $(answer gpgv --keyring "$folder/key.pgp" job.sig job.txt)" \
        "sq $(answer sq verify --signer-cert key.asc --detached job.sig job.txt)" \
        "sqop $(answer sqop verify job.sig key.asc < job.txt)" \
        "PGPy $(answer venv/bin/python -W ignore by_pgpy.py)" \
        "openpgp.js $(answer node by_openpgpjs.mjs)" \
        "pgpainless $(answer pgpainless-cli verify job.sig key.asc < job.txt)"
}
check() { echo "$1: $2"; [[ $2 == "$3" ]] || { echo "the behaviour has changed"; exit 1; }; }
all="gpg good gpgv good sq good sqop good PGPy good openpgp.js good pgpainless good"
check "a minute behind" "$(seen '60 seconds ago')" "$all"
ahead=$(seen '120 seconds')
check "two minutes ahead" "$ahead" "gpg good gpgv good sq good sqop good PGPy good openpgp.js refused pgpainless refused"
next_week=$(seen '7 days')
check "next week" "$next_week" "gpg good gpgv good sq refused sqop refused PGPy good openpgp.js refused pgpainless refused"
