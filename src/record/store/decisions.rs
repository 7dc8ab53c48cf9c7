//! The table `decision`: what humans decided about who is who.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::events::{append, count};
use super::inputs::seq;
use super::people::mark;
use super::schema::DECISIONS;
use super::{Sql, Store, at, strange};
use crate::link::{Decision, Ruling};
use crate::record::audit::{Decided, Event, Head, RowHash};
use crate::record::error::RecordError;

/// Adds a decision to the hash that its event keeps.
pub(in crate::record) fn hash_decision(rows: &mut RowHash, decision: &Decision) {
    rows.bytes(&decision.one).bytes(&decision.other).text(decision.ruling.word());
}

/// Writes down decisions in the transaction that they belong to.
pub(super) fn add_decisions(
    transaction: &Transaction<'_>,
    event: Decided,
    decisions: &[Decision],
) -> Result<Head, RecordError> {
    let head = append(transaction, &Event::Decided(event))?;
    let add = || {
        let mut insert = transaction
            .prepare("INSERT INTO decision (one, other, event, ruling) VALUES (?1, ?2, ?3, ?4)")?;
        for said in decisions {
            insert.execute((said.one, said.other, seq(&head), said.ruling.word()))?;
        }
        Ok(())
    };

    add().map_err(at("record decisions"))?;
    Ok(head)
}

impl Store {
    /// Every decision that counts, with its event, oldest first; those of one event in the order of
    /// their records.
    pub fn decisions(&self) -> Result<Vec<(u64, Decision)>, RecordError> {
        let mut decisions = self.all_decisions()?;
        decisions.retain(|(event, _)| self.counts(*event));
        Ok(decisions)
    }

    fn all_decisions(&self) -> Result<Vec<(u64, Decision)>, RecordError> {
        if self.version < DECISIONS {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare(
                    "SELECT one, other, event, ruling FROM decision ORDER BY event, one, other",
                )?
                .query_map([], |row| {
                    let ruling = Ruling::from_word(row.get_ref(3)?.as_str()?);
                    let ruling = ruling.ok_or_else(|| strange(3, "unknown ruling"))?;
                    Ok((
                        count(2, row.get(2)?)?,
                        Decision { one: mark(row, 0)?, other: mark(row, 1)?, ruling },
                    ))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read decisions"))
    }

    /// Number of decisions of each event, and their hash.
    pub(super) fn decision_hashes(&self) -> Result<BTreeMap<u64, (u64, String)>, RecordError> {
        let mut hashes = BTreeMap::<u64, (u64, RowHash)>::new();
        for (event, decision) in self.all_decisions()? {
            let (count, rows) = hashes.entry(event).or_insert_with(|| (0, RowHash::new()));
            *count += 1;
            hash_decision(rows, &decision);
        }

        Ok(hashes
            .into_iter()
            .map(|(event, (count, rows))| (event, (count, rows.finish())))
            .collect())
    }
}
