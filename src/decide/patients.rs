//! The patients of one provider, for a list that the provider asks for: as its own records have them,
//! the fewest fields by which it knows them again, and nothing about tests.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::decide::Circumstances;
use crate::field::ids::Pseudonym;
use crate::field::person::{Cluster, Person};
use crate::field::row::{Exposure, Registrant, SuppressionReason};

/// One line of the list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct PatientLine {
    /// Surname, with what stands before it.
    pub surname: String,
    /// Initials, or first names where the record has no initials.
    pub initials: String,
    /// `YYYY-MM-DD`; empty where a part of it is not known.
    pub birth_date: String,
    /// Street and number; empty for whoever must not be found.
    pub street: String,
    /// Postcode and town, likewise.
    pub town: String,
    /// `yes`: the address was left out, for no list says that it may be told.
    pub address_left_out: &'static str,
    /// `yes`: somebody says that the person has died; do not call.
    pub deceased: &'static str,
    /// By when whoever has the list destroys it: on each line, so that no copy of a part is without.
    pub destroy_by: Date,
}

impl PatientLine {
    /// The names of its fields, in their order.
    pub const COLUMNS: [&str; 8] = [
        "surname",
        "initials",
        "birth_date",
        "street",
        "town",
        "address_left_out",
        "deceased",
        "destroy_by",
    ];
}

/// Personal data: nothing is printed.
impl std::fmt::Debug for PatientLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientLine")
    }
}

/// The patients of the provider with this code: one line for each person of `people` whose records name
/// it, and for each of `loose`, records of whom it is not known who they are. Those, and whoever is in
/// `remembered` as protected, are without an address.
#[must_use]
pub fn list<'a>(
    code: &str,
    people: &[Person<'a>],
    loose: &[&'a Exposure],
    circumstances: &Circumstances<'a>,
    remembered: &BTreeMap<Pseudonym, String>,
    destroy_by: Date,
) -> Vec<PatientLine> {
    let is_theirs = |row: &&&Exposure| row.provider_code() == code;
    let known = people.iter().filter_map(|person| {
        let record = person.rows.exposures.iter().find(is_theirs)?;
        let is_remembered = remembered.contains_key(&person.pseudonym);
        let found = Found::of(&person.rows, circumstances, is_remembered);
        Some(line(record, found, destroy_by))
    });
    let loose = loose.iter().filter(is_theirs);
    let nobody = Found { may_be_told: false, deceased: false };
    let mut lines: Vec<PatientLine> =
        known.chain(loose.map(|record| line(record, nobody, destroy_by))).collect();
    lines.sort();
    lines
}

/// What the lists say of a person.
#[derive(Clone, Copy)]
struct Found {
    may_be_told: bool,
    deceased: bool,
}

impl Found {
    fn of(rows: &Cluster<'_>, circumstances: &Circumstances<'_>, is_remembered: bool) -> Self {
        let listed = || rows.participants.iter().chain(&rows.register);
        let suppressions = circumstances.suppressions(rows);
        let is_dead = |row: &&Registrant| row.deceased_on.is_some() || row.deceased_unreadable;
        Self {
            // Nobody whom no list knows is known not to be protected; whoever is held, for whatever
            // reason, may be.
            may_be_told: listed().next().is_some()
                && !listed().any(|row| row.protects())
                && suppressions.is_empty()
                && !is_remembered,
            deceased: listed().any(is_dead)
                || suppressions.iter().any(|row| row.reason == SuppressionReason::Deceased),
        }
    }
}

fn line(record: &Exposure, found: Found, destroy_by: Date) -> PatientLine {
    let (name, address) = (record.name(), record.address());
    let joined = |words: &[&str]| {
        let words = words.iter().filter(|word| !word.is_empty());
        words.copied().collect::<Vec<_>>().join(" ")
    };
    let house = [address.house_number, address.house_letter, address.house_addition].concat();
    let told = |words: &[&str]| if found.may_be_told { joined(words) } else { String::new() };
    let yes = |so: bool| if so { "yes" } else { "" };
    PatientLine {
        surname: joined(&[name.surname_prefix, name.surname]),
        initials: if name.initials.is_empty() { name.first_names } else { name.initials }
            .to_owned(),
        birth_date: record
            .birth_date
            .and_then(super::super::field::partial_date::PartialDate::exact)
            .map_or_else(String::new, |date| date.to_string()),
        street: told(&[address.street, &house]),
        town: told(&[address.postcode, address.town]),
        address_left_out: yes(!found.may_be_told),
        deceased: yes(found.deceased),
        destroy_by,
    }
}
