//! Cases: what is held together waits for a human as one, and is known from run to run by a keyed
//! mark of its rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::bsn::Bsn;
use crate::field::ids::{RowRef, base32};
use crate::field::keys::Keys;
use crate::field::partial_date::PartialDate;
use crate::field::reason::{Reason, RowState, SetAside};
use crate::field::row::{Exposure, List, Refused, Registrant, Rows};
use crate::record::{CaseMark, Held};
use crate::report::waiting::WaitingRow;

/// What waits for a human: the marks, for the ledger, and which case has which.
pub(super) struct Marked {
    pub held: Held,
    /// By the first row of the case.
    pub of_cases: BTreeMap<RowRef, CaseMark>,
}

/// The marks of everything that waits for a human: rows of any list, as `review.csv` puts them
/// together. A row that says something else than before is another case; where it is makes no
/// difference, and for lab records neither does why they are held. `waiting` are the rows of the
/// other lists among them, which have marks of their own.
///
/// Nobody can end a suppression that names nobody (L211): it stays in its list, and may be
/// somebody's of a later delivery.
pub(super) fn marks(
    rows: &Rows,
    set_aside: &[SetAside],
    waiting: &[WaitingRow],
    keys: &Keys,
) -> Marked {
    let held = set_aside
        .iter()
        .filter(|item| matches!(item.reason.state(), RowState::Review | RowState::Rejected));
    let mut cases: BTreeMap<RowRef, BTreeSet<RowRef>> = BTreeMap::new();
    let mut due: BTreeSet<RowRef> = BTreeSet::new();
    for item in held {
        let case = item.case.unwrap_or(item.row);
        cases.entry(case).or_default().insert(item.row);
        if item.reason != Reason::L211 {
            due.insert(case);
        }
    }

    let wanted: BTreeSet<RowRef> = cases.values().flatten().copied().collect();
    let mut contents = contents(rows, &wanted, keys);
    contents.extend(waiting.iter().map(|waiting| (waiting.set_aside.row, waiting.mark)));
    let mark = |held: &BTreeSet<RowRef>| {
        let mut marks: Vec<String> = held
            .iter()
            .map(|row| {
                base32(&contents.get(row).copied().unwrap_or_else(|| place(rows, *row, keys)))
            })
            .collect();
        marks.sort_unstable();
        keys.row_fingerprint(std::iter::once("case").chain(marks.iter().map(String::as_str)))
    };

    let of_cases: BTreeMap<RowRef, CaseMark> =
        cases.iter().map(|(case, rows)| (*case, mark(rows))).collect();
    let mut held = Held::default();
    for (case, mark) in &of_cases {
        if due.contains(case) { &mut held.due } else { &mut held.once }.insert(*mark);
    }

    Marked { held, of_cases }
}

/// A mark of each wanted row's content.
fn contents(rows: &Rows, wanted: &BTreeSet<RowRef>, keys: &Keys) -> BTreeMap<RowRef, CaseMark> {
    let is_wanted = |row: RowRef| wanted.contains(&row);
    let exposures = rows
        .exposures
        .iter()
        .filter(|row| is_wanted(row.row))
        .map(|row| (row.row, exposure(row, keys)));

    let participants = rows.participants.iter().map(|row| ("participants", row));
    let listed = participants.chain(rows.register.iter().map(|row| ("register", row)));
    let listed = listed
        .filter(|(_, row)| is_wanted(row.row))
        .map(|(list, row)| (row.row, registrant(list, row, keys)));
    let refused = rows.refused.iter().filter(|row| is_wanted(row.set_aside.row));
    let refused = refused.filter_map(|row| Some((row.set_aside.row, unusable(row, keys)?)));

    exposures.chain(listed).chain(refused).collect()
}

fn exposure(row: &Exposure, keys: &Keys) -> CaseMark {
    let words =
        (row.sex, row.category, row.sample_date, row.status, row.published, row.items, row.custody);
    let more = [bsn(row.bsn), date(row.birth_date), format!("{words:?}")];
    fingerprint(keys, "exposures", row.cells.iter(), &more)
}

fn registrant(list: &str, row: &Registrant, keys: &Keys) -> CaseMark {
    let names = (row.title, row.name_use, row.partner_title, row.sex);
    let letter = (row.house_indication, row.language, row.letter_format);
    let state = (row.protected_address, row.whereabouts_unknown);
    let dates = [row.birth_date, row.partner_ended, row.deceased_on].map(date);
    let more = [bsn(row.bsn), dates.join(" "), format!("{names:?}{letter:?}{state:?}")];
    fingerprint(keys, list, row.cells.iter(), &more)
}

/// Of a row that could not be used only its numbers and a hash of its cells are known; `None` where
/// it has neither.
fn unusable(row: &Refused, keys: &Keys) -> Option<CaseMark> {
    let known = [row.record_id.clone(), row.person_ref.clone(), bsn(row.bsn), row.content.clone()];
    let has_name = known.iter().any(|word| !word.is_empty());
    has_name.then(|| fingerprint(keys, "refused", [word(row.list)].into_iter(), &known))
}

