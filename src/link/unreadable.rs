//! Who is held because a row that could not be read may be theirs, and which of those rows may be
//! somebody's.

use std::collections::{BTreeMap, BTreeSet};

use crate::field::ids::RowRef;
use crate::field::reason::Reason;
use crate::field::row::{List, Open, Refused};
use crate::link::content::{Row, RowId};
use crate::link::damaged::{self, Damaged, Fit, Found};
use crate::link::review::{Case, Holds, Number};
use crate::link::suppressed::Unplaced;
use crate::link::units::UnitId;

/// Everything about unreadable rows that holds somebody.
pub(super) struct Hidden<'h> {
    /// Rows of any list that could not be read whole.
    pub refused: &'h [Refused],
    /// What is left of them.
    pub damaged: &'h Damaged,
    /// Suppressions that name nobody.
    pub unplaced: &'h Unplaced,
    /// Rows that a human called one person with a record that may be an unreadable one.
    pub awaiting: &'h [RowId],
}

/// What was found beside the holds.
#[derive(Default)]
pub(super) struct Placed {
    /// Unreadable rows that may be somebody's, by index among the refused ones: one of the units
    /// that they fit.
    pub fitting: BTreeMap<usize, UnitId>,
    /// Damaged suppressions that fit nobody: whom they name is not known. Indices among the refused
    /// rows.
    pub lost: Vec<usize>,
}

impl Holds {
    /// L207, L210, L212: somebody's row could not be read, or a row that may be theirs.
    pub(super) fn unreadable(
        &mut self,
        case: Case<'_>,
        hidden: &Hidden<'_>,
        numbers: &[Number],
    ) -> Placed {
        let mut placed = Placed::default();
        self.by_person_ref(case, hidden, &mut placed);
        self.by_decision(case, hidden);
        self.by_details(case, hidden, numbers, &mut placed);
        let lost =
            hidden.unplaced.damaged.iter().filter(|place| !placed.fitting.contains_key(place));
        placed.lost = lost.copied().collect();
        placed
    }

    /// A row of a list has the `person_ref` of an unreadable one, or that of a suppression in a
    /// different form.
    fn by_person_ref(&mut self, case: Case<'_>, hidden: &Hidden<'_>, placed: &mut Placed) {
        let mut refs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, row) in hidden.refused.iter().enumerate() {
            let is_list =
                !matches!(row.list, List::Exposures | List::Providers | List::Professionals);
            let counts = !row.used && is_list;
            if counts && !row.person_ref.is_empty() {
                refs.entry(&row.person_ref).or_default().push(place);
            }
        }

        let near: BTreeMap<RowId, RowRef> = hidden.unplaced.near.iter().copied().collect();
        if refs.is_empty() && near.is_empty() {
            return;
        }

        for unit in case.units.ids() {
            for id in case.units.rows(unit) {
                let (Row::Participant(row) | Row::Register(row)) = case.all.get(*id) else {
                    continue;
                };
                for place in refs.get(row.person_ref()).into_iter().flatten() {
                    placed.fitting.entry(*place).or_insert(unit);
                    self.hide(case, unit, Reason::L207, &hidden.refused[*place], "same person_ref");
                }
                if let Some(suppression) = near.get(id) {
                    let note = "suppression: the same person_ref in another form".to_owned();
                    self.hold_for(case, unit, Reason::L210, vec![*suppression], note);
                }
            }
        }
    }

    /// A human said that a row is one person with a record that is not there, and an unreadable row
    /// may be that record.
    fn by_decision(&mut self, case: Case<'_>, hidden: &Hidden<'_>) {
        let awaiting: BTreeSet<RowId> = hidden.awaiting.iter().copied().collect();
        if awaiting.is_empty() {
            return;
        }

        for unit in case.units.ids() {
            if case.units.rows(unit).iter().any(|row| awaiting.contains(row)) {
                let note =
                    "decided by a human to be one person with a row that may be an unreadable one"
                        .to_owned();
                self.hold_for(case, unit, Reason::L210, Vec::new(), note);
            }
        }
    }

    fn by_details(
        &mut self,
        case: Case<'_>,
        hidden: &Hidden<'_>,
        numbers: &[Number],
        placed: &mut Placed,
    ) {
        let mut of_cluster = vec![0; case.units.len()];
        for number in numbers {
            of_cluster[number.cluster as usize] = number.bsn;
        }

        let number = |unit: UnitId| of_cluster[case.clustering.leader(unit) as usize];
        let again = Again::of(case, hidden);
        let all_found = hidden.damaged.find(case, number);
        let fits = fits_of_lab_records(case, hidden, &all_found);
        let mut harmless: BTreeSet<(usize, UnitId)> = BTreeSet::new();

        for found in all_found {
            let refused = &hidden.refused[found.refused];
            if refused.list != List::Exposures {
                placed.fitting.entry(found.refused).or_insert(found.unit);
                self.hide_found(case, found, refused);
            } else if !again.later.contains(&found.refused) {
                // A record that fits two people may have been the reason to ask which of them it
                // is.
                let alone = fits.get(&found.refused).is_some_and(|clusters| clusters.len() == 1);
                if alone && hidden.damaged.is_harmless(case, &found, number(found.unit), refused) {
                    harmless.insert((found.refused, case.clustering.leader(found.unit)));
                } else {
                    self.hide_found(case, found, refused);
                }
            }
        }

        // L208: one record_id that stands for an unreadable row as well, which may be another
        // person's.
        for (place, unit, row) in again.records {
            if !again.later.contains(&place)
                && !harmless.contains(&(place, case.clustering.leader(unit)))
            {
                let unreadable = hidden.refused[place].set_aside.row;
                self.hold_row(
                    row,
                    Reason::L208,
                    vec![unreadable],
                    "record_id: also of a row that cannot be read",
                );
            }
        }
    }

    fn hide_found(&mut self, case: Case<'_>, found: Found, refused: &Refused) {
        let reason = match (refused.list, found.fit) {
            (List::Exposures, _) => Reason::L212,
            (_, Fit::Number) => Reason::L207,
            (_, Fit::Slip | Fit::Details | Fit::TwoNumbers) => Reason::L210,
        };
        self.hide(case, found.unit, reason, refused, found.fit.words());
    }

    fn hide(&mut self, case: Case<'_>, unit: UnitId, reason: Reason, refused: &Refused, how: &str) {
        self.hold_for(case, unit, reason, vec![refused.set_aside.row], evidence(refused, how));
    }
}

