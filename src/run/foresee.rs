//! What the next run would do with other decisions about who is who: counts alone, nothing is
//! composed or written.

use std::collections::BTreeSet;

use serde::Serialize;

use super::census::{self, DueLetter};
use super::letters::Candidates;
use super::{Heard, Night, RunError, settle};
use crate::facts::Facts;
use crate::field::address::AddressSource;
use crate::field::reason::{Reason, RowState, SetAside};
use crate::field::row::Rows;
use crate::field::terms::{Audience, Kind};
use crate::link::{self, Decision, Parameters};
use crate::record::{Gone, Intake, Ledger};

/// A run in outline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// People found.
    pub people: u64,
    /// First letters.
    pub first: u64,
    /// Supplements.
    pub supplements: u64,
    /// Corrections.
    pub corrections: u64,
    /// Letters to parents or carers.
    pub parents: u64,
    /// Letters to people of 12 to 15.
    pub young_people: u64,
    /// Letters to an institution.
    pub institutions: u64,
    /// Letters to an address that only the lab has.
    pub lab_addresses: u64,
    /// Letters to an address that a human decided.
    pub decided_addresses: u64,
    /// Exposure rows of people who must not be written to.
    pub suppressed: u64,
    /// Exposure rows held for a human.
    pub held: u64,
    /// Told records that are in no file any more and that nobody has ruled on.
    pub gone: u64,
    /// People of whom everything was withdrawn, whom no letter can tell so.
    pub by_hand: u64,
    /// Told people who turn out to be somebody else as well: the other one was never told.
    pub splits: u64,
    /// Told people who turn out to be one with another.
    pub merges: u64,
}

impl Outlook {
    /// Each count with what it counts.
    #[must_use]
    pub const fn counts(&self) -> [(&'static str, u64); 13] {
        [
            ("people", self.people),
            ("first letters", self.first),
            ("supplements", self.supplements),
            ("corrections", self.corrections),
            ("letters to parents or carers", self.parents),
            ("letters to people of 12 to 15", self.young_people),
            ("letters to an institution", self.institutions),
            ("letters to an address that only the lab has", self.lab_addresses),
            ("letters to an address that a human decided", self.decided_addresses),
            ("rows of people who must not be written to", self.suppressed),
            ("rows held for a human", self.held),
            ("records that are gone and undecided", self.gone),
            ("people to be told by hand", self.by_hand),
        ]
    }

    fn add(&mut self, notice: DueLetter) {
        match notice.kind {
            Kind::First => self.first += 1,
            Kind::Supplement => self.supplements += 1,
            Kind::Correction => self.corrections += 1,
        }
        self.parents += u64::from(notice.audience == Audience::Parents);
        self.young_people += u64::from(notice.audience == Audience::Youth);
        self.institutions += u64::from(notice.address == AddressSource::Institution);
        self.lab_addresses += u64::from(notice.address == AddressSource::Exposure);
        self.decided_addresses += u64::from(notice.address == AddressSource::Decision);
    }
}

/// Links, recognises and decides with these decisions.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn foresee(
    night: &Night<'_>,
    (rows, intake, heard): (&Rows, &Intake, &Heard),
    ledger: &Ledger,
    facts: &Facts,
    decisions: &[Decision],
) -> Result<Outlook, RunError> {
    let config = night.config;
    let parameters = Parameters::of(&config.link)?;
    let terms = link::LinkTerms { rules: &config.link, parameters: &parameters, decisions };
    let mut linked = link::link(rows, &terms, ledger.keys(), night.progress)?;
    let (deliveries, withdrawn) = ledger.deliveries(rows, intake)?;
    let settled = settle::settle(&mut linked.clusters, &deliveries, &withdrawn);
    let recognised = ledger.recognise(linked.clusters)?;

    let mut outlook = Outlook {
        people: recognised.people.len() as u64,
        splits: recognised.identities.splits(),
        merges: recognised.identities.merges(),
        ..Outlook::default()
    };

    let open: Vec<_> = ledger.gone(intake)?.into_iter().filter(Gone::is_open).collect();
    let by_hand: BTreeSet<_> =
        open.iter().filter(|gone| gone.reason() == Reason::D217).map(|gone| gone.person).collect();
    outlook.by_hand = by_hand.len() as u64;
    outlook.gone = open.iter().filter(|gone| gone.reason() == Reason::L218).count() as u64;

    let held = |items: &[SetAside]| count(items, RowState::Review);
    outlook.held += held(&linked.set_aside) + held(&settled.set_aside);

    let people = recognised.people;
    let circumstances = census::world(night, (rows, heard), ledger, facts, &people)?;
    let incomplete = recognised.incomplete;
    let guard = heard.guard(ledger, rows)?;
    let holds = census::holds(night, ledger, &guard, &people, &circumstances, incomplete)?;
    let candidates = Candidates::new(*night, people, circumstances, holds);

    let share = |_, people: &[crate::field::person::Person<'_>]| {
        let decided = candidates.notices(people);
        let letters: Vec<DueLetter> = decided.ready.iter().map(DueLetter::of).collect();
        let aside = |state| count(&decided.set_aside, state);
        Ok((letters, aside(RowState::Review), aside(RowState::Suppressed)))
    };

    candidates.in_shares("deciding", share, |(letters, held, suppressed)| {
        outlook.held += held;
        outlook.suppressed += suppressed;
        for letter in letters {
            outlook.add(letter);
        }
    })?;

    Ok(outlook)
}

fn count(items: &[SetAside], state: RowState) -> u64 {
    items.iter().filter(|item| item.reason.state() == state).count() as u64
}
