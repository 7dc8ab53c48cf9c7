//! Rows of a sheet as they leave the box of their decoder: where each is, then cell by cell.

use std::borrow::Cow;

use super::super::boxed::{self, number};
use super::book::{Formula, Found, Value};

/// Puts a row (from 0) behind those that are there.
pub(super) fn put(into: &mut Vec<u8>, row: u32, cells: &[Found<'_>]) {
    into.extend(row.to_le_bytes());
    // A sheet has at most 16,384 columns.
    into.extend(u32::try_from(cells.len()).unwrap_or(u32::MAX).to_le_bytes());
    for cell in cells {
        into.extend(cell.column.to_le_bytes());
        into.push(match cell.formula {
            Formula::None => 0,
            Formula::Own => 1,
            Formula::External => 2,
        });
        put_value(into, &cell.value);
    }
}

fn put_value(into: &mut Vec<u8>, value: &Value<'_>) {
    let mut sign = |sign: u8| into.push(sign);
    match value {
        Value::Empty => sign(b'e'),
        Value::Duration => sign(b'd'),
        Value::Error => sign(b'!'),
        Value::Flag(false) => sign(b'0'),
        Value::Flag(true) => sign(b'1'),
        Value::Text(text) => {
            sign(b't');
            boxed::put(into, text);
        }
        Value::DateText(text) => {
            sign(b'D');
            boxed::put(into, text);
        }
        Value::Number(number) => {
            sign(b'n');
            into.extend(number.to_le_bytes());
        }
        Value::Serial(number) => {
            sign(b's');
            into.extend(number.to_le_bytes());
        }
    }
}

/// Gives each row to `each` until that wants no more; says whether it does. `None`: these are no
/// rows.
pub(super) fn take<E>(
    mut said: &[u8],
    mut each: impl FnMut(u32, &[Found<'_>]) -> Result<bool, E>,
) -> Option<Result<bool, E>> {
    let mut cells = Vec::new();
    while !said.is_empty() {
        let (row, count) = (number(&mut said)?, number(&mut said)?);
        cells.clear();
        for _ in 0..count {
            cells.push(cell(&mut said)?);
        }
        match each(row, &cells) {
            Ok(true) => {}
            ended => return Some(ended),
        }
    }
    Some(Ok(true))
}

fn cell<'s>(said: &mut &'s [u8]) -> Option<Found<'s>> {
    let column = number(said)?;
    let formula = match byte(said)? {
        0 => Formula::None,
        1 => Formula::Own,
        2 => Formula::External,
        _ => return None,
    };
    let value = match byte(said)? {
        b'e' => Value::Empty,
        b'd' => Value::Duration,
        b'!' => Value::Error,
        b'0' => Value::Flag(false),
        b'1' => Value::Flag(true),
        b't' => Value::Text(Cow::Borrowed(boxed::take(said)?)),
        b'D' => Value::DateText(Cow::Borrowed(boxed::take(said)?)),
        b'n' => Value::Number(float(said)?),
        b's' => Value::Serial(float(said)?),
        _ => return None,
    };
    Some(Found { column, value, formula })
}

fn byte(said: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = said.split_first()?;
    *said = rest;
    Some(*byte)
}

fn float(said: &mut &[u8]) -> Option<f64> {
    let (number, rest) = said.split_first_chunk()?;
    *said = rest;
    Some(f64::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_out_as_it_went_in_and_a_cut_one_not_at_all() {
        let values = [
            Value::Empty,
            Value::Duration,
            Value::Error,
            Value::Flag(true),
            Value::Flag(false),
            Value::Text("Vóórbeeld".into()),
            Value::DateText("1950-03-01".into()),
            Value::Number(0.1),
            Value::Serial(-1.0),
        ];
        let formulas = [Formula::None, Formula::Own, Formula::External];
        let cells: Vec<Found<'_>> = (0..)
            .zip(values)
            .map(|(column, value)| Found { column, value, formula: formulas[column as usize % 3] })
            .collect();
        let mut said = Vec::new();
        put(&mut said, 7, &cells);

        let taken = |said: &[u8]| {
            let mut found = Vec::new();
            take(said, |row, cells| {
                found.push(format!("{row} {cells:?}"));
                Ok::<_, ()>(true)
            })
            .map(|_| found.concat())
        };
        assert_eq!(taken(&said).unwrap(), format!("7 {cells:?}"));
        assert!((1..said.len()).all(|end| taken(&said[..end]).is_none()));
    }
}
