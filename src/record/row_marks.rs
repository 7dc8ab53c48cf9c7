//! Keyed marks of rows: which rows a file had, without saying what is in them.
//!
//! A row has two marks: one of what it is about (a lab record, a number in a list) and one of
//! everything that it says. Where the bytes of a file have changed, they tell which rows are new,
//! gone or different.

use std::fmt::Write as _;

use rayon::prelude::*;

use super::recognise::Mark;
use crate::base::bsn::Bsn;
use crate::field::keys::Keys;
use crate::field::partial_date::PartialDate;
use crate::field::professional::Professional;
use crate::field::row::{Exposure, List, Provider, Refused, Registrant, Rows, Suppression};

/// The mark of everything that a row says.
pub(super) type Content = [u8; 8];

/// One row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowMark {
    /// What it is about.
    pub record: Mark,
    /// What it says.
    pub content: Content,
}

impl RowMark {
    /// Bytes of a written mark.
    pub const BYTES: usize = 24;

    /// As it is written.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        std::array::from_fn(
            |place| if place < 16 { self.record[place] } else { self.content[place - 16] },
        )
    }

    /// `None`: not a whole mark.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (record, content) = bytes.split_at_checked(16)?;
        Some(Self { record: record.try_into().ok()?, content: content.try_into().ok()? })
    }
}

/// The mark of a lab record; [`super::recognise`] has the same for rows that were told.
pub(super) fn record_mark(keys: &Keys, dataset: &str, record: &str) -> Mark {
    keys.row_fingerprint([dataset, record])
}

/// The marks of one file, each with its data row.
pub(super) type FileMarks = Vec<(RowMark, u32)>;

/// The marks of every row of every file, by the index of the file; those of a file are sorted.
pub(super) fn of(rows: &Rows, keys: &Keys) -> Vec<FileMarks> {
    let mut files: Vec<FileMarks> =
        rows.inputs.iter().map(|input| Vec::with_capacity(input.rows as usize)).collect();
    let mut add = |marks: Vec<(u16, RowMark, u32)>| {
        for (file, mark, row) in marks {
            if let Some(known) = files.get_mut(usize::from(file)) {
                known.push((mark, row));
            }
        }
    };

    let listed = |rows: &[Registrant], list: &'static str| {
        let mark = |row: &Registrant| (row.row.file, of_registrant(keys, list, row), row.row.row);
        rows.par_iter().map(mark).collect::<Vec<_>>()
    };

    let exposure = |row: &Exposure| (row.row.file, of_exposure(keys, row), row.row.row);
    add(rows.exposures.par_iter().map(exposure).collect());
    add(listed(&rows.participants, "participants"));
    add(listed(&rows.register, "register"));
    add(rows
        .providers
        .iter()
        .map(|row| (row.row.file, of_provider(keys, row), row.row.row))
        .collect());

    add(rows
        .suppressions
        .iter()
        .map(|row| (row.row.file, of_suppression(keys, row), row.row.row))
        .collect());

    add(rows
        .professionals
        .iter()
        .map(|row| (row.row.file, of_professional(keys, row), row.row.row))
        .collect());

    let refused =
        |row: &Refused| (row.set_aside.row.file, of_refused(keys, row), row.set_aside.row.row);

    // A damaged row that is used all the same is among the good ones.
    add(rows.refused.iter().filter(|row| !row.used).map(refused).collect());
    files.par_iter_mut().for_each(|marks| marks.sort_unstable());
    files
}

fn content(keys: &Keys, text: &str) -> Content {
    let long = keys.row_fingerprint(["content", text]);
    std::array::from_fn(|place| long[place])
}

/// Text cells with an end that no cell holds.
fn cells<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::with_capacity(160);
    for cell in cells {
        text.push_str(cell);
        text.push('\0');
    }
    text
}

fn number(bsn: Option<Bsn>) -> u32 {
    bsn.map_or(0, Bsn::number)
}

/// A date, maybe partial, as numbers; its `Debug` says nothing.
fn day(date: Option<PartialDate>) -> (u16, u8, u8) {
    date.map_or((0, 0, 0), |date| (date.year(), date.month(), date.day()))
}

pub(super) fn of_exposure(keys: &Keys, row: &Exposure) -> RowMark {
    let mut text = cells(row.cells.iter());
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        number(row.bsn),
        day(row.birth_date),
        row.sex,
        row.category,
        row.sample_date,
        row.status,
        row.published,
        row.items,
        row.custody
    );

    RowMark {
        record: record_mark(keys, row.dataset_id(), row.record_id()),
        content: content(keys, &text),
    }
}

