//! Who is who: exposure, participant and register rows become people.
//!
//! A wrong merge is worse than two letters: two different valid BSNs never come together, doubt
//! goes to a human, and the same rows give the same people whatever the order of rows and files and
//! the number of threads. The way through: rows that are alike become units, units that share a key
//! are compared, the rules join pairs, pairs become clusters under vetoes, and what is left in
//! doubt is held.

mod birth;
pub(crate) mod block;
mod cluster;
pub(crate) mod compare;
pub(crate) mod content;
mod damaged;
mod decisions;
pub(crate) mod digest;
mod exact;
mod explain;
mod features;
mod frames;
pub(crate) mod frequency;
mod given;
mod guard;
mod judge;
mod namesakes;
mod newborn;
mod normalise;
pub(crate) mod parameters;
mod review;
mod score;
mod search;
mod strings;
mod suppressed;
#[cfg(test)]
mod tests;
pub(crate) mod units;
mod unreadable;

use rayon::prelude::*;

pub use block::{BlockReport, HotBlock};
pub use decisions::{Decision, RecordKey, Ruling, record_keys};
pub use explain::{PairExplanation, Step, explain};
pub use normalise::fold;
pub use parameters::{Parameters, ParametersError};

use crate::base::Explain;
use crate::base::bsn::Bsn;
use crate::base::progress::Progress;
use crate::config::LinkRules;
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::person::Cluster;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{Refused, Rows};
use crate::link::cluster::{Clustering, Edge, Refusal, Vetoes};
use crate::link::content::{AllRows, Row, RowId};
use crate::link::damaged::Damaged;
use crate::link::decisions::{Decided, Rulings};
use crate::link::digest::Digest;
use crate::link::frequency::Frequencies;
use crate::link::review::{Case, Doubts, Holds};
use crate::link::search::Found;
use crate::link::suppressed::Unplaced;
use crate::link::units::Units;
use crate::link::unreadable::Hidden;

/// What linking made of the rows: every exposure row is in exactly one cluster or in exactly one
/// set-aside entry.
#[derive(Debug)]
#[must_use = "rows that were set aside have to reach the record"]
pub struct Linked<'a> {
    /// People with at least one exposure row, in content order.
    pub clusters: Vec<Cluster<'a>>,
    /// Rows that a human has to look at first, in content order.
    pub set_aside: Vec<SetAside>,
    /// How large the blocks were that rows were compared in.
    pub blocks: Vec<BlockReport>,
    /// Pairs that fit, but not with everybody else in their cluster.
    pub refused_edges: usize,
    /// Pairs that humans have decided.
    pub decisions: usize,
    /// Unreadable rows that may be somebody's, by index among the refused ones, each with a lab
    /// record of one of the people that it fits.
    pub fitting: Vec<(usize, RowRef)>,
    /// Suppressions that name nobody in any list.
    pub nobody: Vec<RowRef>,
    /// Rows of participants and register that say died, protected or unknown of people without a
    /// lab record.
    pub protecting_nobody: usize,
    /// Lab records, each with a row of a list that says so of a namesake with the same birth date.
    pub namesakes: Vec<(RowRef, RowRef)>,
}

/// Why linking stops. All of these but memory are defects: the run must not go on.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum LinkError {
    /// Rows went missing or were counted twice.
    #[error("linking does not balance: {expected} exposure rows went in, {found} came out")]
    Unbalanced {
        /// Exposure rows that went in.
        expected: usize,
        /// Rows in clusters and set aside.
        found: usize,
    },
    /// The rule that may never be broken would have been.
    #[error("two different valid BSNs came together in {clusters} people")]
    TwoNumbers { clusters: usize },
    /// Nobody would know whom not to write to.
    #[error(
        "row {row} of `{file}` suppresses somebody, but it cannot be read in full and what is left does not say whom"
    )]
    Suppression {
        file: String,
        /// Data row, from 1.
        row: u32,
    },
    /// Nobody has this number: it is wrong, or the row is from a test, and whoever was meant would
    /// be written to.
    #[error(
        "row {row} of `{file}` suppresses somebody by a BSN of the test range, which belongs to nobody, and by nothing \
         else that matches another list"
    )]
    TestSuppression {
        file: String,
        /// Data row, from 1.
        row: u32,
    },
    /// More rows or distinct names than 32-bit numbers can tell apart.
    #[error("too many rows to link in one run")]
    Capacity,
    /// Too little to learn from.
    #[error("only {pairs} pairs of rows share a BSN; at least {needed} are needed to learn from")]
    TooFewPairs {
        /// How many there are.
        pairs: u64,
        /// How many are needed.
        needed: u64,
    },
    /// A frame could not be made.
    #[error("cannot join rows by key")]
    Frame(#[source] frames::FrameError),
}

