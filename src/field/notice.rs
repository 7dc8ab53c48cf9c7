//! The decision to tell one person something.

use crate::field::address::AddressSource;
use crate::field::findings::{Difference, Findings};
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::reissue::Reissue;
use crate::field::row::{Exposure, Provider, Registrant};
use crate::field::terms::{Audience, Custody, Format, Items, Kind, Language, Status};

/// Whose name and address are printed.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// A row of the participants list or the register.
    Listed(&'a Registrant),
    /// Nothing but the lab's row.
    Lab(&'a Exposure),
}

/// The decision to tell one person something.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// Who.
    pub person: Pseudonym,
    /// First, supplement or correction.
    pub kind: Kind,
    /// Place among the person's letters of this kind, from 1.
    pub sequence: u32,
    /// Name of the sender profile (a key of `[senders]` in facts.toml).
    pub sender: String,
    /// What is told.
    pub findings: Findings,
    /// Letters to or about somebody under 16: how sure it is that data about a medical test were
    /// stolen. The letter says no more of them than that, and `findings` does not name them
    /// (docs/letters.md, "Under 16").
    pub medical_test: Option<Status>,
    /// Kinds of data of rows that were only in the hacked computers. The letter names those that
    /// are not in `findings`; they are never called stolen, and never material.
    pub stored: Items,
    /// What is new or was wrong.
    pub difference: Option<Difference>,
    /// The letter whose place it takes.
    pub reissue: Option<Reissue>,
    /// To whom it speaks.
    pub audience: Audience,
    /// Prisoners only.
    pub custody: Option<Custody>,
    /// Language.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// Whose name is printed.
    pub identity: Identity<'a>,
    /// Where the address comes from; `Institution` = that of `provider`.
    pub address_source: AddressSource,
    /// The row of whom the address is printed; the same as `identity` unless only another row has
    /// one.
    pub address_of: Identity<'a>,
    /// The provider of the main category, if its code is known.
    pub provider: Option<&'a Provider>,
    /// The exposure rows this letter answers; the first leads, the others are merged into it.
    pub rows: Vec<RowRef>,
    /// The lab's record ids, in the order of `rows`.
    pub record_ids: Vec<String>,
    /// The datasets of those rows, each once, sorted.
    pub datasets: Vec<&'a str>,
}
