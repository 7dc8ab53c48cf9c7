#!/usr/bin/env bash
# csvkit 2.2.0: `csvsort` and `csvjoin` write other cells than they read. A column whose house letters happen to be of
# T, F, Y and N comes out as True and False, and 0000002 as 2; nothing is said. `csvcut`, `csvgrep` and `csvstack` leave
# every cell as it is, so a pipe of them is safe until somebody sorts. `--no-inference` helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check csvkit==2.2.0
printf 'seq,house_letter\n0000002,T\n0000001,F\n' > list.csv
venv/bin/python - << 'PY'
import subprocess


def by(tool, *words):
    done = subprocess.run([f"venv/bin/{tool}", *words], capture_output=True, text=True, check=True)
    print(f"{tool} {' '.join(words)}:", done.stdout.split(), repr(done.stderr))
    assert not done.stderr
    return done.stdout.split()


assert by("csvcut", "-c", "seq,house_letter", "list.csv") == ["seq,house_letter", "0000002,T", "0000001,F"]
assert by("csvsort", "--no-inference", "-c", "seq", "list.csv") == ["seq,house_letter", "0000001,F", "0000002,T"]
assert by("csvsort", "-c", "seq", "list.csv") == ["seq,house_letter", "1,False", "2,True"], "the behaviour has changed"
assert by("csvjoin", "-c", "seq", "list.csv", "list.csv")[1] == "2,True,True", "the behaviour has changed"
PY
