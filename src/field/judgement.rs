//! What a human may answer about somebody who is held, and what that comes to for the person.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cells::Cells;
use super::ids::RowRef;
use super::reason::Reason;
use super::row::{Denials, Registrant};
use super::terms::Audience;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant),+ }

        impl $name {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the ledger and on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// What kind of question a case asks; in the order in which they are looked at, the easiest
    /// first.
    CaseKind {
        /// To whom a letter about somebody of 12 to 15 goes.
        Minor = "minor",
        /// Which institution it is.
        Provider = "provider",
        /// A name that cannot be printed.
        Name = "name",
        /// No address, or one that cannot be used.
        Address = "address",
        /// One person or two.
        Linking = "linking",
        /// Has the person died?
        Death = "death",
        /// A row that could not be read, and that may say why not to write.
        Protecting = "protecting",
        /// A list protected the person and no longer says so.
        Remembered = "remembered",
        /// A record that is gone: withdrawn, or lacking?
        Record = "record",
        /// The address is protected: a letter is released by two people, by hand.
        Protected = "protected",
        /// The person does not want letters.
        Objection = "objection",
        /// Nobody but the sender of the list can settle it.
        Elsewhere = "elsewhere",
    }
}

words! {
    /// What a human says of a case.
    CaseAnswer {
        /// One person.
        Same = "same",
        /// Two people.
        Different = "different",
        /// What the corrections say.
        Corrected = "corrected",
        /// The person lives.
        Alive = "alive",
        /// The person has died.
        Died = "died",
        /// The letter goes to the parents or carers.
        Parents = "parents",
        /// The letter goes to the young person.
        YoungPerson = "young_person",
        /// The row that could not be read says nothing that protects anybody.
        Harmless = "harmless",
        /// The list was wrong to protect the person.
        Released = "released",
        /// The record should never have been delivered.
        Withdrawn = "withdrawn",
        /// A delivery lacks the record.
        Lacking = "lacking",
        /// The person was told by other means.
        Told = "told",
        /// The person does not want letters.
        Objects = "objects",
        /// No letter, whatever else is so.
        Held = "held",
        /// Takes back what was said before.
        Undecided = "undecided",
    }
}

words! {
    /// What a correction can be of.
    CorrectedField {
        /// Street.
        Street = "street",
        /// House number.
        HouseNumber = "house_number",
        /// House letter.
        HouseLetter = "house_letter",
        /// House addition.
        HouseAddition = "house_addition",
        /// Postcode.
        Postcode = "postcode",
        /// Town.
        Town = "town",
        /// Where there is no street: a houseboat, a site.
        LocationDescription = "location_description",
        /// First line of an address abroad.
        ForeignLine1 = "foreign_line_1",
        /// Second line of an address abroad.
        ForeignLine2 = "foreign_line_2",
        /// Third line of an address abroad.
        ForeignLine3 = "foreign_line_3",
        /// Country; empty is the Netherlands.
        Country = "country",
        /// First names.
        FirstNames = "first_names",
        /// Initials.
        Initials = "initials",
        /// Prefix of the surname.
        SurnamePrefix = "surname_prefix",
        /// Surname.
        Surname = "surname",
        /// Code of a provider of the providers list.
        ProviderCode = "provider_code",
        /// Which of several rows (`file:row`) the person of a case is; for `same` alone.
        Beside = "beside",
    }
}

