//! Which people and rows a human has to look at before anybody is written to.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::field::ids::RowRef;
use crate::field::reason::{Beside, Reason, SetAside};
use crate::link::block::Pair;
use crate::link::cluster::{Clustering, Refusal, Vetoes};
use crate::link::compare::Agreement;
use crate::link::content::{AllRows, Row, RowId};
use crate::link::guard::Crowd;
use crate::link::namesakes::{self, Namesake};
use crate::link::score::{Score, Scorer};
use crate::link::units::{UnitId, Units};
use crate::link::unreadable::{Hidden, Placed};
use crate::link::{LinkError, exact};

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
    /// What could not be read.
    pub hidden: Hidden<'f>,
}

/// Candidates, and rows of a candidate, that are shown beside a held row at most.
const BESIDE: usize = 20;

/// Why something is held, and what to look at beside it.
struct Hold {
    reason: Reason,
    /// Candidates; a human says of each whether it is the same person.
    beside: Vec<UnitId>,
    /// Other rows to look at where there is no candidate.
    rows: Vec<RowRef>,
    /// The evidence where there is no candidate.
    note: String,
}

impl Hold {
    const fn noted(reason: Reason, note: String) -> Self {
        Self { reason, beside: Vec::new(), rows: Vec::new(), note }
    }

    const fn open(reason: Reason) -> Self {
        Self::noted(reason, String::new())
    }

    /// Adds candidates; another reason found later adds nothing.
    fn add(&mut self, reason: Reason, beside: impl Iterator<Item = UnitId>) {
        for unit in beside.filter(|_| self.reason == reason) {
            if self.beside.len() == BESIDE {
                break;
            }
            if !self.beside.contains(&unit) {
                self.beside.push(unit);
            }
        }
    }
}

/// What is held: whole clusters by leader, units, and single rows. The first reason found stands.
#[derive(Default)]
pub(super) struct Holds {
    clusters: BTreeMap<UnitId, Hold>,
    units: BTreeMap<UnitId, Hold>,
    rows: BTreeMap<RowId, Hold>,
    /// What became of unreadable rows.
    pub(super) placed: Placed,
    /// Rows that protect somebody of a person's name and birth date.
    pub(super) namesakes: Vec<Namesake>,
}

/// Everything that review looks at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub all: AllRows<'a>,
    pub units: &'a Units,
    pub clustering: &'a Clustering,
    pub vetoes: Vetoes<'a>,
    pub scorer: &'a Scorer,
}

impl Holds {
    /// Finds every reason to hold. Size comes first: what was refused for size alone would look
    /// like a disagreement.
    ///
    /// # Errors
    /// [`LinkError::TwoNumbers`] when a cluster holds two valid BSNs: a defect, nothing may go on.
    pub(super) fn of(case: Case<'_>, doubts: &Doubts<'_>) -> Result<Self, LinkError> {
        let mut holds = Self::default();
        let numbers = numbers(case);
        assert_one_number(&numbers)?;
        holds.generic_numbers(&numbers, doubts.hot_bsns);
        holds.oversize(case);
        holds.overruled(case);
        holds.disagreeing_numbers(case, &numbers, doubts.hot_bsns);
        holds.two_numbers(case, doubts.two_numbers);
        holds.placed = holds.unreadable(case, &doubts.hidden, &numbers);
        holds.ties(case);
        holds.crowded(case, doubts.crowded, doubts.crowd);
        holds.divided_records(case);
        holds.maybe(case, doubts.maybe);

        let namesakes = namesakes::find(case);
        holds.protected(case, &namesakes);
        holds.namesakes = namesakes;

        Ok(holds)
    }

    /// L202: numbers that so many rows use that they were not compared.
    fn generic_numbers(&mut self, numbers: &[Number], hot: &BTreeSet<u32>) {
        for number in numbers.iter().filter(|number| hot.contains(&number.bsn)) {
            let note = "bsn: equal in a great many rows".to_owned();
            self.clusters.entry(number.cluster).or_insert(Hold::noted(Reason::L202, note));
        }
    }

