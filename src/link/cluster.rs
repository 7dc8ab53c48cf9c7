//! From joined pairs to people: best-first merging in which every veto is checked again between all
//! members.

use rayon::prelude::*;

use crate::link::compare;
use crate::link::decisions::Rulings;
use crate::link::exact::{self, Rule};
use crate::link::score::Score;
use crate::link::units::{UnitId, Units};

/// Two units that fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// Lower unit.
    pub left: UnitId,
    /// Higher unit.
    pub right: UnitId,
    /// Higher is better.
    pub score: Score,
}

impl Edge {
    /// A human called the two one person.
    pub(super) fn human((left, right): (UnitId, UnitId)) -> Self {
        Self { left, right, score: exact::HUMAN }
    }

    /// Whether a human called the two one person.
    pub(super) fn is_human(&self) -> bool {
        Rule::of(self.score) == Rule::Human
    }
}

/// Why an edge did not join its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// These two members cannot be one person.
    Conflict(UnitId, UnitId),
    /// The cluster would be larger than permitted.
    Size,
}

/// A unit that fits two people equally well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    /// The unit.
    pub unit: UnitId,
    /// A unit of either person.
    pub between: [UnitId; 2],
}

/// People as sets of units.
pub(super) struct Clustering {
    /// By unit: the lowest unit of its cluster.
    pub leader: Vec<UnitId>,
    /// Leader and unit, by leader.
    members: Vec<(UnitId, UnitId)>,
    /// Edges that did not join, in order.
    pub refused: Vec<(Edge, Refusal)>,
    /// Units taken out of merging because they fit two people.
    pub ties: Vec<Tie>,
    /// The permitted size.
    pub max_rows: usize,
}

impl Clustering {
    /// The leader of the unit's cluster.
    pub(super) fn leader(&self, unit: UnitId) -> UnitId {
        self.leader[unit as usize]
    }

    /// The units of the cluster that `leader` leads, each with its leader.
    pub(super) fn members(&self, leader: UnitId) -> impl Iterator<Item = UnitId> + Clone + '_ {
        let start = self.members.partition_point(|(lead, _)| *lead < leader);
        self.members[start..]
            .iter()
            .take_while(move |(lead, _)| *lead == leader)
            .map(|(_, unit)| *unit)
    }

    /// Every cluster: pairs of leader and unit.
    pub(super) fn clusters(&self) -> impl Iterator<Item = &[(UnitId, UnitId)]> {
        self.members.chunk_by(|one, other| one.0 == other.0)
    }
}

fn members(leader: &[UnitId]) -> Vec<(UnitId, UnitId)> {
    let mut members: Vec<(UnitId, UnitId)> = leader.iter().copied().zip(0..).collect();
    members.par_sort_unstable();
    members
}

/// What may never come together.
#[derive(Clone, Copy)]
pub(super) struct Vetoes<'u> {
    pub units: &'u Units,
    /// Off only for measuring the score itself.
    pub guarded: bool,
    /// What humans have said.
    pub rulings: &'u Rulings,
}

impl Vetoes<'_> {
    /// Whether the two cannot be one person. A human's word for one person stands against
    /// everything but two BSNs.
    pub(super) fn forbid(&self, one: UnitId, other: UnitId, said_same: bool) -> bool {
        let (low, high) = (one.min(other), one.max(other));
        if self.rulings.are_different(low, high) {
            return true;
        }

        if said_same {
            return self.units.have_two_numbers(low, high);
        }

        let (left, right) =
            (&self.units.features[low as usize], &self.units.features[high as usize]);
        self.guarded && compare::is_vetoed(left, right, &self.units.texts)
    }
}

