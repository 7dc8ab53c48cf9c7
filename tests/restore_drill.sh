#!/usr/bin/env bash
# Plays what an operator does when the ledger, or the machine, is lost: nobody is told twice and nobody is lost, or nothing
# is restored. Usage: tests/restore_drill.sh BINARY. Needs sqlite3 and age-keygen; works in a folder of its own.
set -euo pipefail

binary=$(realpath "$1")
sample=$(realpath "$(dirname "$0")/../sample-data")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

step() { printf '%s\n' "- $*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# A rehearsal with an operator's key of its own, and a shelf that stands for another machine.
"$binary" sample --people 30 --seed 12 --out inbox > /dev/null
rm inbox/truth.csv
age-keygen -o operator.key 2> /dev/null
age-keygen -o stranger.key 2> /dev/null
mkdir shelf
{
  sed -e "s:\"../data\":\"data\":" -e "s:\"facts.toml\":\"$sample/facts.toml\":" "$sample/breachpost.toml"
  printf '\n[backup]\nrecipient = "%s"\ncommand = ["cp", "-t", "%s/shelf"]\n' "$(age-keygen -y operator.key)" "$work"
} > breachpost.toml

breachpost() { "$binary" --config breachpost.toml --date 2025-09-15 "$@"; }
night() { # number of letters of one night
  local code=0
  breachpost run --json > answer.json 2> said || code=$?
  [ "$code" -le 1 ] || { cat said >&2; fail "the night ended with $code"; }
  sed -n '/"letters": {/,/}/s/.*"total": *\([0-9]*\).*/\1/p' answer.json | head -n 1
}
mail_head() { sed -n 's/.*"ledger_head": *"\([0-9a-f]\{64\}\)".*/\1/p' answer.json | tail -n 1; }
add() { # somebody new: given name, surname, date of birth
  { head -n 1 "$(ls inbox/exposures-*.csv | head -n 1)"
    printf 'NEW-%s,ds1,,%s,%s.,,%s,%s,V,Verzonnenlaan,%d,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,\n' \
      "$2" "$1" "${1:0:1}" "$2" "$3" "$4"
  } > "inbox/exposures-new-$2.csv"
}
letters() { sqlite3 data/ledger.sqlite 'SELECT letter_id FROM letter ORDER BY 1'; }
sums() { [ ! -e data ] || find data -type f -exec sha256sum {} + | sort; }
refused() { # command that has to end with 3 and touch nothing
  local before after code=0
  before=$(sums)
  breachpost ledger restore "$@" > /dev/null 2> said || code=$?
  after=$(sums)
  [ "$code" -eq 3 ] || { cat said >&2; fail "ended with $code and should have been refused"; }
  [ "$before" = "$after" ] || fail "a refused restore touched something"
  grep '^error' said | cut -c 1-150 | sed 's/^/    /'
}

breachpost ledger init > /dev/null
first=$(night)
one=$(ls shelf/*.backup.age)
step "first night: $first letters, and a backup on the shelf: $(basename "$one")"
[ "$first" -gt 10 ] || fail "too few letters"

add Zwaantje Quispel 1951-10-23 47
second=$(night)
[ "$second" = 1 ] || fail "$second letters on the second night"
told=$(letters)
head=$(mail_head)
two=$(ls shelf/*.backup.age | tail -n 1)
step "second night: one letter more, head ${head:0:12}"

step "the ledger is lost; the first backup, with a stranger's key:"
rm data/ledger.sqlite
refused "$one" --identity stranger.key

step "the first backup, with the operator's key: what came after it is repeated"
breachpost ledger restore "$one" --identity operator.key --anchor "$head" 2> /dev/null | sed 's/^/    /'
[ "$(letters)" = "$told" ] || fail "the letters are not the same"
breachpost ledger check --anchor "$head" > /dev/null
add Fenna Wijdeveld 1938-05-30 112
third=$(night)
head=$(mail_head)
[ "$third" = 1 ] || fail "$third letters on the third night: somebody was told twice, or was lost"
[ "$(letters | sort | uniq -d)" = "" ] || fail "a letter is there twice"
[ "$(comm -23 <(printf '%s\n' "$told") <(letters))" = "" ] || fail "a letter was forgotten"
step "third night: one letter to somebody new, none to anybody else"

step "an older backup, a package that is gone, and no kept changes:"
rm -r data/ledger.sqlite data/backups/* data/outbox/*
refused "$two" --identity operator.key

step "the whole machine is lost; an older backup, then the newest without and with the head of the last mail:"
rm -r data
three=$(ls shelf/*.backup.age | tail -n 1)
refused "$two" --identity operator.key --anchor "$head"
refused "$three" --identity operator.key
[ ! -e data ] || fail "a refused restore left something behind"
breachpost ledger restore "$three" --identity operator.key --anchor "$head" 2> /dev/null | sed 's/^/    /'
fourth=$(night)
[ "$fourth" = 0 ] || fail "$fourth letters on the fourth night"
step "fourth night: nobody is told twice"
echo "the drill went well"
