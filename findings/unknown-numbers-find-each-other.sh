#!/usr/bin/env bash
# Two lists are joined on a number that not everybody has. Two rows without one are two people of whom nothing is known,
# and in SQL they do not match. pandas 3.1.1 (`merge`), R 4.2.2 (`merge`) and data.table 1.14.8 join every unknown with
# every unknown: three rows and two rows, of which one has a number in common, give three pairs, and somebody's
# address stands with somebody else's name. polars 2.1.0 and pyarrow 26.0.1 give one pair. Take the rows without a key out
# first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript > /dev/null || { echo "needs R 4.2.2 (Debian 12, r-base-core, r-cran-data.table)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1
venv/bin/python - << 'PY'
import pandas
import polars
import pyarrow

ONE = {"bsn": ["999990019", None, None], "name": ["Jansen", "Bakker", "Visser"]}
OTHER = {"bsn": ["999990019", None], "town": ["Voorbeeldstad", "Elders"]}

pairs = {
    "pandas": len(pandas.DataFrame(ONE).merge(pandas.DataFrame(OTHER), on="bsn")),
    "polars": len(polars.DataFrame(ONE).join(polars.DataFrame(OTHER), on="bsn")),
    "pyarrow": pyarrow.table(ONE).join(pyarrow.table(OTHER), "bsn", join_type="inner").num_rows,
}
print(pairs)
assert pairs == {"pandas": 3, "polars": 1, "pyarrow": 1}, "the behaviour has changed"
PY
cat > pairs.R << 'R'
if (getRversion() != "4.2.2" || packageVersion("data.table") != "1.14.8") {
    cat("needs R 4.2.2 and data.table 1.14.8 (Debian 12)\n")
    quit(status = 2)
}
one <- data.frame(bsn = c("999990019", NA, NA), name = c("Jansen", "Bakker", "Visser"))
other <- data.frame(bsn = c("999990019", NA), town = c("Voorbeeldstad", "Elders"))
pairs <- c(
    R = nrow(merge(one, other, by = "bsn")),
    data.table = nrow(merge(data.table::as.data.table(one), data.table::as.data.table(other), by = "bsn"))
)
print(pairs)
stopifnot("the behaviour has changed" = pairs == 3)
R
Rscript pairs.R
