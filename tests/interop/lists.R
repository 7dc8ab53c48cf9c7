# R's packages on our files: `Rscript lists.R read HOW FILE` answers with the rows as text, in JSON;
# `Rscript lists.R write HOW FILE` writes a list that comes as JSON on standard input.

readers <- list(
    readr = function(file) readr::read_csv(file, show_col_types = FALSE),
    `readr text` = function(file) readr::read_csv(file, col_types = readr::cols(.default = "c"), na = character()),
    data.table = function(file) data.table::fread(file),
    `data.table text` = function(file) data.table::fread(file, colClasses = "character", na.strings = NULL)
)
writers <- list(
    readr = function(list, file) readr::write_csv(list, file),
    data.table = function(list, file) data.table::fwrite(list, file),
    openxlsx = function(list, file) openxlsx::write.xlsx(list, file)
)

# A column as text, with all digits, so that 1 and 0000001 are different.
shown <- function(column) {
    text <- if (is.numeric(column)) format(column, scientific = FALSE, trim = TRUE) else as.character(column)
    ifelse(is.na(column), "", text)
}

options(warn = 2) # a warning is a word, so the tool has refused
asked <- commandArgs(trailingOnly = TRUE)
if (asked[1] == "read") {
    rows <- as.data.frame(readers[[asked[2]]](asked[3]))
    cells <- rbind(names(rows), do.call(cbind, lapply(rows, shown)))
    cat(jsonlite::toJSON(unname(cells)))
} else {
    given <- jsonlite::fromJSON(file("stdin"))
    list <- as.data.frame(given$rows)
    names(list) <- given$header
    writers[[asked[2]]](list, asked[3])
}