impl Explain for LinkError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Unbalanced { .. } | Self::TwoNumbers { .. } => {
                Some("this is a defect in the program: nothing was sent; keep the inbox and report it".to_owned())
            }
            Self::Suppression { .. } => Some("correct the row: the run must know whom not to write to".to_owned()),
            Self::TestSuppression { .. } => Some(
                "correct the number, or take the row out if it is from a test: the run must know whom not to write to"
                    .to_owned(),
            ),
            Self::Capacity => Some("split the campaign: one run takes at most 4 billion rows".to_owned()),
            Self::TooFewPairs { .. } => Some("learn from a larger inbox, or use the built-in parameters".to_owned()),
            Self::Frame(_) => Some("the machine may be short of memory".to_owned()),
        }
    }
}

/// What linking goes by.
#[derive(Clone, Copy, Debug)]
pub struct LinkTerms<'t> {
    /// The configuration's rules.
    pub rules: &'t LinkRules,
    /// What the score has learned.
    pub parameters: &'t Parameters,
    /// What humans have decided.
    pub decisions: &'t [Decision],
}

/// Finds out which rows are one person.
///
/// # Errors
/// [`LinkError`] when the result would break a rule (a defect) or memory does not suffice.
pub fn link<'a>(
    rows: &'a Rows,
    terms: &LinkTerms<'_>,
    keys: &Keys,
    progress: &Progress,
) -> Result<Linked<'a>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let holds = grouped.holds(all, rows)?;
    if let Some(lost) = holds.placed.lost.first() {
        return Err(lost_suppression(rows, &rows.refused[*lost]));
    }

    let (clusters, set_aside) = assemble(all, grouped.case(all), &holds);
    progress.advance(1);
    balance(rows, &clusters, &set_aside)?;
    let fitting = fitting(all, &grouped, &holds);
    let protecting_nobody = protecting_nobody(all, &grouped);
    let namesakes = namesakes::rows(grouped.case(all), &holds.namesakes);

    Ok(Linked {
        clusters,
        set_aside,
        blocks: grouped.found.blocks,
        refused_edges: grouped.clustering.refused.len(),
        decisions: grouped.rulings.same.len() + grouped.rulings.different.len(),
        fitting,
        nobody: grouped.unplaced.nobody,
        protecting_nobody,
        namesakes,
    })
}

/// A suppression of which nobody can say whom it names.
fn lost_suppression(rows: &Rows, lost: &Refused) -> LinkError {
    let at = lost.set_aside.row;
    let (file, row) = (rows.inputs[usize::from(at.file)].file.clone(), at.row);
    // A real number in a rehearsal stops the run before.
    let is_test = lost.set_aside.reason == Reason::R103 && lost.bsn.is_some_and(Bsn::is_test_range);
    if is_test {
        LinkError::TestSuppression { file, row }
    } else {
        LinkError::Suppression { file, row }
    }
}

/// Unreadable rows that may be a person's to whom a letter could go, and one of the person's lab
/// records.
fn fitting(all: AllRows<'_>, grouped: &Grouped, holds: &Holds) -> Vec<(usize, RowRef)> {
    let lab_row = |unit| {
        let members = grouped.clustering.members(grouped.clustering.leader(unit));
        members.flat_map(|unit| grouped.units.rows(unit)).find_map(|row| match all.get(*row) {
            Row::Exposure(exposure) => Some(exposure.row),
            _ => None,
        })
    };

    holds
        .placed
        .fitting
        .iter()
        .filter_map(|(place, unit)| Some((*place, lab_row(*unit)?)))
        .collect()
}

