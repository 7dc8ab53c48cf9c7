//! Which people and rows a human has to look at before anybody is written to.

use std::collections::{BTreeMap, BTreeSet};

use crate::link::LinkError;
use crate::link::block::Pair;
use crate::link::cluster::{Clustering, Refusal, Vetoes};
use crate::link::compare::Agreement;
use crate::link::content::{AllRows, Row, RowId};
use crate::link::exact;
use crate::link::guard::Crowd;
use crate::link::score::Score;
use crate::link::units::{UnitId, Units};
use crate::reason::{Reason, SetAside};
use crate::row::{Refused, RowRef};

/// What the rules found beside edges.
pub(super) struct Doubts<'f> {
    /// BSNs whose blocks were too large to compare.
    pub hot_bsns: &'f BTreeSet<u32>,
    /// Units that fit each other in everything but two valid BSNs.
    pub two_numbers: &'f [Pair],
    /// Pairs that fit, but one of them fits somebody else too; and who does.
    pub crowded: &'f [Pair],
    pub crowd: &'f Crowd,
    /// Pairs that the score leaves open.
    pub maybe: &'f [(Pair, Score)],
    /// Rows of any list that could not be read.
    pub refused: &'f [Refused],
}

/// Rows shown beside a held row at most.
const BESIDE: usize = 20;

/// Why something is held, and what to look at beside it.
struct Hold {
    reason: Reason,
    beside: Vec<UnitId>,
    evidence: String,
}

/// What is held: whole clusters by leader, units, and single rows. The first reason found stands.
#[derive(Default)]
pub(super) struct Holds {
    clusters: BTreeMap<UnitId, Hold>,
    units: BTreeMap<UnitId, Hold>,
    rows: BTreeMap<RowId, Hold>,
}

/// Everything that review looks at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub all: AllRows<'a>,
    pub units: &'a Units,
    pub clustering: &'a Clustering,
    pub vetoes: Vetoes<'a>,
}

impl Holds {
    /// Finds every reason to hold. Size comes first: what was refused for size alone would look like a disagreement.
    ///
    /// # Errors
    /// [`LinkError::TwoNumbers`] when a cluster holds two valid BSNs: a defect, nothing may go on.
    pub(super) fn of(case: Case<'_>, doubts: &Doubts<'_>) -> Result<Self, LinkError> {
        let mut holds = Self::default();
        let numbers = numbers(case);
        assert_one_number(&numbers)?;
        holds.generic_numbers(&numbers, doubts.hot_bsns);
        holds.oversize(case);
        holds.disagreeing_numbers(case, &numbers);
        holds.two_numbers(case, doubts.two_numbers);
        holds.unreadable(case, doubts.refused);
        holds.ties(case);
        holds.crowded(case, doubts.crowded, doubts.crowd);
        holds.divided_records(case);
        holds.maybe(case, doubts.maybe);
        Ok(holds)
    }

    /// L202: numbers that so many rows use that they were not compared.
    fn generic_numbers(&mut self, numbers: &[Number], hot: &BTreeSet<u32>) {
        for number in numbers.iter().filter(|number| hot.contains(&number.bsn)) {
            let evidence = "bsn: equal in a great many rows".to_owned();
            let hold = Hold { reason: Reason::L202, beside: Vec::new(), evidence };
            self.clusters.entry(number.cluster).or_insert(hold);
        }
    }

