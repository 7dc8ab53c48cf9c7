//! What an `.ods` file hides from calamine: cells that do not say what they hold read as empty
//! there, merged cells read like others, line breaks and tabs vanish, and a few bytes can stand for
//! more cells than fit in memory.

use super::Problem;
use super::markup::{Tag, Tags};

/// Most cells of a sheet, counted as the rectangle that holds them all: calamine holds every one,
/// filled or not.
const MOST_CELLS: u64 = 6_000_000;

/// Most blanks that one sign may stand for.
const MOST_BLANKS: u64 = 10_000;

/// One sheet of the file.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    name: Vec<u8>,
    /// Rows (first, last; from 0) of which cells are merged.
    pub(super) merged_rows: Vec<(u32, u32)>,
    pub(super) hidden_rows: u64,
    pub(super) hidden_columns: u64,
    /// Rows and columns up to the last cell that holds something.
    rows: u64,
    columns: u64,
}

/// Goes through the content of the file.
pub(super) fn sheets(content: &[u8]) -> Result<Vec<Sheet>, Problem> {
    let mut sheets = Vec::new();
    let mut at = Walk::default();
    for tag in Tags::of(content) {
        match (tag.name, tag.closes) {
            (b"table", false) => {
                let name = tag.get("name").unwrap_or_default().to_vec();
                at = Walk { sheet: Some(Sheet { name, ..Sheet::default() }), ..Walk::default() };
            }
            (b"table", true) => sheets.extend(at.sheet.take()),
            (b"s", false) if tag.number("c").is_some_and(|blanks| blanks > MOST_BLANKS) => {
                return Err(Problem::too_large("it has a text of more blanks than any list"));
            }
            // calamine leaves them out and puts nothing in their place: of `Kade` and `2` it makes
            // `Kade2`. Lines as paragraphs, as LibreOffice stores them, come through.
            (b"line-break" | b"tab", false) if at.is_in_a_text() => {
                return Err(Problem::resave(
                    "it has a text with a line break or a tab, which would join two words",
                ));
            }
            _ => at.step(&tag)?,
        }
    }

    Ok(sheets)
}

impl Sheet {
    /// Whether this is the sheet of that name.
    pub(super) fn is(&self, name: &str) -> bool {
        let escaped = name
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\'', "&apos;");
        self.name == name.as_bytes() || self.name == escaped.as_bytes()
    }
}

/// Where the walk is.
#[derive(Default)]
struct Walk {
    sheet: Option<Sheet>,
    /// Rows above this one, and how often this one is repeated.
    above: u64,
    repeats: u64,
    /// Cells to the left.
    left: u64,
    /// Inside a cell that does not say what it holds.
    untyped: bool,
    /// Inside a cell that has its whole text as an attribute beside what is shown: that is read.
    spelt_out: bool,
    /// Inside a comment.
    comments: u32,
}

impl Walk {
    /// Inside a text that calamine puts together from what is shown.
    fn is_in_a_text(&self) -> bool {
        self.sheet.is_some() && self.comments == 0 && !self.spelt_out
    }

    fn step(&mut self, tag: &Tag<'_>) -> Result<(), Problem> {
        let Some(sheet) = &mut self.sheet else { return Ok(()) };

        if self.untyped && self.comments == 0 && !tag.text.trim_ascii().is_empty() {
            return Err(Problem::resave(
                "it has a cell that does not say whether it holds a text, a number or a date",
            ));
        }

        let repeated = |name: &str| tag.number(name).unwrap_or(1).max(1);
        let is_hidden = matches!(tag.get("visibility"), Some(b"collapse" | b"filter"));
        match (tag.name, tag.closes) {
            (b"table-column", false) if is_hidden => {
                sheet.hidden_columns += repeated("number-columns-repeated");
            }
            (b"table-row", false) => {
                self.repeats = repeated("number-rows-repeated");
                self.left = 0;
                if is_hidden {
                    sheet.hidden_rows = sheet.hidden_rows.saturating_add(self.repeats);
                }
            }
            (b"table-row", true) => self.above = self.above.saturating_add(self.repeats),
            (b"annotation", _) if !tag.is_empty => {
                self.comments =
                    if tag.closes { self.comments.saturating_sub(1) } else { self.comments + 1 };
            }
            (b"table-cell" | b"covered-table-cell", false) => return self.cell(tag),
            (b"table-cell" | b"covered-table-cell", true) => self.untyped = false,
            _ => {}
        }

        Ok(())
    }

