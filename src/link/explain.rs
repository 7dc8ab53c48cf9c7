//! Why two rows are, or are not, the same person. Fields, levels and weights, never values.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::Serialize;

use crate::base::progress::Progress;
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::row::Rows;
use crate::link::cluster::{Edge, Refusal};
use crate::link::compare::FIELDS;
use crate::link::content::{AllRows, RowId};
use crate::link::exact::Rule;
use crate::link::judge::{Judge, Verdict};
use crate::link::review::Holds;
use crate::link::score::{Score, in_bits};
use crate::link::units::UnitId;
use crate::link::{Grouped, LinkError, LinkTerms, block};

/// What linking knows about two rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairExplanation {
    /// They are in one cluster.
    pub together: bool,
    /// They say the same in everything that identifies somebody, so they were never compared.
    pub alike: bool,
    /// How the fields of the two agree, with the weight of each field in bits; what is known
    /// beforehand comes last.
    pub fields: Vec<Field>,
    /// The keys that the two share: without one they are never compared.
    pub blocks: Vec<&'static str>,
    /// What the rules say about the two alone.
    pub verdict: String,
    /// Merges that lead from one to the other; empty when they are apart.
    pub path: Vec<Step>,
    /// Fits that were refused between their clusters or within them, and why.
    pub refused: Vec<Step>,
    /// Rows of either cluster that cannot be one person, if the clusters cannot come together.
    pub conflict: Option<Step>,
    /// Which of the two waits for a human, and why.
    pub held: Vec<String>,
}

/// One field of the two rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name.
    #[serde(rename = "field")]
    pub name: &'static str,
    /// How the two agree in it.
    pub level: String,
    /// Its weight in bits.
    pub bits: f64,
}

/// One link between two rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// One row, `file:row`.
    pub one: String,
    /// The other.
    pub other: String,
    /// Which rule joined them, or what keeps them apart.
    pub why: String,
}

/// Links the rows and explains the two; `None` when one of them is not among the rows.
///
/// # Errors
/// As [`super::link`].
pub fn explain(
    rows: &Rows,
    terms: &LinkTerms<'_>,
    keys: &Keys,
    (one, other): (RowRef, RowRef),
    progress: &Progress,
) -> Result<Option<PairExplanation>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let holds = grouped.holds(all, rows)?;
    let find = |wanted: RowRef| all.ids().find(|id| all.get(*id).row_ref() == wanted);
    let (Some(one), Some(other)) = (find(one), find(other)) else { return Ok(None) };
    let explainer = Explainer { rows, all, grouped: &grouped, holds: &holds, terms };
    Ok(explainer.explain(one, other))
}

struct Explainer<'e> {
    rows: &'e Rows,
    all: AllRows<'e>,
    grouped: &'e Grouped,
    holds: &'e Holds,
    terms: &'e LinkTerms<'e>,
}

