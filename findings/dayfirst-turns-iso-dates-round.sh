#!/usr/bin/env bash
# Dutch dates have the day first, so one says `dayfirst=True`. Then python-dateutil 2.9.0.post0 and pandas 3.1.1 read
# the ISO date 1950-03-04 as 3 April 1950, without a word, although no country writes year, day, month. 1950-12-31 they
# read right, since there is no month 31; pandas warns, but of that one only: of the date that is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0 pandas==3.1.1
venv/bin/python - << 'PY'
import datetime
import warnings

import pandas
from dateutil import parser

MARCH, DECEMBER, APRIL = "1950-03-04", "1950-12-31", datetime.datetime(1950, 4, 3)


def by_pandas(text):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return pandas.to_datetime(text, dayfirst=True).to_pydatetime(), [str(warning.message) for warning in said]


for text in (MARCH, DECEMBER):
    print(text, "dateutil", parser.parse(text, dayfirst=True), "pandas", *by_pandas(text))
assert parser.parse(MARCH, dayfirst=True) == APRIL, "the behaviour has changed"
assert by_pandas(MARCH) == (APRIL, []), "the behaviour has changed"
born, said = by_pandas(DECEMBER)
assert born == parser.parse(DECEMBER, dayfirst=True) == datetime.datetime(1950, 12, 31)
assert len(said) == 1 and "dayfirst" in said[0], "the behaviour has changed"
PY