    /// L201 and L202: one BSN in several clusters. A cluster that the one register row of that BSN confirms is not in
    /// doubt; the others are.
    fn disagreeing_numbers(&mut self, case: Case<'_>, numbers: &[Number]) {
        let tied: BTreeSet<UnitId> = case.clustering.ties.iter().map(|tie| tie.unit).collect();
        for uses in numbers.chunk_by(|one, other| one.bsn == other.bsn) {
            let sure: Vec<&Number> = uses.iter().filter(|number| !tied.contains(&number.unit)).collect();
            let clusters: Vec<&[&Number]> = sure.chunk_by(|one, other| one.cluster == other.cluster).collect();
            if clusters.len() < 2 {
                continue;
            }
            let anchored = |uses: &[&Number]| uses.iter().any(|number| case.features(number.unit).is_anchor());
            let confirmed = clusters.iter().filter(|uses| anchored(uses)).count();
            let reason = if clusters.len() > 2 { Reason::L202 } else { Reason::L201 };
            for (index, uses) in clusters.iter().enumerate() {
                if case.are_settled(uses[0], &clusters) || (confirmed == 1 && anchored(uses)) {
                    continue;
                }
                let others =
                    clusters.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, uses)| uses[0].unit);
                self.hold_cluster(case, uses[0].unit, reason, others.take(BESIDE).collect());
            }
        }
    }

    /// L203: two units fit in everything, but each has its own valid BSN. A side that the register confirms is not in
    /// doubt; where it confirms both, they are two people, and only a row that has the number of one and the address of
    /// the other is held.
    fn two_numbers(&mut self, case: Case<'_>, pairs: &[Pair]) {
        for (one, other) in pairs {
            let full = exact::fits_details(case.agreement(*one, *other));
            for (unit, beside) in [(*one, *other), (*other, *one)] {
                let listed = case.strength(unit).0 == Standing::Listed;
                if full && !listed {
                    self.hold_cluster(case, unit, Reason::L203, vec![beside]);
                } else if case.is_at_home(beside) && case.is_astray(unit) {
                    let evidence = case.agreement(unit, beside).to_string();
                    let hold = Hold { reason: Reason::L203, beside: vec![beside], evidence };
                    self.units.entry(unit).or_insert(hold);
                }
            }
        }
    }

    /// L207: somebody's row in another list could not be read, so what it says about them is not known.
    fn unreadable(&mut self, case: Case<'_>, refused: &[Refused]) {
        use crate::row::List;
        let about = || refused.iter().filter(|row| !matches!(row.list, List::Exposures | List::Providers));
        let bsns: BTreeSet<u32> = about().filter_map(|row| row.bsn).map(crate::person::Bsn::number).collect();
        let refs: BTreeSet<&str> = about().map(|row| row.person_ref.as_str()).filter(|text| !text.is_empty()).collect();
        if bsns.is_empty() && refs.is_empty() {
            return;
        }
        for unit in case.units.ids() {
            let by_number = bsns.contains(&case.features(unit).bsn);
            let by_ref = || {
                case.units.rows(unit).iter().any(|row| match case.all.get(*row) {
                    Row::Participant(row) | Row::Register(row) => refs.contains(row.person_ref()),
                    Row::Exposure(_) => false,
                })
            };
            if by_number || by_ref() {
                let evidence = if by_number { "unreadable row: same bsn" } else { "unreadable row: same person_ref" };
                let hold = Hold { reason: Reason::L207, beside: Vec::new(), evidence: evidence.to_owned() };
                self.clusters.entry(case.leader(unit)).or_insert(hold);
            }
        }
    }

    /// L205: units that fit two people.
    fn ties(&mut self, case: Case<'_>) {
        for tie in &case.clustering.ties {
            let evidence = tie.between.map(|other| case.agreement(tie.unit, other).to_string()).join(" | ");
            let hold = Hold { reason: Reason::L205, beside: tie.between.to_vec(), evidence };
            self.units.entry(tie.unit).or_insert(hold);
        }
    }

    /// L205: rows that fit two people known to be different, and that nothing else ties to either.
    fn crowded(&mut self, case: Case<'_>, pairs: &[Pair], crowd: &Crowd) {
        for (one, other) in pairs {
            for (unit, beside) in [(*one, *other), (*other, *one)] {
                if crowd.contains(unit) && case.strength(unit).0 <= Standing::Named {
                    self.hold_cluster(case, unit, Reason::L205, vec![beside]);
                }
            }
        }
    }

    /// L204: two clusters that may be one person. The one that is known better goes on, so that nobody waits without
    /// need; two that the lists know are two.
    fn maybe(&mut self, case: Case<'_>, pairs: &[(Pair, Score)]) {
        for ((one, other), _) in pairs {
            let (left, right) = (case.leader(*one), case.leader(*other));
            if left == right || case.conflict(left, right) {
                continue;
            }
            let (known, unknown) = (case.strength(*one), case.strength(*other));
            if known.0 == Standing::Listed && unknown.0 == Standing::Listed {
                continue;
            }
            let (held, beside) = if (known, left) >= (unknown, right) { (*other, *one) } else { (*one, *other) };
            self.hold_cluster(case, held, Reason::L204, vec![beside]);
        }
    }

    /// L206: clusters that would grow beyond the permitted size, and units that did so alone.
    fn oversize(&mut self, case: Case<'_>) {
        for (edge, refusal) in &case.clustering.refused {
            if *refusal == Refusal::Size {
                self.hold_cluster(case, edge.left, Reason::L206, vec![edge.right]);
                self.hold_cluster(case, edge.right, Reason::L206, vec![edge.left]);
            }
        }
        for unit in case.units.ids().filter(|unit| case.units.exposures(*unit) > case.clustering.max_rows) {
            let evidence = format!("{} rows with the same details", case.units.exposures(unit));
            let hold = Hold { reason: Reason::L206, beside: Vec::new(), evidence };
            self.clusters.entry(case.leader(unit)).or_insert(hold);
        }
    }

    /// L208: rows of one record that did not come together in one cluster.
    fn divided_records(&mut self, case: Case<'_>) {
        let mut records: Vec<(&str, &str, UnitId, RowId)> = Vec::new();
        for unit in case.units.ids() {
            for row in case.units.rows(unit) {
                if let Row::Exposure(exposure) = case.all.get(*row) {
                    records.push((exposure.record_id(), exposure.dataset_id(), case.leader(unit), *row));
                }
            }
        }
        rayon::prelude::ParallelSliceMut::par_sort_unstable(records.as_mut_slice());
        for record in records.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let divided = record.iter().any(|row| row.2 != record[0].2);
            for (_, _, leader, row) in record.iter().filter(|_| divided) {
                let others: BTreeSet<UnitId> = record.iter().map(|row| row.2).filter(|other| other != leader).collect();
                let evidence = "record_id: equal; person: differs".to_owned();
                let beside = others.into_iter().collect();
                self.rows.entry(*row).or_insert(Hold { reason: Reason::L208, beside, evidence });
            }
        }
    }

    fn hold_cluster(&mut self, case: Case<'_>, unit: UnitId, reason: Reason, beside: Vec<UnitId>) {
        self.clusters.entry(case.leader(unit)).or_insert_with(|| {
            let evidence = beside.first().map(|other| case.agreement(unit, *other).to_string()).unwrap_or_default();
            Hold { reason, beside, evidence }
        });
    }

    /// The set-aside entry of an exposure row, if the row, its unit or its cluster is held.
    pub(super) fn set_aside(&self, case: Case<'_>, unit: UnitId, row: RowId) -> Option<SetAside> {
        let whole = || self.clusters.get(&case.leader(unit));
        let hold = whole().or_else(|| self.units.get(&unit)).or_else(|| self.rows.get(&row))?;
        let others = hold.beside.iter().flat_map(|other| case.units.rows(*other));
        let mut beside: Vec<RowRef> = others.map(|row| case.all.get(*row).row_ref()).take(BESIDE).collect();
        beside.sort_unstable();
        let evidence = hold.evidence.clone();
        Some(SetAside { beside, evidence, ..SetAside::new(case.all.get(row).row_ref(), hold.reason) })
    }
}

