//! What humans said since an event, for whoever has read lists and ledger before and goes on with
//! that.

use std::collections::BTreeSet;

use super::audit::{self, Event};
use super::error::RecordError;
use super::recognise::Mark;
use super::{Ledger, store};
use crate::field::judgement::CaseKind;

/// What was written down since an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidSince {
    /// How many events the ledger has by now.
    pub events: u64,
    /// Something else than what humans say of cases: a night, an order, a file of the vendor's.
    pub is_more: bool,
    /// Records that are in a pair about which somebody decided.
    pub paired: BTreeSet<Mark>,
    /// Somebody said of a row that cannot be read whether it protects anybody.
    pub is_of_unreadable: bool,
}

impl Ledger {
    /// What was written down after this event.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read, or its history is not that of then.
    pub fn said_since(&self, event: u64) -> Result<SaidSince, RecordError> {
        self.store.snapshot(|store| since(store, event))
    }
}

fn since(store: &store::Store, event: u64) -> Result<SaidSince, RecordError> {
    let events = audit::verify(&store.entries()?)?;
    let mut said = SaidSince { events: events.len() as u64, ..SaidSince::default() };
    if said.events == event {
        return Ok(said);
    }

    let new = events.iter().skip(usize::try_from(event).unwrap_or(usize::MAX));
    let is_more = |what: &Event| !matches!(what, Event::Judged(_) | Event::Decided(_));
    said.is_more = said.events < event || new.into_iter().any(is_more);
    let decisions = store.decisions()?.into_iter().filter(|(at, _)| *at > event);
    said.paired = decisions.flat_map(|(_, pair)| [pair.one, pair.other]).collect();
    let protecting = CaseKind::Protecting.word();
    said.is_of_unreadable =
        store.judgements()?.iter().any(|(at, line)| *at > event && line.kind == protecting);
    Ok(said)
}
