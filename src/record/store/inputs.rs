//! The tables `input` and `identity`: what runs have read, and what they found out about who is
//! who.

use rusqlite::Transaction;

use super::events::{append, count};
use super::{Sql, Store, at, strange};
use crate::field::row::List;
use crate::record::audit::{Event, Head, Identities, Inputs, KnownInput, RowHash};
use crate::record::error::RecordError;
use crate::record::recognise::IdentityChange;

const LISTS: [(List, &str); 6] = [
    (List::Exposures, "exposures"),
    (List::Participants, "participants"),
    (List::Register, "register"),
    (List::Providers, "providers"),
    (List::Suppressions, "suppressions"),
    (List::Professionals, "professionals"),
];

/// The list's word in the ledger, in papers and in evidence.
pub(in crate::record) fn list_word(list: List) -> &'static str {
    LISTS.into_iter().find(|(known, _)| *known == list).map_or("", |(_, word)| word)
}

pub(super) fn list_of(word: &str) -> Option<List> {
    LISTS.into_iter().find(|(_, known)| *known == word).map(|(list, _)| list)
}

/// Writes down new files and accepted changes.
pub(super) fn add_inputs(transaction: &Transaction<'_>, inputs: Inputs) -> Result<(), RecordError> {
    let files = inputs.files.clone();
    let head = append(transaction, &Event::Inputs(inputs))?;
    insert_inputs(transaction, &files, &head).map_err(at("record inputs"))
}

/// The lines of one event.
pub(super) fn insert_inputs(
    transaction: &Transaction<'_>,
    files: &[KnownInput],
    head: &Head,
) -> Sql<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO input (event, file, list, sha256, rows) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;

    for input in files {
        insert.execute((
            seq(head),
            &input.file,
            list_word(input.list),
            &input.sha256,
            input.rows,
        ))?;
    }

    Ok(())
}

/// Writes down merges and splits.
pub(super) fn add_identities(
    transaction: &Transaction<'_>,
    found: Identities,
    changes: &[IdentityChange],
) -> Result<(), RecordError> {
    let head = append(transaction, &Event::Identities(found))?;
    let add = || {
        let mut insert = transaction
            .prepare("INSERT INTO identity (kind, person, other, event) VALUES (?1, ?2, ?3, ?4)")?;
        for change in changes {
            insert.execute((
                change.word(),
                change.person().to_string(),
                change.other().to_string(),
                seq(&head),
            ))?;
        }
        Ok(())
    };

    add().map_err(at("record merged and split people"))
}

pub(super) use super::events::seq_of as seq;

pub(in crate::record) fn hash_identity(rows: &mut RowHash, kind: &str, person: &str, other: &str) {
    rows.text(kind).text(person).text(other);
}

impl Store {
    /// Every line of the list of inputs with its event, oldest first; they are numbered without
    /// gaps.
    pub fn inputs(&self) -> Result<Vec<(u64, KnownInput)>, RecordError> {
        let read = || {
            self.connection
                .prepare("SELECT event, file, list, sha256, rows, id, row_number() OVER (ORDER BY id) FROM input ORDER BY id")?
                .query_map([], |row| {
                    if row.get::<_, i64>(5)? != row.get::<_, i64>(6)? {
                        return Err(strange(5, "inputs are not numbered without gaps"));
                    }
                    let word: String = row.get(2)?;
                    let list = list_of(&word).ok_or_else(|| strange(2, "unknown list"))?;
                    let input = KnownInput { file: row.get(1)?, list, sha256: row.get(3)?, rows: row.get(4)? };
                    Ok((count(0, row.get(0)?)?, input))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read the list of inputs"))
    }

    /// Every merge and split: event, kind, person, other.
    pub fn identities(&self) -> Result<Vec<(u64, String, String, String)>, RecordError> {
        let read = || {
            self.connection
                .prepare("SELECT event, kind, person, other FROM identity ORDER BY event, kind, person, other")?
                .query_map([], |row| Ok((count(0, row.get(0)?)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("read merged and split people"))
    }
}
