//! Rows of the lists other than the exposures that wait for a human: unreadable ones, and
//! suppressions that name nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{Input, List, Rows};
use crate::link::Linked;

/// One row that waits for a human.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// The row, with what a human has to know.
    pub set_aside: SetAside,
    /// The same from night to night, wherever the row is: a keyed mark of the list, the code and
    /// the row's content.
    pub mark: [u8; 16],
}

/// `list_rows` in `report.json`: rows of the other lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRows {
    /// Rows that wait for a human.
    pub waiting: u64,
    /// Those to look at first: damaged rows that may be somebody's of this run, suppressions that
    /// name nobody.
    pub first: u64,
    /// The first of them.
    pub named: Vec<NamedRow>,
    /// Rows of participants and register that say died, protected or unknown of people without a
    /// lab record.
    pub protecting_nobody: u64,
}

/// A row that is named in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRow {
    /// File name.
    pub file: String,
    /// Data row, from 1; 0 = the file as a whole.
    pub row: u32,
    /// Why it waits.
    pub code: String,
    /// The reason in words.
    pub text: String,
    /// Field names and agreement, never values.
    pub evidence: String,
}

/// Rows that are named in the report at most; `review.csv` has all of them.
const NAMED: usize = 50;

/// Every row of the other lists that waits for a human, in file and row order.
#[must_use]
pub fn of(rows: &Rows, linked: &Linked<'_>, keys: &Keys) -> Vec<WaitingRow> {
    let fitting: BTreeMap<usize, RowRef> = linked.fitting.iter().copied().collect();
    let nobody: BTreeSet<RowRef> = linked.nobody.iter().copied().collect();
    let mut waiting = Vec::new();
    for (place, refused) in
        rows.refused.iter().enumerate().filter(|(_, refused)| refused.list != List::Exposures)
    {
        let mut item = refused.set_aside.clone();
        if let Some(lab_row) = fitting.get(&place) {
            item.first = true;
            item.beside.push(*lab_row);
            item.evidence.push_str("; may be a person of this run");
        }
        let cells = ["waits", word(refused.list), item.reason.code(), refused.content.as_str()];
        waiting.push(WaitingRow { set_aside: item, mark: keys.row_fingerprint(cells) });
    }

    for row in rows.suppressions.iter().filter(|row| nobody.contains(&row.row)) {
        let bsn = row.bsn.map_or_else(String::new, |bsn| bsn.number().to_string());
        let evidence = "bsn, person_ref: in no other list".to_owned();
        waiting.push(first(
            row.row,
            evidence,
            keys,
            [bsn.as_str(), row.person_ref.as_str()].into_iter(),
        ));
    }

    for (file, input) in (0..).zip(&rows.inputs).filter(|(_, input)| is_empty_list(input)) {
        let evidence = "the list has a header and no row".to_owned();
        waiting.push(first(
            RowRef { file, row: 0 },
            evidence,
            keys,
            [input.file.as_str()].into_iter(),
        ));
    }

    waiting.sort_by_key(|waiting| (waiting.set_aside.row, waiting.set_aside.reason));
    waiting
}

fn is_empty_list(input: &Input) -> bool {
    input.list == List::Suppressions && input.rows == 0
}

fn first<'c>(
    row: RowRef,
    evidence: String,
    keys: &Keys,
    cells: impl Iterator<Item = &'c str>,
) -> WaitingRow {
    let kind = ["waits", word(List::Suppressions), Reason::L211.code()];
    let set_aside = SetAside { evidence, first: true, ..SetAside::new(row, Reason::L211) };
    WaitingRow { set_aside, mark: keys.row_fingerprint(kind.into_iter().chain(cells)) }
}

const fn word(list: List) -> &'static str {
    match list {
        List::Exposures => "exposures",
        List::Participants => "participants",
        List::Register => "register",
        List::Providers => "providers",
        List::Suppressions => "suppressions",
        List::Professionals => "professionals",
    }
}

impl ListRows {
    /// Counts and names them.
    #[must_use]
    pub fn new(inputs: &[Input], waiting: &[WaitingRow], protecting_nobody: u64) -> Self {
        let first = || waiting.iter().map(|waiting| &waiting.set_aside).filter(|item| item.first);
        let named = first().take(NAMED).map(|item| NamedRow {
            file: inputs[usize::from(item.row.file)].file.clone(),
            row: item.row.row,
            code: item.reason.code().to_owned(),
            text: item.reason.text().to_owned(),
            evidence: item.evidence.clone(),
        });

        Self {
            waiting: waiting.len() as u64,
            first: first().count() as u64,
            named: named.collect(),
            protecting_nobody,
        }
    }
}
