//! What the ledger answers: which letters are out, who was told, how many.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::field::schedule::{Schedule, Wave};
use crate::field::terms::Kind;

use super::job::{LetterRecord, Totals};
use super::model::CampaignState;
use super::{Ledger, RecordError, inputs};

impl Ledger {
    /// What the ledger knows of a letter, by its id or its reference code as printed.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn letter(&self, id_or_reference: &str) -> Result<Option<LetterRecord>, RecordError> {
        self.store.letter(id_or_reference)
    }

    /// Letters to people that are out by day, kind and group (the main category), in that order.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn sent(&self) -> Result<Vec<(Date, Kind, String, u64)>, RecordError> {
        self.store.sent()
    }

    /// The waves of first letters as they were last fixed.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn schedule(&self) -> Result<Option<Schedule>, RecordError> {
        Ok(self.model()?.schedules.pop())
    }

    /// First letters of each date that were written anew.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn reissued_on(&self) -> Result<BTreeMap<Date, u64>, RecordError> {
        let model = self.model()?;
        let mut dates = BTreeMap::new();
        for job in model.reissued.values().filter_map(|job| model.jobs.get(job)) {
            *dates.entry(job.run_date).or_default() += 1;
        }
        Ok(dates)
    }

    /// The wave in which first letters of this date left.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn wave_on(&self, date: Date) -> Result<Option<Wave>, RecordError> {
        let schedules = self.model()?.schedules;
        let held = schedules.iter().rev().find(|schedule| schedule.made_on <= date);
        Ok(held.and_then(|schedule| schedule.on(date)).copied())
    }

    /// The pseudonyms of everybody a letter was planned for.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn written_to(&self) -> Result<BTreeSet<String>, RecordError> {
        Ok(self.store.people()?.iter().map(ToString::to_string).collect())
    }

    /// The ledger in numbers; after a purge those from before it.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn totals(&self) -> Result<Totals, RecordError> {
        if self.campaign_state()? == CampaignState::Purged
            && let Some(totals) = self.model()?.purged
        {
            return Ok(totals);
        }
        let inputs = inputs::expected(&self.store.inputs()?).len() as u64;
        Ok(Totals { inputs, ..self.store.totals()? })
    }
}
