#!/usr/bin/env bash
# Says before a build what it will do and how long that takes, and what is missing, before minutes are spent.
set -euo pipefail
cd "$(dirname "$0")/../.."

stop() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

of() { sed -n "s/^$2 = \"\{0,1\}\([0-9.]*\)\"\{0,1\}$/\1/p" "$1"; }

wanted=$(of Cargo.toml rust-version)
command -v cargo > /dev/null && command -v rustc > /dev/null ||
    stop "Rust is not there: neither cargo nor rustc is in PATH" "install Rust $wanted or newer with rustup, then open a new shell"
found=$(rustc --version | cut -d' ' -f2)
[ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -1)" = "$wanted" ] ||
    stop "Rust $found is too old: breachpost needs $wanted or newer" "rustup update stable"
command -v "${CC:-cc}" > /dev/null ||
    stop "a C compiler is not there (SQLite and zstd are compiled from C)" "sudo apt-get install build-essential"

[ ! -x target/release/breachpost ] || exit 0

# A registry that does not answer is found out now and not in the middle.
if ! cargo fetch --locked --offline --quiet 2> /dev/null; then
    echo "downloading the crates of Cargo.lock"
    export CARGO_NET_RETRY=${CARGO_NET_RETRY:-1} CARGO_HTTP_TIMEOUT=${CARGO_HTTP_TIMEOUT:-20}
    cargo fetch --locked --quiet || stop "the crates cannot be downloaded (see above)" \
        "check network and proxy (HTTPS_PROXY), or copy ~/.cargo/registry from a machine that has them"
fi

crates=$(of benches/build/crates.toml program)
cores=$(nproc)
minutes=$((($(of benches/build/crates.toml processor_minutes) + cores - 1) / cores))
again=
[ ! -d target/release/.fingerprint ] || again=", less what an earlier build has left"
echo "builds $crates crates, about $minutes minutes on $cores cores$again; then seconds"