impl CaseKind {
    /// What a row that is held for this reason asks. `evidence` tells the contradictions of D205
    /// apart.
    #[must_use]
    pub fn of(reason: Reason, evidence: &str) -> Self {
        use Reason as R;
        match reason {
            R::L201 | R::L202 | R::L203 | R::L204 | R::L205 | R::L206 => Self::Linking,
            R::L207 | R::L210 | R::L212 => Self::Protecting,
            R::L218 | R::D217 => Self::Record,
            R::D215 => Self::Remembered,
            R::D203 => Self::Protected,
            R::D207 => Self::Minor,
            R::D210 => Self::Provider,
            R::D218 => Self::Death,
            R::D205 if evidence.contains("address: rows") => Self::Address,
            R::D205
                if ["deceased", "died", "since:"].iter().any(|word| evidence.contains(word)) =>
            {
                Self::Death
            }
            R::D205 if evidence.contains("telephone") => Self::Address,
            R::D204 | R::D219 | R::C103 | R::C104 | R::C105 | R::C106 | R::C108 | R::C109 => {
                Self::Address
            }
            R::C102 | R::S102 if evidence.starts_with("address") => Self::Address,
            R::C101 | R::C102 | R::C107 | R::C110 | R::C111 | R::C112 | R::S101 => Self::Name,
            _ => Self::Elsewhere,
        }
    }

    /// What may be said of such a case. Nothing: a human cannot settle it here.
    #[must_use]
    pub const fn answers(self) -> &'static [CaseAnswer] {
        use CaseAnswer as A;
        match self {
            Self::Minor => &[A::Parents, A::YoungPerson, A::Held, A::Undecided],
            Self::Provider | Self::Name | Self::Address => &[A::Corrected, A::Held, A::Undecided],
            Self::Linking => &[A::Same, A::Different, A::Undecided],
            Self::Death => &[A::Alive, A::Died, A::Undecided],
            Self::Protecting => &[A::Harmless, A::Held, A::Undecided],
            Self::Remembered => &[A::Released],
            Self::Record => &[A::Withdrawn, A::Lacking, A::Told, A::Undecided],
            Self::Protected => &[A::Told, A::Undecided],
            Self::Objection => &[A::Objects, A::Undecided],
            Self::Elsewhere => &[],
        }
    }

    /// Whether it is about a person, and not about a pair of records, or a row that nobody knows.
    #[must_use]
    pub const fn is_about_person(self) -> bool {
        matches!(
            self,
            Self::Minor
                | Self::Provider
                | Self::Name
                | Self::Address
                | Self::Death
                | Self::Protected
                | Self::Objection
        )
    }

    /// The cells that a correction of such a case may give.
    #[must_use]
    pub const fn fields(self) -> &'static [CorrectedField] {
        use CorrectedField as F;
        match self {
            Self::Address => &[
                F::Street,
                F::HouseNumber,
                F::HouseLetter,
                F::HouseAddition,
                F::Postcode,
                F::Town,
                F::LocationDescription,
                F::ForeignLine1,
                F::ForeignLine2,
                F::ForeignLine3,
                F::Country,
            ],
            Self::Name => &[F::FirstNames, F::Initials, F::SurnamePrefix, F::Surname],
            Self::Provider => &[F::ProviderCode],
            _ => &[],
        }
    }
}

/// What one cell should have been. Personal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Which cell.
    pub field: CorrectedField,
    /// What is right.
    pub value: String,
}

/// Nothing of the value is printed by accident.
impl fmt::Debug for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Correction({})", self.field)
    }
}

/// Most characters of a corrected cell.
const LONGEST: usize = 80;

