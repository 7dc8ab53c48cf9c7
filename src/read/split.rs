//! Records and fields of a CSV text (RFC 4180), as slices of the text itself.
//!
//! Why not the csv crate: its records copy every field, also those of columns that must never be
//! read; it takes a quote in the middle of a quoted cell for a letter, so that an unbalanced quote
//! swallows rows without a word; and it cannot begin in the middle of a file, which reading on all
//! cores needs. The tests compare both on arbitrary texts.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr3};

/// A quoted cell of more than this with a line break in it has swallowed rows; no column of any
/// list holds so much.
const LONGEST_CELL_WITH_BREAKS: usize = 64 * 1024;

/// No cell of any list has as many bytes: a quote or a line end is missing, or the file is
/// something else.
const LONGEST_CELL: usize = 1 << 20;

/// One record: where its content stands, where the next one begins, and whether it holds quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) next: usize,
    quotes: bool,
}

impl Span {
    /// Nothing between two line ends: no record.
    pub(super) const fn is_blank(&self) -> bool {
        self.start == self.end
    }
}

/// The quote that opens a cell is never closed, or closed where the cell goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unbalanced {
    /// The text ends inside the quotes.
    pub(super) at_end: bool,
}

/// How the text is written, and how many cells its header has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// 0 while the header itself is read.
    pub(super) width: usize,
}

/// Finds the record that begins at `start`. LF, CRLF and CR end a record, each alone or mixed.
pub(super) fn record(text: &[u8], start: usize, dialect: Dialect) -> Result<Span, Unbalanced> {
    let mut at = start;
    let mut quotes = false;
    loop {
        let Some(found) = memchr3(b'"', b'\n', b'\r', &text[at..]).map(|offset| at + offset) else {
            return Ok(Span { start, end: text.len(), next: text.len(), quotes });
        };
        if text[found] != b'"' {
            let pair = text[found] == b'\r' && text.get(found + 1) == Some(&b'\n');
            return Ok(Span { start, end: found, next: found + 1 + usize::from(pair), quotes });
        }
        quotes = true;
        at = found + 1;
        // A quote that does not begin a cell is a letter like any other.
        if found == start || text[found - 1] == dialect.delimiter {
            at = closing_quote(text, found, dialect)? + 1;
            if !matches!(text.get(at), None | Some(b'\n' | b'\r')) && text[at] != dialect.delimiter
            {
                return Err(Unbalanced { at_end: false });
            }
        }
    }
}

/// The quote that closes the cell which opens at `open`; doubled quotes belong to the cell.
fn closing_quote(text: &[u8], open: usize, dialect: Dialect) -> Result<usize, Unbalanced> {
    let mut at = open + 1;
    loop {
        let close = at + memchr(b'"', &text[at..]).ok_or(Unbalanced { at_end: true })?;
        if text.get(close + 1) != Some(&b'"') {
            return if has_swallowed_rows(&text[open + 1..close], dialect) {
                Err(Unbalanced { at_end: false })
            } else {
                Ok(close)
            };
        }
        at = close + 2;
    }
}

/// Whether what is between two quotes is the end of one row and the beginning of another, with or
/// without rows between them. Two unbalanced quotes look like one cell with line breaks, and the
/// rows inside would be gone.
fn has_swallowed_rows(cell: &[u8], dialect: Dialect) -> bool {
    if memchr(b'\n', cell).is_none() && memchr(b'\r', cell).is_none() {
        return false;
    }

    if cell.len() > LONGEST_CELL_WITH_BREAKS {
        return true;
    }

    if dialect.width < 2 {
        return false;
    }

    let full = dialect.width - 1;
    let mut ends = 0;
    let mut lines = cell.split(|byte| matches!(byte, b'\n' | b'\r')).peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let delimiters = memchr_iter(dialect.delimiter, line).count();
        if first || lines.peek().is_none() {
            ends += delimiters;
        } else if delimiters >= full {
            return true;
        }
        first = false;
    }

    ends >= full
}

/// The place of the first field that is too long to be one.
pub(super) fn endless(text: &str, span: Span, delimiter: u8) -> Option<usize> {
    let mut found = None;
    if span.end - span.start > LONGEST_CELL {
        fields(text, span, delimiter, |index, field| {
            if found.is_none() && field.end - field.start > LONGEST_CELL {
                found = Some(index);
            }
        });
    }
    found
}

/// Whether the record is a blank line, or one of delimiters and blanks alone: a spreadsheet writes
/// such rows behind its last one. They are not rows, in any list.
pub(super) fn is_blank(text: &str, span: Span, delimiter: u8) -> bool {
    let bytes = &text.as_bytes()[span.start..span.end];
    let is_nothing = |byte: &u8| *byte == delimiter || matches!(byte, b' ' | b'\t' | b'"');
    if !bytes.iter().all(is_nothing) {
        return false;
    }

    let mut blank = true;
    if span.quotes {
        fields(text, span, delimiter, |_, field| blank &= field.read().trim().is_empty());
    }

    blank
}

/// Calls `each` with the fields of a record, in order: their place and their content without
/// quotes. Returns how many there are. Fields that `each` does not look at are not copied.
pub(super) fn fields<'t>(
    text: &'t str,
    span: Span,
    delimiter: u8,
    mut each: impl FnMut(usize, Field<'t>),
) -> usize {
    let bytes = text.as_bytes();
    let mut count = 0;
    let mut start = span.start;
    if !span.quotes {
        for offset in memchr_iter(delimiter, &bytes[span.start..span.end]) {
            let end = span.start + offset;
            each(count, Field { text, start, end, quoted: false });
            count += 1;
            start = end + 1;
        }
        each(count, Field { text, start, end: span.end, quoted: false });
        return count + 1;
    }

    loop {
        let quoted = start < span.end && bytes[start] == b'"';
        let end = if quoted { end_of_quoted(bytes, start, span.end) } else { start };
        let end = end + memchr(delimiter, &bytes[end..span.end]).unwrap_or(span.end - end);
        each(count, Field { text, start, end, quoted });
        count += 1;
        if end == span.end {
            return count;
        }
        start = end + 1;
    }
}

