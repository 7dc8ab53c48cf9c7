//! Invented people as rows of the inbox.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const LAB: [&str; 23] = [
    "record_id",
    "dataset_id",
    "bsn",
    "first_names",
    "initials",
    "surname_prefix",
    "surname",
    "birth_date",
    "sex",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "country",
    "category",
    "provider_code",
    "sample_date",
    "status",
    "published",
    "items",
    "custody",
];

const LISTED: [&str; 32] = [
    "person_ref",
    "bsn",
    "first_names",
    "initials",
    "surname_prefix",
    "surname",
    "title",
    "name_use",
    "partner_surname_prefix",
    "partner_surname",
    "partner_title",
    "partner_ended",
    "sex",
    "birth_date",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "house_indication",
    "postcode",
    "town",
    "municipality",
    "location_description",
    "foreign_line_1",
    "foreign_line_2",
    "foreign_line_3",
    "country",
    "language",
    "letter_format",
    "deceased_on",
    "protected_address",
    "whereabouts_unknown",
];

/// The columns that say where somebody lives.
pub const ADDRESS: [&str; 13] = [
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "house_indication",
    "postcode",
    "town",
    "municipality",
    "location_description",
    "foreign_line_1",
    "foreign_line_2",
    "foreign_line_3",
    "country",
];

/// The institution of everybody who is in custody.
const PROVIDERS: &str = "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,\
                         postcode,town,contact_email\n41000901,custodial,Penitentiaire Inrichting De Meent,2025-08-29,\
                         Postbus,4321,,,8200AD,Lelystad,post@meent.example\n";

/// Cells by column.
pub type Cells = BTreeMap<String, String>;

/// Which list knows the person beside the laboratory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum List {
    Participants,
    Register,
    Nobody,
}

/// One invented person: a row of a list and one record of the laboratory.
#[derive(Clone)]
pub struct Person {
    /// The record's id, by which the letter is found again.
    pub key: String,
    pub list: List,
    /// Name and address as in the list; for [`List::Nobody`] as in the laboratory.
    pub cells: Cells,
    /// What the laboratory has otherwise.
    pub lab: Cells,
}

impl Person {
    /// A participant with an ordinary name and address.
    pub fn ordinary(key: impl Into<String>) -> Self {
        let cells = [
            ("first_names", "Johanna Alida"),
            ("surname", "Proef"),
            ("sex", "V"),
            ("street", "Kadeplein"),
            ("house_number", "12"),
            ("postcode", "2583XL"),
            ("town", "Scheveningen"),
        ];
        let person = Self {
            key: key.into(),
            list: List::Participants,
            cells: Cells::new(),
            lab: Cells::new(),
        };
        let person =
            cells.into_iter().fold(person, |person, (column, value)| person.with(column, value));
        let known = cells
            .into_iter()
            .filter(|(column, _)| ADDRESS.contains(column) || *column == "surname");
        known.chain([("category", "screening")]).fold(person, Self::in_the_lab)
    }

    /// The same with another cell in the list.
    pub fn with(mut self, column: &str, value: &str) -> Self {
        self.cells.insert(column.to_owned(), value.to_owned());
        self
    }

    /// The same without an address in the list.
    pub fn homeless(mut self) -> Self {
        self.cells.retain(|column, _| !ADDRESS.contains(&column.as_str()));
        self
    }

    /// The same with another cell in the laboratory's record.
    pub fn in_the_lab(mut self, (column, value): (&str, &str)) -> Self {
        self.lab.insert(column.to_owned(), value.to_owned());
        self
    }

    /// The same, known to the laboratory only; not as a participant, as those are all in the list.
    pub fn unlisted(mut self) -> Self {
        self.list = List::Nobody;
        self.with("category", "hospital")
    }

    /// The surname by which the laboratory's record and the row of the list are found to be one
    /// person.
    pub fn known_by_surname(self) -> Self {
        let known = |column: &str| self.cells.get(column).filter(|name| *name != ".").cloned();
        match known("surname").or_else(|| known("partner_surname")) {
            Some(name) => self.in_the_lab(("surname", &name)),
            None => self,
        }
    }
}

/// The rows of everybody, each with a number and a birthday of their own.
pub fn write(inbox: &Path, people: &[Person]) {
    let numbers = (900_000_001_u32..).filter(|number| passes_the_eleven_test(*number));
    let mut tables = BTreeMap::from([
        ("exposures-addressing.csv", header(&LAB)),
        ("participants-addressing.csv", header(&LISTED)),
        ("register-addressing.csv", header(&LISTED)),
    ]);
    for (index, ((person, number), birthday)) in
        people.iter().zip(numbers).zip(birthdays()).enumerate()
    {
        let own = Cells::from([
            ("bsn".to_owned(), number.to_string()),
            ("birth_date".to_owned(), birthday),
        ]);
        let shared = |column: &str| person.cells.get(column).or_else(|| own.get(column)).cloned();
        let file = match person.list {
            List::Participants => "participants-addressing.csv",
            List::Register => "register-addressing.csv",
            List::Nobody => "",
        };
        if let Some(table) = tables.get_mut(file) {
            let person_ref = format!("P{index}");
            line(table, &LISTED, |column| {
                if column == "person_ref" { Some(person_ref.clone()) } else { shared(column) }
            });
        }
        line(tables.get_mut("exposures-addressing.csv").unwrap(), &LAB, |column| match column {
            "record_id" => Some(person.key.clone()),
            "bsn" | "birth_date" | "sex" => shared(column),
            _ if person.list == List::Nobody => {
                person.cells.get(column).cloned().or_else(|| usual(column))
            }
            _ => person.lab.get(column).cloned().or_else(|| usual(column)),
        });
    }
    for (name, table) in tables {
        fs::write(inbox.join(name), table.into_inner().unwrap()).unwrap();
    }
    fs::write(inbox.join("providers-addressing.csv"), PROVIDERS).unwrap();
}

/// What every record of the laboratory has.
fn usual(column: &str) -> Option<String> {
    let value = match column {
        "dataset_id" => "ds1",
        "sample_date" => "2022-02-02",
        "status" => "confirmed",
        "published" => "no",
        "items" => "name;birth_date;bsn",
        _ => return None,
    };
    Some(value.to_owned())
}

type Table = csv::Writer<Vec<u8>>;

fn header(columns: &[&str]) -> Table {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(columns).unwrap();
    table
}

fn line(table: &mut Table, columns: &[&str], cell: impl Fn(&str) -> Option<String>) {
    table.write_record(columns.iter().map(|column| cell(column).unwrap_or_default())).unwrap();
}

/// Birthdays that no slip turns into each other: one digit, two swapped, or day and month, which no
/// month reaches.
fn birthdays() -> impl Iterator<Item = String> {
    let months = (1925..1995).flat_map(|year| (1..=12).map(move |month| (year, month)));
    let days = months.flat_map(|(year, month)| (13..=28).map(move |day| (year, month, day)));
    days.filter(|(year, month, day)| passes_the_eleven_test(year * 10_000 + month * 100 + day))
        .map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

fn passes_the_eleven_test(number: u32) -> bool {
    let digit = |place: u32| number / 10_u32.pow(place) % 10;
    (1..9).map(|place| digit(place) * (place + 1)).sum::<u32>() % 11 == digit(0)
}
