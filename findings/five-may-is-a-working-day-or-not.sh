#!/usr/bin/env bash
# Deadlines in Dutch working days: is 5 May 2026 one of them? It is no day off by law, and in most collective agreements
# one in the lustrum years only (2025, 2030). holidays 0.108 says working day in 2026 and holiday in 2025; workalendar
# 17.0.0 says holiday every year; date-holidays 3.37.0 answers every year with an object whose type is `school`, which
# is true where it is asked as a yes or no, as on 4 May, a day of remembrance. Three libraries, three deadlines: have a
# table of one's own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check holidays==0.108 workalendar==17.0.0 setuptools==80.9.0
npm install --silent --no-audit --no-fund --ignore-scripts date-holidays@3.37.0
venv/bin/python -W ignore - << 'PY'
from datetime import date

import holidays
from workalendar.europe import Netherlands

for day, by_holidays in ((date(2025, 5, 5), True), (date(2026, 5, 5), False)):
    seen = (day in holidays.NL(years=day.year), Netherlands().is_holiday(day))
    print(day, "holidays", seen[0], "workalendar", seen[1])
    assert seen == (by_holidays, True), "the behaviour has changed"
PY
cat > ask.mjs << 'JS'
import assert from "node:assert";
import Holidays from "date-holidays";

const dutch = new Holidays("NL");
for (const [day, type] of [["2025-05-05", "school"], ["2026-05-05", "school"], ["2026-05-04", "observance"]]) {
  const answer = dutch.isHoliday(new Date(`${day}T12:00:00`));
  console.log(day, "date-holidays", Boolean(answer), answer[0].type);
  assert.strictEqual(answer[0].type, type, "the behaviour has changed");
}
JS
TZ=Europe/Amsterdam node ask.mjs
