//! Why two rows are, or are not, the same person. Fields, levels and weights, never values.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::keys::Keys;
use crate::link::cluster::{Edge, Refusal};
use crate::link::content::{AllRows, RowId};
use crate::link::exact::Rule;
use crate::link::judge::{Judge, Verdict};
use crate::link::score::Score;
use crate::link::units::UnitId;
use crate::link::{Grouped, LinkError, Terms};
use crate::progress::Progress;
use crate::row::{RowRef, Rows};

/// What linking knows about two rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// They are in one cluster.
    pub together: bool,
    /// They say the same in everything that identifies somebody, so they were never compared.
    pub alike: bool,
    /// How the fields of the two agree.
    pub agreement: String,
    /// Weight of each field in bits; what is known beforehand comes last.
    pub weights: Vec<(&'static str, f64)>,
    /// What the rules say about the two alone.
    pub verdict: String,
    /// Merges that lead from one to the other; empty when they are apart.
    pub path: Vec<Step>,
    /// Fits that were refused between their clusters or within them, and why.
    pub refused: Vec<Step>,
    /// Rows of either cluster that cannot be one person, if the clusters cannot come together.
    pub conflict: Option<Step>,
}

/// One link between two rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// One row.
    pub one: RowRef,
    /// The other.
    pub other: RowRef,
    /// Which rule joined them, or what keeps them apart.
    pub why: String,
}

const FIELDS: [&str; 7] = ["bsn", "birth_date", "first_names", "initials", "surname", "address", "sex"];

/// Links the rows and explains the two; `None` when one of them is not among the rows.
///
/// # Errors
/// As [`super::link_by`].
pub fn explain(
    rows: &Rows,
    terms: &Terms<'_>,
    keys: &Keys,
    (one, other): (RowRef, RowRef),
    progress: &Progress,
) -> Result<Option<Explanation>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let find = |wanted: RowRef| all.ids().find(|id| all.get(*id).row_ref() == wanted);
    let (Some(one), Some(other)) = (find(one), find(other)) else { return Ok(None) };
    let explainer = Explainer { all, grouped: &grouped, terms };
    Ok(explainer.explain(one, other))
}

struct Explainer<'e> {
    all: AllRows<'e>,
    grouped: &'e Grouped,
    terms: &'e Terms<'e>,
}

