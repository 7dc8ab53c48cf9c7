//! Numbers that have lost a leading zero: read as they were only where something else says so.
//!
//! A BSN of eight digits, or an AGB code of seven, is what a spreadsheet or an integer column
//! leaves of one that begins with a zero; it is also what is left when somebody forgets a digit. So
//! the row waits until all lists are read. A padded BSN counts if another row has all nine digits
//! with the same birth date and surname, a padded code if the providers list has it. Every other
//! row is refused (R124), in every file type alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::bsn::Bsn;
use crate::field::partial_date::PartialDate;
use crate::field::row::{Exposure, Open, Refused, Registrant, Rows};
use crate::field::words::fold;

use super::spoilt;

/// Rows that nothing is wrong with but a zero, as they would be with it, and as they are refused
/// without it.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) exposures: Vec<(Exposure, Refused)>,
    pub(super) participants: Vec<(Registrant, Refused)>,
    pub(super) register: Vec<(Registrant, Refused)>,
}

/// Ends every waiting row among the good ones or the refused ones; rows keep the order of files and
/// rows. Returns how many numbers were read with their zero.
pub(super) fn settle(rows: &mut Rows, pending: Pending) -> usize {
    let waiting = pending
        .exposures
        .iter()
        .map(|(row, _)| row.bsn)
        .chain(pending.participants.iter().chain(&pending.register).map(|(row, _)| row.bsn));

    let wanted: BTreeSet<Bsn> = waiting.flatten().collect();
    if pending.exposures.is_empty() && wanted.is_empty() {
        return 0;
    }

    let witnesses = Witnesses::of(rows, &wanted);
    let codes: BTreeSet<String> =
        rows.providers.iter().map(|provider| provider.code.clone()).collect();

    let refused_before = rows.refused.len();
    let before = (rows.exposures.len(), rows.participants.len(), rows.register.len());

    for (row, refused) in pending.exposures {
        let bsn = !refused.open.has(Open::BSN)
            || witnesses.confirm(row.bsn, row.birth_date, row.name().surname);
        let code = !refused.open.has(Open::PROVIDER) || codes.contains(row.provider_code());
        if bsn && code {
            spoilt::heal(&mut rows.damage, &refused);
            rows.exposures.push(row);
        } else {
            rows.refused.push(refused);
        }
    }

    for (list, waiting) in
        [(&mut rows.participants, pending.participants), (&mut rows.register, pending.register)]
    {
        for (row, refused) in waiting {
            let confirmed = witnesses.confirm(row.bsn, row.birth_date, row.name().surname);
            if confirmed {
                spoilt::heal(&mut rows.damage, &refused);
                list.push(row);
            } else {
                rows.refused.push(refused);
            }
        }
    }

    let added = (
        rows.exposures.len() - before.0,
        rows.participants.len() - before.1,
        rows.register.len() - before.2,
    );

    if added.0 > 0 {
        rows.exposures.sort_by_key(|row| row.row);
    }

    for (list, added) in [(&mut rows.participants, added.1), (&mut rows.register, added.2)] {
        if added > 0 {
            list.sort_by_key(|row| row.row);
        }
    }

    if rows.refused.len() > refused_before {
        rows.refused.sort_by_key(|refused| refused.set_aside.row);
    }

    added.0 + added.1 + added.2
}

/// Who has one of the wanted numbers in full.
struct Witnesses(BTreeMap<Bsn, Vec<(PartialDate, String)>>);

impl Witnesses {
    fn of(rows: &Rows, wanted: &BTreeSet<Bsn>) -> Self {
        let exposures =
            rows.exposures.iter().map(|row| (row.bsn, row.birth_date, row.name().surname));
        let listed = rows.participants.iter().chain(&rows.register);
        let listed = listed.map(|row| (row.bsn, row.birth_date, row.name().surname));
        let mut witnesses: BTreeMap<Bsn, Vec<(PartialDate, String)>> = BTreeMap::new();
        for (bsn, born, surname) in exposures.chain(listed) {
            if let (Some(bsn), Some(born)) = (bsn.filter(|bsn| wanted.contains(bsn)), born) {
                witnesses.entry(bsn).or_default().push((born, fold(surname)));
            }
        }

        Self(witnesses)
    }

