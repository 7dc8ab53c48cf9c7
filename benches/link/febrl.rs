//! The FEBRL sets: their columns mapped to ours, the score alone (no vetoes: true duplicates there
//! have other given names and other birth dates), one set of parameters for all sets.

use breachpost::base::bsn::Bsn;
use breachpost::base::progress::Progress;
use breachpost::config::LinkRules;
use breachpost::field::cells::Cells;
use breachpost::field::ids::RowRef;
use breachpost::field::keys::Keys;
use breachpost::field::partial_date::PartialDate;
use breachpost::field::row::{Exposure, Rows};
use breachpost::field::terms::{Category, Items, Published, Status};
use breachpost::link::{LinkTerms, Parameters, group};
use camino::Utf8Path;

use crate::{load, truth};

const SETS: [(&str, &[&str]); 4] = [
    ("FEBRL 1", &["dataset1.csv"]),
    ("FEBRL 2", &["dataset2.csv"]),
    ("FEBRL 3", &["dataset3.csv"]),
    ("FEBRL 4", &["dataset4a.csv", "dataset4b.csv"]),
];

pub fn measure(folder: &Utf8Path, rest: &[&str]) {
    let parameters = rest.first().map_or_else(
        || Parameters::from_toml(include_str!("febrl.toml")).unwrap(),
        |path| Parameters::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap(),
    );

    let rules = LinkRules::default();
    for (name, files) in SETS {
        let (rows, people) = load_set(folder, files);
        let terms = LinkTerms { rules: &rules, parameters: &parameters, decisions: &[] };
        let groups = group(&rows, &terms, &Keys::derive(&[7; 32]), &Progress::hidden()).unwrap();
        let labels = groups.iter().map(|group| u64::from(*group)).zip(people.iter().copied());
        println!("{name}  {:6} rows  {}", people.len(), truth::Pairwise::of(labels).figures());
    }
}

/// Prints parameters learned from sets 1 and 2, which have other errors than sets 3 and 4.
pub fn train(folder: &Utf8Path) {
    let before = Parameters::from_toml(include_str!("febrl.toml")).unwrap();
    let (rows, _) = load_set(folder, &["dataset1.csv", "dataset2.csv"]);
    let learned =
        breachpost::tools::link_train::train(&rows, &before, "febrl-1", 1, &Keys::derive(&[7; 32]))
            .unwrap();
    println!("{}", learned.parameters.to_toml().unwrap());
}

fn load_set(folder: &Utf8Path, files: &[&str]) -> (Rows, Vec<u64>) {
    let mut rows = Rows::default();
    let mut people = Vec::new();
    for (file, path) in (0..).zip(files) {
        let mut place = 0;
        load::each(&folder.join(path), |cell| {
            place += 1;
            people.push(person(&cell("rec_id")));
            rows.exposures.push(exposure(RowRef { file, row: place }, cell));
        });
    }

    (rows, people)
}

/// `rec-223-dup-0` -> 223
fn person(record: &str) -> u64 {
    record.split('-').nth(1).and_then(|number| number.parse().ok()).unwrap()
}

fn exposure(row: RowRef, cell: &dyn Fn(&str) -> String) -> Exposure {
    // Four digits and the first two letters of the state: the shape of a postcode.
    let state: String = cell("state").chars().chain("xx".chars()).take(2).collect();
    let postcode = format!("{:0>4}{state}", cell("postcode"));
    let record = format!("{}-{}", row.file, row.row);
    let cells = [
        &record,
        "",
        &cell("given_name"),
        "",
        "",
        &cell("surname"),
        &cell("address_1"),
        &cell("street_number"),
        "",
        "",
        &postcode,
        &cell("suburb"),
        "",
        "",
    ];

    Exposure {
        row,
        cells: Cells::pack(cells).unwrap(),
        bsn: number(&cell("soc_sec_id")),
        birth_date: birth_date(&cell("date_of_birth")),
        sex: None,
        category: Some(Category::Screening),
        sample_date: None,
        status: Status::Confirmed,
        published: Published::Unknown,
        items: Items::default(),
        custody: None,
        requester: None,
    }
}

/// Seven digits become nine that pass the 11-test, each number another one.
fn number(digits: &str) -> Option<Bsn> {
    let number: u32 = digits.parse().ok()?;
    let stems = [90_000_000, 80_000_000].map(|stem| stem + number);
    stems.iter().find_map(|stem| (0..10).find_map(|last| Bsn::new(stem * 10 + last).ok()))
}

fn birth_date(digits: &str) -> Option<PartialDate> {
    let number: u32 = digits.parse().ok()?;
    let part = |divisor: u32, size: u32| u8::try_from(number / divisor % size).ok();
    PartialDate::new(u16::try_from(number / 10_000).ok()?, part(100, 100)?, part(1, 100)?)
}
