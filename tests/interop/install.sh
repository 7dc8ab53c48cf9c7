#!/usr/bin/env bash
# Installs the tools of `make interop-test` into the folder $1: Python and Node packages in pinned versions, and Debian's
# packages, of which the page names the version that was there. About 1.5 GB.
set -euo pipefail
tools=${1:?folder of the tools}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$tools/node"

packages=(7zip age busybox cups-filters dmtx-utils ghostscript gnumeric libarchive-tools libcommons-compress-java
    libjaxb-java libreoffice-calc miller mupdf-tools openssh-client openssh-server perl pgpainless-cli poppler-utils
    proftpd-core proftpd-mod-crypto qpdf r-cran-data.table
    r-cran-jsonlite r-cran-openxlsx r-cran-readr spamassassin sq sqlite3 sqop unzip)
command -v javac > /dev/null || packages+=(default-jdk-headless)
command -v npm > /dev/null || packages+=(nodejs npm)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

stamp=$tools/requirements.txt
if ! cat "$here/../requirements.txt" "$here/requirements.txt" | cmp -s - "$stamp"; then
    rm -rf "$tools/venv"
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cat "$here/../requirements.txt" "$here/requirements.txt" > "$stamp"
fi
if ! cmp -s "$here/node/package.json" "$tools/node/package.json"; then
    rm -rf "$tools/node/node_modules"
    cp "$here/node/package.json" "$tools/node/"
    npm install --prefix "$tools/node" --silent --no-audit --no-fund --ignore-scripts
fi
