//! `cases.csv`: what each case of `review.csv` is known by when somebody decides about it. Keyed
//! marks and numbers; nothing of anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::letters::Candidates;
use crate::base::bsn::Bsn;
use crate::field::ids::RowRef;
use crate::field::judgement::CaseKind;
use crate::field::keys::Keys;
use crate::field::reason::{RowState, SetAside};
use crate::field::row::{List, Refused, Rows};
use crate::link;
use crate::record::{self, CaseSight, Gone};
use crate::report::case_lines::{CaseLines, KnownBy, KnownCase};

/// What the cases of a run are known by.
pub(super) fn of(
    candidates: &Candidates<'_>,
    keys: &Keys,
    rows: &Rows,
    set_aside: &[SetAside],
    gone: &[Gone],
) -> CaseLines {
    let held = set_aside
        .iter()
        .filter(|item| matches!(item.reason.state(), RowState::Review | RowState::Rejected));
    let mut cases: BTreeMap<RowRef, Vec<&SetAside>> = BTreeMap::new();
    for item in held {
        cases.entry(item.case.unwrap_or(item.row)).or_default().push(item);
    }

    let index = Index::of(keys, rows, cases.values().flatten().copied());
    let known = cases.into_iter().map(|(case, items)| {
        let known = index.case(candidates, &items);
        (case, known)
    });
    let gone = gone.iter().filter(|gone| gone.is_open()).map(|gone| {
        let mark = gone.case(keys);
        let sight = CaseSight { anchor: mark, seen: mark };
        KnownCase::new(CaseKind::Record, vec![KnownBy::Row(sight)])
    });
    CaseLines { known: known.collect(), gone: gone.collect() }
}

struct Index<'i> {
    keys: &'i Keys,
    rows: &'i Rows,
    refused: BTreeMap<RowRef, &'i Refused>,
    records: BTreeMap<RowRef, link::RecordKey>,
    bsns: BTreeMap<RowRef, Bsn>,
}

impl<'i> Index<'i> {
    fn of<'s>(keys: &'i Keys, rows: &'i Rows, items: impl Iterator<Item = &'s SetAside>) -> Self {
        let linking = items.filter(|item| kind(item) == CaseKind::Linking);
        let wanted: BTreeSet<RowRef> =
            linking.flat_map(|item| beside(item).chain([item.row]).collect::<Vec<_>>()).collect();
        let exposures = rows.exposures.iter().map(|row| (row.row, row.bsn));
        let listed = rows.participants.iter().chain(&rows.register).map(|row| (row.row, row.bsn));
        let bsns = exposures.chain(listed).filter(|(row, _)| wanted.contains(row));

        Self {
            keys,
            rows,
            refused: rows.refused.iter().map(|row| (row.set_aside.row, row)).collect(),
            bsns: bsns.filter_map(|(row, bsn)| Some((row, bsn?))).collect(),
            records: link::record_keys(rows, keys, &wanted),
        }
    }

    fn case(&self, candidates: &Candidates<'_>, items: &[&SetAside]) -> KnownCase {
        let first = items[0];
        let own = self.refused.get(&first.row).filter(|row| {
            matches!(row.list, List::Participants | List::Register) && first.person.is_none()
        });
        if let Some(row) = own {
            let sight = record::sight_of_refused(self.keys, row);
            return KnownCase::new(CaseKind::Protecting, vec![KnownBy::Row(sight)]);
        }

        let kind = kind(first);
        let by = match kind {
            CaseKind::Linking => return self.pairs(items),
            CaseKind::Protecting => self.unreadable(items),
            CaseKind::Record | CaseKind::Elsewhere => Vec::new(),
            _ => {
                let person = items.iter().find_map(|item| item.person);
                let sight = person.and_then(|person| candidates.sight(self.keys, person));
                sight.map(KnownBy::Person).into_iter().collect()
            }
        };
        KnownCase::new(kind, by)
    }

    /// Every row with each row beside it.
    fn pairs(&self, items: &[&SetAside]) -> KnownCase {
        let mut known = KnownCase::new(CaseKind::Linking, Vec::new());
        let mut pairs = BTreeSet::new();
        let mut numbers = BTreeMap::new();
        for item in items {
            for other in beside(item) {
                let (Some(one), Some(two)) =
                    (self.records.get(&item.row), self.records.get(&other))
                else {
                    continue;
                };
                if one == two {
                    continue;
                }
                let own = (self.bsns.get(&item.row), self.bsns.get(&other));
                let never = matches!(own, (Some(one), Some(other)) if one != other);
                let pair = KnownBy::Pair(*one.min(two), *one.max(two), never);
                pairs.insert(pair);
                numbers.extend(own.1.map(|number| (*number, *two)));
                let place = self.place(other);
                known.beside.entry(place).or_default().insert(pair);
            }
        }
        if pairs.is_empty() {
            return known;
        }

        let words: Vec<String> = pairs.iter().map(KnownBy::words).collect();
        let words = ["case", "pairs"].into_iter().chain(words.iter().map(String::as_str));
        let mark = self.keys.row_fingerprint(words);
        let sight = CaseSight { anchor: mark, seen: mark };
        let apart: Vec<record::CaseMark> = numbers.into_values().collect();
        let apart = apart.windows(2).map(|two| KnownBy::Apart(two[0], two[1]));
        known.by = [KnownBy::Row(sight)].into_iter().chain(pairs).chain(apart).collect();
        known
    }

    fn place(&self, row: RowRef) -> String {
        let file = self.rows.inputs.get(usize::from(row.file));
        format!("{}:{}", file.map_or("", |input| &input.file), row.row)
    }

    /// The rows that could not be read and because of which somebody is held.
    fn unreadable(&self, items: &[&SetAside]) -> Vec<KnownBy> {
        let rows: BTreeSet<RowRef> = items.iter().flat_map(|item| beside(item)).collect();
        let refused = rows.iter().filter_map(|row| self.refused.get(row));
        let sights: Vec<CaseSight> =
            refused.clone().map(|row| record::sight_of_refused(self.keys, row)).collect();

        // A suppression always protects, and so does a row of which nothing is known.
        let can_be_read = |row: &RowRef| {
            let list = self.rows.inputs.get(usize::from(row.file)).map(|input| input.list);
            list != Some(List::Suppressions)
        };
        if rows.iter().all(can_be_read) && sights.len() == rows.len() {
            sights.into_iter().map(KnownBy::Row).collect()
        } else {
            Vec::new()
        }
    }
}

fn kind(item: &SetAside) -> CaseKind {
    CaseKind::of(item.reason, &item.evidence)
}

fn beside(item: &SetAside) -> impl Iterator<Item = RowRef> + '_ {
    item.beside.iter().chain(item.further.iter().flat_map(|more| &more.rows)).copied()
}
