#!/usr/bin/env bash
# Plays three nights in which patients, and a professional, follow their providers, with a copy of the sample campaign in
# target/providers-demo/: $1 is the program.
set -euo pipefail
bin=$(realpath "${1:?the program}")
here=target/providers-demo
rm -rf $here && mkdir -p $here
cp sample-data/facts.toml $here/
root=$PWD
cd $here

say() { printf '\n== %s\n' "$*"; }
ask() { local date=$1; shift; echo "\$ breachpost --date $date $*"; "$bin" --date "$date" "$@" || test $? -eq 1; }

cp -r "$root/sample-data/inbox" inbox
cat > inbox/professionals.csv <<'LIST'
professional_code,name,provider_code,dataset_id,status,items,left_on
84000001,dr. A.B. Voorbeeld,06010001,ds1,confirmed,name;code;practice,
84000001,dr. A.B. Voorbeeld,06010001,ds2,not_excluded,signature,
LIST
sed -e 's:^inbox = .*:inbox = "inbox":' -e 's:^data_dir = .*:data_dir = "data":' "$root/sample-data/breachpost.toml" > breachpost.toml
sed -i 's/^facts_max_age_days = .*/facts_max_age_days = 60/' breachpost.toml
printf '\n[providers_first]\n\n[professionals]\nsender = "bvo"\n' >> breachpost.toml
ask 2025-09-15 ledger init > /dev/null

say "Monday: the providers get their notices, and their patients wait"
ask 2025-09-15 run | grep -E '^(rows|providers|in care|letters  |package)'

say "What the help desk may say"
ask 2025-09-15 provider 06010001
ask 2025-09-15 provider 99999999
ask 2025-09-15 provider 99999999 --language en

say "Tuesday: the hospital says that it is ready, and its patients are written to"
ask 2025-09-16 provider 06010001 --acknowledged --by "Help desk" --note "called at nine"
ask 2025-09-16 run | grep -E '^(rows|providers|in care|letters  )'

say "The printer reports what was posted; like any printer of vendor-sim it makes mistakes, and what is wrong is refused"
"$bin" vendor-sim data/outbox/rehearsal-2500001 --identity "$root/sample-data/vendor/age-identity.txt" --out vendor --seed 7 --date 2025-09-15 > /dev/null
for file in vendor/*.production*.csv; do "$bin" --date 2025-09-23 receipts "$file" > /dev/null || test $? -eq 1 -o $? -eq 3; done
ask 2025-09-23 provider 06010002

say "Wednesday of the next week: whoever still waited is written to"
ask 2025-09-24 run | grep -E '^(rows|providers|in care|letters  )'