/// The place after the closing quote; [`record`] has seen that there is one.
fn end_of_quoted(bytes: &[u8], open: usize, end: usize) -> usize {
    let mut at = open + 1;
    while let Some(offset) = memchr(b'"', &bytes[at..end]) {
        let close = at + offset;
        if bytes.get(close + 1) != Some(&b'"') {
            return close + 1;
        }
        at = close + 2;
    }
    end
}

/// One field, not yet read.
#[derive(Clone, Copy)]
pub(super) struct Field<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    quoted: bool,
}

impl<'t> Field<'t> {
    /// The content, without the quotes around it and with doubled quotes made one.
    pub(super) fn read(self) -> Cow<'t, str> {
        if !self.quoted {
            return Cow::Borrowed(&self.text[self.start..self.end]);
        }
        let inner = &self.text[self.start + 1..self.end - 1];
        if inner.contains('"') {
            Cow::Owned(inner.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', width: 0 };

    fn all(text: &str, dialect: Dialect) -> Result<Vec<Vec<String>>, Unbalanced> {
        let mut records = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let span = record(text.as_bytes(), at, dialect)?;
            at = span.next;
            if !span.is_blank() {
                let mut cells = Vec::new();
                fields(text, span, dialect.delimiter, |_, field| {
                    cells.push(field.read().into_owned());
                });
                records.push(cells);
            }
        }

        Ok(records)
    }

    fn by_csv_crate(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn every_line_end_gives_the_same_records() {
        let expected = all("a,b\n1,\n,2\n", COMMA).unwrap();
        assert_eq!(expected, [["a", "b"], ["1", ""], ["", "2"]]);
        for text in
            ["a,b\r\n1,\r\n,2\r\n", "a,b\r1,\r,2\r", "a,b\n1,\r\n,2", "\n\na,b\n\n1,\n\r\n,2\r\r"]
        {
            assert_eq!(all(text, COMMA).unwrap(), expected);
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_breaks_and_doubled_quotes() {
        let records = all("\"a,b\",\"c\"\"d\"\n\"e\r\nf\",\"\"\n\"\"\"\",x\"y\n", COMMA).unwrap();
        assert_eq!(records, [["a,b", "c\"d"], ["e\r\nf", ""], ["\"", "x\"y"]]);
    }

    #[test]
    fn an_unbalanced_quote_never_passes_for_a_cell() {
        let dialect = Dialect { width: 3, ..COMMA };
        assert_eq!(all("a,\"b,c\nd,e,f\n", dialect), Err(Unbalanced { at_end: true }));
        assert_eq!(all("\"a,b,c\n\"d\",e,f\n", dialect), Err(Unbalanced { at_end: false }));
        assert_eq!(all("a,\"b\"x,c\n", dialect), Err(Unbalanced { at_end: false }));
        // The same column of two rows: one lost its closing quote, the other its opening one.
        assert_eq!(all("a,\"b,c\nd,e\",f\n", dialect), Err(Unbalanced { at_end: false }));
        assert_eq!(all("a,\"b,c\nx,y,z\nd,e,f\",g\n", dialect), Err(Unbalanced { at_end: false }));
        let long = format!("a,\"b\n{}\",c\n", "x".repeat(LONGEST_CELL_WITH_BREAKS));
        assert_eq!(all(&long, dialect), Err(Unbalanced { at_end: false }));
    }

    #[test]
    fn a_row_of_delimiters_alone_is_blank_and_a_row_with_anything_in_it_is_not() {
        let blank = |text: &str| is_blank(text, record(text.as_bytes(), 0, COMMA).unwrap(), b',');
        for text in ["", ",,,", ",", "\"\",\"\",", " , ,\t", "\" \",,", ",,,\n1,2"] {
            assert!(blank(text), "{text:?}");
        }
        for text in ["a", ",,x,", ",0,", "\"\"\"\",,", "-,,", ",\",\","] {
            assert!(!blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_cell_without_end_is_found_by_its_place() {
        let place = |length: usize| {
            let text = format!("a,{},c", "x".repeat(length));
            endless(&text, record(text.as_bytes(), 0, COMMA).unwrap(), b',')
        };
        assert_eq!((place(LONGEST_CELL), place(LONGEST_CELL + 1)), (None, Some(1)));
    }

    #[test]
    fn a_long_cell_without_line_breaks_is_a_cell() {
        let long = format!("a,\"{}\",c\n", "x".repeat(1_000_000));
        assert_eq!(all(&long, COMMA).unwrap()[0][1].len(), 1_000_000);
    }

    proptest! {
        #[test]
        fn what_is_written_by_another_writer_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[a-cé\",;\n\r ]{0,6}", 2..5), 0..8)
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(all(&text, COMMA).unwrap(), rows);
        }

        #[test]
        fn on_texts_without_unbalanced_quotes_the_csv_crate_agrees(text in "[ab\",\n\ré]{0,40}") {
            if let Ok(records) = all(&text, COMMA) {
                prop_assert_eq!(records, by_csv_crate(&text));
            }
        }
    }
}