/// The clusters that each unreadable lab record fits.
fn fits_of_lab_records(
    case: Case<'_>,
    hidden: &Hidden<'_>,
    found: &[Found],
) -> BTreeMap<usize, BTreeSet<UnitId>> {
    let mut fits: BTreeMap<usize, BTreeSet<UnitId>> = BTreeMap::new();
    for found in found.iter().filter(|found| hidden.refused[found.refused].list == List::Exposures)
    {
        fits.entry(found.refused).or_default().insert(case.clustering.leader(found.unit));
    }
    fits
}

fn evidence(refused: &Refused, how: &str) -> String {
    format!("unreadable row ({}): {how}", refused.set_aside.evidence)
}

/// Readable lab records with the dataset and number of unreadable ones.
struct Again {
    /// Index among the refused rows, and the readable row.
    records: Vec<(usize, UnitId, RowId)>,
    /// Unreadable rows that a later file delivers again, readable this time: what they said is
    /// known.
    later: BTreeSet<usize>,
}

impl Again {
    fn of(case: Case<'_>, hidden: &Hidden<'_>) -> Self {
        let mut again = Self { records: Vec::new(), later: BTreeSet::new() };
        let unreadable = damaged::lab_records(case.all);
        if unreadable.is_empty() {
            return again;
        }

        for unit in case.units.ids() {
            for id in case.units.rows(unit) {
                let Row::Exposure(row) = case.all.get(*id) else { continue };
                let same = unreadable.get(row.record_id()).into_iter().flatten();
                for place in same.filter(|place| {
                    damaged::is_of_dataset(&hidden.refused[**place], row.dataset_id())
                }) {
                    again.records.push((*place, unit, *id));
                    let unreadable = &hidden.refused[*place];
                    if row.row.file > unreadable.set_aside.row.file
                        && !unreadable.open.has(Open::ID)
                    {
                        again.later.insert(*place);
                    }
                }
            }
        }

        again
    }
}

/// Rows that a human called one person with a record that is missing, while an unreadable row may
/// be that record.
pub(super) fn awaiting(
    orphans: &[(RowId, crate::link::RecordKey)],
    refused: &[Refused],
    keys: &crate::field::keys::Keys,
) -> Vec<RowId> {
    if orphans.is_empty() || refused.is_empty() {
        return Vec::new();
    }

    let never = |list| matches!(list, List::Providers | List::Suppressions | List::Professionals);
    let linked = || refused.iter().filter(|row| !never(row.list));
    let nameless = linked().any(|row| row.open.has(Open::ID.and(Open::RAGGED)));
    let key = |row: &Refused| match row.list {
        List::Participants => {
            Some(keys.row_fingerprint(["list", "participants", row.person_ref.as_str()]))
        }
        List::Register => Some(keys.row_fingerprint(["list", "register", row.person_ref.as_str()])),
        _ => damaged::lab_record(row)
            .map(|row| keys.row_fingerprint([row.dataset_id(), row.record_id()])),
    };

    let known: BTreeSet<_> = linked().filter_map(key).collect();
    orphans
        .iter()
        .filter(|(_, missing)| nameless || known.contains(missing))
        .map(|(row, _)| *row)
        .collect()
}