    fn cell(&mut self, tag: &Tag<'_>) -> Result<(), Problem> {
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        let is_typed = tag.get("value-type").is_some();
        self.untyped = !is_typed && !tag.is_empty;
        self.spelt_out = tag.get("string-value").is_some();
        self.left =
            self.left.saturating_add(tag.number("number-columns-repeated").unwrap_or(1).max(1));
        let spans = |name: &str| tag.number(name).unwrap_or(1);

        if spans("number-columns-spanned") > 1 || spans("number-rows-spanned") > 1 {
            let last = self.above.saturating_add(spans("number-rows-spanned").saturating_sub(1));
            let row = |row: u64| u32::try_from(row).unwrap_or(u32::MAX);
            sheet.merged_rows.push((row(self.above), row(last)));
        }

        if is_typed || tag.get("formula").is_some() {
            sheet.rows = sheet.rows.max(self.above.saturating_add(self.repeats));
            sheet.columns = sheet.columns.max(self.left);
            if sheet.rows.saturating_mul(sheet.columns) > MOST_CELLS {
                return Err(Problem::too_large("it has more cells than an .ods list may have"));
            }
        }

        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> String {
        format!(
            "<office:spreadsheet><table:table table:name=\"A &amp; B\">{rows}</table:table></office:spreadsheet>"
        )
    }

    #[test]
    fn merged_and_hidden_rows_are_found_where_they_are() {
        let text = table(
            "<table:table-column table:visibility=\"collapse\" table:number-columns-repeated=\"2\"/>\
             <table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row>\
             <table:table-row table:visibility=\"filter\"><table:table-cell table:number-columns-spanned=\"2\" \
             table:number-rows-spanned=\"2\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row>",
        );

        let sheets = sheets(text.as_bytes()).unwrap();
        assert!(sheets[0].is("A & B") && !sheets[0].is("A"));
        assert_eq!(sheets[0].merged_rows, [(3, 4)]);

        assert_eq!((sheets[0].hidden_rows, sheets[0].hidden_columns), (1, 2));
    }

    #[test]
    fn a_cell_without_a_type_may_hold_nothing_but_a_comment() {
        let row = |cell: &str| table(&format!("<table:table-row>{cell}</table:table-row>"));
        for good in [
            "<table:table-cell/>",
            "<table:table-cell><text:p/></table:table-cell>",
            "<table:table-cell>\n<text:p> </text:p></table:table-cell>",
            "<table:table-cell><office:annotation><text:p>note</text:p></office:annotation></table:table-cell>",
            "<table:table-cell office:value-type=\"string\"><text:p>x</text:p></table:table-cell>",
        ] {
            assert!(sheets(row(good).as_bytes()).is_ok(), "{good}");
        }

        for bad in [
            "<table:table-cell><text:p>x</text:p></table:table-cell>",
            "<table:covered-table-cell><text:p><text:span>x</text:span></text:p></table:covered-table-cell>",
        ] {
            assert!(sheets(row(bad).as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_break_or_a_tab_that_would_join_two_words_is_refused() {
        let spelt = |attribute: &str, inner: &str| {
            table(&format!(
                "<table:table-row><table:table-cell office:value-type=\"string\"{attribute}>{inner}</table:table-cell></table:table-row>"
            ))
        };
        let cell = |inner: &str| spelt("", inner);
        let with = |sign: &str| format!("<text:p>Kade{sign}2</text:p>");
        let note = |inner: &str| format!("<office:annotation>{inner}</office:annotation>");

        for good in [
            with("<text:s/>"),
            "<text:p>Kade</text:p><text:p>2</text:p>".to_owned(),
            format!("{}<text:p>x</text:p>", note(&with("<text:line-break/>"))),
        ] {
            assert!(sheets(cell(&good).as_bytes()).is_ok(), "{good}");
        }

        for sign in ["<text:line-break/>", "<text:line-break></text:line-break>", "<text:tab/>"] {
            assert!(sheets(cell(&with(sign)).as_bytes()).is_err(), "{sign}");
        }

        let after = format!("{}{}", note("<text:p>x</text:p>"), with("<text:tab/>"));
        assert!(sheets(cell(&after).as_bytes()).is_err());
        let both = spelt(" office:string-value=\"Kade&#10;2\"", &with("<text:line-break/>"));
        assert!(sheets(both.as_bytes()).is_ok());
    }

    #[test]
    fn a_few_bytes_that_stand_for_too_many_cells_are_refused() {
        let bomb = |rows: u64, columns: u64| {
            table(&format!(
                "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell \
                 table:number-columns-repeated=\"{columns}\" office:value-type=\"float\" office:value=\"1\"/></table:table-row>"
            ))
        };

        assert!(sheets(bomb(1000, 100).as_bytes()).is_ok());

        for (rows, columns) in [(1_000_000, 16_000), (u64::MAX, 2), (7_000_000, 1)] {
            assert!(sheets(bomb(rows, columns).as_bytes()).is_err(), "{rows} x {columns}");
        }

        // Empty rows behind the last cell are how every .ods file ends.
        let end = table(
            "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>",
        );

        assert!(sheets(end.as_bytes()).is_ok());
        assert!(sheets(b"<table:table><text:s text:c=\"99999999\"/></table:table>").is_err());
    }
}
