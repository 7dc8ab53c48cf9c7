//! Typed rows: what `read` makes of the inbox and every later stage borrows from.

mod open;

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::bsn::Bsn;
use crate::field::address::{Address, HouseIndication};
use crate::field::cells::Cells;
use crate::field::digits::Digits;
use crate::field::ids::RowRef;
use crate::field::names::{NameUse, PartnerName, PersonName, Sex, Title};
use crate::field::partial_date::PartialDate;
use crate::field::professional::{Professional, Requester};
use crate::field::reason::SetAside;
use crate::field::shared::Shared;
use crate::field::terms::{Category, Custody, Format, Items, Language, Published, Status, words};

pub use open::Open;

/// Which of the six lists a file is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Lab records.
    Exposures,
    /// The screening programme's list.
    Participants,
    /// The population register.
    Register,
    /// Care providers and institutions.
    Providers,
    /// Who must not be written to.
    Suppressions,
    /// People who work in health care, about their own data.
    Professionals,
}

/// One file of the inbox, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Input {
    /// File name without folder.
    pub file: String,
    /// Which list it is.
    pub list: List,
    /// SHA-256 of the bytes that were read, lower-case hex.
    pub sha256: String,
    /// Data rows, good and bad.
    pub rows: u32,
    /// Headers that the contract does not name; their cells were never read.
    pub unread_columns: Vec<String>,
    /// What was found around the rows and left out, in words: for the report.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Everything that was read: good rows, typed. Bad rows are in the set-aside list beside it.
#[derive(Debug, Default)]
pub struct Rows {
    /// The files, sorted by list and name.
    pub inputs: Vec<Input>,
    /// Names of other files in the inbox, which were not read.
    pub others: Vec<String>,
    /// Lab records.
    pub exposures: Vec<Exposure>,
    /// The screening programme's list.
    pub participants: Vec<Registrant>,
    /// The population register.
    pub register: Vec<Registrant>,
    /// Care providers.
    pub providers: Vec<Provider>,
    /// Suppressions.
    pub suppressions: Vec<Suppression>,
    /// People who work in health care.
    pub professionals: Vec<Professional>,
    /// Rows of any list that could not be read whole.
    pub refused: Vec<Refused>,
    /// What could not be read, file by file; only of files that have such rows.
    pub damage: Vec<Damage>,
}

impl Rows {
    /// Data rows of all files, good and bad.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.inputs.iter().map(|input| u64::from(input.rows)).sum()
    }
}

/// A row that could not be read whole, with what could be read of it.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Which list it is in.
    pub list: List,
    /// Row and reason; `evidence` names the column.
    pub set_aside: SetAside,
    /// Exposures: the record's number, if it could be read.
    pub record_id: String,
    /// Exposures: its dataset, if it could be read.
    pub dataset_id: String,
    /// The row's BSN, if valid: nobody with it is written to while their list row is unreadable (L207).
    pub bsn: Option<Bsn>,
    /// What is left of a BSN that is not valid.
    pub digits: Option<Digits>,
    /// The row's `person_ref`, if it could be read.
    pub person_ref: String,
    /// What could not be read.
    pub open: Open,
    /// The row with its unreadable cells empty. A row with too many or too few cells is here twice:
    /// its cells counted from the left and from the right.
    pub remains: Vec<Remains>,
    /// It is among the good rows too: what could not be read counts as the worst that it may say.
    pub used: bool,
    /// A hash of the row's cells: tells the same row in the next delivery from another one.
    pub content: String,
}

/// A row with its unreadable cells empty.
#[derive(Clone, Debug)]
pub enum Remains {
    /// Lab record.
    Exposure(Box<Exposure>),
    /// Row of the participants list or the register.
    Registrant(Box<Registrant>),
    /// Provider.
    Provider(Box<Provider>),
    /// A suppression tells nothing but its two numbers.
    Suppression,
}

/// How much of one file could not be read.
#[derive(Clone, Debug)]
pub struct Damage {
    /// Index into [`Rows::inputs`].
    pub file: u16,
    /// Which list it is.
    pub list: List,
    /// Data rows with at least one unreadable cell, or with too many or too few cells.
    pub rows: u32,
    /// Columns with unreadable cells, in contract order.
    pub columns: Vec<ColumnDamage>,
}