impl Explainer<'_> {
    fn explain(&self, one: RowId, other: RowId) -> Option<Explanation> {
        let (left, right) = (self.unit(one)?, self.unit(other)?);
        let (left, right) = (left.min(right), left.max(right));
        let judge = self.judge();
        let agreement = judge.agreement(left, right);
        let clustering = &self.grouped.clustering;
        let together = clustering.leader(left) == clustering.leader(right);
        Some(Explanation {
            together,
            alike: left == right,
            agreement: agreement.to_string(),
            weights: self.weights(left, right),
            verdict: if left == right { "alike in every detail".to_owned() } else { words(judge.pair((left, right))) },
            path: if together { self.path(left, right) } else { Vec::new() },
            refused: self.refused(left, right),
            conflict: if together { None } else { self.conflict(left, right) },
        })
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            units: &self.grouped.units,
            scorer: &self.grouped.found.scorer,
            crowd: &self.grouped.found.crowd,
            profile: self.terms.rules.profile,
            guarded: self.grouped.guarded,
        }
    }

    fn unit(&self, row: RowId) -> Option<UnitId> {
        let units = &self.grouped.units;
        units.ids().find(|unit| units.rows(*unit).contains(&row))
    }

    fn weights(&self, left: UnitId, right: UnitId) -> Vec<(&'static str, f64)> {
        let units = &self.grouped.units;
        let (one, other) = (&units.features[left as usize], &units.features[right as usize]);
        let scorer = &self.grouped.found.scorer;
        let weights = scorer.weights(self.judge().agreement(left, right), one, other);
        let fields = FIELDS.into_iter().zip(weights).chain([("beforehand", scorer.prior())]);
        fields.map(|(field, weight)| (field, f64::from(weight) / 100.0)).collect()
    }

    /// The shortest way of merges between two members of a cluster.
    fn path(&self, from: UnitId, to: UnitId) -> Vec<Step> {
        let leader = self.grouped.clustering.leader(from);
        let inside = |edge: &&Edge| {
            self.grouped.clustering.leader(edge.left) == leader && self.grouped.clustering.leader(edge.right) == leader
        };
        let edges: Vec<&Edge> = self.grouped.edges.iter().filter(inside).collect();
        let mut came_by: BTreeMap<UnitId, &Edge> = BTreeMap::new();
        let mut waiting = VecDeque::from([from]);
        while let Some(unit) = waiting.pop_front().filter(|unit| *unit != to) {
            for edge in edges.iter().filter(|edge| edge.left == unit || edge.right == unit) {
                let next = if edge.left == unit { edge.right } else { edge.left };
                if next != from && !came_by.contains_key(&next) {
                    came_by.insert(next, edge);
                    waiting.push_back(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut unit = to;
        while let Some(edge) = came_by.get(&unit).filter(|_| unit != from) {
            path.push(self.step(edge.left, edge.right, Rule::of(edge.score).words().to_owned() + &bits(edge.score)));
            unit = if edge.left == unit { edge.right } else { edge.left };
        }
        path.reverse();
        path
    }

    fn refused(&self, left: UnitId, right: UnitId) -> Vec<Step> {
        let clustering = &self.grouped.clustering;
        let leaders = [clustering.leader(left), clustering.leader(right)];
        let about = |edge: &Edge| {
            leaders.contains(&clustering.leader(edge.left)) && leaders.contains(&clustering.leader(edge.right))
        };
        let refused = clustering.refused.iter().filter(|(edge, _)| about(edge));
        let refused = refused.map(|(edge, refusal)| match refusal {
            Refusal::Size => self.step(edge.left, edge.right, "the cluster would be too large".to_owned()),
            Refusal::Conflict(one, other) => {
                let (one, other) = ((*one).min(*other), (*one).max(*other));
                let members = [one, other].map(|unit| self.row_ref(unit).map_or(String::new(), place));
                let agreement = self.judge().agreement(one, other);
                let why = format!("members {} and {} cannot be one person ({agreement})", members[0], members[1]);
                self.step(edge.left, edge.right, why)
            }
        });
        let ties = clustering.ties.iter().filter(|tie| tie.unit == left || tie.unit == right);
        let ties = ties.map(|tie| self.step(tie.between[0], tie.between[1], "fits both equally well".to_owned()));
        refused.chain(ties).collect()
    }

    fn conflict(&self, left: UnitId, right: UnitId) -> Option<Step> {
        let clustering = &self.grouped.clustering;
        let (ours, theirs) = (clustering.leader(left), clustering.leader(right));
        let vetoes = self.grouped.vetoes();
        let pairs = clustering.members(ours).flat_map(|one| clustering.members(theirs).map(move |other| (one, other)));
        let (one, other) = pairs.into_iter().find(|(one, other)| vetoes.forbid(*one, *other, false))?;
        let agreement = self.judge().agreement(one.min(other), one.max(other));
        Some(self.step(one, other, agreement.to_string()))
    }

    fn step(&self, one: UnitId, other: UnitId, why: String) -> Step {
        let nowhere = RowRef { file: 0, row: 0 };
        let row = |unit: UnitId| self.row_ref(unit).unwrap_or(nowhere);
        Step { one: row(one), other: row(other), why }
    }

    fn row_ref(&self, unit: UnitId) -> Option<RowRef> {
        self.grouped.units.rows(unit).first().map(|row| self.all.get(*row).row_ref())
    }
}

fn words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Join(rule, score) => format!("one person: {}{}", rule.words(), bits(score)),
        Verdict::TwoNumbers => "held: everything fits but two valid BSNs".to_owned(),
        Verdict::Crowded(score) => format!("held: fits, but somebody else fits too{}", bits(score)),
        Verdict::Maybe(score) => format!("for a human{}", bits(score)),
        Verdict::Open => "two people, or not enough in common".to_owned(),
    }
}

/// Scores of exact rules are ranks, not bits.
fn bits(score: Score) -> String {
    if Rule::of(score) == Rule::Score { format!(" ({:.1} bits)", f64::from(score) / 100.0) } else { String::new() }
}

fn place(row: RowRef) -> String {
    format!("{}:{}", row.file, row.row)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", if self.together { "one person" } else { "not one person" })?;
        writeln!(f, "the two alone: {}", self.verdict)?;
        writeln!(f, "fields: {}", self.agreement)?;
        let weights: Vec<String> = self.weights.iter().map(|(field, bits)| format!("{field} {bits:+.1}")).collect();
        writeln!(f, "weights in bits: {}", weights.join(", "))?;
        let steps = [("joined by", &self.path), ("refused", &self.refused)];
        for (title, step) in steps.into_iter().flat_map(|(title, steps)| steps.iter().map(move |step| (title, step))) {
            writeln!(f, "{title}: row {} - row {}: {}", place(step.one), place(step.other), step.why)?;
        }
        match &self.conflict {
            Some(step) => {
                writeln!(f, "kept apart by: row {} - row {}: {}", place(step.one), place(step.other), step.why)
            }
            None => Ok(()),
        }
    }
}
