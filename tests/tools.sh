#!/usr/bin/env bash
# Makes sure that the tools of the tests are there: Debian packages, and a Python environment in the folder named by $1.
# Installs what is missing where it may; says plainly what is missing where it may not.
set -euo pipefail
venv=${1:?folder of the Python environment}
here=$(cd "$(dirname "$0")" && pwd)

declare -A packages=(
    [7z]=p7zip-full [age]=age [bsdtar]=libarchive-tools [chromedriver]=chromium-driver [chromium]=chromium [dmtxread]=dmtx-utils [faketime]=faketime [gpg]=gpg [gpg-agent]=gpg-agent [gs]=ghostscript [hunspell]=hunspell [javac]=default-jdk-headless [node]=nodejs [npm]=npm [openssl]=openssl
    [pdffonts]=poppler-utils [pdftoppm]=poppler-utils [pdftotext]=poppler-utils [python3]=python3 [qpdf]=qpdf
    [sha256sum]=coreutils [sqlite3]=sqlite3 [ssh-keygen]=openssh-client [/usr/sbin/sshd]=openssh-server [strace]=strace [systemd-analyze]=systemd [unshare]=util-linux [unzip]=unzip
)
missing=()
for tool in "${!packages[@]}"; do
    command -v "$tool" > /dev/null || missing+=("${packages[$tool]}")
done
for dictionary in nl en_GB; do
    [ -e /usr/share/hunspell/$dictionary.dic ] || missing+=(hunspell-nl hunspell-en-gb)
done
# veraPDF's jar comes without it.
[ -e /usr/share/java/jaxb-runtime.jar ] || missing+=(libjaxb-java)
python3 -c 'import venv, ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        echo "installing ${missing[*]}"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    else
        echo "error: the tests need these Debian packages: ${missing[*]}" >&2
        echo "hint: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi

stamp=$venv/requirements.txt
if ! cmp -s "$here/requirements.txt" "$stamp"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    # For axe-core, which is one file in it; the browser it would drive is Debian's.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8
    cp "$here/requirements.txt" "$stamp"
fi

# The one reader that only Node has.
node=$(dirname "$venv")/node
if [ ! -e "$node/node_modules/unzipper" ]; then
    npm install --silent --no-audit --no-fund --prefix "$node" unzipper@0.12.5 > /dev/null
fi