/// Makes clusters of at most `max_rows` distinct exposure rows.
///
/// Units without common edges do not influence each other, so the connected parts are worked on
/// side by side; the result depends on units and scores alone.
pub(super) fn cluster(vetoes: Vetoes<'_>, edges: &[Edge], max_rows: usize) -> Clustering {
    let units = vetoes.units;
    let mut leader: Vec<UnitId> = units.ids().collect();
    let parts = connected(units.len(), edges);
    let solved: Vec<Solved> = parts
        .par_chunk_by(|one, other| one.0 == other.0)
        .map(|part| Part::new(vetoes, part, max_rows).solve())
        .collect();

    let (mut refused, mut ties) = (Vec::new(), Vec::new());
    for part in solved {
        for (unit, lead) in part.leader {
            leader[unit as usize] = lead;
        }
        refused.extend(part.refused);
        ties.extend(part.ties);
    }

    let members = members(&leader);
    Clustering { leader, members, refused, ties, max_rows }
}

/// Edges with the number of their connected part, parts in order, the best edges of a part first.
fn connected(units: usize, edges: &[Edge]) -> Vec<(UnitId, Edge)> {
    let mut forest = Forest::new(units);
    for edge in edges {
        forest.join(edge.left as usize, edge.right as usize);
    }

    let mut parts: Vec<(UnitId, Edge)> = edges
        .iter()
        .map(|edge| {
            (UnitId::try_from(forest.root(edge.left as usize)).unwrap_or(UnitId::MAX), *edge)
        })
        .collect();

    parts.par_sort_unstable_by_key(|(part, edge)| {
        (*part, std::cmp::Reverse(edge.score), edge.left, edge.right)
    });
    parts
}

/// Union-find in which the lowest number leads.
struct Forest(Vec<u32>);

impl Forest {
    fn new(size: usize) -> Self {
        Self((0..size).map(|index| u32::try_from(index).unwrap_or(u32::MAX)).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.0[index] as usize != index {
            let grandparent = self.0[self.0[index] as usize];
            self.0[index] = grandparent;
            index = grandparent as usize;
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.0[high] = u32::try_from(low).unwrap_or(u32::MAX);
    }
}

/// One connected part being solved; members are numbered from 0 in unit order.
struct Part<'u> {
    vetoes: Vetoes<'u>,
    members: Vec<UnitId>,
    edges: Vec<(usize, usize, Score)>,
    /// By member: its edges, in their order.
    of_member: Vec<Vec<usize>>,
    max_rows: usize,
    /// Members taken out because they fit two people.
    out: Vec<bool>,
    ties: Vec<Tie>,
}

struct Solved {
    leader: Vec<(UnitId, UnitId)>,
    refused: Vec<(Edge, Refusal)>,
    ties: Vec<Tie>,
}

/// Clusters while they are merged: by member the lowest member, by lowest member all members.
struct State {
    leader: Vec<usize>,
    members: Vec<Vec<usize>>,
    refused: Vec<(usize, Refusal)>,
}

impl<'u> Part<'u> {
    fn new(vetoes: Vetoes<'u>, part: &[(UnitId, Edge)], max_rows: usize) -> Self {
        let mut members: Vec<UnitId> =
            part.iter().flat_map(|(_, edge)| [edge.left, edge.right]).collect();
        members.sort_unstable();
        members.dedup();
        let place = |unit: UnitId| members.partition_point(|member| *member < unit);
        let edges: Vec<_> = part
            .iter()
            .map(|(_, edge)| (place(edge.left), place(edge.right), edge.score))
            .collect();

        let mut of_member = vec![Vec::new(); members.len()];
        for (index, (left, right, _)) in edges.iter().enumerate() {
            of_member[*left].push(index);
            of_member[*right].push(index);
        }

        let out = vec![false; members.len()];
        Self { vetoes, members, edges, of_member, max_rows, out, ties: Vec::new() }
    }

    /// Merges, takes out members that fit two people, and merges again until none is found: every
    /// round takes out at least one member.
    fn solve(mut self) -> Solved {
        loop {
            let state = self.merge();
            if !self.take_out_ties(&state) {
                return self.solved(&state);
            }
        }
    }

