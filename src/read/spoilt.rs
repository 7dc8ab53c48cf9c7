//! Lists of which so much cannot be read that the run stops, and what the unreadable cells look
//! like.

use std::collections::BTreeMap;

use crate::config::DamageLimits;
use crate::field::reason::Reason;
use crate::field::row::{ColumnDamage, Damage, List, Open, Refused, Rows};

use super::batch::Context;
use super::error::ReadError;
use super::{schema, tally};

/// What the unreadable cells of a file, or of a piece of it, look like.
#[derive(Debug, Default)]
pub(super) struct Tally {
    damaged: BTreeMap<(usize, Kind), u32>,
}

impl Tally {
    /// Counts an unreadable cell.
    pub(super) fn damaged(&mut self, column: usize, cell: &str, reason: Reason) {
        *self.damaged.entry((column, Kind::of(cell, reason))).or_default() += 1;
    }

    /// Adds what was counted in the next piece.
    pub(super) fn append(&mut self, next: &Self) {
        for (key, more) in &next.damaged {
            *self.damaged.entry(*key).or_default() += more;
        }
    }

    /// The damage of a file with `rows` unreadable rows, of whose cells `cells` tells which are
    /// filled.
    pub(super) fn finish(&self, cells: &tally::Tally, context: &Context<'_>, rows: u32) -> Damage {
        let (file, list) = (context.index, context.list);
        let names = schema::columns(list).iter().enumerate();
        let columns = names.filter_map(|(place, column)| {
            let mut kinds: Vec<(&'static str, u32)> = Vec::new();
            for ((_, kind), count) in
                self.damaged.range((place, Kind::FIRST)..(place + 1, Kind::FIRST))
            {
                kinds.push((kind.words(), *count));
            }
            kinds.sort_by_key(|(words, count)| (std::cmp::Reverse(*count), *words));
            let damaged = kinds.iter().map(|(_, count)| count).sum();
            let filled =
                cells.columns.get(place).map_or(0, |column| cells.rows - column.empty).max(damaged);
            (damaged > 0).then_some(ColumnDamage { column, filled, damaged, kinds })
        });

        Damage { file, list, rows, columns: columns.collect() }
    }
}

/// A row whose number has been read with its zero is no longer damaged.
pub(super) fn heal(damage: &mut [Damage], row: &Refused) {
    let Some(own) = damage.iter_mut().find(|own| own.file == row.set_aside.row.file) else {
        return;
    };
    own.rows = own.rows.saturating_sub(1);
    let is_read = |column: &&mut ColumnDamage| match column.column {
        "bsn" => row.open.has(Open::BSN),
        "provider_code" => row.open.has(Open::PROVIDER),
        _ => false,
    };

    for column in own.columns.iter_mut().filter(is_read) {
        column.damaged = column.damaged.saturating_sub(1);
        let kinds = column.kinds.iter_mut().filter(|(words, _)| *words == Reason::R124.text());
        kinds.for_each(|(_, count)| *count = count.saturating_sub(1));
    }
}

/// What an unreadable cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Exponent,
    Decimal,
    ErrorWord,
    Formula,
    DateWithTime,
    OtherDate,
    Short,
    Other(Reason),
}

impl Kind {
    const FIRST: Self = Self::Exponent;

    fn of(cell: &str, reason: Reason) -> Self {
        let text = cell.trim();
        let is_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let around = |signs: &[char]| {
            text.rsplit_once(signs).filter(|(head, tail)| is_digits(head) && is_digits(tail))
        };

        if is_exponent(text) {
            Self::Exponent
        } else if text.starts_with('#') {
            Self::ErrorWord
        } else if text.starts_with(['=', '+', '@', '\'', '"']) {
            Self::Formula
        } else if let Some((date, time)) = text.split_once([' ', 'T'])
            && date.len() >= 8
            && time.contains(':')
        {
            Self::DateWithTime
        } else if around(&['.', ',']).is_some() {
            Self::Decimal
        } else if reason == Reason::R104 && text.split(['-', '/', '.', ' ']).count() == 3 {
            Self::OtherDate
        } else if is_digits(text) && matches!(reason, Reason::R101 | Reason::R108) {
            Self::Short
        } else {
            Self::Other(reason)
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Exponent => "look like numbers in scientific notation: export the column as text",
            Self::Decimal => "look like numbers with a decimal point: export the column as text",
            Self::ErrorWord => {
                "look like error words of a spreadsheet: correct the sheet and export it again"
            }
            Self::Formula => {
                "begin like a formula or with a text mark: export the values, not the formulas"
            }
            Self::DateWithTime => "look like dates with a time: export the column as YYYY-MM-DD",
            Self::OtherDate => "look like dates in another form: export the column as YYYY-MM-DD",
            Self::Short => {
                "are digits, but not as many or not those of a valid number: export the column as text"
            }
            Self::Other(reason) => reason.text(),
        }
    }
}

fn is_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str, other: &[char]| {
        text.bytes().any(|byte| byte.is_ascii_digit())
            && text.chars().all(|sign| sign.is_ascii_digit() || other.contains(&sign))
    };
    digits(mantissa, &['.', ',']) && digits(exponent, &['+', '-'])
}