/// Whether an address, a name or a provider is said in full by these corrections; the error says
/// what is wrong, without values.
///
/// # Errors
/// What is missing or cannot be used.
pub fn check(kind: CaseKind, corrections: &[Correction]) -> Result<(), String> {
    use CorrectedField as F;
    for correction in corrections {
        let field = correction.field;
        if !kind.fields().contains(&field) {
            return Err(format!("`{field}` is not part of a correction of this kind ({kind})"));
        }
        if corrections.iter().filter(|other| other.field == field).count() > 1 {
            return Err(format!("`{field}` is given twice"));
        }
        let length = correction.value.chars().count();
        if length > LONGEST || correction.value.chars().any(char::is_control) {
            return Err(format!(
                "`{field}` is longer than {LONGEST} characters, or has a sign that is no text"
            ));
        }
    }

    let has = |field| value(corrections, field).is_some();
    let whole = match kind {
        CaseKind::Address => {
            let dutch = has(F::Postcode) && has(F::Town);
            let number = value(corrections, F::HouseNumber).is_some_and(is_house_number);
            let place = has(F::Street) && number || has(F::LocationDescription);
            dutch && place || has(F::ForeignLine1) && has(F::Country)
        }
        CaseKind::Name => has(F::Surname) && (has(F::Initials) || has(F::FirstNames)),
        CaseKind::Provider => has(F::ProviderCode),
        _ => true,
    };
    if !whole {
        return Err(match kind {
            CaseKind::Address => {
                "an address is given in full: street, house_number (digits), postcode and town; or \
                 foreign_line_1 and country"
            }
            CaseKind::Name => "a name is given in full: surname, and initials or first_names",
            _ => "provider_code is missing",
        }
        .to_owned());
    }

    if let Some(postcode) = value(corrections, F::Postcode)
        && !has(F::Country)
        && !is_postcode(postcode)
    {
        return Err("`postcode` is four digits and two letters".to_owned());
    }
    Ok(())
}

fn is_house_number(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_postcode(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && bytes[0] != b'0'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_uppercase)
}

/// Not empty.
fn value(corrections: &[Correction], field: CorrectedField) -> Option<&str> {
    let found = corrections.iter().find(|correction| correction.field == field);
    found.map(|correction| correction.value.as_str()).filter(|value| !value.is_empty())
}

/// Corrections as somebody types them, without blanks around them and a postcode as the lists have
/// it.
#[must_use]
pub fn tidy(mut corrections: Vec<Correction>) -> Vec<Correction> {
    for correction in &mut corrections {
        let value = correction.value.split_whitespace().collect::<Vec<_>>().join(" ");
        correction.value = if correction.field == CorrectedField::Postcode {
            value.replace(' ', "").to_uppercase()
        } else {
            value
        };
    }
    corrections.retain(|correction| !correction.value.is_empty());
    corrections.sort();
    corrections
}

/// A row that says what the corrections say and nothing else, as if a list had it. `None`: more
/// text than a row holds.
#[must_use]
pub fn row_of(corrections: &[Correction], row: RowRef) -> Option<Registrant> {
    let cells = Registrant::TEXT.map(|name| {
        CorrectedField::from_word(name).and_then(|field| value(corrections, field)).unwrap_or("")
    });

    Some(Registrant {
        row,
        cells: Cells::pack(cells)?,
        bsn: None,
        title: None,
        name_use: None,
        partner_title: None,
        partner_ended: None,
        sex: None,
        birth_date: None,
        house_indication: None,
        language: None,
        letter_format: None,
        deceased_on: None,
        deceased_unreadable: false,
        protected_address: false,
        whereabouts_unknown: false,
        denies: Denials::default(),
    })
}

/// What humans have said of one person, as far as it holds today.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
pub struct Judged<'a> {
    /// The address that a letter goes to.
    pub address: Option<&'a Registrant>,
    /// The name that is printed.
    pub name: Option<&'a Registrant>,
    /// Code of the institution.
    pub provider: Option<&'a str>,
    /// Whether the person has died.
    pub died: Option<bool>,
    /// To whom a letter about somebody of 12 to 15 goes.
    pub minor: Option<Audience>,
    /// Objects to letters.
    pub objects: bool,
    /// No letter, whatever else is so.
    pub held: bool,
    /// A human said so of rows that have changed since: they are asked again.
    pub held_before: bool,
    /// Somebody told a new address, and the lists have changed since.
    pub moved: bool,
    /// Was told by hand; of all that the rows say (`true`), or they have changed since.
    pub told_by_hand: Option<bool>,
    /// A letter is being made to be handed over by hand, although the address is protected.
    pub released: bool,
}

