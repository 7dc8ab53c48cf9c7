//! Which column of a file is which of ours, by exact header.

use std::collections::BTreeMap;

use camino::Utf8Path;

use crate::base::plain::header as printable;
use crate::config::InputFormat;
use crate::field::contract;
use crate::field::row::List;

use super::error::ReadError;
use super::schema;

/// Where the columns of a file go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// For each column of the file: its place in the contract, or `None` when it is never read.
    pub(super) places: Vec<Option<usize>>,
    /// For each column of the contract: its header in this file.
    pub(super) headers: Vec<String>,
    /// Headers that the contract does not name.
    pub(super) unread: Vec<String>,
    /// Columns that this file does not have and may do without: every cell of them is empty.
    pub(super) absent: Vec<&'static str>,
}

/// The header that each of our columns must have in the files of a list.
pub(super) fn expected(list: List, format: &InputFormat) -> Result<Vec<String>, ReadError> {
    let columns = schema::columns(list);
    if let Some(column) = format.columns.keys().find(|column| !columns.contains(&column.as_str())) {
        let nearest = nearest(column, columns.iter().copied()).unwrap_or(columns[0]);
        return Err(ReadError::UnknownColumn { list, column: column.clone(), nearest });
    }

    let headers: Vec<String> = columns
        .iter()
        .map(|column| format.columns.get(*column).map_or(*column, String::as_str).to_owned())
        .collect();

    let mut seen: BTreeMap<&str, &'static str> = BTreeMap::new();
    for (header, column) in headers.iter().zip(columns) {
        if let Some(first) = seen.insert(header, column) {
            return Err(ReadError::SameColumn { list, first, second: column });
        }
    }

    Ok(headers)
}

/// Compares the header of a file with what is expected.
///
/// # Errors
/// A column that is missing or occurs twice, also when the two differ in capitals or blanks only.
/// Headers of the file are quoted only once it is clear that the line is a header at all, and not
/// somebody's data.
pub(super) fn layout(
    found: &[String],
    list: List,
    headers: Vec<String>,
    file: &Utf8Path,
) -> Result<Layout, ReadError> {
    let (known, needed) = (matches(found, &needed(&headers, list)), schema::needed(list).count());
    if known * 2 < needed {
        let is_text = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let delimiter = if is_text { ", and set its delimiter" } else { "" };
        let hint = format!(
            "only {known} of the {needed} columns that it must have are there; map the file's headers under \
             [inputs.{}.columns]{delimiter}; `breachpost inbox` proposes what to map",
            schema::name(list)
        );
        return Err(ReadError::NoHeader { file: file.to_owned(), list, hint });
    }

    if found.iter().any(|header| is_like_a_value(header)) {
        let hint = "a cell of it looks like a number, a date, a postcode or a mail address and not like a column's name; a \
                    line end may be missing behind the header";
        return Err(ReadError::NoHeader { file: file.to_owned(), list, hint: hint.to_owned() });
    }

    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let named = (1..).zip(found).map(|(place, header)| (place, plain(header)));
    for (place, header) in named.filter(|(_, header)| !header.is_empty()) {
        let count = seen.entry(header.clone()).or_default();
        *count += 1;
        if *count > 1 {
            return Err(ReadError::DuplicateColumn {
                file: file.to_owned(),
                column: printable(&header, place),
            });
        }
    }

    let places: Vec<Option<usize>> =
        found.iter().map(|header| headers.iter().position(|ours| ours == header)).collect();
    let strangers: Vec<Stranger<'_>> = (1..)
        .zip(found)
        .zip(&places)
        .filter(|(_, place)| place.is_none())
        .map(|(stranger, _)| stranger)
        .collect();

    let mut absent = Vec::new();
    for (place, header) in
        headers.iter().enumerate().filter(|(place, _)| !places.contains(&Some(*place)))
    {
        let column = schema::columns(list)[place];
        if may_be_absent(column, header, &strangers, list) {
            absent.push(column);
            continue;
        }
        let hint = missing_hint(column, header, &strangers, list);
        return Err(ReadError::MissingColumn {
            file: file.to_owned(),
            column: header.clone(),
            hint,
        });
    }

    let unread = strangers.into_iter().map(|(place, header)| printable(header, place)).collect();
    Ok(Layout { places, headers, unread, absent })
}