/// Stops the run when more of a list that protects people cannot be read than `limits` permit: then
/// nobody knows who is protected.
///
/// # Errors
/// [`ReadError::Damaged`] with the columns and the kinds of damage that explain most of it; never a
/// value.
pub fn refuse(rows: &Rows, limits: &DamageLimits) -> Result<(), ReadError> {
    for list in [List::Participants, List::Register, List::Suppressions] {
        let inputs = rows.inputs.iter().filter(|input| input.list == list);
        let total: u64 = inputs.map(|input| u64::from(input.rows)).sum();
        let files: Vec<&Damage> = rows.damage.iter().filter(|damage| damage.list == list).collect();
        let damaged: u64 = files.iter().map(|damage| u64::from(damage.rows)).sum();
        let columns = together(&files);
        let too_many = limits.refuse_rows(damaged, total);
        // One delivery that a spreadsheet has spoilt may be small beside the others.
        let own =
            |damage: &&Damage| damage.columns.iter().any(|column| limits.refuse_column(column));
        if too_many
            || columns.iter().any(|column| limits.refuse_column(column))
            || files.iter().any(own)
        {
            let names =
                files.iter().map(|damage| rows.inputs[usize::from(damage.file)].file.clone());
            return Err(ReadError::Damaged {
                list,
                files: names.collect(),
                damaged,
                rows: total,
                columns: columns.iter().map(sentence).collect(),
            });
        }
    }

    Ok(())
}

/// The columns of several files, those with most damage first.
fn together(files: &[&Damage]) -> Vec<ColumnDamage> {
    let mut columns: BTreeMap<&'static str, ColumnDamage> = BTreeMap::new();
    for column in files.iter().flat_map(|damage| &damage.columns) {
        let none = ColumnDamage { column: column.column, filled: 0, damaged: 0, kinds: Vec::new() };
        let sum = columns.entry(column.column).or_insert(none);
        sum.filled += column.filled;
        sum.damaged += column.damaged;
        for (words, count) in &column.kinds {
            match sum.kinds.iter_mut().find(|(known, _)| known == words) {
                Some((_, known)) => *known += count,
                None => sum.kinds.push((words, *count)),
            }
        }
        sum.kinds.sort_by_key(|(words, count)| (std::cmp::Reverse(*count), *words));
    }

    let mut columns: Vec<ColumnDamage> = columns.into_values().collect();
    columns.sort_by_key(|column| (std::cmp::Reverse(column.damaged), column.column));
    columns
}

fn sentence(column: &ColumnDamage) -> String {
    let most = column
        .kinds
        .first()
        .map_or_else(String::new, |(words, count)| format!("; {count} {words}"));
    let ColumnDamage { column, filled, damaged, .. } = column;
    format!("`{column}`: {damaged} of {filled} filled cells cannot be read{most}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_called_what_it_looks_like() {
        for (cell, reason, kind) in [
            ("1.00E+09", Reason::R101, Kind::Exponent),
            ("9,9996e8", Reason::R101, Kind::Exponent),
            ("999960003.0", Reason::R101, Kind::Decimal),
            ("#N/B", Reason::R101, Kind::ErrorWord),
            ("=\"999960003\"", Reason::R101, Kind::Formula),
            ("1950-01-01 00:00:00", Reason::R104, Kind::DateWithTime),
            ("01-02-1950", Reason::R104, Kind::OtherDate),
            ("1/2/1950", Reason::R104, Kind::OtherDate),
            ("99996000", Reason::R101, Kind::Short),
            ("Vrouw", Reason::R107, Kind::Other(Reason::R107)),
        ] {
            assert_eq!(Kind::of(cell, reason), kind, "{cell}");
        }
    }

    fn with(list: List, rows: u32, unreadable: u32, column: Option<(u32, u32)>) -> Rows {
        let input = crate::field::row::Input {
            file: "list.csv".to_owned(),
            list,
            sha256: String::new(),
            rows,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        };

        let columns = column.map(|(damaged, filled)| ColumnDamage {
            column: "bsn",
            filled,
            damaged,
            kinds: vec![(Kind::Exponent.words(), damaged)],
        });

        let damage =
            Damage { file: 0, list, rows: unreadable, columns: columns.into_iter().collect() };
        Rows { inputs: vec![input], damage: vec![damage], ..Rows::default() }
    }

    #[test]
    fn both_limits_of_rows_have_to_be_passed() {
        let limits = DamageLimits::default();
        let stops = |rows, unreadable| {
            refuse(&with(List::Register, rows, unreadable, None), &limits).is_err()
        };
        assert!(stops(1000, 21) && stops(21, 21) && stops(4199, 21));
        assert!(!stops(1000, 20) && !stops(4200, 21) && !stops(20, 20));
        assert!(stops(1_200_000, 6001) && !stops(1_200_000, 6000));
    }

    #[test]
    fn one_spoilt_column_is_enough_and_is_named() {
        let limits = DamageLimits::default();
        let read = |damaged, filled| {
            refuse(&with(List::Suppressions, 100_000, damaged, Some((damaged, filled))), &limits)
        };
        assert!(read(20, 20).is_ok() && read(50, 100).is_ok());
        let error = read(51, 100).unwrap_err().to_string();
        assert!(error.contains("suppressions") && error.contains("51 of 100"), "{error}");
        assert!(error.contains("scientific notation: export the column as text"), "{error}");
    }

    #[test]
    fn lists_that_protect_nobody_do_not_stop_the_run() {
        let limits = DamageLimits::default();
        assert!(refuse(&with(List::Exposures, 100, 100, Some((100, 100))), &limits).is_ok());
        assert!(refuse(&with(List::Providers, 100, 100, None), &limits).is_ok());
        assert!(refuse(&with(List::Participants, 100, 100, None), &limits).is_err());
    }
}