impl<'a> Judged<'a> {
    /// Adds one answer; `said` is the row of its corrections.
    pub fn add(&mut self, kind: CaseKind, answer: CaseAnswer, said: Option<&'a JudgedRow>) {
        match (kind, answer) {
            (CaseKind::Address, CaseAnswer::Corrected) => self.address = said.map(|said| &said.row),
            (CaseKind::Name, CaseAnswer::Corrected) => self.name = said.map(|said| &said.row),
            (CaseKind::Provider, CaseAnswer::Corrected) => {
                self.provider = said.map(|said| said.provider.as_str());
            }
            (CaseKind::Death, CaseAnswer::Died) => self.died = Some(true),
            (CaseKind::Death, CaseAnswer::Alive) => self.died = self.died.or(Some(false)),
            (CaseKind::Minor, CaseAnswer::Parents) => self.minor = Some(Audience::Parents),
            (CaseKind::Minor, CaseAnswer::YoungPerson) => self.minor = Some(Audience::Youth),
            (CaseKind::Objection, CaseAnswer::Objects) => self.objects = true,
            (CaseKind::Protected, CaseAnswer::Told) => self.told_by_hand = Some(true),
            (_, CaseAnswer::Held) => self.held = true,
            _ => {}
        }
    }
}

/// What corrections come to, kept for as long as a run looks at it.
#[derive(Clone, Debug)]
pub struct JudgedRow {
    /// Address or name.
    pub row: Registrant,
    /// Code of a provider; empty where it is not about one.
    pub provider: String,
}

impl JudgedRow {
    /// Of these corrections; `None`: more text than a row holds.
    #[must_use]
    pub fn of(corrections: &[Correction], row: RowRef) -> Option<Self> {
        let provider = value(corrections, CorrectedField::ProviderCode).unwrap_or("").to_owned();
        Some(Self { row: row_of(corrections, row)?, provider })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrections(cells: &[(CorrectedField, &str)]) -> Vec<Correction> {
        let one = |(field, value): &(CorrectedField, &str)| Correction {
            field: *field,
            value: (*value).to_owned(),
        };
        tidy(cells.iter().map(one).collect())
    }

    #[test]
    fn an_address_is_said_in_full_or_refused() {
        use CorrectedField as F;
        let street = [(F::Street, "Kerkstraat"), (F::HouseNumber, "1")];
        let whole =
            corrections(&[street[0], street[1], (F::Postcode, " 1234 ab "), (F::Town, "X")]);
        assert_eq!(check(CaseKind::Address, &whole), Ok(()));
        let row = row_of(&whole, RowRef { file: 0, row: 1 }).unwrap();
        assert_eq!((row.address().street, row.address().postcode), ("Kerkstraat", "1234AB"));

        for broken in [
            corrections(&street),
            corrections(&[street[0], street[1], (F::Postcode, "12345")]),
            corrections(&[street[0], (F::Town, "X")]),
            corrections(&[street[0], street[1], (F::Town, "X"), (F::Surname, "Y")]),
            corrections(&[street[0], street[0], street[1], (F::Town, "X")]),
        ] {
            assert!(check(CaseKind::Address, &broken).is_err());
        }
        let abroad = corrections(&[(F::ForeignLine1, "Rue Haute 1"), (F::Country, "BE")]);
        assert_eq!(check(CaseKind::Address, &abroad), Ok(()));
    }

    #[test]
    fn every_word_is_read_back_and_every_kind_can_be_taken_back() {
        for kind in CaseKind::ALL {
            assert_eq!(CaseKind::from_word(kind.word()), Some(*kind));
            let settles = !kind.answers().is_empty() && *kind != CaseKind::Remembered;
            assert_eq!(kind.answers().contains(&CaseAnswer::Undecided), settles, "{kind}");
        }
        for answer in CaseAnswer::ALL {
            assert_eq!(CaseAnswer::from_word(answer.word()), Some(*answer));
        }
    }

    #[test]
    fn a_value_is_never_printed() {
        let said = corrections(&[(CorrectedField::Surname, "Geheim")]);
        assert!(!format!("{said:?}").contains("Geheim"));
    }
}