/// Whether a file may do without this column: the contract allows it, the configuration does not
/// map it, and nothing that nobody reads looks like it. A misspelt header would else empty the
/// column for everybody, without a word.
fn may_be_absent(column: &str, header: &str, strangers: &[Stranger<'_>], list: List) -> bool {
    let allowed =
        contract::column(list, column).is_some_and(|column| column.need == contract::Need::May);
    allowed
        && column == header
        && !strangers.iter().any(|(_, other)| contract::looks_like(list, column, other))
}

/// The headers of the columns that a file must have.
pub(super) fn needed(headers: &[String], list: List) -> Vec<String> {
    let columns = schema::columns(list).iter().zip(headers);
    let needed = |column: &str| schema::needed(list).any(|needed| needed == column);
    columns.filter(|(column, _)| needed(column)).map(|(_, header)| header.clone()).collect()
}

/// Whether somebody's data is where a column's name should: strangers among the columns are named
/// in the report.
pub(super) fn is_like_a_value(header: &str) -> bool {
    let text: String =
        header.chars().filter(|sign| !sign.is_whitespace() && !"-/.+".contains(*sign)).collect();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let postcode = digits == 4
        && text.len() == 6
        && text.bytes().skip(4).all(|byte| byte.is_ascii_alphabetic());
    (digits >= 6 && digits == text.len()) || postcode || text.contains('@')
}

/// How many of the expected headers are there, nearly or exactly.
pub(super) fn matches(found: &[String], headers: &[String]) -> usize {
    headers.iter().filter(|header| found.iter().any(|other| plain(other) == plain(header))).count()
}

/// Without blanks around it, in lower case: to recognise, never to accept.
fn plain(header: &str) -> String {
    header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase()
}

/// What to set when the header is below other lines.
pub(super) fn skip_hint(list: List, lines: usize) -> String {
    format!(
        "the header is in line {}: set skip_lines = {lines} under [inputs.{}]",
        lines + 1,
        schema::name(list)
    )
}

/// A column that the contract does not name: its place in the file, from 1, and its header.
type Stranger<'f> = (usize, &'f String);

