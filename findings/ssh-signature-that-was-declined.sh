#!/usr/bin/env bash
# `ssh-keygen -Y sign FILE` writes FILE.sig. Where there is one already, of yesterday's FILE, OpenSSH 9.2p1 asks whether
# to overwrite it; "no" ends with 0 and keeps the old signature, so a script sees success and sends a signature of
# something else. It verifies as wrong on the other side only. Signing standard input asks nothing: `ssh-keygen -Y sign
# ... < FILE > FILE.sig`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ssh -V 2>&1 | grep -q '^OpenSSH_9\.2p1' || { echo "needs OpenSSH 9.2p1 (Debian 12, openssh-client)"; exit 2; }
ssh-keygen -q -t ed25519 -N '' -C sender -f key
echo "sender $(cut -d' ' -f1-2 key.pub)" > allowed_signers

sign() { ssh-keygen -q -Y sign -n list -f key list; }
verify() { ssh-keygen -q -Y verify -f allowed_signers -I sender -n list -s list.sig < list > /dev/null 2>&1; }

echo "yesterday" > list
sign
verify
echo "tonight" > list
code=0
echo n | sign > /dev/null 2>&1 || code=$?
if verify; then agrees=yes; else agrees=no; fi
echo "declined: ended with $code, signature of tonight's list: $agrees"
[ "$code" = 0 ] && [ "$agrees" = no ] || { echo "the behaviour has changed"; exit 1; }
ssh-keygen -q -Y sign -n list -f key < list > list.sig 2> /dev/null
verify || { echo "signing standard input no longer helps"; exit 1; }
