//! Professionals: who of the list is who, and which letter each is due.
//!
//! A row is a professional's by code; without one, by name and practice. Nobody here is ever compared
//! with a patient: one human may get two letters, and neither knows of the other.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::providers::next_notice;
use crate::field::professional::{
    Professional, ProfessionalFindings, ProfessionalHold, ProfessionalItems, Requester,
};
use crate::field::provider::{NoticeHold, ToldProvider};
use crate::field::row::{Exposure, Provider};
use crate::field::terms::{Kind, Status};
use crate::field::words::fold;

/// What one row says of a professional, or many that say the same.
#[derive(Clone, Copy)]
pub struct ProfessionalRow<'a> {
    code: &'a str,
    name: &'a str,
    provider_code: &'a str,
    status: Status,
    items: ProfessionalItems,
    left_on: Option<Date>,
    is_unreadable: bool,
    rows: u64,
}

impl<'a> From<&'a Professional> for ProfessionalRow<'a> {
    fn from(row: &'a Professional) -> Self {
        Self {
            code: &row.code,
            name: &row.name,
            provider_code: &row.provider_code,
            status: row.status,
            items: row.items,
            left_on: row.left_on,
            is_unreadable: false,
            rows: 1,
        }
    }
}

/// Those whom lab records name as who asked for the test, each way of naming them once.
pub fn requesters<'a>(
    records: impl Iterator<Item = &'a Exposure>,
) -> impl Iterator<Item = ProfessionalRow<'a>> {
    let mut counts = HashMap::<(&Requester, &str, Status), u64>::new();
    for record in records {
        if let Some(requester) = &record.requester {
            *counts.entry((requester, record.provider_code(), record.status)).or_default() += 1;
        }
    }
    counts.into_iter().map(|((requester, provider_code, status), rows)| ProfessionalRow {
        code: &requester.code,
        name: &requester.name,
        provider_code,
        status,
        items: requester.items,
        left_on: None,
        is_unreadable: requester.is_unreadable,
        rows,
    })
}

/// A professional, however many rows there are.
#[derive(Clone)]
pub struct ListedProfessional<'a> {
    /// AGB code; empty where no row has one.
    pub code: &'a str,
    /// As printed.
    pub name: &'a str,
    /// AGB code of the practice.
    pub provider_code: &'a str,
    /// What the rows say of the data.
    pub findings: ProfessionalFindings,
    /// Rows.
    pub rows: u64,
    /// Works there no longer.
    left: bool,
    /// Rows with the code have different names or practices.
    contradicts: bool,
    /// A row does not say who it is about, or cannot be read there.
    is_unreadable: bool,
}

/// Personal data: nothing is printed.
impl std::fmt::Debug for ListedProfessional<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ListedProfessional({} rows)", self.rows)
    }
}

/// Titles before a name, and behind it: some lists have them and some do not.
const TITLES: [&str; 11] =
    ["prof", "dr", "drs", "ir", "ing", "mr", "bc", "dhr", "mevr", "mw", "med"];
const DEGREES: [&str; 7] = ["msc", "bsc", "phd", "md", "mph", "mba", "mha"];

/// A name as far as it tells professionals apart: without titles, capitals, accents and signs.
///
/// A title leaves two words at least. "MR" without a full stop is two initials.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let parts = name.split_whitespace().flat_map(|word| word.split_inclusive('.'));
    let mut parts: Vec<&str> = parts.collect();
    let is_one_of = |titles: &[&str], part: &str| {
        let word = part.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        titles.contains(&word.as_str())
    };
    let is_title = |part: &str| {
        is_one_of(&TITLES, part) && (part.ends_with('.') || part.contains(char::is_lowercase))
    };

    while parts.len() > 2 && is_title(parts[0]) {
        parts.remove(0);
    }
    while parts.len() > 2 && parts.last().is_some_and(|part| is_one_of(&DEGREES, part)) {
        parts.pop();
    }
    fold(&parts.join(" "))
}

/// Everybody whom rows are about, in an order that depends on nothing but what the rows say.
#[must_use]
pub fn gather<'a>(
    rows: impl Iterator<Item = ProfessionalRow<'a>>,
    tonight: Date,
) -> Vec<ListedProfessional<'a>> {
    let rows: Vec<(String, ProfessionalRow<'_>)> =
        rows.map(|row| (plain_name(row.name), row)).collect();

    // A row without a code is that of the only code with its name and practice.
    let mut codes = HashMap::<(&str, &str), Option<&str>>::new();
    for (name, row) in rows.iter().filter(|(name, row)| !row.code.is_empty() && !name.is_empty()) {
        codes
            .entry((name, row.provider_code))
            .and_modify(|code| *code = code.filter(|code| *code == row.code))
            .or_insert(Some(row.code));
    }

    let mut all = BTreeMap::<(&str, &str, &str), ListedProfessional<'_>>::new();
    for (name, row) in &rows {
        let known = codes.get(&(name.as_str(), row.provider_code)).copied().flatten();
        let code = if row.code.is_empty() { known.unwrap_or_default() } else { row.code };
        let key = match code {
            "" => ("", name.as_str(), row.provider_code),
            code => (code, "", ""),
        };
        all.entry(key).or_insert_with(|| ListedProfessional::of_code(code)).add(row, tonight);
    }
    all.into_values().collect()
}