fn missing_hint(column: &str, header: &str, unread: &[Stranger<'_>], list: List) -> String {
    let map = format!("map it under [inputs.{}.columns]", schema::name(list));

    if unread.iter().any(|(_, other)| plain(other) == plain(header)) {
        return "the file has it in different capitals or with blanks around it; headers must match exactly".to_owned();
    }

    let known = contract::guess(list, &[column], unread.iter().map(|(_, other)| other.as_str()))
        .into_iter()
        .next();
    let near = || nearest(header, unread.iter().map(|(_, other)| other.as_str()));
    if let Some(likely) = known.as_ref().map(|guess| guess.header.as_str()).or_else(near) {
        let place =
            unread.iter().find(|(_, other)| *other == likely).map_or(0, |(place, _)| *place);
        return format!("the file has `{}`; {map}", printable(likely, place));
    }

    match unread {
        [] => "every column of the list must be there, even if it is empty".to_owned(),
        [(place, only)] => {
            format!("the file has `{}`; if that is the column, {map}", printable(only, *place))
        }
        _ => format!("if the file uses a different name, {map}"),
    }
}

fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |other: &str| strsim::normalized_levenshtein(&plain(name), &plain(other));
    names
        .map(|other| (likeness(other), other))
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Explain as _;

    fn header() -> Vec<String> {
        schema::EXPOSURES.iter().map(|column| (*column).to_owned()).collect()
    }

    fn read(found: &[String]) -> Result<Layout, ReadError> {
        let headers = expected(List::Exposures, &InputFormat::default())?;
        layout(found, List::Exposures, headers, Utf8Path::new("inbox/exposures.csv"))
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_strangers_are_named() {
        let mut found = header();
        found.reverse();
        found.insert(3, "test_result".to_owned());
        let layout = read(&found).unwrap();
        assert_eq!(layout.places[0], Some(schema::EXPOSURES.len() - 1));
        assert_eq!(layout.places[3], None);
        assert_eq!(layout.unread, ["test_result"]);
    }

    #[test]
    fn a_header_with_a_number_or_with_marks_that_nobody_sees_is_never_quoted() {
        let found =
            [header(), vec!["bsn 999990019 x".to_owned(), "a\u{1b}[31m\u{202e}".to_owned()]]
                .concat();
        let unread = read(&found).unwrap().unread;
        let place = schema::EXPOSURES.len() + 1;
        assert_eq!(unread[0], format!("column {place} (its name holds a number)"));
        assert_eq!(unread[1], "a\\u{1b}[31m\\u{202e}");

        let mut found = header();
        found[7] = "x 999990019 y".to_owned();
        assert!(
            read(&found)
                .unwrap_err()
                .hint()
                .unwrap()
                .contains("`column 8 (its name holds a number)`")
        );
    }

    #[test]
    fn a_missing_column_names_what_the_file_has_instead() {
        let mut found = header();
        found[7] = "geb_datum".to_owned();
        let error = read(&found).unwrap_err();
        assert_eq!(
            error.to_string(),
            "column `birth_date` is missing from the header of `inbox/exposures.csv`"
        );

        assert_eq!(
            error.hint().unwrap(),
            "the file has `geb_datum`; map it under [inputs.exposures.columns]"
        );

        found[7] = "birthdate".to_owned();
        assert!(read(&found).unwrap_err().hint().unwrap().contains("`birthdate`"));
    }

    #[test]
    fn a_column_that_a_site_never_has_may_be_missing_but_not_under_another_name() {
        let without = |column: &str, instead: &[&str]| -> Vec<String> {
            let kept = header().into_iter().filter(|name| name != column);
            kept.chain(instead.iter().map(|name| (*name).to_owned())).collect()
        };

        for column in contract::columns(List::Exposures) {
            let read = read(&without(column.name, &["remarks"]));
            assert_eq!(read.is_ok(), column.need == contract::Need::May, "{}", column.name);
        }

        assert_eq!(read(&without("custody", &[])).unwrap().absent, ["custody"]);

        for other in ["Country", "landcode", "contry", " country"] {
            let error = read(&without("country", &[other])).unwrap_err();
            assert!(matches!(error, ReadError::MissingColumn { .. }), "{other}");
        }

        // A mapped column is one that the site has.
        let mut format = InputFormat::default();
        format.columns.insert("country".to_owned(), "land".to_owned());
        let headers = expected(List::Exposures, &format).unwrap();

        assert!(
            layout(&without("country", &[]), List::Exposures, headers, Utf8Path::new("x")).is_err()
        );
    }

    #[test]
    fn headers_are_exact() {
        for other in ["BSN", "bsn ", "bsn\u{a0}", "\u{feff}bsn", " bsn"] {
            let mut found = header();
            found[2] = other.to_owned();
            let error = read(&found).unwrap_err();
            assert!(matches!(error, ReadError::MissingColumn { .. }), "{other:?}");
            assert!(error.hint().unwrap().contains("capitals"));
        }
    }

    #[test]
    fn a_header_that_occurs_twice_is_refused_whatever_its_capitals() {
        for other in ["bsn", "BSN", "bsn ", "bsn\u{a0}"] {
            let mut found = header();
            found.push(other.to_owned());
            let error = read(&found).unwrap_err();
            assert_eq!(
                error.to_string(),
                "column `bsn` occurs twice in the header of `inbox/exposures.csv`"
            );
        }

        let mut found = header();
        found.extend(["note".to_owned(), "NOTE".to_owned()]);
        assert!(matches!(read(&found), Err(ReadError::DuplicateColumn { .. })));
    }

    #[test]
    fn a_first_line_of_data_is_never_quoted() {
        let found: Vec<String> = (0..23).map(|index| format!("Jansen{index}")).collect();
        let error = read(&found).unwrap_err();
        assert!(matches!(error, ReadError::NoHeader { .. }));
        assert!(!format!("{error} {:?}", error.hint()).contains("Jansen"));
    }

    #[test]
    fn data_behind_a_header_without_a_line_end_is_never_quoted() {
        for cell in ["999990019", "1951-07-23", "3511AB", "3511 ab", "06-12345678", "v@example.org"]
        {
            let found: Vec<String> =
                header().into_iter().chain(["Jansen".to_owned(), cell.to_owned()]).collect();
            let error = read(&found).unwrap_err();
            assert!(matches!(error, ReadError::NoHeader { .. }), "{cell}");
            assert!(!format!("{error} {:?}", error.hint()).contains("Jansen"));
        }

        for name in ["result_2024", "2024", "remarks (free text)", "code1234"] {
            let found: Vec<String> = header().into_iter().chain([name.to_owned()]).collect();
            assert_eq!(read(&found).unwrap().unread, [name]);
        }
    }

    #[test]
    fn foreign_headers_are_mapped_and_mistakes_in_the_map_are_named() {
        let mut format = InputFormat::default();
        format.columns.insert("birth_date".to_owned(), "geb_datum".to_owned());
        let mut found = header();
        found[7] = "geb_datum".to_owned();
        let headers = expected(List::Exposures, &format).unwrap();

        assert!(layout(&found, List::Exposures, headers, Utf8Path::new("x")).is_ok());
        format.columns.insert("birthdate".to_owned(), "x".to_owned());
        let error = expected(List::Exposures, &format).unwrap_err();
        assert!(error.hint().unwrap().contains("`birth_date`"));
        format.columns.remove("birthdate");
        format.columns.insert("sex".to_owned(), "geb_datum".to_owned());

        assert!(matches!(expected(List::Exposures, &format), Err(ReadError::SameColumn { .. })));
    }
}