/// A row of which nothing could be read is known by its place in its file.
fn place(rows: &Rows, row: RowRef, keys: &Keys) -> CaseMark {
    let file = rows.inputs.get(usize::from(row.file)).map_or("", |input| input.file.as_str());
    keys.row_fingerprint(["case", "place", file, &row.row.to_string()])
}

fn fingerprint<'a>(
    keys: &Keys,
    list: &'a str,
    cells: impl Iterator<Item = &'a str>,
    more: &'a [String],
) -> CaseMark {
    let head = ["case", "row", list].into_iter();
    keys.row_fingerprint(head.chain(cells).chain(more.iter().map(String::as_str)))
}

fn bsn(bsn: Option<Bsn>) -> String {
    bsn.map_or_else(String::new, |bsn| bsn.number().to_string())
}

/// Unknown parts are in it: the first and the last day that it can be.
fn date(date: Option<PartialDate>) -> String {
    date.map_or_else(String::new, |date| {
        format!("{:?} {:?}", date.first_possible(), date.last_possible())
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::row::{Input, Open};

    const fn at(row: u32) -> RowRef {
        RowRef { file: 0, row }
    }

    fn refused(row: u32, record_id: &str) -> Refused {
        let set_aside = SetAside::new(at(row), Reason::R104);
        Refused {
            list: List::Exposures,
            set_aside,
            record_id: record_id.to_owned(),
            dataset_id: String::new(),
            bsn: None,
            digits: None,
            person_ref: String::new(),
            open: Open::default(),
            remains: Vec::new(),
            used: false,
            content: String::new(),
        }
    }

    fn rows(refused: Vec<Refused>) -> Rows {
        let input = Input {
            file: "exposures.csv".to_owned(),
            list: List::Exposures,
            sha256: String::new(),
            rows: 9,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        };
        Rows { inputs: vec![input], refused, ..Rows::default() }
    }

    fn of(rows: &Rows, set_aside: &[SetAside]) -> Held {
        marks(rows, set_aside, &[], &Keys::derive(&[3; 32])).held
    }

    fn one(rows: &Rows) -> Held {
        let held: Vec<SetAside> = rows.refused.iter().map(|row| row.set_aside.clone()).collect();
        of(rows, &held)
    }

    #[test]
    fn a_case_is_the_same_wherever_its_row_stands_and_whyever_it_is_held() {
        let here = rows(vec![refused(1, "A")]);
        let mut there = rows(vec![refused(7, "A")]);
        assert_eq!(one(&here), one(&there));
        there.refused[0].set_aside.reason = Reason::R106;
        assert_eq!(one(&here), one(&there));
        assert_ne!(one(&here), one(&rows(vec![refused(1, "B")])));
    }

    #[test]
    fn rows_without_any_number_are_known_by_their_place() {
        assert_ne!(one(&rows(vec![refused(1, "")])), one(&rows(vec![refused(2, "")])));
        assert_eq!(one(&rows(vec![refused(1, ""), refused(2, "")])).due.len(), 2);
    }

    #[test]
    fn a_row_without_any_number_is_known_by_its_cells_where_they_are_known() {
        let says = |row, content: &str| {
            rows(vec![Refused { content: content.to_owned(), ..refused(row, "") }])
        };
        assert_eq!(one(&says(1, "x")), one(&says(2, "x")));
        assert_ne!(one(&says(1, "x")), one(&says(1, "y")));
    }

    #[test]
    fn a_row_of_another_list_is_known_by_its_own_mark_wherever_it_stands() {
        let of = |row, mark| {
            let set_aside = SetAside::new(at(row), Reason::L211);
            let waiting = WaitingRow { set_aside: set_aside.clone(), mark: [mark; 16] };
            marks(&rows(Vec::new()), &[set_aside], &[waiting], &Keys::derive(&[3; 32])).held
        };
        assert_eq!(of(1, 1), of(2, 1));
        assert_ne!(of(1, 1), of(1, 2));
        assert_eq!((of(1, 1).due.len(), of(1, 1).once.len()), (0, 1), "nobody can end it");
    }

    #[test]
    fn rows_that_are_held_together_are_one_case_in_any_order() {
        let both = rows(vec![refused(1, "A"), refused(2, "B")]);
        let held = |rows: [u32; 2]| {
            rows.map(|row| SetAside {
                case: Some(at(rows[0])),
                ..SetAside::new(at(row), Reason::L201)
            })
        };

        assert_eq!(of(&both, &held([1, 2])).due.len(), 1);
        assert_eq!(of(&both, &held([1, 2])), of(&both, &held([2, 1])));
        assert_ne!(of(&both, &held([1, 2])), of(&both, &held([1, 2])[..1]));
    }

    #[test]
    fn what_no_human_has_to_look_at_is_no_case() {
        let rows = rows(vec![refused(1, "A")]);
        assert_eq!(
            of(&rows, &[SetAside::new(at(1), Reason::D201), SetAside::new(at(1), Reason::D301)]),
            Held::default()
        );
    }
}
