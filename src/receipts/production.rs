//! `<job>.production.csv`: what became of each piece. One row says one thing about one copy of a
//! letter.

use std::sync::Arc;

use jiff::Timestamp;

use super::table::{Cells, Table, number};
use crate::field::ids::LetterId;
use crate::field::piece::PieceStep;

/// The columns; the first three are required.
const COLUMNS: [&str; 12] = [
    "seq",
    "letter_id",
    "status",
    "printed_at",
    "inserted_at",
    "posted_at",
    "reprint_no",
    "sheets_read",
    "sheets",
    "tray",
    "repaired_by_hand",
    "checks",
];
const REQUIRED: usize = 3;

/// A letter is printed again a few times, not hundreds.
const MOST_REPRINTS: u32 = 99;
/// No letter has so many sheets.
const MOST_SHEETS: u32 = 999;

/// When things were done with a copy, in seconds of Unix time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyTimes {
    /// Printed.
    pub printed: Option<i64>,
    /// Put into its envelope.
    pub inserted: Option<i64>,
    /// Handed to the post.
    pub posted: Option<i64>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Line of the table, from 1.
    pub line: u32,
    /// Place of the letter in its job.
    pub seq: u32,
    /// The letter.
    pub letter_id: LetterId,
    /// What was done.
    pub step: PieceStep,
    /// When.
    pub times: CopyTimes,
    /// Which copy: 0 is the first.
    pub reprint_no: u32,
    /// Sheets whose own mark a camera has read.
    pub sheets_read: Option<u32>,
    /// Sheets of the letter, as the vendor counted them.
    pub sheets: Option<u32>,
    /// Tray or bundle.
    pub tray: Option<Arc<str>>,
    /// Whether somebody put it together by hand after a jam.
    pub repaired: Option<bool>,
    /// Which checks ran.
    pub checks: Option<Arc<str>>,
}

pub(super) fn parse(text: &str) -> Result<Vec<Reading>, String> {
    let (mut trays, mut checks) = (Word::default(), Word::default());
    let rows =
        Table::open(text, COLUMNS, REQUIRED)?.rows(|cells| row(cells, &mut trays, &mut checks))?;
    if rows.is_empty() { Err("it has no rows".to_owned()) } else { Ok(rows) }
}

fn row(cells: &Cells<'_, 12>, trays: &mut Word, checks: &mut Word) -> Result<Reading, String> {
    let step: PieceStep = cells
        .text(2)
        .parse()
        .map_err(|()| wrong(2, "is not printed, inserted, posted, spoilt or destroyed"))?;
    let times =
        CopyTimes { printed: time(cells, 3)?, inserted: time(cells, 4)?, posted: time(cells, 5)? };

    let too_early = match step {
        PieceStep::Printed => times.inserted.or(times.posted),
        PieceStep::Inserted | PieceStep::Spoilt | PieceStep::Destroyed => times.posted,
        PieceStep::Posted => None,
    };
    if too_early.is_some() {
        return Err("it has the time of something that its `status` says was not done".to_owned());
    }

    let sheets = count(cells, 8, MOST_SHEETS)?;
    if sheets == Some(0) {
        return Err(wrong(8, "is 0"));
    }

    Ok(Reading {
        line: cells.line,
        seq: number(cells.text(0))
            .filter(|seq| *seq > 0)
            .ok_or_else(|| wrong(0, "is not a number above 0"))?,
        letter_id: super::letter_id(cells.text(1)).map_err(|problem| wrong(1, problem))?,
        step,
        times,
        reprint_no: count(cells, 6, MOST_REPRINTS)?.unwrap_or(0),
        sheets_read: count(cells, 7, MOST_SHEETS)?,
        sheets,
        tray: trays.of(cells, 9, "is not 1 to 40 letters, digits or `._-`", |byte| {
            byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
        })?,
        repaired: yes(cells, 10)?,
        checks: checks.of(cells, 11, "is not 1 to 40 letters, digits or `._-;`", |byte| {
            byte.is_ascii_alphanumeric() || b"._-;".contains(&byte)
        })?,
    })
}

fn wrong(column: usize, problem: &str) -> String {
    format!("`{}` {problem}", COLUMNS[column])
}

