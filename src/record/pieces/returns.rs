//! What letters that came back mean for the people they were sent to.
//!
//! A return is about the address that the letter was mailed to: a newer one is not touched by it.
//! What somebody wrote on an envelope is no fact about a person: "deceased" holds, and the register
//! decides.

use std::collections::{BTreeMap, BTreeSet};

use crate::field::ids::Pseudonym;
use crate::field::keys::Keys;
use crate::field::piece::ReturnReason;
use crate::record::Ledger;
use crate::record::error::RecordError;
use crate::record::model::Model;
use crate::record::recognise::Mark;
use crate::record::store::Store;

/// What came back from a person, as far as it matters for the next letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnedMail {
    /// Somebody wrote that the person has died.
    pub deceased: bool,
    /// Marks of addresses that are no good; `None`: nobody knows any more which one it was.
    pub addresses: BTreeSet<Option<Mark>>,
}

impl ReturnedMail {
    /// Whether a letter came back from this address, or may have.
    #[must_use]
    pub fn is_from(&self, address: &Mark) -> bool {
        self.addresses.contains(&Some(*address)) || self.addresses.contains(&None)
    }
}

/// The keyed mark of an address as it is printed: its lines, and the country.
#[must_use]
pub fn address_mark(keys: &Keys, address_lines: &[String], country_line: &str) -> Mark {
    let lines = address_lines.iter().map(String::as_str);
    keys.row_fingerprint(["mailed to"].into_iter().chain(lines).chain([country_line]))
}

/// People whose last letter came back from an address that is no good, and to whom nothing was
/// written since: they are counted for the public notice (GDPR art. 34(3)(c)).
pub(super) fn unreached(store: &Store, model: &Model) -> Result<BTreeSet<Pseudonym>, RecordError> {
    let mut latest = BTreeMap::new();
    for (_, row) in store.returned()? {
        let known = latest.entry((row.job, row.seq)).or_insert(row);
        if (row.date, row.reason) >= (known.date, known.reason) {
            *known = row;
        }
    }
    latest.retain(|place, row| row.reason.is_about_address() && !model.notices.contains_key(place));

    let letters = store.letters_at(latest.keys().copied())?;
    Ok(letters.into_iter().filter(|letter| letter.is_last).map(|letter| letter.person).collect())
}

impl Ledger {
    /// People whose last letter came back and who cannot be reached at the address it was sent to.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn unreached(&self) -> Result<BTreeSet<Pseudonym>, RecordError> {
        unreached(&self.store, &self.model()?)
    }

    /// The people from whom letters came back. Of several returns of one letter the latest counts:
    /// a human corrects a reason by handing in a later one.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn returned_mail(&self) -> Result<BTreeMap<Pseudonym, ReturnedMail>, RecordError> {
        let mut latest = BTreeMap::new();
        for (_, row) in self.store.returned()? {
            let known = latest.entry((row.job, row.seq)).or_insert(row);
            if (row.date, row.reason) >= (known.date, known.reason) {
                *known = row;
            }
        }

        let mut people = BTreeMap::<Pseudonym, ReturnedMail>::new();
        let owners = self.store.owners_of(latest.keys().copied())?;
        for (row, person) in latest.values().zip(owners) {
            let mail = people.entry(person).or_default();
            mail.deceased |= row.reason == ReturnReason::Deceased;
            if row.reason.is_about_address() {
                mail.addresses.insert(row.address);
            }
        }

        // Whoever turned out to be somebody else's second record brought their mail along.
        for (person, other) in self.store.merged()? {
            if let Some(mail) = people.remove(&other) {
                let own = people.entry(person).or_default();
                own.deceased |= mail.deceased;
                own.addresses.extend(mail.addresses);
            }
        }

        people.retain(|_, mail| *mail != ReturnedMail::default());
        Ok(people)
    }
}