impl Explainer<'_> {
    fn explain(&self, one: RowId, other: RowId) -> Option<PairExplanation> {
        let (first, second) = (self.unit(one)?, self.unit(other)?);
        let (left, right) = (first.min(second), first.max(second));
        let clustering = &self.grouped.clustering;
        let together = clustering.leader(left) == clustering.leader(right);
        let units = &self.grouped.units;
        let blocks = block::chosen(&self.terms.parameters.blocks).filter(|rule| {
            rule.is_shared(&units.features[left as usize], &units.features[right as usize])
        });

        Some(PairExplanation {
            together,
            alike: left == right,
            fields: self.fields(left, right),
            blocks: blocks.map(|rule| rule.name).collect(),
            verdict: self.verdict(left, right),
            path: if together { self.path(left, right) } else { Vec::new() },
            refused: self.refused(left, right),
            conflict: if together { None } else { self.conflict(left, right) },
            held: [(first, one), (second, other)]
                .into_iter()
                .filter_map(|(unit, row)| self.held(unit, row))
                .collect(),
        })
    }

    fn verdict(&self, left: UnitId, right: UnitId) -> String {
        if left == right {
            return "alike in every detail".to_owned();
        }

        if self.grouped.rulings.are_different(left, right) {
            return DIFFERENT.to_owned();
        }

        if self.grouped.rulings.same.contains_key(&(left, right)) {
            return "decided by a human: one person".to_owned();
        }

        words(self.judge().pair((left, right)))
    }

    fn held(&self, unit: UnitId, row: RowId) -> Option<String> {
        let held = self.holds.set_aside(self.grouped.case(self.all), unit, row)?;
        Some(format!(
            "{} waits for a human: {} {}",
            self.place(held.row),
            held.reason.code(),
            held.reason.text()
        ))
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

    fn fields(&self, left: UnitId, right: UnitId) -> Vec<Field> {
        let units = &self.grouped.units;
        let (one, other) = (&units.features[left as usize], &units.features[right as usize]);
        let scorer = &self.grouped.found.scorer;
        let agreement = self.judge().agreement(left, right);
        let beforehand = ("beforehand", String::new(), scorer.prior());
        let weights = scorer.weights(agreement, one, other);
        let fields = FIELDS.into_iter().zip(agreement.levels()).zip(weights);
        let fields =
            fields.map(|((field, level), weight)| (field, level, weight)).chain([beforehand]);

        fields
            .map(|(field, level, weight)| Field { name: field, level, bits: in_bits(weight) })
            .collect()
    }

    /// The shortest way of merges between two members of a cluster.
    fn path(&self, from: UnitId, to: UnitId) -> Vec<Step> {
        let leader = self.grouped.clustering.leader(from);
        let inside = |edge: &&Edge| {
            self.grouped.clustering.leader(edge.left) == leader
                && self.grouped.clustering.leader(edge.right) == leader
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
            path.push(self.step(
                edge.left,
                edge.right,
                Rule::of(edge.score).words().to_owned() + &bits(edge.score),
            ));
            unit = if edge.left == unit { edge.right } else { edge.left };
        }

        path.reverse();
        path
    }

    fn refused(&self, left: UnitId, right: UnitId) -> Vec<Step> {
        let clustering = &self.grouped.clustering;
        let leaders = [clustering.leader(left), clustering.leader(right)];
        let about = |edge: &Edge| {
            leaders.contains(&clustering.leader(edge.left))
                && leaders.contains(&clustering.leader(edge.right))
        };

        let refused = clustering.refused.iter().filter(|(edge, _)| about(edge));
        let refused = refused.map(|(edge, refusal)| match refusal {
            Refusal::Size => {
                self.step(edge.left, edge.right, "the cluster would be too large".to_owned())
            }
            Refusal::Conflict(one, other) => {
                let (one, other) = ((*one).min(*other), (*one).max(*other));
                let why = format!(
                    "members {} and {} cannot be one person ({})",
                    self.name(one),
                    self.name(other),
                    self.against(one, other)
                );
                self.step(edge.left, edge.right, why)
            }
        });

        let ties = clustering.ties.iter().filter(|tie| tie.unit == left || tie.unit == right);
        let ties = ties.map(|tie| {
            self.step(tie.between[0], tie.between[1], "fits both equally well".to_owned())
        });
        refused.chain(ties).collect()
    }

    fn conflict(&self, left: UnitId, right: UnitId) -> Option<Step> {
        let clustering = &self.grouped.clustering;
        let (ours, theirs) = (clustering.leader(left), clustering.leader(right));
        let vetoes = self.grouped.vetoes();
        let pairs = clustering
            .members(ours)
            .flat_map(|one| clustering.members(theirs).map(move |other| (one, other)));
        let (one, other) =
            pairs.into_iter().find(|(one, other)| vetoes.forbid(*one, *other, false))?;
        Some(self.step(one, other, self.against(one.min(other), one.max(other))))
    }

    /// What keeps two units apart.
    fn against(&self, one: UnitId, other: UnitId) -> String {
        if self.grouped.rulings.are_different(one, other) {
            return DIFFERENT.to_owned();
        }
        self.judge().agreement(one, other).to_string()
    }

    fn step(&self, one: UnitId, other: UnitId, why: String) -> Step {
        Step { one: self.name(one), other: self.name(other), why }
    }

    /// The first row of a unit, for a human.
    fn name(&self, unit: UnitId) -> String {
        self.place(self.all.get(self.grouped.units.rows(unit)[0]).row_ref())
    }

    fn place(&self, row: RowRef) -> String {
        let file = self.rows.inputs.get(usize::from(row.file));
        file.map_or_else(
            || format!("{}:{}", row.file, row.row),
            |input| format!("{}:{}", input.file, row.row),
        )
    }
}

const DIFFERENT: &str = "decided by a human: two people";

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
    if Rule::of(score) == Rule::Score {
        format!(" ({:.1} bits)", in_bits(score))
    } else {
        String::new()
    }
}

impl fmt::Display for PairExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", if self.together { "one person" } else { "not one person" })?;
        writeln!(f, "the two alone: {}", self.verdict)?;

        match self.blocks.as_slice() {
            _ if self.alike => {}
            [] => writeln!(f, "never compared: they share no key")?,
            blocks => writeln!(f, "compared by: {}", blocks.join(", "))?,
        }

        for Field { name, level, bits } in &self.fields {
            writeln!(f, "  {name:12} {level:24} {bits:+6.1} bits")?;
        }

        writeln!(
            f,
            "  {:12} {:24} {:+6.1} bits",
            "sum",
            "",
            self.fields.iter().map(|field| field.bits).sum::<f64>()
        )?;

        let apart = self.conflict.iter().map(|step| ("kept apart by", step));
        let joined = self.path.iter().map(|step| ("joined by", step));
        for (title, step) in
            joined.chain(self.refused.iter().map(|step| ("refused", step))).chain(apart)
        {
            writeln!(f, "{title}: {} - {}: {}", step.one, step.other, step.why)?;
        }

        self.held.iter().try_for_each(|held| writeln!(f, "{held}"))
    }
}
