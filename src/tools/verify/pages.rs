//! Print files: how many pages there are, and whose they are.
//!
//! Whose a page is can be told from what its text names: name and address on the front, a letter
//! id, or sheet code and bars where the text extractor gives them (24 digits; `|1234AB12|`;
//! docs/print.md).

use std::collections::BTreeMap;
use std::sync::Arc;

use hayro_syntax::Pdf;

use crate::tools::verify::rows::{PrintFile, Printed};
use crate::tools::verify::{Check, Problems};

/// Length of a letter id.
const ID: usize = 26;
/// Length of a sheet code.
const CODE: usize = 24;

/// Pages of a PDF, counted by a parser that did not write it. `None` when it is none.
pub(super) fn count(bytes: &[u8]) -> Option<u64> {
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).ok()?;
    Some(pdf.pages().len() as u64)
}

/// Compares the pages' text with the rows: a letter's name and address are on its first page, and
/// no page names another letter.
pub(super) fn compare(path: &str, pages: &[String], expected: &PrintFile, problems: &mut Problems) {
    let owners: BTreeMap<&str, usize> = expected
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| (row.letter_id.as_str(), index))
        .collect();

    // An extractor gives the bars of all letters or of none.
    let gives_bars = pages.iter().any(|page| bars(page).is_some());

    for (index, row) in expected.rows.iter().enumerate() {
        let place = format!("{path}, letter {}", row.letter_id);
        let (Ok(first), Ok(count)) = (usize::try_from(row.first_page), usize::try_from(row.pages))
        else {
            continue;
        };
        let Some(letter) =
            first.checked_sub(1).and_then(|first| pages.get(first..first.checked_add(count)?))
        else {
            problems.add(Check::Text, place, "its pages are not in the file");
            continue;
        };
        let front = letter.first().map(|page| squeezed(page)).unwrap_or_default();
        for (column, line) in &row.lines {
            let fine = front.contains(&squeezed(line));
            problems.add_unless(
                fine,
                Check::Text,
                &place,
                format!("`{column}` is not on its first page"),
            );
        }
        let found = letter.iter().map(|page| bars(page).unwrap_or_default());
        let wanted =
            std::iter::once(row.kix.as_str()).chain(std::iter::repeat("")).take(letter.len());
        let fine = !gives_bars || found.eq(wanted);
        problems.add_unless(fine, Check::Text, &place, "its bars are not those of its address");

        let (mut ids, mut codes) = (true, true);
        for (page, text) in letter.iter().enumerate() {
            for word in words(text) {
                match word.len() {
                    ID => ids &= owners.get(word).is_none_or(|owner| *owner == index),
                    CODE => codes &= code_fits(word, page, row),
                    _ => {}
                }
            }
        }
        let text = "one of its pages names a different letter";
        problems.add_unless(ids, Check::Text, &place, text);
        let text = "one of its sheets has the code of a different sheet";
        problems.add_unless(codes, Check::Text, &place, text);
    }
}

/// Whether a word of a page (from 0), if it is a sheet code, is that of its sheet: v job seq sheet
/// of inserts envelope check.
fn code_fits(word: &str, page: usize, row: &Printed) -> bool {
    let pages_per_sheet = usize::try_from(row.pages / row.sheets.max(1)).unwrap_or(1).max(1);
    let expected = format!("{}{:02}{:02}", row.job_and_seq, page / pages_per_sheet + 1, row.sheets);
    !word.bytes().all(|byte| byte.is_ascii_digit()) || word[1..].starts_with(&expected)
}

/// What the bars of a page say.
fn bars(page: &str) -> Option<&str> {
    page.lines().find_map(|line| line.strip_prefix('|')?.strip_suffix('|'))
}

/// Without any space: how words are spaced in extracted text depends on the extractor.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What stands between signs that are neither letters nor digits.
fn words(page: &str) -> impl Iterator<Item = &str> {
    let words = page.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    words.filter_map(|word| std::str::from_utf8(word).ok())
}
