#!/usr/bin/env bash
# `as.Date` of R 4.2.2 knows two forms of a date, 1950-03-04 and 1950/03/04, and one expects an error for any other. The
# Dutch 04-03-1950 it reads as 19 March of the year 4, without a word: the year may have two digits, and what is left
# over at the end (`50`) is dropped. 31-12-1950 is 19 December of the year 31; only a number above 12 in the middle is
# an error. A list where every birth date has day, month and year passes whole, and everybody is two thousand years old.
# Name the form: `as.Date(x, "%d-%m-%Y")`. data.table's IDate does the same; readr 2.1.4 refuses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript > /dev/null || { echo "needs R 4.2.2 (Debian 12, r-base-core)"; exit 2; }
cat > dates.R << 'R'
if (getRversion() != "4.2.2" || !requireNamespace("readr", quietly = TRUE) || packageVersion("readr") != "2.1.4" ||
    packageVersion("data.table") != "1.14.8") {
    cat("needs R 4.2.2, readr 2.1.4 and data.table 1.14.8 (Debian 12)\n")
    quit(status = 2)
}
options(warn = 2)
dutch <- c("04-03-1950", "31-12-1950")
seen <- as.POSIXlt(as.Date(dutch))
said <- sprintf("%04d-%02d-%02d", seen$year + 1900, seen$mon + 1, seen$mday)
print(setNames(said, dutch))
stopifnot(
    "the behaviour has changed" = said == c("0004-03-19", "0031-12-19"),
    "the behaviour has changed" = identical(as.Date(data.table::as.IDate(dutch)), as.Date(dutch)),
    "the behaviour has changed" = as.Date(dutch, "%d-%m-%Y") == c("1950-03-04", "1950-12-31")
)
options(warn = 1)
refused <- suppressWarnings(readr::parse_date(dutch))
stopifnot("the behaviour has changed" = is.na(refused), "the behaviour has changed" = nrow(readr::problems(refused)) == 2)
R
Rscript dates.R
