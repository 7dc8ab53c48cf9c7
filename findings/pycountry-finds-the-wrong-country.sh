#!/usr/bin/env bash
# A list has countries as people write them. pycountry 26.2.16, `search_fuzzy`, best match first: `Niger`, a country
# with exactly that name, is Nigeria; `Irak`, Dutch for Iraq, is Armenia and nothing else; `Curaçao` is the Netherlands.
# The places of provinces count, too, and more of them weigh more. `Nederland` and `Marokko` are not found. `lookup`
# matches whole names only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pycountry==26.2.16
venv/bin/python - << 'PY'
import pycountry

found = {}
for name in ("Niger", "Irak", "Curaçao", "Nederland", "Marokko"):
    try:
        found[name] = [country.name for country in pycountry.countries.search_fuzzy(name)]
    except LookupError:
        found[name] = []
    print(f"{name:10}", *found[name], sep="  ")
assert pycountry.countries.lookup("Niger").alpha_2 == "NE"
assert found["Niger"][:2] == ["Nigeria", "Niger"], "the behaviour has changed"
assert found["Irak"] == ["Armenia"], "the behaviour has changed"
assert found["Curaçao"][0] == "Netherlands", "the behaviour has changed"
assert not found["Nederland"] and not found["Marokko"], "the behaviour has changed"
PY