impl<'a> ListedProfessional<'a> {
    /// Of whom no row is known yet.
    const fn of_code(code: &'a str) -> Self {
        Self {
            code,
            name: "",
            provider_code: "",
            findings: ProfessionalFindings {
                stolen: ProfessionalItems::NONE,
                perhaps: ProfessionalItems::NONE,
                stored: ProfessionalItems::NONE,
            },
            rows: 0,
            left: false,
            contradicts: false,
            is_unreadable: false,
        }
    }

    /// Adds what a row says. Where it has no name or no practice, those of another one count.
    fn add(&mut self, row: &ProfessionalRow<'a>, tonight: Date) {
        self.rows += row.rows;
        self.findings = self.findings.with(row.status, row.items);
        self.left |= row.left_on.is_some_and(|day| day <= tonight);
        self.is_unreadable |= row.is_unreadable;

        let differ = |own: &str, other: &str| !own.is_empty() && !other.is_empty() && own != other;
        self.contradicts |= differ(&plain_name(self.name), &plain_name(row.name))
            || differ(self.provider_code, row.provider_code);
        // Of two ways to write a name the one that comes first in the alphabet is printed.
        self.name = first(self.name, row.name);
        self.provider_code = first(self.provider_code, row.provider_code);
    }
}

/// The first in the alphabet of those that are not empty.
fn first<'a>(one: &'a str, other: &'a str) -> &'a str {
    match (one, other) {
        ("", said) | (said, "") => said,
        (one, other) => one.min(other),
    }
}

/// What a professional is due tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfessionalDue {
    /// A letter: the first, or one that says what is new since an earlier day.
    Letter {
        /// First or supplement.
        kind: Kind,
        /// Place among the letters of this kind, from 1.
        sequence: u32,
        /// Date of the letter that a supplement refers to.
        earlier: Option<Date>,
    },
    /// Nothing is new, or the last letter is too recent.
    Nothing,
    /// Somebody has to look at it.
    Held(ProfessionalHold),
}

