//! How the ledger changes: a copy before the first change, the change, its second copy, its anchor.

use super::audit::Head;
use super::model::CampaignState;
use super::store::Store;
use super::{Ledger, RecordError, anchors, backup, mode_mark, redo};

impl Ledger {
    /// Writes the anchor that a run was stopped before, if there is one to be written. Called when
    /// nothing can be refused any more.
    ///
    /// # Errors
    /// [`RecordError`] when it cannot be written.
    pub fn anchor(&self) -> Result<(), RecordError> {
        let head = self.head()?;
        self.note_changes()?;
        if !anchors::is_present(&anchors::beside(&self.data_dir), &head)? {
            anchors::write(&anchors::beside(&self.data_dir), &self.id, &head)?;
        }
        // Written anew though it says the same: whether that works has to be known before a plan is
        // committed.
        self.anchor.iter().try_for_each(|path| anchors::write(path, &self.id, &head))
    }

    pub(super) fn write_anchors(&self, head: &Head) -> Result<(), RecordError> {
        anchors::write(&anchors::beside(&self.data_dir), &self.id, head)?;
        self.anchor.iter().try_for_each(|path| anchors::write(path, &self.id, head))
    }

    /// A copy before the first change, the change, and its anchor.
    pub(super) fn write(
        &mut self,
        change: impl FnOnce(&mut Store) -> Result<Head, RecordError>,
    ) -> Result<Head, RecordError> {
        if !self.backed_up {
            backup::take(&self.data_dir, &self.store)?;
            self.backed_up = true;
        }
        self.write_bare(change)
    }

    /// A change and its anchor, without a copy. The first change of an older ledger makes it one of
    /// this program's.
    pub(super) fn write_bare(
        &mut self,
        change: impl FnOnce(&mut Store) -> Result<Head, RecordError>,
    ) -> Result<Head, RecordError> {
        // A purge takes the keys folder's mark away, and it stays away.
        if self.campaign_state()? == CampaignState::Open {
            mode_mark::write(&self.data_dir, self.mode)?;
        }

        self.note_changes()?;

        if self.store.migrate(self.mode)?.is_some() {
            tracing::warn!(
                ledger.mode = self.mode.word(),
                "the ledger of an earlier program is of this mode from now on"
            );
        }

        let head = change(&mut self.store)?;
        self.note_changes()?;
        tracing::info!(
            ledger.events = head.events,
            ledger.head = head.hash,
            "the ledger has changed"
        );

        self.write_anchors(&head)?;
        Ok(head)
    }

    /// Writes changes a second time, as long as people's data are not being destroyed.
    pub(super) fn note_changes(&self) -> Result<(), RecordError> {
        match self.campaign_state()? {
            CampaignState::Open | CampaignState::Closed => redo::note(&self.data_dir, &self.store),
            CampaignState::Purging | CampaignState::Purged => Ok(()),
        }
    }
}
