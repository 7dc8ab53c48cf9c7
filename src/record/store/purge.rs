//! The end of a campaign.

use super::events::append;
use super::{Store, at};
use crate::record::audit::{Event, Head, Over, Purging};
use crate::record::error::RecordError;
use crate::record::model::CampaignState;

impl Store {
    /// No more letters.
    pub fn close(&mut self, over: Over) -> Result<Head, RecordError> {
        self.end(CampaignState::Closed, &Event::Closed(over))
    }

    /// Writes down what will go.
    pub fn begin_purge(&mut self, purging: Purging) -> Result<Head, RecordError> {
        self.end(CampaignState::Purging, &Event::Purging(purging))
    }

    fn end(&mut self, state: CampaignState, event: &Event) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        transaction.execute("UPDATE campaign SET state = ?1", [state.word()]).map_err(at("moving the campaign on"))?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("moving the campaign on"))?;
        Ok(head)
    }

    /// Deletes every row about people.
    pub fn finish_purge(&mut self, over: Over) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        transaction
            .execute_batch(
                "DELETE FROM told_mark;
                 DELETE FROM identity;
                 DELETE FROM decision;
                 DELETE FROM letter;
                 DELETE FROM findings;
                 DELETE FROM person;
                 UPDATE campaign SET state = 'purged';",
            )
            .map_err(at("deleting rows about people"))?;
        let head = append(&transaction, &Event::Purged(over))?;
        transaction.commit().map_err(at("deleting rows about people"))?;
        Ok(head)
    }

    /// Rewrites the file, so that nothing of deleted rows stays in it.
    pub fn vacuum(&self) -> Result<(), RecordError> {
        self.connection.execute_batch("VACUUM").map_err(at("rewriting the ledger"))
    }

    /// Marks in the ledger.
    pub fn count_marks(&self) -> Result<u64, RecordError> {
        self.connection
            .query_row("SELECT count(*) FROM told_mark", [], |row| super::events::count(0, row.get(0)?))
            .map_err(at("counting marks"))
    }
}
