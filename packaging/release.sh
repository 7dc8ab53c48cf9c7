#!/usr/bin/env bash
# Builds what is committed twice, in two folders, and compares every byte; then writes the program, its hash, the bill of
# materials and the list of licences to target/release-files. Two clean builds: most of an hour on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
out=$root/target/release-files
home=${CARGO_HOME:-$HOME/.cargo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for copy in one two/with-a-longer-name; do
    mkdir -p "$work/$copy"
    git archive HEAD | tar -x -C "$work/$copy"
    # Neither the folder nor the builder's home is part of the program, and nothing of an earlier build is taken up.
    flags=("--remap-path-prefix=$work/$copy=/breachpost" "--remap-path-prefix=$home=/cargo")
    (cd "$work/$copy" && env -u CARGO_TARGET_DIR CARGO_INCREMENTAL=0 \
        CARGO_ENCODED_RUSTFLAGS="${flags[0]}"$'\x1f'"${flags[1]}" cargo build --release --locked)
done

cmp "$work/one/target/release/breachpost" "$work/two/with-a-longer-name/target/release/breachpost"
mkdir -p "$out"
cp "$work/one/target/release/breachpost" "$out/"
(cd "$out" && sha256sum breachpost > breachpost.sha256)
python3 packaging/sbom.py --out "$out"
echo "the same bytes twice: $(cat "$out/breachpost.sha256")"