/// How much of one column of one file could not be read.
#[derive(Clone, Debug)]
pub struct ColumnDamage {
    /// Our name of it.
    pub column: &'static str,
    /// Cells that are not empty.
    pub filled: u32,
    /// Those that could not be read.
    pub damaged: u32,
    /// What they look like, in words, the most frequent first.
    pub kinds: Vec<(&'static str, u32)>,
}

/// One lab record: one person's data in one dataset.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// Where it is.
    pub row: RowRef,
    /// Text, in the order of [`Exposure::TEXT`].
    pub cells: Cells<14>,
    /// Valid BSN, if any.
    pub bsn: Option<Bsn>,
    /// Birth date, maybe partial.
    pub birth_date: Option<PartialDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// `None`: the row names a category that is not one of the four (D101).
    pub category: Option<Category>,
    /// When the sample was taken.
    pub sample_date: Option<Date>,
    /// How sure it is that the data were stolen.
    pub status: Status,
    /// Whether they were seen on the internet; missing means unknown.
    pub published: Published,
    /// Kinds of data.
    pub items: Items,
    /// Prisoners only.
    pub custody: Option<Custody>,
    /// Who asked for the test, where the record names them. Nothing about the patient.
    pub requester: Option<Shared<Requester>>,
}

impl Exposure {
    /// Names of the text cells.
    pub const TEXT: [&'static str; 14] = [
        "record_id",
        "dataset_id",
        "first_names",
        "initials",
        "surname_prefix",
        "surname",
        "street",
        "house_number",
        "house_letter",
        "house_addition",
        "postcode",
        "town",
        "country",
        "provider_code",
    ];

    /// The lab's number of the record.
    #[must_use]
    pub fn record_id(&self) -> &str {
        self.cells.get(0)
    }

    /// The dataset the record is in.
    #[must_use]
    pub fn dataset_id(&self) -> &str {
        self.cells.get(1)
    }

    /// AGB code of the care provider or institution; empty if missing.
    #[must_use]
    pub fn provider_code(&self) -> &str {
        self.cells.get(13)
    }

    /// The name as the lab has it.
    #[must_use]
    pub fn name(&self) -> PersonName<'_> {
        PersonName {
            first_names: self.cells.get(2),
            initials: self.cells.get(3),
            surname_prefix: self.cells.get(4),
            surname: self.cells.get(5),
            sex: self.sex,
            ..PersonName::default()
        }
    }

    /// The address as the lab has it.
    #[must_use]
    pub fn address(&self) -> Address<'_> {
        Address {
            street: self.cells.get(6),
            house_number: self.cells.get(7),
            house_letter: self.cells.get(8),
            house_addition: self.cells.get(9),
            postcode: self.cells.get(10),
            town: self.cells.get(11),
            country: self.cells.get(12),
            ..Address::default()
        }
    }
}

/// One row of the participants list or of the register: who somebody is and where they live.
#[derive(Clone, Debug)]
pub struct Registrant {
    /// Where it is.
    pub row: RowRef,
    /// Text, in the order of [`Registrant::TEXT`].
    pub cells: Cells<19>,
    /// Valid BSN, if any.
    pub bsn: Option<Bsn>,
    /// Own title or predicate.
    pub title: Option<Title>,
    /// Name use.
    pub name_use: Option<NameUse>,
    /// The partner's title or predicate.
    pub partner_title: Option<Title>,
    /// Date on which the marriage or partnership ended; present = former partner.
    pub partner_ended: Option<PartialDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Birth date, maybe partial.
    pub birth_date: Option<PartialDate>,
    /// `to` or `by`.
    pub house_indication: Option<HouseIndication>,
    /// Recorded preference.
    pub language: Option<Language>,
    /// Recorded preference.
    pub letter_format: Option<Format>,
    /// Date of death, maybe partial.
    pub deceased_on: Option<PartialDate>,
    /// There is a date of death, and it cannot be read: a death to be checked (D205).
    pub deceased_unreadable: bool,
    /// The address may not be given to third parties.
    pub protected_address: bool,
    /// Gone, nobody knows where.
    pub whereabouts_unknown: bool,
    /// What the row says is not so, where an empty cell says nothing.
    pub denies: Denials,
}

/// Protection that a row takes back in so many words: `no`, and not an empty cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Denials {
    /// The address is not protected.
    pub protected_address: bool,
    /// The whereabouts are known.
    pub whereabouts_unknown: bool,
}

impl Registrant {
    /// Names of the text cells.
    pub const TEXT: [&'static str; 19] = [
        "person_ref",
        "first_names",
        "initials",
        "surname_prefix",
        "surname",
        "partner_surname_prefix",
        "partner_surname",
        "street",
        "house_number",
        "house_letter",
        "house_addition",
        "postcode",
        "town",
        "municipality",
        "location_description",
        "foreign_line_1",
        "foreign_line_2",
        "foreign_line_3",
        "country",
    ];

    /// Whether the row says why not to write: died, protected, unknown.
    #[must_use]
    pub const fn protects(&self) -> bool {
        self.deceased_on.is_some()
            || self.deceased_unreadable
            || self.protected_address
            || self.whereabouts_unknown
    }

