//! Why somebody whom the lists would let us write to is not written to: what the ledger knows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Night, RunError};
use crate::field::draft::Draft;
use crate::field::ids::Pseudonym;
use crate::field::judgement::Judged;
use crate::field::keys::Keys;
use crate::field::notice::Notice;
use crate::field::person::Person;
use crate::field::reason::{Reason, SetAside};
use crate::field::terms::Kind;
use crate::record::Ledger;
use crate::record::pieces::{PaperTerms, ReturnedMail, address_mark};

/// People who get no letter for reasons that the ledger knows.
pub(super) struct Holds {
    /// Told people of whom a told row is not there today.
    pub incomplete: BTreeSet<Pseudonym>,
    /// People whom a list protected that no longer says so; with the evidence.
    pub remembered: BTreeMap<Pseudonym, String>,
    /// People of whom a letter is not out yet, or was stopped, spoilt or destroyed.
    pub undone: BTreeSet<Pseudonym>,
    /// People from whom letters came back.
    pub returned: BTreeMap<Pseudonym, ReturnedMail>,
}

impl Holds {
    /// With what the ledger knows of letters on paper.
    pub fn of(
        night: &Night<'_>,
        ledger: &Ledger,
        incomplete: BTreeSet<Pseudonym>,
        remembered: BTreeMap<Pseudonym, String>,
    ) -> Result<Self, RunError> {
        let undone = ledger.undone(&PaperTerms::of(night.config, night.run_date))?;
        Ok(Self { incomplete, remembered, undone, returned: ledger.returned_mail()? })
    }

    /// The same of some people, with what is `remembered` of them.
    pub fn about(&self, people: &[Person<'_>], remembered: BTreeMap<Pseudonym, String>) -> Self {
        let among = |all: &BTreeSet<Pseudonym>| {
            let names = people.iter().map(|person| person.pseudonym);
            names.filter(|name| all.contains(name)).collect()
        };
        let returned = people.iter().filter_map(|person| {
            let (name, mail) = self.returned.get_key_value(&person.pseudonym)?;
            Some((*name, mail.clone()))
        });
        Self {
            incomplete: among(&self.incomplete),
            remembered,
            undone: among(&self.undone),
            returned: returned.collect(),
        }
    }

    /// Why a notice is not written.
    pub fn reason(&self, notice: &Notice<'_>, judged: Judged<'_>) -> Option<(Reason, String)> {
        if let Some(evidence) = self.remembered.get(&notice.person) {
            return Some((Reason::D215, evidence.clone()));
        }
        let lives = judged.died == Some(false);
        if !lives && self.returned.get(&notice.person).is_some_and(|mail| mail.deceased) {
            return Some((Reason::D218, String::new()));
        }
        // Nothing is added to a letter, or corrected, that has not left.
        if notice.kind != Kind::First && self.undone.contains(&notice.person) {
            return Some((Reason::D220, String::new()));
        }
        let premature = notice.kind == Kind::Correction && self.incomplete.contains(&notice.person);
        premature.then(|| (Reason::L209, String::new()))
    }

    /// Whether a letter came back from the address that this one would be sent to.
    pub fn came_back(&self, draft: &Draft, keys: &Keys) -> bool {
        let Some(mail) = self.returned.get(&draft.person) else { return false };
        mail.is_from(&address_mark(keys, &draft.address_lines, &draft.country_line))
    }

    /// Protection comes before every other reason for which somebody waits, as it does in the table
    /// of `decide`. Where everything was told there is nothing to hold.
    pub fn protect(&self, item: &mut SetAside) {
        use Reason::{D206, D207, D208, D209, D210, D211, D212, D302};
        let waits = matches!(item.reason, D206 | D207 | D208 | D209 | D210 | D211 | D212 | D302);
        if let Some(evidence) =
            item.person.filter(|_| waits).and_then(|person| self.remembered.get(&person))
        {
            *item = SetAside {
                person: item.person,
                evidence: evidence.clone(),
                ..SetAside::new(item.row, Reason::D215)
            };
        }
    }
}