fn protecting_nobody(all: AllRows<'_>, grouped: &Grouped) -> usize {
    let units = &grouped.units;
    let nobody = grouped.clustering.clusters();
    let nobody =
        nobody.filter(|cluster| cluster.iter().all(|(_, unit)| units.exposures(*unit) == 0));
    let rows = nobody.flat_map(|cluster| cluster.iter().flat_map(|(_, unit)| units.rows(*unit)));
    let protects = |row: &&RowId| match all.get(**row) {
        Row::Participant(row) | Row::Register(row) => row.protects(),
        Row::Exposure(_) => false,
    };

    rows.filter(protects).count()
}

/// A decision that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Index among the decisions.
    pub decision: usize,
    /// Why.
    pub why: Obstacle,
}

/// What stands against a human's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// These two rows, which would come together, have two different valid BSNs.
    TwoNumbers(RowRef, RowRef),
    /// The person would have more rows than `max_cluster_rows`.
    Size,
    /// Another decision says otherwise.
    Decision,
    /// The two rows say the same in everything, and are one delivery of one record.
    Identical,
}

/// Which decisions cannot be followed on these rows; in the order of the decisions.
///
/// # Errors
/// As [`link`].
pub fn unmet(
    rows: &Rows,
    terms: &LinkTerms<'_>,
    keys: &Keys,
    progress: &Progress,
) -> Result<Vec<Unmet>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let (clustering, units) = (&grouped.clustering, &grouped.units);
    let mut unmet = Vec::new();
    for (pair, decisions) in &grouped.rulings.same {
        if clustering.leader(pair.0) != clustering.leader(pair.1) {
            let refusal = clustering
                .refused
                .iter()
                .find(|(edge, _)| edge.is_human() && (edge.left, edge.right) == *pair);
            let why = match refusal {
                Some((_, Refusal::Size)) => Obstacle::Size,
                Some((_, Refusal::Conflict(one, other)))
                    if units.have_two_numbers(*one, *other) =>
                {
                    let row = |unit| all.get(units.rows(unit)[0]).row_ref();
                    Obstacle::TwoNumbers(row(*one), row(*other))
                }
                _ => Obstacle::Decision,
            };
            unmet.extend(decisions.iter().map(|decision| Unmet { decision: *decision, why }));
        }
    }

    let inseparable = grouped.rulings.inseparable.iter();
    unmet.extend(
        inseparable.map(|decision| Unmet { decision: *decision, why: Obstacle::Identical }),
    );
    unmet.sort_by_key(|unmet| unmet.decision);

    Ok(unmet)
}

/// Which exposure rows linking takes to be one person, before anything is held: for measuring
/// against a truth. One number per row of `rows.exposures`; rows of one person have the same
/// number.
///
/// # Errors
/// As [`link`].
pub fn group(
    rows: &Rows,
    terms: &LinkTerms<'_>,
    keys: &Keys,
    progress: &Progress,
) -> Result<Vec<u32>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let mut people = vec![0; rows.exposures.len()];
    for unit in grouped.units.ids() {
        for row in grouped.units.rows(unit) {
            if let Some(person) = people.get_mut(*row as usize) {
                *person = grouped.clustering.leader(unit);
            }
        }
    }

    Ok(people)
}

/// Steps that progress shows: units, pairs, clusters, review.
const STEPS: u64 = 4;

/// Units in clusters, with everything that was found on the way.
struct Grouped {
    units: Units,
    found: Found,
    clustering: Clustering,
    /// Pairs that fit.
    edges: Vec<Edge>,
    guarded: bool,
    rulings: Rulings,
    /// What is left of unreadable rows.
    damaged: Damaged,
    /// Suppressions that name nobody.
    unplaced: Unplaced,
    /// Rows that a human called one person with a record that may be an unreadable one.
    awaiting: Vec<RowId>,
}