    /// The list's own number of the person.
    #[must_use]
    pub fn person_ref(&self) -> &str {
        self.cells.get(0)
    }

    /// The name with everything that addressing needs.
    #[must_use]
    pub fn name(&self) -> PersonName<'_> {
        let partner = PartnerName {
            surname_prefix: self.cells.get(5),
            surname: self.cells.get(6),
            title: self.partner_title,
            former: self.partner_ended.is_some(),
        };

        PersonName {
            first_names: self.cells.get(1),
            initials: self.cells.get(2),
            surname_prefix: self.cells.get(3),
            surname: self.cells.get(4),
            title: self.title,
            name_use: self.name_use,
            partner: (!partner.surname.is_empty() || partner.title.is_some() || partner.former)
                .then_some(partner),
            sex: self.sex,
        }
    }

    /// The address with everything that addressing needs.
    #[must_use]
    pub fn address(&self) -> Address<'_> {
        Address {
            street: self.cells.get(7),
            house_number: self.cells.get(8),
            house_letter: self.cells.get(9),
            house_addition: self.cells.get(10),
            house_indication: self.house_indication,
            postcode: self.cells.get(11),
            town: self.cells.get(12),
            municipality: self.cells.get(13),
            location_description: self.cells.get(14),
            foreign_lines: [self.cells.get(15), self.cells.get(16), self.cells.get(17)],
            country: self.cells.get(18),
        }
    }
}

/// A care provider or institution.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Where it is.
    pub row: RowRef,
    /// AGB code, eight digits.
    pub code: String,
    /// What it is.
    pub kind: ProviderKind,
    /// The name that may be printed once confirmed.
    pub display_name: String,
    /// Since when the provider agreed to be named.
    pub confirmed_on: Option<Date>,
    /// Street, house number, letter, addition, postcode, town.
    pub cells: Cells<6>,
    /// Where the provider is told before its patients are.
    pub contact_email: String,
    /// Since when it is closed.
    pub closed_on: Option<Date>,
    /// AGB code of the provider that has taken it over; empty for none.
    pub merged_into: String,
}

impl Provider {
    /// Names of the text cells.
    pub const TEXT: [&'static str; 6] =
        ["street", "house_number", "house_letter", "house_addition", "postcode", "town"];

    /// The address.
    #[must_use]
    pub fn address(&self) -> Address<'_> {
        Address {
            street: self.cells.get(0),
            house_number: self.cells.get(1),
            house_letter: self.cells.get(2),
            house_addition: self.cells.get(3),
            postcode: self.cells.get(4),
            town: self.cells.get(5),
            ..Address::default()
        }
    }

    /// Whether it is closed on this day.
    #[must_use]
    pub fn is_closed_on(&self, day: Date) -> bool {
        self.closed_on.is_some_and(|closed| closed <= day)
    }

    /// Whether there is nobody of that name on this day: it is closed, or another one took it over.
    #[must_use]
    pub fn is_gone_on(&self, day: Date) -> bool {
        self.is_closed_on(day) || !self.merged_into.is_empty()
    }
}

words! {
    /// Kinds of provider.
    ProviderKind {
        /// General practice.
        Gp = "gp",
        /// Hospital.
        Hospital = "hospital",
        /// Custodial institution.
        Custodial = "custodial",
        /// Private clinic.
        Clinic = "clinic",
    }
}

/// One person who must not be written to, by BSN, by person number, or by both.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Where it is.
    pub row: RowRef,
    /// BSN, if given.
    pub bsn: Option<Bsn>,
    /// `person_ref` of a participants or register row; empty if not given.
    pub person_ref: String,
    /// Why.
    pub reason: SuppressionReason,
    /// Who says so.
    pub source: String,
    /// Since when.
    pub since: Option<Date>,
    /// What can be read of a `since` that leaves its month or its day open: the cell is damaged,
    /// and says a time.
    pub since_partly: Option<PartialDate>,
    /// There is a `since`, and nothing of it can be read. Of somebody who has died it is a death to
    /// be checked (D205).
    pub since_unreadable: bool,
}

impl Suppression {
    /// Since when, as far as that can be read.
    #[must_use]
    pub fn since(&self) -> Option<PartialDate> {
        self.since.and_then(PartialDate::of).or(self.since_partly)
    }
}

/// Why somebody must not be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuppressionReason {
    /// Has died.
    Deceased,
    /// Does not want letters.
    Objection,
    /// The address is protected.
    ProtectedAddress,
    /// Gone, nobody knows where.
    WhereaboutsUnknown,
    /// Another reason, known to the source.
    Other,
}
