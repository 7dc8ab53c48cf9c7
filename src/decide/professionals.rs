//! Professionals: who of the list is who, and which letter each is due.
//!
//! A row is a professional's by code; without one, by name and practice. Nobody here is ever compared
//! with a patient: one human may get two letters, and neither knows of the other.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::providers::next_notice;
use crate::field::professional::{Professional, ProfessionalFindings, ProfessionalHold};
use crate::field::provider::{NoticeHold, ToldProvider};
use crate::field::row::Provider;
use crate::field::terms::Kind;

/// A professional, however many rows there are.
#[derive(Clone, Debug)]
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
}

/// A name as far as it tells professionals apart: without its capitals and blanks.
#[must_use]
pub fn plain_name(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn place(row: &Professional) -> (String, &str) {
    (plain_name(&row.name), &row.provider_code)
}

/// The professionals of the list, in an order that depends on nothing but what the rows say.
#[must_use]
pub fn gather(rows: &[Professional], tonight: Date) -> Vec<ListedProfessional<'_>> {
    // A row without a code is that of the only code with its name and practice.
    let mut codes = BTreeMap::<(String, &str), Option<&str>>::new();
    for row in rows.iter().filter(|row| !row.code.is_empty()) {
        let own = Some(row.code.as_str());
        codes
            .entry(place(row))
            .and_modify(|code| *code = own.filter(|own| *code == Some(*own)))
            .or_insert(own);
    }

    let mut all = BTreeMap::<(String, String, &str), ListedProfessional<'_>>::new();
    for row in rows {
        let (name, practice) = place(row);
        let known = codes.get(&(name.clone(), practice)).copied().flatten();
        let code = if row.code.is_empty() { known.unwrap_or_default() } else { &row.code };
        let key = match code {
            "" => (String::new(), name, practice),
            code => (code.to_owned(), String::new(), ""),
        };

        let none = ListedProfessional {
            code,
            name: &row.name,
            provider_code: &row.provider_code,
            findings: ProfessionalFindings::default(),
            rows: 0,
            left: false,
            contradicts: false,
        };
        let one = all.entry(key).or_insert(none);
        one.rows += 1;
        one.findings = one.findings.with(row.status, row.items);
        one.left |= row.left_on.is_some_and(|day| day <= tonight);
        one.contradicts |=
            plain_name(one.name) != plain_name(&row.name) || one.provider_code != practice;
        // Of two ways to write a name the one that comes first in the alphabet is printed.
        one.name = one.name.min(&row.name);
    }
    all.into_values().collect()
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
    use ProfessionalHold::{P121, P122, P123, P125};
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
    use crate::decide::fixtures::provider;
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
    fn forty_thousand_rows_of_one_professional_are_one() {
        let rows: Vec<_> =
            (1..=40_000).map(|number| row(number, "01000009", "A. Berk", "01000001")).collect();
        let all = gather(&rows, NIGHT);
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
            let mut all: Vec<_> =
                gather(rows, NIGHT).iter().map(|one| (one.code.to_owned(), one.rows)).collect();
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
            due(&gather(rows, NIGHT)[0], practice, &[], 14, NIGHT)
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
}
