//! The lists of today with what was decided, for questions that a run's papers cannot answer.

use jiff::civil::Date;

use super::QueueError;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::facts::Facts;
use crate::field::person::Person;
use crate::field::row::Rows;
use crate::read::{self, ReadTerms};
use crate::record::{Acceptance, Intake, Ledger};
use crate::run::{self, Heard, Night, PersonStanding};

/// The lists of today.
pub(super) struct Lists {
    pub rows: Rows,
    pub intake: Intake,
    pub heard: Heard,
    pub facts: Facts,
}

impl Lists {
    /// Reads them.
    pub fn read(
        config: &Config,
        ledger: &Ledger,
        date: Date,
        progress: &Progress,
    ) -> Result<Self, QueueError> {
        let terms = ReadTerms { synthetic: config.synthetic, run_date: date };
        let mut rows = read::read(&config.inbox, &config.inputs, &terms, progress)?;
        let list_terms = |list| run::lists::terms(&config.inputs, list);
        let intake = ledger.intake(&rows, &list_terms, Acceptance::default())?;
        let heard = Heard::of(ledger, &mut rows)?;
        let facts = Facts::load(&config.facts)?;
        Ok(Self { rows, intake, heard, facts })
    }

    /// How it stands with everybody of whom `keep` wants to know.
    pub fn census(
        &self,
        night: &Night<'_>,
        ledger: &Ledger,
        keep: impl Fn(&Person<'_>, &PersonStanding) -> bool + Sync,
    ) -> Result<Vec<PersonStanding>, QueueError> {
        let lists = (&self.rows, &self.intake, &self.heard);
        Ok(run::census(night, lists, ledger, &self.facts, keep).map_err(Box::new)?)
    }
}

/// A night on which nothing is written.
pub(super) fn night<'n>(config: &'n Config, date: Date, progress: &'n Progress) -> Night<'n> {
    Night {
        config,
        run_date: date,
        accepted: Acceptance::default(),
        accept_volume: true,
        rehearse: false,
        republish: None,
        only: None,
        progress,
    }
}
