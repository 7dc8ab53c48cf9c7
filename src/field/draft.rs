//! A letter that has been written and not yet set: what is personal in it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::address::AddressSource;
use crate::field::findings::Findings;
use crate::field::ids::{LetterId, Pseudonym, RowRef};
use crate::field::reissue::Reissue;
use crate::field::subject::LetterSubject;
use crate::field::terms::{Audience, Custody, Format, Items, Kind, Language, Zone};

/// The parts of a printed address that the vendor's manifest wants one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostalParts {
    /// Street, `Postbus`, `Antwoordnummer` or the location description.
    pub street: String,
    /// 1 to 99999 or empty.
    pub house_number: String,
    /// BAG house letter.
    pub house_letter: String,
    /// BAG addition.
    pub house_addition: String,
    /// `9999AA` or empty.
    pub postcode: String,
    /// As printed, upper case.
    pub town: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Lines of a foreign address as printed.
    pub foreign_lines: Vec<String>,
}

/// KIX or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kix {
    /// 0-9 A-Z, at most 18.
    Code(String),
    /// `FOREIGN`, `NO_POSTCODE`, `BY_ADDRESS` or `TOO_WIDE`.
    Skipped(String),
}

/// A letter that has been written and not yet set. Holds personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its id.
    pub letter_id: LetterId,
    /// Whom it is for.
    pub person: Pseudonym,
    /// What kind of addressee that is.
    #[serde(default, skip_serializing_if = "LetterSubject::is_person")]
    pub subject: LetterSubject,
    /// Kind.
    pub kind: Kind,
    /// Place among the person's letters of this kind.
    pub sequence: u32,
    /// The letter whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissue_of: Option<Reissue>,
    /// Sender profile.
    pub sender: String,
    /// What is told.
    pub findings: Findings,
    /// Kinds of data that the letter names as having been in the hacked computers, beside
    /// `findings`. A plan that was made before letters named them has none.
    #[serde(default)]
    pub stored: Items,
    /// Language.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// To whom it speaks.
    pub audience: Audience,
    /// Custody, for prisoners.
    pub custody: Option<Custody>,
    /// Reference code as printed, grouped in fours.
    pub reference: String,
    /// Without the closing comma.
    pub salutation: String,
    /// One to three lines.
    pub name_lines: Vec<String>,
    /// Lines below the name, without the country.
    pub address_lines: Vec<String>,
    /// Country in English capitals; empty for the Netherlands.
    pub country_line: String,
    /// Where the address came from.
    pub address_source: AddressSource,
    /// The address in parts.
    pub postal: PostalParts,
    /// Bars below the address.
    pub kix: Kix,
    /// Postal zone.
    pub zone: Zone,
    /// The provider's printed name; empty where none is named. In a notice to a provider the line
    /// that says how many of its patients it is about.
    pub provider_display: String,
    /// Notices to a provider: how many of its patients they count. Letters to professionals: the kinds of
    /// data that they name, as the ledger keeps them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub patients: u64,
    /// The text: index into the run's [`Body`] list is found by this content hash (lower-case hex
    /// SHA-256).
    pub body: String,
    /// The lab's record ids.
    pub record_ids: Vec<String>,
    /// Exposure rows, the leading one first, as `file:row`.
    pub rows: Vec<(String, u32)>,
    /// The same rows in the run that composed it; empty in a draft that was read from a plan.
    #[serde(skip)]
    pub row_refs: Vec<RowRef>,
}

/// Personal data: only the id is printed.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({})", self.letter_id)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}
