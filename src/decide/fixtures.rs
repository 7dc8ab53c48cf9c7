//! Invented rows for tests: one woman, her lab record, her rows in the lists, and the world around
//! her.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Circumstances, decide};
use crate::base::bsn::Bsn;
use crate::config::Policy;
use crate::field::cells::Cells;
use crate::field::findings::{Findings, Told};
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::names::Sex;
use crate::field::notice::Notice;
use crate::field::partial_date::PartialDate;
use crate::field::person::{Cluster, Person};
use crate::field::reason::Sifted;
use crate::field::row::{
    Exposure, Provider, ProviderKind, Registrant, Rows, Suppression, SuppressionReason,
};
use crate::field::terms::{Category, Item, Items, Kind, Published, Status};

/// `2025-10-01`.
pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `1950-00-00`; empty = missing.
pub(crate) fn partial(text: &str) -> Option<PartialDate> {
    if text.is_empty() {
        return None;
    }
    let mut parts = text.split('-');
    let mut next = || parts.next().unwrap();
    Some(
        PartialDate::new(next().parse().unwrap(), next().parse().unwrap(), next().parse().unwrap())
            .unwrap(),
    )
}

/// `name bsn`.
pub(crate) fn items(words: &str) -> Items {
    words.split_whitespace().map(|word| word.parse::<Item>().unwrap()).collect()
}

/// `gp screening / confirmed / unknown / name bsn / phone`: categories, status, published,
/// involved, possible.
pub(crate) fn findings(text: &str) -> Findings {
    let parts: Vec<_> = text.split('/').map(str::trim).collect();
    let [categories, status, published, involved, possible] = parts[..] else {
        panic!("five parts")
    };
    let mut categories: Vec<Category> =
        categories.split(' ').map(|word| word.parse().unwrap()).collect();
    categories.sort_unstable();

    Findings {
        categories,
        status: status.parse::<Status>().unwrap(),
        published: published.parse::<Published>().unwrap(),
        involved: items(involved),
        possible: items(possible),
    }
}

/// A letter that was sent.
pub(crate) fn told(day: &str, kind: Kind, sender: &str, text: &str) -> Told {
    let (sender, findings) = (sender.to_owned(), findings(text));
    Told {
        date: date(day),
        kind,
        sequence: 1,
        sender,
        findings,
        speaks_for: Vec::new(),
        reissue: None,
    }
}

/// Sets one text cell by its column name.
pub(crate) trait Retype {
    fn with(self, column: &str, text: &str) -> Self;
}

fn retyped<const N: usize>(
    cells: &Cells<N>,
    names: [&str; N],
    column: &str,
    text: &str,
) -> Cells<N> {
    assert!(names.contains(&column), "no column {column}");
    Cells::pack(std::array::from_fn(
        |index| if names[index] == column { text } else { cells.get(index) },
    ))
    .unwrap()
}

impl Retype for Exposure {
    fn with(self, column: &str, text: &str) -> Self {
        Self { cells: retyped(&self.cells, Self::TEXT, column, text), ..self }
    }
}

impl Retype for Registrant {
    fn with(self, column: &str, text: &str) -> Self {
        Self { cells: retyped(&self.cells, Self::TEXT, column, text), ..self }
    }
}

impl Retype for Provider {
    fn with(self, column: &str, text: &str) -> Self {
        Self { cells: retyped(&self.cells, Self::TEXT, column, text), ..self }
    }
}

/// The invented woman's number, of the test range.
pub(crate) fn bsn() -> Bsn {
    Bsn::new(999_990_019).unwrap()
}

/// Row `row` of the exposures: a confirmed screening record of 1 May 2024.
pub(crate) fn exposure(row: u32) -> Exposure {
    let record = format!("LAB-{row:04}");
    Exposure {
        row: RowRef { file: 0, row },
        cells: Cells::pack([
            &record,
            "d1",
            "Fenna",
            "F",
            "van der",
            "Veen",
            "Lindelaan",
            "12",
            "",
            "",
            "9999ZZ",
            "Testdorp",
            "",
            "",
        ])
        .unwrap(),
        bsn: Some(bsn()),
        birth_date: partial("1980-05-05"),
        sex: Some(Sex::V),
        category: Some(Category::Screening),
        sample_date: Some(date("2024-05-01")),
        status: Status::Confirmed,
        published: Published::Unknown,
        items: items("name address birth_date bsn"),
        custody: None,
        requester: None,
    }
}

/// Row `row` of the participants list.
pub(crate) fn participant(row: u32) -> Registrant {
    listed(RowRef { file: 1, row }, "P")
}

/// Row `row` of the register.
pub(crate) fn register(row: u32) -> Registrant {
    listed(RowRef { file: 2, row }, "R")
}

