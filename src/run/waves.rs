//! Whose turn it is tonight: first letters that belong to a later wave wait for it.
//!
//! What is recorded is the schedule, never who is in a wave: the turn of a household is a keyed
//! number of its address, so that the same people are in the same wave from night to night.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::letters::{Letters, Written};
use super::{Night, RunError};
use crate::decide::waves::{self, NightLetters, WaveNight, WaveTerms};
use crate::field::address::AddressSource;
use crate::field::draft::Draft;
use crate::field::keys::Keys;
use crate::field::schedule::{Schedule, Wave};
use crate::field::terms::Kind;
use crate::record::Ledger;
use crate::record::pieces::address_mark;
use crate::report::waves::WaveReport;

/// The waves of a night.
pub(super) struct Waves {
    schedule: Schedule,
    /// Whether the ledger does not have the schedule yet.
    is_new: bool,
    /// The first night on which somebody who is due a letter can be written to.
    from: Date,
    /// Whether a stop keeps everybody waiting.
    stopped: bool,
    /// What has left before tonight.
    mailed: BTreeMap<Date, NightLetters>,
}

impl Waves {
    /// Finds out whose turn it is; `None`: there are no waves, or nobody has ever been due a letter.
    ///
    /// # Errors
    /// [`RunError`] when the ledger cannot be read.
    pub fn of(
        night: &Night<'_>,
        ledger: &Ledger,
        letters: &Letters<'_>,
    ) -> Result<Option<Self>, RunError> {
        let Some(terms) = WaveTerms::of(night.config) else { return Ok(None) };
        let mut mailed = BTreeMap::<Date, NightLetters>::new();
        for (date, kind, _, count) in ledger.sent()? {
            let letters = mailed.entry(date).or_default();
            letters.all += count;
            letters.first += if kind == Kind::First { count } else { 0 };
        }

        for (date, count) in ledger.reissued_on()? {
            let letters = mailed.entry(date).or_default();
            letters.first = letters.first.saturating_sub(count);
        }

        let tonight = WaveNight { on: night.run_date, stopped: ledger.is_anything_stopped()? };
        let (last, turns) = (ledger.schedule()?, letters.turns()?);
        let schedule = waves::schedule(terms, last.as_ref(), &turns, &mailed, tonight);
        Ok(schedule.map(|schedule| Self {
            is_new: last.as_ref() != Some(&schedule),
            from: tonight.first_free(&mailed),
            stopped: tonight.stopped,
            schedule,
            mailed,
        }))
    }

    /// The wave that a letter waits for; `None`: it is not to wait.
    pub fn later(&self, draft: &Draft, keys: &Keys, tonight: Date) -> Option<Wave> {
        let turn = turn(draft, keys)?;
        self.schedule.wave_of(turn, self.from).copied().filter(|wave| wave.on != tonight)
    }

    /// The schedule, if the ledger does not have it yet.
    pub fn news(&self) -> Option<Schedule> {
        self.is_new.then(|| self.schedule.clone())
    }

    /// The calendar and the load, with tonight's letters and those that wait for each wave.
    pub fn report(&self, night: &Night<'_>, written: &Written) -> Option<WaveReport> {
        let terms = WaveTerms::of(night.config)?;
        let mut nights = self.mailed.clone();
        let own = nights.entry(night.run_date).or_default();
        own.first += written.in_wave;
        own.all += written.counts.total;
        for (date, letters) in &written.later {
            let later = nights.entry(*date).or_default();
            later.first += letters;
            later.all += letters;
        }

        let calls = waves::calls(terms, &nights);
        let report =
            WaveReport::new(&self.schedule, night.run_date, &nights, &calls, terms.settings);
        Some(WaveReport { stopped: self.stopped, ..report })
    }
}

/// The turn of a first letter: people at one address have the same one. Whoever is written to at an
/// institution does not live with the others there and has a turn of their own. `None`: other
/// letters have none, nor has one that is written anew.
pub(super) fn turn(draft: &Draft, keys: &Keys) -> Option<u32> {
    if draft.kind != Kind::First || draft.reissue_of.is_some() {
        return None;
    }

    let mark = match draft.address_source {
        AddressSource::Institution => {
            keys.row_fingerprint(["turn", draft.person.to_string().as_str()])
        }
        _ => address_mark(keys, &draft.address_lines, &draft.country_line),
    };
    Some(u32::from_be_bytes([mark[0], mark[1], mark[2], mark[3]]))
}