    /// L203 and L205: a human called two rows one person, and new rows or another decision stand
    /// against it.
    fn overruled(&mut self, case: Case<'_>) {
        for (edge, refusal) in case.clustering.refused.iter().filter(|(edge, _)| edge.is_human()) {
            let Refusal::Conflict(one, other) = refusal else { continue };
            let reason =
                if case.units.have_two_numbers(*one, *other) { Reason::L203 } else { Reason::L205 };
            self.hold_cluster(case, edge.left, reason, &[edge.right]);
            self.hold_cluster(case, edge.right, reason, &[edge.left]);
        }
    }

    /// L201 and L202: one BSN in several clusters. A cluster that the one register row of that BSN
    /// confirms is not in doubt; the others are.
    fn disagreeing_numbers(&mut self, case: Case<'_>, numbers: &[Number], hot: &BTreeSet<u32>) {
        let tied: BTreeSet<UnitId> = case.clustering.ties.iter().map(|tie| tie.unit).collect();
        for uses in numbers.chunk_by(|one, other| one.bsn == other.bsn) {
            let sure: Vec<&Number> =
                uses.iter().filter(|number| !tied.contains(&number.unit)).collect();
            let clusters: Vec<&[&Number]> =
                sure.chunk_by(|one, other| one.cluster == other.cluster).collect();
            // A number that everybody uses is held as such: nobody decides about thousands of
            // candidates.
            if clusters.len() < 2 || hot.contains(&sure[0].bsn) {
                continue;
            }
            let anchored =
                |uses: &[&Number]| uses.iter().any(|number| case.features(number.unit).is_anchor());
            let confirmed = clusters.iter().filter(|uses| anchored(uses)).count();
            let reason = if clusters.len() > 2 { Reason::L202 } else { Reason::L201 };
            for (index, uses) in clusters.iter().enumerate() {
                if confirmed == 1 && anchored(uses) {
                    continue;
                }
                let others = clusters.iter().enumerate().filter(|(place, _)| *place != index);
                let others: Vec<UnitId> = others.map(|(_, uses)| uses[0].unit).collect();
                self.hold_cluster(case, uses[0].unit, reason, &others);
            }
        }
    }

    /// L203: two units fit in everything, but each has its own valid BSN. A side that the register
    /// confirms is not in doubt; where it confirms both, they are two people, and only a row that
    /// has the number of one and the address of the other is held.
    fn two_numbers(&mut self, case: Case<'_>, pairs: &[Pair]) {
        for (one, other) in pairs {
            let full = exact::fits_details(case.agreement(*one, *other));
            for (unit, beside) in [(*one, *other), (*other, *one)] {
                let listed = case.strength(unit).0 == Standing::Listed;
                if full && !listed {
                    self.hold_cluster(case, unit, Reason::L203, &[beside]);
                } else if case.is_at_home(beside) && case.is_astray(unit) {
                    self.hold_unit(case, unit, Reason::L203, &[beside]);
                }
            }
        }
    }

    /// Holds the cluster of `unit` because of other rows.
    pub(super) fn hold_for(
        &mut self,
        case: Case<'_>,
        unit: UnitId,
        reason: Reason,
        rows: Vec<RowRef>,
        note: String,
    ) {
        let hold = Hold { rows, ..Hold::noted(reason, note) };
        self.clusters.entry(case.leader(unit)).or_insert(hold);
    }

    /// The same for one row.
    pub(super) fn hold_row(&mut self, row: RowId, reason: Reason, rows: Vec<RowRef>, note: &str) {
        self.rows.entry(row).or_insert(Hold { rows, ..Hold::noted(reason, note.to_owned()) });
    }

    /// L205: units that fit two people.
    fn ties(&mut self, case: Case<'_>) {
        for tie in &case.clustering.ties {
            self.hold_unit(case, tie.unit, Reason::L205, &tie.between);
        }
    }

