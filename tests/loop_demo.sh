#!/usr/bin/env bash
# Takes the sample's package through a simulated vendor to the last state, in target/loop-demo/: $1 is the program, $2 the date.
set -euo pipefail
bin=${1:?the program} date=${2:?the date of the letters} later=2025-09-30
here=target/loop-demo
rm -rf $here && mkdir -p $here

say() { printf '\n== %s\n' "$*"; }
on() { local day=$1; shift; "$bin" --config sample-data/breachpost.toml --data-dir $here/data --date "$day" "$@"; }
# 1: done, and something is for a human. 3: a file was refused, as one of these has to be.
may() { local code=0; "$@" || code=$?; case $code in 0 | 1 | 3) ;; *) exit $code ;; esac; }

say "A night publishes a package"
on "$date" ledger init > /dev/null
may on "$date" run
package=$(echo $here/data/outbox/*-*)

say "The vendor opens it, prints, and reports: one file with letters in the wrong places, spoilt and lost letters, returns"
on "$date" vendor-sim "$package" --identity sample-data/vendor/age-identity.txt --out $here/sent --seed 8

say "Each file is taken whole, or refused whole"
may on $later receipts $here/sent/*

say "Where the letters are"
may on $later status

say "The next night prints again what was spoilt; its report has the rest"
may on $later run
may on $later status