fn time(cells: &Cells<'_, 12>, column: usize) -> Result<Option<i64>, String> {
    let Some(cell) = cells.some(column) else { return Ok(None) };
    let time: Timestamp =
        cell.parse().map_err(|_| wrong(column, "is not an ISO 8601 time with its offset"))?;
    Ok(Some(time.as_second()))
}

fn count(cells: &Cells<'_, 12>, column: usize, most: u32) -> Result<Option<u32>, String> {
    let Some(cell) = cells.some(column) else { return Ok(None) };
    let count = number(cell).filter(|count| *count <= most);
    count.map(Some).ok_or_else(|| wrong(column, &format!("is not a number of 0 to {most}")))
}

fn yes(cells: &Cells<'_, 12>, column: usize) -> Result<Option<bool>, String> {
    match cells.some(column) {
        None => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(_) => Err(wrong(column, "is not yes or no")),
    }
}

/// A word that many rows after each other share: kept once.
#[derive(Default)]
struct Word(Option<Arc<str>>);

impl Word {
    fn of(
        &mut self,
        cells: &Cells<'_, 12>,
        column: usize,
        problem: &str,
        fits: impl Fn(u8) -> bool,
    ) -> Result<Option<Arc<str>>, String> {
        let Some(cell) = cells.some(column) else { return Ok(None) };
        if self.0.as_deref() != Some(cell) {
            if cell.len() > 40 || !cell.bytes().all(fits) {
                return Err(wrong(column, problem));
            }
            self.0 = Some(cell.into());
        }
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn columns_stand_in_any_order_and_the_optional_ones_may_be_missing() {
        let rows = parse(&format!("status,letter_id,seq\r\nposted,{ID},0000012\r\n")).unwrap();
        assert_eq!((rows[0].seq, rows[0].step, rows[0].reprint_no), (12, PieceStep::Posted, 0));

        let text = format!(
            "seq;letter_id;status;posted_at;sheets_read;sheets;tray;repaired_by_hand;checks\n\
             7.0;{ID};posted;2025-09-18T10:00:00+02:00;2.0;2;T-1;no;camera;weight\n"
        );
        assert!(parse(&text).is_err(), "`;` stands between the columns and in the last one");
        let rows = parse(&text.replace("camera;weight", "camera")).unwrap();
        assert_eq!((rows[0].seq, rows[0].sheets_read), (7, Some(2)));
        assert_eq!(rows[0].times.posted, Some(1_758_182_400));
        assert_eq!(rows[0].repaired, Some(false));
    }

    #[test]
    fn whatever_was_not_agreed_refuses_the_file() {
        let row = |header: &str, cells: &str| {
            format!("seq,letter_id,status{header}\n1,{ID},posted{cells}\n")
        };
        assert!(parse(&row("", "")).is_ok());
        let bad = [
            row(",extra", ",1"),
            row(",status", ",posted"),
            row(",tray", ""),
            row("", ",more"),
            row(",posted_at", ",2025-09-18T10:00:00"),
            row(",posted_at", ",18-09-2025"),
            row(",reprint_no", ",-1"),
            row(",reprint_no", ",100"),
            row(",sheets", ",0"),
            row(",sheets_read", ",1.5"),
            row(",repaired_by_hand", ",true"),
            row(",tray", ",a b"),
            format!("seq,letter_id,status\n0,{ID},posted\n"),
            format!("seq,letter_id,status\n1,{ID},delivered\n"),
            format!("seq,letter_id,status\n1,{ID}a,posted\n"),
            format!("seq,letter_id,status,posted_at\n1,{ID},printed,2025-09-18T10:00:00Z\n"),
            "seq,status\n1,posted\n".to_string(),
            "seq,letter_id,status\n".to_owned(),
            String::new(),
        ];
        for text in bad {
            assert!(parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_message_has_the_row_and_no_value() {
        let problem = parse(&format!("seq,letter_id,status\n1,{ID},posted\n2,geheim,posted\n"));
        assert_eq!(problem.unwrap_err(), "row 2: `letter_id` is not 26 characters `[a-z2-7]`");
    }
}