    /// L205: rows that fit two people known to be different, and that nothing else ties to either.
    fn crowded(&mut self, case: Case<'_>, pairs: &[Pair], crowd: &Crowd) {
        for (one, other) in pairs {
            for (unit, beside) in [(*one, *other), (*other, *one)] {
                if crowd.contains(unit) && case.strength(unit).0 <= Standing::Named {
                    self.hold_cluster(case, unit, Reason::L205, &[beside]);
                }
            }
        }
    }

    /// L204: two clusters that may be one person. The one that is known better goes on, so that
    /// nobody waits without need; two that the lists know are two.
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
            let (held, beside) =
                if (known, left) >= (unknown, right) { (*other, *one) } else { (*one, *other) };
            self.hold_cluster(case, held, Reason::L204, &[beside]);
        }
    }

    /// L204: people whom a row of the lists may protect that nothing joined to them. It is the
    /// lab's people who are held, however well they are known: the doubt is whether to write to
    /// them at all.
    fn protected(&mut self, case: Case<'_>, namesakes: &[Namesake]) {
        for namesake in namesakes.iter().filter(|namesake| namesake.may_be_one) {
            self.hold_cluster(case, namesake.lab, Reason::L204, &[namesake.listed]);
        }
    }

    /// L206: clusters that would grow beyond the permitted size, and units that did so alone.
    fn oversize(&mut self, case: Case<'_>) {
        for (edge, refusal) in &case.clustering.refused {
            if *refusal == Refusal::Size {
                self.hold_cluster(case, edge.left, Reason::L206, &[edge.right]);
                self.hold_cluster(case, edge.right, Reason::L206, &[edge.left]);
            }
        }

        for unit in
            case.units.ids().filter(|unit| case.units.exposures(*unit) > case.clustering.max_rows)
        {
            let note = format!("{} rows with the same details", case.units.exposures(unit));
            self.clusters.entry(case.leader(unit)).or_insert(Hold::noted(Reason::L206, note));
        }
    }

    /// L208: rows of one record that did not come together in one cluster.
    fn divided_records(&mut self, case: Case<'_>) {
        let mut records: Vec<(&str, &str, UnitId, RowId)> = Vec::new();
        for unit in case.units.ids() {
            for row in case.units.rows(unit) {
                if let Row::Exposure(exposure) = case.all.get(*row) {
                    records.push((
                        exposure.record_id(),
                        exposure.dataset_id(),
                        case.leader(unit),
                        *row,
                    ));
                }
            }
        }

        records.par_sort_unstable();

        for record in records.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let leaders: BTreeSet<UnitId> = record.iter().map(|row| row.2).collect();
            if leaders.len() < 2 {
                continue;
            }
            for (_, _, leader, row) in record {
                let others = leaders.iter().copied().filter(|other| other != leader).take(BESIDE);
                self.rows.entry(*row).or_insert(Hold::open(Reason::L208)).add(Reason::L208, others);
            }
        }
    }

    /// Holds the cluster of `unit`, unless humans have said of every candidate whether it is the
    /// same person.
    fn hold_cluster(&mut self, case: Case<'_>, unit: UnitId, reason: Reason, beside: &[UnitId]) {
        if let Some(open) = case.undecided(unit, beside) {
            self.clusters
                .entry(case.leader(unit))
                .or_insert(Hold::open(reason))
                .add(reason, open.into_iter());
        }
    }

    /// The same for one unit of a cluster.
    fn hold_unit(&mut self, case: Case<'_>, unit: UnitId, reason: Reason, beside: &[UnitId]) {
        if let Some(open) = case.undecided(unit, beside) {
            self.units.entry(unit).or_insert(Hold::open(reason)).add(reason, open.into_iter());
        }
    }

    /// The set-aside entry of an exposure row, if the row, its unit or its cluster is held.
    pub(super) fn set_aside(&self, case: Case<'_>, unit: UnitId, row: RowId) -> Option<SetAside> {
        let whole = self.clusters.get(&case.leader(unit));
        let hold = whole.or_else(|| self.units.get(&unit)).or_else(|| self.rows.get(&row))?;
        let mut candidates = hold.beside.iter().map(|other| case.beside(unit, *other));
        let first = candidates
            .next()
            .unwrap_or_else(|| Beside { rows: hold.rows.clone(), evidence: hold.note.clone() });

        Some(SetAside {
            beside: first.rows,
            evidence: first.evidence,
            further: candidates.collect(),
            case: whole.map(|_| case.row_ref(case.units.rows(case.leader(unit))[0])),
            ..SetAside::new(case.row_ref(row), hold.reason)
        })
    }
}

