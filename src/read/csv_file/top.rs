//! What is above the rows of a CSV file: the delimiter, the header, and a hint where it is none.

use camino::Utf8Path;

use crate::config::InputFormat;
use crate::field::row::List;
use crate::read::error::{FilePlace, ReadError};
use crate::read::split::{self, Dialect, Span};
use crate::read::{encoding, header, preamble, schema};

/// Something else than CSV says so by its first bytes.
pub(super) fn check_kind(bytes: &[u8], file: &Utf8Path) -> Result<(), ReadError> {
    let kinds: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "a workbook or a zip archive"),
        (b"\xD0\xCF\x11\xE0", "an .xls workbook"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF"),
    ];

    match kinds.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        Some((_, kind)) => Err(ReadError::OtherKind { file: file.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The delimiter, and where the header or a blank line above it begins.
pub(super) fn start(
    text: &str,
    list: List,
    format: &InputFormat,
    file: &Utf8Path,
    notes: &mut Vec<String>,
) -> Result<(u8, usize), ReadError> {
    let byte = |delimiter| match delimiter {
        ',' => Some(b','),
        ';' => Some(b';'),
        '\t' => Some(b'\t'),
        _ => None,
    };

    let mut delimiter = byte(format.delimiter).ok_or(ReadError::Delimiter { list })?;
    let mut at = 0;
    if let Some((named, next)) = preamble::separator(text) {
        delimiter = byte(named).ok_or_else(|| ReadError::NoHeader {
            file: file.to_owned(),
            list,
            hint:
                "its `sep=` line names a delimiter that is not read; export it with `,`, `;` or tab"
                    .to_owned(),
        })?;
        at = next;
        notes.push("a `sep=` line above the header names the delimiter".to_owned());
    }

    if format.skip_lines > 0 {
        at = preamble::skip(text, at, format.skip_lines);
        notes.push(format!("lines above the header that were left out: {}", format.skip_lines));
    }

    Ok((delimiter, at))
}

/// The cells of the first line that may be a header, whatever they are; for a look at a file that
/// cannot be read. `None`: there is no line.
pub fn first_line(
    bytes: &[u8],
    format: &InputFormat,
    delimiter: u8,
    file: &Utf8Path,
) -> Result<Option<Vec<String>>, ReadError> {
    let text = encoding::decode(bytes, format.encoding, file)?;
    let above = preamble::separator(&text).map_or(0, |(_, next)| next);
    let start = preamble::skip(&text, above, format.skip_lines);

    let first = header_record(&text, start, Dialect { delimiter, width: 0 }, file)?;
    Ok(first.map(|first| names(&text, first, delimiter)))
}

/// The first record that is not blank.
pub(super) fn header_record(
    text: &str,
    start: usize,
    dialect: Dialect,
    file: &Utf8Path,
) -> Result<Option<Span>, ReadError> {
    let mut at = start;
    while at < text.len() {
        let span = split::record(text.as_bytes(), at, dialect)
            .map_err(|_| ReadError::Quote { file: file.to_owned(), place: FilePlace::Header })?;
        if !split::is_blank(text, span, dialect.delimiter) {
            return Ok(Some(span));
        }
        at = span.next;
    }

    Ok(None)
}

pub(super) fn names(text: &str, span: Span, delimiter: u8) -> Vec<String> {
    let mut names = Vec::new();
    split::fields(text, span, delimiter, |_, field| names.push(field.read().into_owned()));
    names
}

/// When the first line is no header: perhaps with a different delimiter it is one, or a line below
/// it is. Only said, never done.
pub(super) fn with_hint(
    error: ReadError,
    text: &str,
    header: Span,
    start: usize,
    format: &InputFormat,
    delimiter: u8,
) -> ReadError {
    let ReadError::NoHeader { file, list, hint } = error else { return error };
    let Ok(headers) = header::expected(list, format) else {
        return ReadError::NoHeader { file, list, hint };
    };
    let headers = header::needed(&headers, list);
    let fits = |span: Span, delimiter: u8| {
        header::matches(&names(text, span, delimiter), &headers) * 2 >= headers.len()
    };

    // The delimiter is right then, and something else is wrong with the line.
    if fits(header, delimiter) {
        return ReadError::NoHeader { file, list, hint };
    }

    let others = [(b',', "`,`", ","), (b';', "`;`", ";"), (b'\t', "tab", "\\t"), (b'|', "`|`", "")];
    let hint = match others.into_iter().find(|(delimiter, _, _)| fits(header, *delimiter)) {
        Some((b'|', _, _)) => {
            "it fits with the delimiter `|`, which is not read; export it with `,`, `;` or tab"
                .to_owned()
        }
        Some((_, shown, set)) => {
            format!(
                "it fits with the delimiter {shown}: set delimiter = \"{set}\" under [inputs.{}]",
                schema::name(list)
            )
        }
        None => {
            let below = lines_above(text, start, delimiter, |span| fits(span, delimiter));
            below.map_or(hint, |lines| header::skip_hint(list, format.skip_lines + lines))
        }
    };

    ReadError::NoHeader { file, list, hint }
}

/// How many lines are above the one that is wanted, among the first ones.
fn lines_above(
    text: &str,
    start: usize,
    delimiter: u8,
    is_wanted: impl Fn(Span) -> bool,
) -> Option<usize> {
    const MOST: usize = 30;
    let mut at = start;
    for line in 0..MOST {
        let span = split::record(text.as_bytes(), at, Dialect { delimiter, width: 0 }).ok()?;
        if is_wanted(span) {
            return Some(line);
        }
        at = preamble::skip(text, at, 1);
    }

    None
}
