#!/usr/bin/env bash
# Letters about a child go to its parents until it is eighteen. Born on 29 February 2008, eighteen on 28 February 2026 or
# on 1 March? Every library adds eighteen years to 28 February, but R's: lubridate 1.9.2 gives NA, so that every
# comparison with it is NA, and `seq` of R 4.2.2 gives 1 March, as JavaScript itself does. Asked for the age on the 28th,
# dateutil 2.9.0.post0, luxon 3.7.2, dayjs 1.11.23 and lubridate say 18, and date-fns 4.4.0 says 17, of the day that its
# own `addYears` calls the eighteenth birthday. By Dutch law it is 1 March: compare month and day oneself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript > /dev/null || { echo "needs R 4.2.2 (Debian 12, r-base-core, r-cran-lubridate)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0
npm install --silent --no-audit --no-fund --ignore-scripts date-fns@4.4.0 luxon@3.7.2 dayjs@1.11.23
venv/bin/python - << 'PY'
from datetime import date

from dateutil.relativedelta import relativedelta

born, day = date(2008, 2, 29), date(2026, 2, 28)
seen = (born + relativedelta(years=18), relativedelta(day, born).years)
print("dateutil", *seen)
assert seen == (day, 18), "the behaviour has changed"
PY
cat > age.mjs << 'JS'
import assert from "node:assert";
import { addYears, differenceInYears } from "date-fns";
import dayjs from "dayjs";
import { DateTime } from "luxon";

const born = new Date(2008, 1, 29);
const day = new Date(2026, 1, 28);
const shown = (date) => `${date.getMonth() + 1}-${date.getDate()}`;
const bare = new Date(born);
bare.setFullYear(2026);
const seen = {
  "date-fns": [shown(addYears(born, 18)), differenceInYears(day, born)],
  luxon: [
    shown(DateTime.fromJSDate(born).plus({ years: 18 }).toJSDate()),
    Math.floor(DateTime.fromJSDate(day).diff(DateTime.fromJSDate(born), "years").years),
  ],
  dayjs: [shown(dayjs(born).add(18, "year").toDate()), dayjs(day).diff(dayjs(born), "year")],
  JavaScript: [shown(bare)],
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(
  seen,
  { "date-fns": ["2-28", 17], luxon: ["2-28", 18], dayjs: ["2-28", 18], JavaScript: ["3-1"] },
  "the behaviour has changed",
);
JS
TZ=Europe/Amsterdam node age.mjs
cat > age.R << 'R'
Sys.setenv(TZ = "Europe/Amsterdam")
suppressPackageStartupMessages(library(lubridate))
if (getRversion() != "4.2.2" || packageVersion("lubridate") != "1.9.2") {
    cat("needs R 4.2.2 and lubridate 1.9.2 (Debian 12)\n")
    quit(status = 2)
}
born <- ymd("2008-02-29")
birthday <- born + years(18)
by_seq <- seq(born, by = "18 years", length.out = 2)[2]
age <- interval(born, ymd("2026-02-28")) %/% years(1)
cat("lubridate", format(birthday), age, "seq", format(by_seq), "\n")
stopifnot("the behaviour has changed" = is.na(birthday), "the behaviour has changed" = age == 18,
          "the behaviour has changed" = by_seq == as.Date("2026-03-01"))
R
Rscript age.R
