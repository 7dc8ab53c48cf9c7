//! What the next run would do with other decisions about who is who: counts alone, nothing is
//! composed or written.

use std::collections::BTreeSet;

use serde::Serialize;

use super::letters::{Candidates, Holds};
use super::{Heard, Night, RunError, settle};
use crate::facts::Facts;
use crate::field::reason::{Reason, RowState};
use crate::field::row::Rows;
use crate::field::terms::Kind;
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

    let is_held = |items: &[crate::field::reason::SetAside]| {
        items.iter().filter(|item| item.reason.state() == RowState::Review).count() as u64
    };

    outlook.held += is_held(&linked.set_aside) + is_held(&settled.set_aside);

    let circumstances =
        heard.circumstances(ledger.keys(), rows, &recognised.people, &facts.sender_of);
    let mut guard = ledger.guard(rows)?;
    heard.answer(&mut guard);
    let remembered = guard.remembered(&recognised.people, |person| circumstances.judged(person));
    let holds = Holds::of(night, ledger, recognised.incomplete, remembered)?;
    let candidates = Candidates::new(*night, recognised.people, circumstances, holds);

    let share = |_, people: &[crate::field::person::Person<'_>]| {
        let decided = candidates.notices(people);
        let kinds: Vec<Kind> = decided.ready.iter().map(|notice| notice.kind).collect();
        Ok((kinds, is_held(&decided.set_aside)))
    };

    candidates.in_shares("deciding", share, |(kinds, held)| {
        outlook.held += held;
        for kind in kinds {
            match kind {
                Kind::First => outlook.first += 1,
                Kind::Supplement => outlook.supplements += 1,
                Kind::Correction => outlook.corrections += 1,
            }
        }
    })?;

    Ok(outlook)
}
