#!/usr/bin/env bash
# A house is called `Huize "Zon"`. In a CSV file the quotes are doubled (RFC 4180), and every reader takes them back.
# data.table 1.14.8 for R does not: `fread` gives `Huize ""Zon""`, and `fwrite` doubles them again, so that a list which
# goes through it has four, then eight. It doubles on the way out and does not undo it on the way in. readr 2.1.4 and
# `read.csv` give the name, as does pandas 3.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript > /dev/null || { echo "needs R (Debian 12, r-cran-data.table and r-cran-readr)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1
venv/bin/python - << 'PY'
import pandas

pandas.DataFrame({"street": ['Huize "Zon"'], "town": ["Voorbeeldstad"]}).to_csv("list.csv", index=False)
assert pandas.read_csv("list.csv")["street"][0] == 'Huize "Zon"'
PY
cat > quotes.R << 'R'
if (packageVersion("data.table") != "1.14.8" || packageVersion("readr") != "2.1.4") {
    cat("needs data.table 1.14.8 and readr 2.1.4 (Debian 12)\n")
    quit(status = 2)
}
name <- 'Huize "Zon"'
once <- data.table::fread("list.csv")
data.table::fwrite(once, "again.csv")
seen <- c(
    read.csv = read.csv("list.csv")$street,
    read_csv = readr::read_csv("list.csv", show_col_types = FALSE)$street,
    fread = once$street,
    fwrite_fread = data.table::fread("again.csv")$street
)
print(seen)
stopifnot("the behaviour has changed" = seen == c(name, name, 'Huize ""Zon""', 'Huize """"Zon""""'))
R
Rscript quotes.R
