#!/usr/bin/env bash
# Walks through an approval with a copy of the sample campaign in target/approve-demo/: $1 is the program, $2 the date.
set -euo pipefail
bin=$(realpath "${1:?the program}") date=${2:?the date of the letters}
here=target/approve-demo
rm -rf $here && mkdir -p $here
cp sample-data/facts.toml $here/
root=$PWD
cd $here

say() { printf '\n== %s\n' "$*"; }
ask() { echo "\$ breachpost $*"; "$bin" --date "$date" "$@"; }
sign() { ssh-keygen -q -Y sign -n breachpost-approval -f "$1" < "$2" > "$3"; }

sed -e "s:^inbox = .*:inbox = \"$root/sample-data/inbox\":" -e 's:^data_dir = .*:data_dir = "data":' "$root/sample-data/breachpost.toml" > breachpost.toml
printf '\n[approval]\nrequired = true\n' >> breachpost.toml
for person in Anna:communications Bart:privacy Dirk:operator; do
    name=${person%:*}
    ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name"
    printf '\n[[approval.approvers]]\nname = "%s"\nrole = "%s"\nkey = "%s"\n' "$name" "${person#*:}" "$(cat "$name.pub")" >> breachpost.toml
done
ask ledger init > /dev/null

say "A run plans the letters, chooses proofs, and waits"
ask run || test $? -eq 1

say "The proofs: as they will be printed, each with its reason"
ask proofs --out proofs

say "Dirk answers for the facts and the settings, which he wrote: he may not approve them"
for what in facts settings; do
    ask approve --by Dirk --adopt $what > edit.txt
    sed -i 1d edit.txt
    sign Dirk edit.txt edit.sig
    ask approve --by Dirk --adopt $what --signature edit.sig
done

say "What is approved, in words"
ask approval statement --words

say "Anna signs it; Bart's signature is still missing"
"$bin" --date "$date" approval statement > s.json
sign Anna s.json anna.sig
ask approve --by Anna --signature anna.sig
ask run | grep -A3 '^waiting' || true

say "A signature by Anna does not pass for Bart's"
ask approve --by Bart --signature anna.sig || test $? -eq 2

say "Somebody changes one byte of the facts: nothing is published"
sign Bart s.json bart.sig
ask approve --by Bart --signature bart.sig
echo '# one byte' >> facts.toml
ask run | grep changed || true
sed -i '$d' facts.toml

say "Put back, it is what two people approved: it is published"
ask run || test $? -eq 1
paper=$(echo data/approvals/*.approval.json)

say "Years later: who approved what"
ask approval verify "$paper"
