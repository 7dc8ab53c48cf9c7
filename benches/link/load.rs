//! Rows of CSV files by column name, as plainly as possible.

use std::collections::BTreeMap;

use breachpost::base::bsn::Bsn;
use breachpost::field::cells::Cells;
use breachpost::field::ids::RowRef;
use breachpost::field::names::Sex;
use breachpost::field::partial_date::PartialDate;
use breachpost::field::row::{Denials, Exposure, Registrant};
use breachpost::field::terms::{Category, Items, Published, Status};
use camino::Utf8Path;

/// Calls `row` with a lookup by column name for every data row.
pub fn each(path: &Utf8Path, mut row: impl FnMut(&dyn Fn(&str) -> String)) {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).unwrap();
    let header: BTreeMap<String, usize> = reader
        .headers()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(place, name)| (name.to_owned(), place))
        .collect();

    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).unwrap() {
        row(&|name| header.get(name).and_then(|place| record.get(*place)).unwrap_or("").to_owned());
    }
}

/// A birth date as the lists write it.
pub fn date(text: &str) -> Option<PartialDate> {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap_or(0));
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    PartialDate::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

fn sex(text: &str) -> Option<Sex> {
    match text {
        "M" => Some(Sex::M),
        "V" | "F" => Some(Sex::V),
        "" => None,
        _ => Some(Sex::O),
    }
}

/// An exposure row; `None` when reading would hold it for its BSN.
pub fn exposure(row: RowRef, cell: &dyn Fn(&str) -> String) -> Option<Exposure> {
    let number = cell("bsn");
    let bsn: Option<Bsn> = if number.is_empty() { None } else { Some(number.parse().ok()?) };
    let mut cells = Exposure::TEXT.map(cell);
    cells[10].retain(|character| character != ' ');

    Some(Exposure {
        row,
        cells: Cells::pack(cells.each_ref().map(String::as_str)).unwrap(),
        bsn,
        birth_date: date(&cell("birth_date")),
        sex: sex(&cell("sex")),
        category: Some(Category::Screening),
        sample_date: None,
        status: Status::Confirmed,
        published: Published::Unknown,
        items: Items::default(),
        custody: None,
        requester: None,
    })
}

/// A participants or register row.
pub fn registrant(row: RowRef, cell: &dyn Fn(&str) -> String) -> Registrant {
    let cells = Registrant::TEXT.map(cell);
    Registrant {
        row,
        cells: Cells::pack(cells.each_ref().map(String::as_str)).unwrap(),
        bsn: cell("bsn").parse().ok(),
        title: None,
        name_use: None,
        partner_title: None,
        partner_ended: None,
        sex: sex(&cell("sex")),
        birth_date: date(&cell("birth_date")),
        house_indication: None,
        language: None,
        letter_format: None,
        deceased_on: None,
        deceased_unreadable: false,
        protected_address: false,
        whereabouts_unknown: false,
        denies: Denials::default(),
    }
}