pub(super) fn of_registrant(keys: &Keys, list: &'static str, row: &Registrant) -> RowMark {
    let mut text = cells(row.cells.iter());
    let _ = write!(
        text,
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
        number(row.bsn),
        row.title,
        row.name_use,
        row.partner_title,
        day(row.partner_ended),
        row.sex,
        day(row.birth_date),
        row.house_indication,
        row.language,
        row.letter_format,
        day(row.deceased_on),
        row.protected_address,
        row.whereabouts_unknown,
        row.denies
    );

    let content = content(keys, &text);
    let record = match (row.person_ref(), row.bsn) {
        ("", None) => keys.row_fingerprint(["list", list, "", &text]),
        ("", Some(bsn)) => keys.row_fingerprint(["list", list, "bsn", &bsn.number().to_string()]),
        (number, _) => keys.row_fingerprint(["list", list, number]),
    };

    RowMark { record, content }
}

fn of_provider(keys: &Keys, row: &Provider) -> RowMark {
    let mut text =
        cells(row.cells.iter().chain([row.display_name.as_str(), row.contact_email.as_str()]));
    let _ = write!(text, "{:?} {:?}", row.kind, row.confirmed_on);
    RowMark {
        record: keys.row_fingerprint(["list", "providers", &row.code]),
        content: content(keys, &text),
    }
}

fn of_professional(keys: &Keys, row: &Professional) -> RowMark {
    let mut text = cells([row.dataset_id.as_str()].into_iter());
    let _ = write!(text, "{:?} {:?} {:?}", row.status, row.items, row.left_on);
    let who = ["list", "professionals", &row.code, &row.name, &row.provider_code, &row.dataset_id];
    RowMark { record: keys.row_fingerprint(who), content: content(keys, &text) }
}

pub(super) fn of_suppression(keys: &Keys, row: &Suppression) -> RowMark {
    let mut text = cells([row.person_ref.as_str(), row.source.as_str()].into_iter());
    let _ = write!(text, "{} {:?} {:?}", number(row.bsn), row.reason, row.since);
    let bsn = number(row.bsn).to_string();
    let record = keys.row_fingerprint(["list", "suppressions", &bsn, &row.person_ref]);
    RowMark { record, content: content(keys, &text) }
}

pub(super) fn of_refused(keys: &Keys, row: &Refused) -> RowMark {
    let bsn = number(row.bsn).to_string();
    let said = [row.content.as_str(), &bsn, &row.person_ref, &row.record_id, &row.dataset_id];
    let text = cells(said.into_iter());
    let record = match (row.list, row.record_id.as_str(), row.person_ref.as_str()) {
        (List::Exposures, record, _) if !record.is_empty() => {
            record_mark(keys, &row.dataset_id, record)
        }
        (List::Participants, _, number) if !number.is_empty() => {
            keys.row_fingerprint(["list", "participants", number])
        }
        (List::Register, _, number) if !number.is_empty() => {
            keys.row_fingerprint(["list", "register", number])
        }
        _ => keys.row_fingerprint(["refused", &text]),
    };

    RowMark { record, content: content(keys, &text) }
}

/// The names of a record, readable with the key alone: they are shown when the record is no longer
/// delivered.
pub(super) fn seal_name(keys: &Keys, record: &Mark, name: &[u8]) -> Vec<u8> {
    let record = data_encoding::HEXLOWER.encode(record);
    let stream =
        (0_u32..).flat_map(|block| keys.row_fingerprint(["name", &record, &block.to_string()]));
    name.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture::exposure;
    use super::*;

    #[test]
    fn the_same_row_has_the_same_marks_and_another_word_another_content() {
        let keys = Keys::derive(&[1; 32]);
        let row = exposure("R1", 1, 0);
        let again = exposure("R1", 9, 0);
        assert_eq!(of_exposure(&keys, &row), of_exposure(&keys, &again));
        let mut other = exposure("R1", 1, 0);
        other.published = crate::field::terms::Published::Yes;
        let (one, two) = (of_exposure(&keys, &row), of_exposure(&keys, &other));
        assert_eq!(one.record, two.record);
        assert_ne!(one.content, two.content);
    }

    #[test]
    fn a_mark_is_written_and_read() {
        let mark = RowMark { record: [3; 16], content: [9; 8] };
        assert_eq!(RowMark::from_bytes(&mark.to_bytes()), Some(mark));
        assert_eq!(RowMark::from_bytes(&[1; 20]), None);
    }

    #[test]
    fn a_sealed_name_is_read_with_the_key_and_says_nothing_without_it() {
        let (keys, other) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let name = b"dataset\0a record with a rather long number 0123456789";
        let sealed = seal_name(&keys, &[7; 16], name);
        assert_eq!(seal_name(&keys, &[7; 16], &sealed), name);
        assert_ne!(seal_name(&other, &[7; 16], &sealed), name);
        assert_ne!(sealed, name);
    }
}