impl<'a> Case<'a> {
    fn leader(self, unit: UnitId) -> UnitId {
        self.clustering.leader(unit)
    }

    /// How well the person of this unit is known, and by how many units.
    fn strength(self, unit: UnitId) -> (Standing, usize) {
        let members = self.clustering.members(self.leader(unit));
        let standing = |unit: UnitId| {
            let features = self.features(unit);
            match (features.is_anchor(), features.bsn, features.given) {
                (true, ..) => Standing::Listed,
                (false, 0, 0) => Standing::Loose,
                (false, 0, _) => Standing::Named,
                (false, ..) => Standing::Numbered,
            }
        };
        (members.clone().map(standing).max().unwrap_or(Standing::Loose), members.count())
    }

    /// Whether another row of the same BSN, or the list itself, has the unit's address.
    fn is_at_home(self, unit: UnitId) -> bool {
        self.features(unit).is_anchor()
            || self.of_same_number(unit).any(|other| self.agreement(unit, other).shares_place())
    }

    /// Whether there are rows of the same BSN, and none of them has the unit's address.
    fn is_astray(self, unit: UnitId) -> bool {
        self.of_same_number(unit).next().is_some() && !self.is_at_home(unit)
    }

    fn of_same_number(self, unit: UnitId) -> impl Iterator<Item = UnitId> + 'a {
        let bsn = self.features(unit).bsn;
        let units = self.units;
        let same = move |other: &UnitId| *other != unit && units.features[*other as usize].bsn == bsn;
        self.clustering.members(self.leader(unit)).filter(same)
    }

    /// Whether two clusters, given by their leaders, cannot be one person.
    fn conflict(self, left: UnitId, right: UnitId) -> bool {
        let members = self.clustering.members(left);
        members.into_iter().any(|one| self.clustering.members(right).any(|other| self.vetoes.forbid(one, other, false)))
    }

    /// Whether a human has called the cluster of this BSN another person than every other cluster of it.
    fn are_settled(self, number: &Number, clusters: &[&[&Number]]) -> bool {
        let own = || self.clustering.members(number.cluster);
        let different = |leader: UnitId| {
            own().any(|one| {
                let theirs = self.clustering.members(leader);
                theirs.into_iter().any(|other| self.vetoes.different.contains(&(one.min(other), one.max(other))))
            })
        };
        !self.vetoes.different.is_empty()
            && clusters.iter().map(|uses| uses[0].cluster).filter(|other| *other != number.cluster).all(different)
    }

    fn features(&self, unit: UnitId) -> &crate::link::features::Features {
        &self.units.features[unit as usize]
    }

    fn agreement(self, one: UnitId, other: UnitId) -> Agreement {
        Agreement::of(self.features(one.min(other)), self.features(one.max(other)), &self.units.texts)
    }
}

/// How well a person is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Initials at most.
    Loose,
    /// A given name.
    Named,
    /// A BSN.
    Numbered,
    /// A row of the participants list or the register.
    Listed,
}

/// One use of a BSN.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    bsn: u32,
    cluster: UnitId,
    unit: UnitId,
}

/// Every use of every BSN, by BSN and cluster.
fn numbers(case: Case<'_>) -> Vec<Number> {
    let mut numbers: Vec<Number> = case
        .units
        .ids()
        .map(|unit| Number { bsn: case.features(unit).bsn, cluster: case.leader(unit), unit })
        .filter(|number| number.bsn != 0)
        .collect();
    rayon::prelude::ParallelSliceMut::par_sort_unstable(numbers.as_mut_slice());
    numbers
}

/// Two different valid BSNs never come together.
fn assert_one_number(numbers: &[Number]) -> Result<(), LinkError> {
    let mut held: Vec<(UnitId, u32)> = numbers.iter().map(|number| (number.cluster, number.bsn)).collect();
    held.sort_unstable();
    let mixed = held.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1).count();
    if mixed == 0 { Ok(()) } else { Err(LinkError::TwoNumbers { clusters: mixed }) }
}
