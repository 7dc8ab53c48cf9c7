//! The lists of a run beside what the ledger knows of earlier ones.

use std::collections::BTreeSet;

use crate::field::ids::RowRef;
use crate::field::person::Cluster;
use crate::field::row::{List, Rows};

use super::deliveries::{self, Deliveries};
use super::gone::{RecordMark, RecordRuling};
use super::intake::{self, Acceptance, Intake, ListTerms};
use super::protection::{Guard, Release};
use super::recognise::{self, Recognised};
use super::store::{self, Store};
use super::{Ledger, RecordError};

impl Ledger {
    /// Compares the inbox with what earlier runs read.
    ///
    /// # Errors
    /// [`RecordError::InputsChanged`] when a file is gone or has rows that are gone or different,
    /// its list may not be replaced, and nobody has accepted it; [`RecordError::ListShrunk`] when a
    /// list has lost more rows than it may.
    pub fn intake(
        &self,
        rows: &Rows,
        terms: &dyn Fn(List) -> ListTerms,
        accepted: Acceptance<'_>,
    ) -> Result<Intake, RecordError> {
        let (lines, known) = (self.store.inputs()?, self.store.file_rows(false)?);
        intake::take(
            &intake::Before { lines: &lines, rows: &known },
            rows,
            &self.keys,
            terms,
            accepted,
        )
    }

    /// Which rows of records that were delivered more than once count, and the rows of records that
    /// were withdrawn.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn deliveries(
        &self,
        rows: &Rows,
        intake: &Intake,
    ) -> Result<(Deliveries, BTreeSet<RowRef>), RecordError> {
        let (lines, known) = (self.store.inputs()?, self.store.file_rows(false)?);
        let deliveries =
            deliveries::settle(rows, intake, &intake::Before { lines: &lines, rows: &known });
        Ok((deliveries, self.store.record_rulings()?.withdrawn_rows(rows, intake)))
    }

    /// Whom the lists of a run protect, and whom earlier ones did.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn guard(&self, rows: &Rows) -> Result<Guard<'_>, RecordError> {
        Ok(Guard::new(self.store.memory()?, rows, &self.keys))
    }

    /// Answers from now on as if a human had said this of records and people; nothing is written.
    pub fn suppose(&mut self, records: &[(RecordMark, RecordRuling)], release: &Release) {
        let rulings = records.iter().map(|(key, ruling)| (key.0, *ruling)).collect();
        let shields = release.lines.clone();
        self.store.suppose(store::Supposed { rulings, shields, ..store::Supposed::default() });
    }

    /// Gives every cluster its person, with the letters they had. Same order as the clusters.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn recognise<'a>(&self, clusters: Vec<Cluster<'a>>) -> Result<Recognised<'a>, RecordError> {
        let known = self.store.snapshot(Store::known)?;
        let mut recognised = recognise::recognise(&known, &self.keys, clusters);
        self.attach_reissues(&mut recognised.people)?;
        Ok(recognised)
    }
}
