//! `<job>.returns.csv`: letters that came back.

use jiff::civil::Date;

use super::table::Table;
use crate::field::ids::LetterId;
use crate::field::piece::ReturnReason;

const COLUMNS: [&str; 3] = ["letter_id", "reason", "date"];

/// One letter that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedLetter {
    /// Line of the table, from 1.
    pub line: u32,
    /// Which one, of whatever job.
    pub letter_id: LetterId,
    /// Why.
    pub reason: ReturnReason,
    /// When it arrived.
    pub date: Date,
}

pub(super) fn parse(text: &str) -> Result<Vec<ReturnedLetter>, String> {
    let rows = Table::open(text, COLUMNS, COLUMNS.len())?.rows(|cells| {
        let wrong = |column: usize, problem: &str| format!("`{}` {problem}", COLUMNS[column]);
        let reason = cells.some(1).ok_or_else(|| wrong(1, "is empty"))?;
        Ok(ReturnedLetter {
            line: cells.line,
            letter_id: super::letter_id(cells.text(0)).map_err(|problem| wrong(0, problem))?,
            // The post's own words are not known: what the table does not have is for a human.
            reason: reason.parse().unwrap_or(ReturnReason::Other),
            date: date(cells.text(2)).ok_or_else(|| wrong(2, "is not YYYY-MM-DD"))?,
        })
    })?;
    if rows.is_empty() { Err("it has no rows".to_owned()) } else { Ok(rows) }
}

/// A date in its one form; the library reads more.
fn date(cell: &str) -> Option<Date> {
    let date: Date = cell.parse().ok()?;
    (date.to_string() == cell).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn a_return_has_a_letter_a_reason_and_a_day() {
        let rows = parse(&format!("date,reason,letter_id\n2025-10-01,moved,{ID}\n")).unwrap();
        assert_eq!(
            (rows[0].reason, rows[0].date),
            (ReturnReason::Moved, Date::constant(2025, 10, 1))
        );
        let rows = parse(&format!("letter_id,reason,date\n{ID},verhuisd,2025-10-01\n")).unwrap();
        assert_eq!(rows[0].reason, ReturnReason::Other);

        for bad in [
            format!("letter_id,reason,date,name\n{ID},moved,2025-10-01,x\n"),
            format!("letter_id,reason\n{ID},moved\n"),
            format!("letter_id,reason,date\n{ID},,2025-10-01\n"),
            format!("letter_id,reason,date\n{ID},moved,1-10-2025\n"),
            format!("letter_id,reason,date\n{ID},moved,2025-10-01T10:00:00\n"),
        ] {
            assert!(parse(&bad).is_err(), "{bad}");
        }
    }
}