    fn merge(&self) -> State {
        let count = self.members.len();
        let mut state = State {
            leader: (0..count).collect(),
            members: (0..count).map(|member| vec![member]).collect(),
            refused: Vec::new(),
        };

        for (index, (left, right, score)) in self.edges.iter().enumerate() {
            let (one, other) = (state.leader[*left], state.leader[*right]);
            if one == other || self.out[*left] || self.out[*right] {
                continue;
            }
            if let Some(refusal) = self.refusal(&state.members[one], &state.members[other], *score)
            {
                state.refused.push((index, refusal));
                continue;
            }
            let (low, high) = (one.min(other), one.max(other));
            let moved = std::mem::take(&mut state.members[high]);
            for member in &moved {
                state.leader[*member] = low;
            }
            state.members[low].extend(moved);
        }

        state
    }

    fn refusal(&self, one: &[usize], other: &[usize], score: Score) -> Option<Refusal> {
        let said_same = Rule::of(score) == Rule::Human;
        let rows = one
            .iter()
            .chain(other)
            .map(|member| self.vetoes.units.exposures(self.members[*member]))
            .sum::<usize>();

        if rows > self.max_rows {
            return Some(Refusal::Size);
        }

        let mut pairs = one.iter().flat_map(|left| other.iter().map(move |right| (*left, *right)));
        let conflict = pairs.find(|(left, right)| self.vetoed(*left, *right, said_same))?;
        Some(Refusal::Conflict(self.members[conflict.0], self.members[conflict.1]))
    }

    fn vetoed(&self, one: usize, other: usize, said_same: bool) -> bool {
        self.vetoes.forbid(self.members[one], self.members[other], said_same)
    }

    /// Takes out members at a refused edge that would fit the other cluster just as well as their
    /// own.
    fn take_out_ties(&mut self, state: &State) -> bool {
        let mut found = Vec::new();
        for (index, refusal) in &state.refused {
            let (left, right, score) = self.edges[*index];
            if matches!(refusal, Refusal::Conflict(..)) {
                found.extend(self.tie(state, left, right, score));
                found.extend(self.tie(state, right, left, score));
            }
        }

        found.sort_unstable_by_key(|tie: &(usize, Tie)| tie.0);
        found.dedup_by_key(|tie| tie.0);

        for (member, tie) in &found {
            self.out[*member] = true;
            self.ties.push(*tie);
        }

        !found.is_empty()
    }

    /// `member` fits the cluster of `there` by an edge of `score`: is its own place any better?
    fn tie(
        &self,
        state: &State,
        member: usize,
        there: usize,
        score: Score,
    ) -> Option<(usize, Tie)> {
        let home = state.leader[member];
        let own = |(left, right, _): &&(usize, usize, Score)| {
            state.leader[*left] == home && state.leader[*right] == home
        };

        // Edges are in order of score: the first one is the best.
        let edges = self.of_member[member].iter().map(|index| &self.edges[*index]);
        let (left, right, best) =
            edges.filter(|edge| !self.out[edge.0] && !self.out[edge.1]).find(own)?;
        let fits = state.members[state.leader[there]]
            .iter()
            .all(|other| !self.vetoed(member, *other, false));
        let beside = if *left == member { *right } else { *left };

        (fits && exact::is_as_good(score, *best)).then(|| {
            let between = [self.members[beside], self.members[there]];
            (member, Tie { unit: self.members[member], between })
        })
    }

    fn solved(self, state: &State) -> Solved {
        let leader = self
            .members
            .iter()
            .zip(&state.leader)
            .map(|(unit, lead)| (*unit, self.members[*lead]))
            .collect();

        let refused = state.refused.iter().map(|(index, refusal)| {
            let (left, right, score) = self.edges[*index];
            (Edge { left: self.members[left], right: self.members[right], score }, *refusal)
        });
        Solved { leader, refused: refused.collect(), ties: self.ties }
    }
}