impl Grouped {
    fn of(
        all: AllRows<'_>,
        terms: &LinkTerms<'_>,
        keys: &Keys,
        progress: &Progress,
    ) -> Result<Self, LinkError> {
        progress.stage("link", STEPS);
        let seed = Digest::seeded(keys);
        let decided = Decided::of(all, terms.decisions, keys);
        let mut units = Units::of(all, &decided.apart(), seed)?;
        let frequencies = Frequencies::of(&units);

        units.texts.set_common(&frequencies.common());
        let damaged = Damaged::of(all, &mut units.texts, seed);
        let awaiting = unreadable::awaiting(&decided.orphans, all.refused(), keys);
        progress.advance(1);
        let mut found =
            search::search(all, &units, terms.parameters, &frequencies, terms.rules.profile, seed)?;
        let rulings = decided.rulings(&units);

        found.edges.extend(rulings.same.keys().copied().map(Edge::human));
        progress.advance(1);
        let guarded = terms.parameters.guarded;
        let vetoes = Vetoes { units: &units, guarded, rulings: &rulings };
        let clustering = cluster::cluster(vetoes, &found.edges, terms.rules.max_cluster_rows);

        progress.advance(1);
        let edges = std::mem::take(&mut found.edges);
        let unplaced = Unplaced::of(all);

        Ok(Self { units, found, clustering, edges, guarded, rulings, damaged, unplaced, awaiting })
    }

    fn case<'a>(&'a self, all: AllRows<'a>) -> Case<'a> {
        let (units, clustering, scorer) = (&self.units, &self.clustering, &self.found.scorer);
        Case { all, units, clustering, vetoes: self.vetoes(), scorer }
    }

    /// What a human has to look at.
    fn holds<'a>(&'a self, all: AllRows<'a>, rows: &Rows) -> Result<Holds, LinkError> {
        let found = &self.found;
        let doubts = Doubts {
            hot_bsns: &found.hot_bsns,
            two_numbers: &found.two_numbers,
            crowded: &found.crowded,
            crowd: &found.crowd,
            maybe: &found.maybe,
            hidden: Hidden {
                refused: &rows.refused,
                damaged: &self.damaged,
                unplaced: &self.unplaced,
                awaiting: &self.awaiting,
            },
        };

        Holds::of(self.case(all), &doubts)
    }

    fn vetoes(&self) -> Vetoes<'_> {
        Vetoes { units: &self.units, guarded: self.guarded, rulings: &self.rulings }
    }
}

/// Takes the clusters apart into people and rows that are held.
fn assemble<'a>(
    all: AllRows<'a>,
    case: Case<'_>,
    holds: &Holds,
) -> (Vec<Cluster<'a>>, Vec<SetAside>) {
    let (mut clusters, mut set_aside) = (Vec::new(), Vec::new());
    for cluster in case.clustering.clusters() {
        let mut person =
            Cluster { exposures: Vec::new(), participants: Vec::new(), register: Vec::new() };
        for (unit, row) in cluster
            .iter()
            .flat_map(|(_, unit)| case.units.rows(*unit).iter().map(|row| (*unit, *row)))
        {
            match all.get(row) {
                Row::Exposure(exposure) => match holds.set_aside(case, unit, row) {
                    Some(held) => set_aside.push(held),
                    None => person.exposures.push(exposure),
                },
                Row::Participant(registrant) => person.participants.push(registrant),
                Row::Register(registrant) => person.register.push(registrant),
            }
        }
        if !person.exposures.is_empty() {
            // Most people have one row in each list; there are millions of them.
            person.exposures.shrink_to_fit();
            person.participants.shrink_to_fit();
            person.register.shrink_to_fit();
            clusters.push(person);
        }
    }

    (clusters, set_aside)
}

/// Every exposure row is in exactly one place.
fn balance(rows: &Rows, clusters: &[Cluster<'_>], set_aside: &[SetAside]) -> Result<(), LinkError> {
    let placed = clusters.iter().flat_map(|cluster| cluster.exposures.iter().map(|row| row.row));
    let mut found: Vec<_> = placed.chain(set_aside.iter().map(|held| held.row)).collect();
    let mut expected: Vec<_> = rows.exposures.iter().map(|row| row.row).collect();
    found.par_sort_unstable();
    expected.par_sort_unstable();
    if found == expected {
        return Ok(());
    }
    Err(LinkError::Unbalanced { expected: expected.len(), found: found.len() })
}