fn listed(row: RowRef, prefix: &str) -> Registrant {
    let number = format!("{prefix}{:04}", row.row);
    let mut cells = [""; 19];
    cells[0] = &number;
    (cells[1], cells[3], cells[4]) = ("Fenna", "van der", "Veen");
    (cells[7], cells[8], cells[11], cells[12]) = ("Lindelaan", "12", "9999ZZ", "TESTDORP");

    Registrant {
        row,
        cells: Cells::pack(cells).unwrap(),
        bsn: Some(bsn()),
        title: None,
        name_use: None,
        partner_title: None,
        partner_ended: None,
        sex: Some(Sex::V),
        birth_date: partial("1980-05-05"),
        house_indication: None,
        language: None,
        letter_format: None,
        deceased_on: None,
        deceased_unreadable: false,
        protected_address: false,
        whereabouts_unknown: false,
        denies: crate::field::row::Denials::default(),
    }
}

/// Row `row` of the providers, confirmed on 1 August 2025.
pub(crate) fn provider(row: u32, code: &str, kind: ProviderKind) -> Provider {
    Provider {
        row: RowRef { file: 3, row },
        code: code.to_owned(),
        kind,
        display_name: "Praktijk De Linde".to_owned(),
        confirmed_on: Some(date("2025-08-01")),
        cells: Cells::pack(["Postbus", "40", "", "", "9999ZZ", "Testdorp"]).unwrap(),
        contact_email: String::new(),
        closed_on: None,
        merged_into: String::new(),
    }
}

/// Row `row` of the suppressions, naming nobody yet.
pub(crate) fn suppression(row: u32, reason: SuppressionReason) -> Suppression {
    Suppression {
        row: RowRef { file: 4, row },
        bsn: None,
        person_ref: String::new(),
        reason,
        source: "register".to_owned(),
        since: None,
        since_partly: None,
        since_unreadable: false,
    }
}

/// An empty inbox.
pub(crate) fn rows() -> Rows {
    Rows::default()
}

/// An inbox whose rows are all one person's, and everything else that decides about her on 1
/// October 2025.
#[derive(Debug)]
pub(crate) struct Scene {
    pub rows: Rows,
    pub told: Vec<Told>,
    pub senders: BTreeMap<Category, String>,
    pub policy: Policy,
    pub run_date: Date,
}

impl Scene {
    /// One row for each category, a row in the participants list; one sender, `bvo`, for
    /// everything.
    pub(crate) fn of(categories: &[Option<Category>]) -> Self {
        let mut rows = rows();
        for (row, category) in (1..).zip(categories) {
            rows.exposures.push(Exposure { category: *category, ..exposure(row) });
        }

        rows.participants.push(participant(1));
        Self {
            rows,
            told: Vec::new(),
            senders: Category::ALL.iter().map(|category| (*category, "bvo".to_owned())).collect(),
            policy: Policy::default(),
            run_date: date("2025-10-01"),
        }
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person {
            pseudonym: Pseudonym([7; 16]),
            rows: Cluster {
                exposures: self.rows.exposures.iter().collect(),
                participants: self.rows.participants.iter().collect(),
                register: self.rows.register.iter().collect(),
            },
            told: self.told.clone(),
        }
    }

    pub(crate) fn decide(&self) -> Sifted<Notice<'_>> {
        let circumstances = Circumstances::new(&self.rows, &self.senders);
        decide(vec![self.person()], &circumstances, &self.policy, self.run_date)
    }

    /// What each exposure row ends as, in row order: a kind of letter, or a code.
    pub(crate) fn ends(&self) -> Vec<&'static str> {
        let sifted = self.decide();
        let mut ends: Vec<_> =
            sifted.set_aside.iter().map(|aside| (aside.row, aside.reason.code())).collect();
        for notice in &sifted.ready {
            ends.extend(notice.rows.iter().map(|row| (*row, notice.kind.word())));
        }

        ends.sort_unstable();
        let rows: Vec<_> = self.rows.exposures.iter().map(|row| row.row).collect();
        assert_eq!(ends.iter().map(|(row, _)| *row).collect::<Vec<_>>(), rows, "every row once");

        ends.into_iter().map(|(_, end)| end).collect()
    }

    /// Remembers what the letters say, as the ledger does, and moves to `run_date`.
    pub(crate) fn remember(&mut self, run_date: &str) {
        let letters = self.decide().ready.into_iter().map(|notice| Told {
            date: self.run_date,
            kind: notice.kind,
            sequence: notice.sequence,
            sender: notice.sender,
            findings: notice.findings,
            speaks_for: Vec::new(),
            reissue: None,
        });

        let letters: Vec<_> = letters.collect();
        self.told.extend(letters);
        self.run_date = date(run_date);
    }
}
