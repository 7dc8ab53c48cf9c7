//! Linking as a whole, on invented people.

mod cost;
mod decided;
mod given;
mod hidden;
mod laws;
mod named;
mod namesakes;

use std::collections::BTreeSet;

use crate::base::bsn::Bsn;
use crate::base::progress::Progress;
use crate::config::{LinkProfile, LinkRules};
use crate::field::cells::Cells;
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::names::Sex;
use crate::field::partial_date::PartialDate;
use crate::field::reason::Reason;
use crate::field::row::{Exposure, List, Refused, Registrant, Rows};
use crate::field::terms::{Category, Items, Published, Status};
use crate::link::{LinkTerms, Linked, Parameters, link};

/// Valid BSNs of the test range.
pub(super) const BSNS: [u32; 4] = [999_990_019, 999_990_020, 999_990_032, 999_990_044];

/// One person's details as a row has them.
#[derive(Clone, Debug)]
pub(super) struct Details {
    pub record: &'static str,
    pub bsn: u32,
    pub first_names: &'static str,
    pub initials: &'static str,
    pub surname: &'static str,
    pub partner: &'static str,
    pub birth: (u16, u8, u8),
    pub sex: Option<Sex>,
    pub number: &'static str,
    pub postcode: &'static str,
}

/// Somebody with everything filled in.
pub(super) const ANNA: Details = Details {
    record: "1",
    bsn: 0,
    first_names: "Anna Maria",
    initials: "A.M.",
    surname: "Jansen",
    partner: "",
    birth: (1980, 5, 17),
    sex: Some(Sex::V),
    number: "12",
    postcode: "1234AB",
};

fn bsn(number: u32) -> Option<Bsn> {
    (number != 0).then(|| Bsn::new(number).unwrap())
}

pub(super) fn exposure(place: u32, details: &Details) -> Exposure {
    let Details { record, first_names, initials, surname, number, postcode, .. } = *details;
    let cells = [
        record,
        "set",
        first_names,
        initials,
        "",
        surname,
        "Dorpsstraat",
        number,
        "",
        "",
        postcode,
        "Ons Dorp",
        "",
        "",
    ];
    Exposure {
        row: RowRef { file: 0, row: place },
        cells: Cells::pack(cells).unwrap(),
        bsn: bsn(details.bsn),
        birth_date: PartialDate::new(details.birth.0, details.birth.1, details.birth.2),
        sex: details.sex,
        category: Some(Category::Screening),
        sample_date: None,
        status: Status::Confirmed,
        published: Published::Unknown,
        items: Items::default(),
        custody: None,
        requester: None,
    }
}

pub(super) fn registrant(place: u32, details: &Details) -> Registrant {
    let Details { record, first_names, initials, surname, partner, number, postcode, .. } =
        *details;
    let cells = [
        record,
        first_names,
        initials,
        "",
        surname,
        "",
        partner,
        "Dorpsstraat",
        number,
        "",
        "",
        postcode,
        "Ons Dorp",
        "",
        "",
        "",
        "",
        "",
        "",
    ];
    Registrant {
        row: RowRef { file: 1, row: place },
        cells: Cells::pack(cells).unwrap(),
        bsn: bsn(details.bsn),
        title: None,
        name_use: None,
        partner_title: None,
        partner_ended: None,
        sex: details.sex,
        birth_date: PartialDate::new(details.birth.0, details.birth.1, details.birth.2),
        house_indication: None,
        language: None,
        letter_format: None,
        deceased_on: None,
        deceased_unreadable: false,
        protected_address: false,
        whereabouts_unknown: false,
        denies: crate::field::row::Denials::default(),
    }
}

/// Rows numbered in order.
pub(super) fn rows(exposures: &[Details], participants: &[Details]) -> Rows {
    Rows {
        exposures: (1..).zip(exposures).map(|(place, details)| exposure(place, details)).collect(),
        participants: (1..)
            .zip(participants)
            .map(|(place, details)| registrant(place, details))
            .collect(),
        ..Rows::default()
    }
}

pub(super) fn linked(rows: &Rows) -> Linked<'_> {
    linked_by(rows, &LinkRules::default())
}

pub(super) fn linked_by<'a>(rows: &'a Rows, rules: &LinkRules) -> Linked<'a> {
    let terms = LinkTerms { rules, parameters: &Parameters::built_in(), decisions: &[] };
    link(rows, &terms, &Keys::derive(&[7; 32]), &Progress::hidden()).unwrap()
}

/// People as sets of exposure rows, and held rows with their reason.
pub(super) type Outcome = (BTreeSet<Vec<u32>>, BTreeSet<(u32, Reason)>);

pub(super) fn outcome(linked: &Linked<'_>) -> Outcome {
    let person = |rows: &[&Exposure]| {
        let mut rows: Vec<u32> = rows.iter().map(|row| row.row.row).collect();
        rows.sort_unstable();
        rows
    };
    (
        linked.clusters.iter().map(|cluster| person(&cluster.exposures)).collect(),
        linked.set_aside.iter().map(|held| (held.row.row, held.reason)).collect(),
    )
}

/// Says who is expected together (`[[1, 2], [3]]`) and what is expected to be held.
pub(super) fn expect(linked: &Linked<'_>, people: &[&[u32]], held: &[(u32, Reason)]) {
    let people: BTreeSet<Vec<u32>> = people.iter().map(|rows| rows.to_vec()).collect();
    assert_eq!(outcome(linked), (people, held.iter().copied().collect()));
}

pub(super) fn refused(list: List, number: u32, person_ref: &str) -> Refused {
    Refused {
        list,
        set_aside: crate::field::reason::SetAside::new(RowRef { file: 1, row: 9 }, Reason::R104),
        record_id: String::new(),
        dataset_id: String::new(),
        bsn: bsn(number),
        person_ref: person_ref.to_owned(),
        digits: None,
        open: crate::field::row::Open::OTHER,
        remains: Vec::new(),
        used: false,
        content: String::new(),
    }
}

pub(super) const STRICT: LinkRules =
    LinkRules { profile: LinkProfile::Strict, max_cluster_rows: 60, parameters: None };
