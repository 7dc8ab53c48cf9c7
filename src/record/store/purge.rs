//! The end of a campaign.

use std::collections::BTreeMap;

use super::events::append;
use super::schema::{CASES, DECISIONS, JUDGEMENTS, LISTS, PIECES};
use super::{Sql, Store, at};
use crate::record::audit::{Event, Head, Over, Purging};
use crate::record::error::RecordError;
use crate::record::model::CampaignState;

/// A table about people.
struct Table {
    name: &'static str,
    /// Schema version that brought it.
    since: u32,
    count: &'static str,
    delete: &'static str,
}

macro_rules! table {
    ($name:literal, $since:expr) => {
        Table {
            name: $name,
            since: $since,
            count: concat!("SELECT count(*) FROM ", $name),
            delete: concat!("DELETE FROM ", $name),
        }
    };
}

/// In the order in which they can be emptied.
const ABOUT_PEOPLE: [Table; 13] = [
    table!("piece", PIECES),
    table!("returned", PIECES),
    table!("told_mark", 1),
    table!("identity", 1),
    table!("decision", DECISIONS),
    table!("waiting", CASES),
    table!("row_mark", LISTS),
    table!("shield", LISTS),
    table!("record_ruling", LISTS),
    table!("judgement", JUDGEMENTS),
    table!("letter", 1),
    table!("findings", 1),
    table!("person", 1),
];

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
        transaction
            .execute("UPDATE campaign SET state = ?1", [state.word()])
            .map_err(at("move the campaign on"))?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("move the campaign on"))?;
        Ok(head)
    }

    /// Deletes every row about people.
    pub fn finish_purge(&mut self, over: Over) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let delete = || {
            for table in ABOUT_PEOPLE {
                transaction.execute(table.delete, [])?;
            }
            transaction.execute("UPDATE campaign SET state = ?1", [CampaignState::Purged.word()])
        };

        delete().map_err(at("delete rows about people"))?;
        let head = append(&transaction, &Event::Purged(over))?;
        transaction.commit().map_err(at("delete rows about people"))?;

        Ok(head)
    }

    /// Rewrites the file, so that nothing of deleted rows stays in it.
    pub fn vacuum(&self) -> Result<(), RecordError> {
        self.connection.execute_batch("VACUUM").map_err(at("rewrite the ledger"))
    }

    /// Rows about people, by table.
    pub fn count_rows_about_people(&self) -> Result<BTreeMap<String, u64>, RecordError> {
        let count = |table: &Table| {
            let rows = self
                .connection
                .query_row(table.count, [], |row| super::events::count(0, row.get(0)?))?;
            Ok((table.name.to_owned(), rows))
        };
        let there = ABOUT_PEOPLE.iter().filter(|table| table.since <= self.version);
        there.map(count).collect::<Sql<_>>().map_err(at("count rows about people"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rusqlite::Connection;

    use super::*;
    use crate::record::store::schema;

    /// Tables of totals, hashes and history.
    const KEPT: [&str; 8] =
        ["audit", "campaign", "input", "job", "ledger", "mode", "part", "staged"];

    #[test]
    fn every_table_is_kept_or_goes() {
        let connection = Connection::open_in_memory().unwrap();
        schema::create(&connection).unwrap();
        let tables = schema::of(&connection).unwrap().into_iter().filter(|row| row.0 == "table");
        let tables: BTreeSet<String> = tables.map(|row| row.1).collect();
        let declared = KEPT.iter().copied().chain(ABOUT_PEOPLE.iter().map(|table| table.name));
        let declared: BTreeSet<String> = declared.map(str::to_owned).collect();
        assert_eq!(tables, declared, "a purge does not know what to do with a table");
        assert_eq!(KEPT.len() + ABOUT_PEOPLE.len(), tables.len());
    }
}