    /// Whether somebody with this number has the same birth date, known in full, and the same
    /// surname.
    fn confirm(&self, bsn: Option<Bsn>, born: Option<PartialDate>, surname: &str) -> bool {
        let surname = fold(surname);
        let (Some(bsn), Some(born)) = (bsn, born.filter(|born| born.exact().is_some())) else {
            return false;
        };
        let alike = |(other, name): &(PartialDate, String)| *other == born && *name == surname;
        !surname.is_empty() && self.0.get(&bsn).is_some_and(|rows| rows.iter().any(alike))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::cells::Cells;
    use crate::field::ids::RowRef;
    use crate::field::reason::{Reason, SetAside};
    use crate::field::row::{ColumnDamage, Damage, List};
    use crate::field::terms::{Items, Published, Status};

    /// The first number that begins with a zero and passes the test: made, not anybody's.
    fn number() -> Bsn {
        (10_000_000..99_999_999).find_map(|number| Bsn::new(number).ok()).unwrap()
    }

    fn row(place: u32, born: u16, surname: &str) -> Exposure {
        let mut cells = [""; 14];
        cells[5] = surname;
        Exposure {
            row: RowRef { file: 0, row: place },
            cells: Cells::pack(cells).unwrap(),
            bsn: Some(number()),
            birth_date: PartialDate::new(born, 5, 17),
            sex: None,
            category: None,
            sample_date: None,
            status: Status::Confirmed,
            published: Published::Unknown,
            items: Items::NONE,
            custody: None,
            requester: None,
        }
    }

    fn waiting(place: u32, born: u16, surname: &str) -> (Exposure, Refused) {
        let at = RowRef { file: 0, row: place };
        let set_aside =
            SetAside { evidence: "bsn: R124".to_owned(), ..SetAside::new(at, Reason::R124) };
        let refused = Refused {
            list: List::Exposures,
            set_aside,
            record_id: String::new(),
            dataset_id: String::new(),
            bsn: None,
            digits: None,
            person_ref: String::new(),
            open: Open::BSN,
            remains: Vec::new(),
            used: false,
            content: String::new(),
        };

        (row(place, born, surname), refused)
    }

    #[test]
    fn a_padded_bsn_counts_only_beside_the_full_one_of_the_same_person() {
        let mut rows = Rows {
            exposures: vec![row(1, 1970, "Zandstra"), row(9, 1970, "Zandstra")],
            ..Rows::default()
        };

        let exposures = vec![
            waiting(5, 1970, "ZANDSTRA"),
            waiting(2, 1971, "Zandstra"),
            waiting(3, 1970, "Bos"),
            waiting(4, 1970, ""),
        ];

        let pending = Pending { exposures, ..Pending::default() };
        let kinds = vec![(Reason::R124.text(), 4)];
        let columns = vec![ColumnDamage { column: "bsn", filled: 6, damaged: 4, kinds }];
        rows.damage.push(Damage { file: 0, list: List::Exposures, rows: 4, columns });
        assert_eq!(settle(&mut rows, pending), 1);

        let damage = &rows.damage[0];
        assert_eq!(
            (damage.rows, damage.columns[0].damaged, damage.columns[0].kinds[0].1),
            (3, 3, 3)
        );

        let order = |rows: &[Exposure]| rows.iter().map(|row| row.row.row).collect::<Vec<_>>();
        assert_eq!(order(&rows.exposures), [1, 5, 9]);
        assert_eq!(
            rows.refused.iter().map(|row| row.set_aside.row.row).collect::<Vec<_>>(),
            [2, 3, 4]
        );
    }

    #[test]
    fn two_rows_without_their_zero_do_not_confirm_each_other() {
        let mut rows = Rows::default();
        let pending = Pending {
            exposures: vec![waiting(1, 1970, "Bos"), waiting(2, 1970, "Bos")],
            ..Pending::default()
        };
        assert_eq!(settle(&mut rows, pending), 0);
        assert_eq!((rows.exposures.len(), rows.refused.len()), (0, 2));
    }
}