/// What a professional is due tonight. `practice`: its row on the providers list, or why there is none
/// that can be used; `told`: earlier letters, oldest first.
#[must_use]
pub fn due(
    professional: &ListedProfessional<'_>,
    practice: Result<&Provider, NoticeHold>,
    told: &[ToldProvider],
    days_between: i64,
    tonight: Date,
) -> ProfessionalDue {
    use ProfessionalHold::{P121, P122, P123, P125, P127};
    if professional.is_unreadable || professional.name.is_empty() {
        return ProfessionalDue::Held(P127);
    }
    let Ok(practice) = practice else { return ProfessionalDue::Held(P121) };
    let holds = [
        (professional.contradicts, P122),
        (practice.is_gone_on(tonight), P123),
        (professional.left, P125),
    ];
    if let Some((_, hold)) = holds.into_iter().find(|(applies, _)| *applies) {
        return ProfessionalDue::Held(hold);
    }

    let is_news = |last: &ToldProvider| {
        professional.findings.is_news(ProfessionalFindings::of_bits(last.patients))
    };
    match next_notice(told, is_news, days_between, tonight) {
        Some((kind, sequence, earlier)) => ProfessionalDue::Letter { kind, sequence, earlier },
        None => ProfessionalDue::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::fixtures::{Retype as _, exposure, provider};
    use crate::field::ids::RowRef;
    use crate::field::professional::ProfessionalItem;
    use crate::field::terms::Status;

    const NIGHT: Date = date(2025, 9, 15);

    fn row(number: u32, code: &str, name: &str, practice: &str) -> Professional {
        Professional {
            row: RowRef { file: 0, row: number },
            code: code.to_owned(),
            name: name.to_owned(),
            provider_code: practice.to_owned(),
            dataset_id: "ds1".to_owned(),
            status: Status::Confirmed,
            items: std::iter::once(ProfessionalItem::Name).collect(),
            left_on: None,
        }
    }

    #[test]
    fn a_title_makes_nobody_new_and_initials_are_no_title() {
        for (name, plain) in [
            ("K. Jansen", "k jansen"),
            ("dr. K. Jansen", "k jansen"),
            ("Prof.dr. K.  JANSEN, MSc", "k jansen"),
            ("Drs K Jansen PhD", "k jansen"),
            ("mw. dr.K. Jansen", "k jansen"),
            ("A.M. Berk", "am berk"),
            ("AM Bérk", "am berk"),
            ("M.R. Jansen", "mr jansen"),
            ("MR de Vries", "mr de vries"),
            ("D.R. Jansen", "dr jansen"),
            ("Mr. Jansen", "mr jansen"),
            ("K. Ing", "k ing"),
            ("", ""),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
        }

        let rows = [
            row(1, "", "K. Jansen", "01000001"),
            row(2, "", "dr. K. Jansen", "01000001"),
            row(3, "", "M.R. Jansen", "01000001"),
        ];
        assert_eq!(gather(rows.iter().map(ProfessionalRow::from), NIGHT).len(), 2);
    }

    #[test]
    fn forty_thousand_rows_of_one_professional_are_one() {
        let rows: Vec<_> =
            (1..=40_000).map(|number| row(number, "01000009", "A. Berk", "01000001")).collect();
        let all = gather(rows.iter().map(ProfessionalRow::from), NIGHT);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].rows, 40_000);
    }

    #[test]
    fn rows_without_a_code_are_known_by_name_and_practice() {
        let rows = [
            row(1, "01000009", "A. Berk", "01000001"),
            row(2, "", "A.  BERK", "01000001"),
            row(3, "", "A. Berk", "01000002"),
            row(4, "", "B. Eik", "01000001"),
            row(5, "", "B. Eik", "01000001"),
            row(6, "01000007", "C. Iep", "01000001"),
            row(7, "01000008", "C. Iep", "01000001"),
            row(8, "", "C. Iep", "01000001"),
        ];
        let counts = |rows: &[Professional]| {
            let all = gather(rows.iter().map(ProfessionalRow::from), NIGHT);
            let mut all: Vec<_> = all.iter().map(|one| (one.code.to_owned(), one.rows)).collect();
            all.sort();
            all
        };
        let expected =
            [("", 1), ("", 1), ("", 2), ("01000007", 1), ("01000008", 1), ("01000009", 2)];
        let expected: Vec<_> = expected.map(|(code, rows)| (code.to_owned(), rows)).into();
        assert_eq!(counts(&rows), expected);
        let backwards: Vec<_> = rows.iter().rev().cloned().collect();
        assert_eq!(counts(&backwards), expected);
    }

    #[test]
    fn what_cannot_be_sent_is_held() {
        let practice = provider(1, "01000001", crate::field::row::ProviderKind::Gp);
        let held = |rows: &[Professional], practice| {
            let all = gather(rows.iter().map(ProfessionalRow::from), NIGHT);
            due(&all[0], practice, &[], 14, NIGHT)
        };
        let one = row(1, "01000009", "A. Berk", "01000001");
        assert!(matches!(
            held(std::slice::from_ref(&one), Ok(&practice)),
            ProfessionalDue::Letter { .. }
        ));

        let other = row(2, "01000009", "A. Berk", "01000002");
        let left = Professional { left_on: Some(NIGHT), ..one.clone() };
        let closed = Provider { closed_on: Some(NIGHT), ..practice.clone() };
        for (rows, practice, hold) in [
            (vec![one.clone()], Err(NoticeHold::P101), ProfessionalHold::P121),
            (vec![one.clone(), other], Ok(&practice), ProfessionalHold::P122),
            (vec![one], Ok(&closed), ProfessionalHold::P123),
            (vec![left], Ok(&practice), ProfessionalHold::P125),
        ] {
            assert_eq!(held(&rows, practice), ProfessionalDue::Held(hold));
        }
    }

    fn record(number: u32, code: &str, name: &str, unreadable: bool) -> Exposure {
        let requester = Requester {
            code: code.to_owned(),
            name: name.to_owned(),
            items: std::iter::once(ProfessionalItem::Signature).collect(),
            is_unreadable: unreadable,
        };
        Exposure { requester: Some(requester.into()), ..exposure(number) }
            .with("provider_code", "01000001")
    }

    #[test]
    fn rows_of_the_list_and_of_lab_records_are_about_the_same_professional() {
        let listed = [row(1, "01000009", "A. Berk", "01000001")];
        let records = [
            record(1, "01000009", "A. Berk", false),
            record(2, "01000009", "", false),
            record(3, "", "a. berk", false),
            exposure(4),
        ];
        let rows = listed.iter().map(ProfessionalRow::from);
        let all = gather(rows.chain(requesters(records.iter())), NIGHT);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].code, all[0].name, all[0].rows), ("01000009", "A. Berk", 4));
        let kinds: Vec<_> = all[0].findings.stolen.iter().collect();
        assert_eq!(kinds, [ProfessionalItem::Name, ProfessionalItem::Signature]);
    }

    #[test]
    fn who_is_not_said_by_any_row_or_cannot_be_read_is_held() {
        let practice = provider(1, "01000001", crate::field::row::ProviderKind::Gp);
        for record in [record(1, "01000009", "", false), record(1, "", "A. Berk", true)] {
            let all = gather(requesters(std::iter::once(&record)), NIGHT);
            let due = due(&all[0], Ok(&practice), &[], 14, NIGHT);
            assert_eq!(due, ProfessionalDue::Held(ProfessionalHold::P127));
            assert!(!format!("{:?}{:?}", all[0], record).contains("Berk"));
        }
    }
}