impl<'a> Case<'a> {
    fn leader(self, unit: UnitId) -> UnitId {
        self.clustering.leader(unit)
    }

    fn row_ref(self, row: RowId) -> RowRef {
        self.all.get(row).row_ref()
    }

    /// What a human is shown of a candidate.
    fn beside(self, unit: UnitId, other: UnitId) -> Beside {
        let mut rows: Vec<RowRef> =
            self.units.rows(other).iter().take(BESIDE).map(|row| self.row_ref(*row)).collect();
        rows.sort_unstable();
        let (one, other) = (unit.min(other), unit.max(other));
        let evidence = self.scorer.describe(
            self.agreement(one, other),
            self.features(one),
            self.features(other),
        );

        Beside { rows, evidence }
    }

    /// How well the person of this unit is known, and by how many units.
    fn strength(self, unit: UnitId) -> (Standing, usize) {
        let members = self.clustering.members(self.leader(unit));
        let standing = |unit: UnitId| {
            let features = self.features(unit);
            match (features.is_anchor(), features.bsn, features.first) {
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
        let same =
            move |other: &UnitId| *other != unit && units.features[*other as usize].bsn == bsn;
        self.clustering.members(self.leader(unit)).filter(same)
    }

    /// Whether two clusters, given by their leaders, cannot be one person.
    pub(super) fn conflict(self, left: UnitId, right: UnitId) -> bool {
        let members = self.clustering.members(left);
        members.into_iter().any(|one| {
            self.clustering.members(right).any(|other| self.vetoes.forbid(one, other, false))
        })
    }

    /// The candidates about which nobody has said yet whether `unit` is the same person; `None`
    /// when all are decided.
    fn undecided(self, unit: UnitId, beside: &[UnitId]) -> Option<Vec<UnitId>> {
        let rulings = self.vetoes.rulings;
        let open = beside
            .iter()
            .copied()
            .filter(|other| rulings.is_empty() || !self.is_decided(unit, *other));
        let open: Vec<UnitId> = open.collect();
        (beside.is_empty() || !open.is_empty()).then_some(open)
    }

    /// Somebody called the two people different, or has placed the unit with people who cannot be
    /// the candidate.
    fn is_decided(self, unit: UnitId, other: UnitId) -> bool {
        let (own, theirs) = (self.leader(unit), self.leader(other));
        let rulings = self.vetoes.rulings;
        let members = self.clustering.members(own);
        let mut pairs =
            members.flat_map(|one| self.clustering.members(theirs).map(move |other| (one, other)));
        let placed = rulings.same_as(unit).any(|same| self.leader(same) == own);
        pairs.any(|(one, other)| rulings.are_different(one, other))
            || (placed && (own == theirs || self.conflict(own, theirs)))
    }

    fn features(&self, unit: UnitId) -> &crate::link::features::Features {
        &self.units.features[unit as usize]
    }

    pub(super) fn agreement(self, one: UnitId, other: UnitId) -> Agreement {
        Agreement::of(
            self.features(one.min(other)),
            self.features(one.max(other)),
            &self.units.texts,
        )
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
pub(super) struct Number {
    pub bsn: u32,
    pub cluster: UnitId,
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
    numbers.par_sort_unstable();
    numbers
}

/// Two different valid BSNs never come together.
fn assert_one_number(numbers: &[Number]) -> Result<(), LinkError> {
    let mut held: Vec<(UnitId, u32)> =
        numbers.iter().map(|number| (number.cluster, number.bsn)).collect();
    held.sort_unstable();
    let mixed =
        held.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1).count();
    if mixed == 0 { Ok(()) } else { Err(LinkError::TwoNumbers { clusters: mixed }) }
}
