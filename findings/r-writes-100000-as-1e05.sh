#!/usr/bin/env bash
# Row 100,000 of a list of 715,000 letters. R 4.2.2 reads numbers from a database or a workbook as doubles, and writes
# each in the shorter of two forms: 99999 and 100001 as they are, 100000 as `1e+05`, one row of a hundred thousand. So
# do `write.csv`, data.table 1.14.8 (`fwrite`) and `paste`; readr 2.1.4 writes the digits. Whoever fills a BSN up with
# zeros by `formatC(bsn, width = 9, flag = "0")` gets `00001e+09` for 999990019, for it also keeps four digits only;
# `sprintf("%09d")` is right. In lists numbers that are names are text, or integers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > numbers.R << 'R'
versions <- c(data.table = "1.14.8", readr = "2.1.4")
for (name in names(versions))
    if (!requireNamespace(name, quietly = TRUE) || packageVersion(name) != versions[[name]]) {
        cat("needs", name, versions[[name]], "(Debian 12, r-cran-data.table and r-cran-readr)\n")
        quit(status = 2)
    }

letters_ <- data.frame(letter = c(99999, 100000, 100001))
lines <- function(write) {
    file <- tempfile()
    write(letters_, file)
    readLines(file)[-1]
}
written <- list(
    write.csv = lines(function(list, file) write.csv(list, file, row.names = FALSE)),
    fwrite = lines(data.table::fwrite),
    write_csv = lines(readr::write_csv),
    paste = paste(100000)
)
print(written)
short <- c("99999", "1e+05", "100001")
stopifnot(
    "the behaviour has changed" = identical(written$write.csv, short),
    "the behaviour has changed" = identical(written$fwrite, short),
    "the behaviour has changed" = identical(written$write_csv, c("99999", "100000", "100001")),
    "the behaviour has changed" = written$paste == "1e+05"
)

bsn <- 999990019
padded <- c(formatC = formatC(bsn, width = 9, flag = "0"), sprintf = sprintf("%09d", bsn))
print(padded)
stopifnot("the behaviour has changed" = padded == c("00001e+09", "999990019"))
R
command -v Rscript > /dev/null || { echo "needs R 4.2.2 (Debian 12, r-base-core)"; exit 2; }
Rscript numbers.R
