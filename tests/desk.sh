#!/usr/bin/env bash
# Opens the desk with a copy of the sample campaign: $1 is the program, $2 the date. The copy is made once and kept, with
# what people change in it; no tracked file is written.
set -euo pipefail
bin=${1:?the program} date=${2:?the date of the letters}
here=data/desk name="Sample Writer"

if [ ! -e $here/breachpost.toml ]; then
    mkdir -p $here/texts
    cp -r sample-data/facts.toml sample-data/vendor $here/
    cp locales/nl.toml locales/en.toml locales/limits.toml $here/texts/
    sed -e 's:^inbox = .*:inbox = "../../sample-data/inbox":' -e 's:^data_dir = .*:data_dir = "data":' sample-data/breachpost.toml > $here/breachpost.toml
    printf '\n[texts]\nfolder = "texts"\n' >> $here/breachpost.toml
fi
if [ ! -e $here/password ]; then
    (umask 077 && head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' > $here/password)
    "$bin" --config $here/breachpost.toml user add "$name" --role communications < $here/password > /dev/null
fi
echo "name      $name"
echo "password  $(cat $here/password)"
exec "$bin" --config $here/breachpost.toml --date "$date" desk
