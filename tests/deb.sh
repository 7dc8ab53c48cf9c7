#!/usr/bin/env bash
# Installs the Debian package named by $1, runs the sample with it as an ordinary user, and removes it. Needs root.
set -euo pipefail
package=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

apt-get install -y -qq --no-install-recommends adduser > /dev/null
dpkg --install "$package" > /dev/null
cp -r /usr/share/doc/breachpost/sample-data "$folder/"
find "$folder" -name '*.gz' -exec gunzip {} +
chown -R nobody "$folder"

as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups env -C "$folder" HOME="$folder" breachpost \
    --config sample-data/breachpost.toml --date 2025-09-15 "$@"; }
as_nobody ledger init > /dev/null
code=0
as_nobody run || code=$?
[ "$code" -le 1 ]
as_nobody verify data/outbox/rehearsal-2500001 > /dev/null
man --where breachpost > /dev/null 2>&1 || test -e /usr/share/man/man1/breachpost.1.gz
systemd-analyze verify breachpost.service breachpost.timer breachpost-status.service breachpost-status.timer

dpkg --purge breachpost > /dev/null
test -d /var/lib/breachpost
echo "the package installs, runs the sample as an ordinary user, and leaves the state folder when it is removed"
