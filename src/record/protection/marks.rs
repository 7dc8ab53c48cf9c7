//! The marks of a row: what somebody is recognised by when no row says so any more.

use std::collections::BTreeSet;

use crate::base::bsn::Bsn;
use crate::field::keys::Keys;
use crate::field::partial_date::PartialDate;
use crate::field::person::Cluster;
use crate::field::row::Registrant;
use crate::link::fold;
use crate::record::recognise::{Mark, bsn_mark};
use crate::record::row_marks::record_mark;

use super::By;

/// BSN and number in a list, the first that there is being the subject.
pub(super) fn numbers(keys: &Keys, bsn: Option<Bsn>, person_ref: &str) -> Vec<(Mark, By)> {
    let bsn = bsn.map(|bsn| (bsn_mark(keys, bsn), By::Bsn));
    // A suppression names a number without its list, so the list is not part of the mark.
    let number = (!person_ref.is_empty())
        .then(|| (keys.row_fingerprint(["person_ref", person_ref]), By::Ref));
    bsn.into_iter().chain(number).collect()
}

pub(super) fn marks_of_registrant(keys: &Keys, row: &Registrant) -> Vec<(Mark, By)> {
    let mut marks = numbers(keys, row.bsn, row.person_ref());
    let name = row.name();
    let partner = name.partner.map_or("", |partner| partner.surname);
    let first = if name.first_names.is_empty() { name.initials } else { name.first_names };
    marks.extend(name_marks(keys, [name.surname, partner], first, row.birth_date));
    marks
}

/// Surname, first initial and birth date.
fn name_marks(
    keys: &Keys,
    surnames: [&str; 2],
    first: &str,
    birth: Option<PartialDate>,
) -> Vec<(Mark, By)> {
    let (Some(birth), Some(initial)) =
        (birth.filter(|date| date.day() > 0), fold(first).chars().next())
    else {
        return Vec::new();
    };

    let born = format!("{}-{}-{}", birth.year(), birth.month(), birth.day());
    let names: BTreeSet<String> =
        surnames.into_iter().map(fold).filter(|name| !name.is_empty()).collect();
    let mark = |name: String| {
        (keys.row_fingerprint(["name", &name, &initial.to_string(), &born]), By::Name)
    };

    names.into_iter().map(mark).collect()
}

pub(super) fn marks_of_cluster(keys: &Keys, cluster: &Cluster<'_>) -> BTreeSet<(Mark, By)> {
    let mut marks = BTreeSet::new();
    for row in &cluster.exposures {
        marks.extend(row.bsn.map(|bsn| (bsn_mark(keys, bsn), By::Bsn)));
        marks.insert((record_mark(keys, row.dataset_id(), row.record_id()), By::Record));
        let name = row.name();
        let first = if name.first_names.is_empty() { name.initials } else { name.first_names };
        marks.extend(name_marks(keys, [name.surname, ""], first, row.birth_date));
    }

    for row in cluster.participants.iter().chain(&cluster.register) {
        marks.extend(marks_of_registrant(keys, row));
    }

    marks
}
