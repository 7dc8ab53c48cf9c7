//! `breachpost figures`: what the regulator is told (GDPR art. 33(4) and (5)). Numbers of people
//! only, by day and by group; small numbers are hidden, and cannot be found by subtracting.

mod hide;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::base::plain::count;
use crate::config::Config;
use crate::field::reason::Reason;
use crate::field::row::Rows;
use crate::field::terms::{Category, Kind};
use crate::record::{Access, CampaignState, Home, Ledger, RecordError};
use crate::report::ReportError;
use crate::report::shelf::{self, Shelved};
pub use hide::{Shown, Table};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The papers of a run.
    #[error(transparent)]
    Papers(#[from] ReportError),
}

/// The figures of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The campaign.
    pub campaign: String,
    /// Whether people are invented.
    pub rehearsal: bool,
    /// The run that waiting and unreachable people are counted in; `None` where no papers of a run
    /// are left.
    pub as_of: Option<String>,
    /// Numbers below this one are hidden (`null`).
    pub hidden_below: u64,
    /// People who were written to for the first time.
    pub told: Table,
    /// Letters that told something more.
    pub supplemented: Table,
    /// Letters that took something back.
    pub corrected: Table,
    /// People who were never written to and about whom a human has to decide. By day: at its end,
    /// rounded down to tens. `None`, as the next two: not known, because no papers of a run are
    /// left.
    pub waiting: Option<Table>,
    /// People who were never written to because there is no address that reaches them. By day as
    /// before.
    pub unreachable: Option<Table>,
    /// People who must not be written to: died, or on the suppression list. By day as before.
    pub not_to_be_told: Option<Table>,
}

/// Counts by day and by group before anything is hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counts {
    by_day: BTreeMap<String, u64>,
    by_group: BTreeMap<String, u64>,
}

/// Makes the figures. `rows`, the inbox of today, tells the groups of people who were not written
/// to.
///
/// # Errors
/// [`FiguresError`] when ledger or papers cannot be read.
pub fn of(config: &Config, rows: Option<&Rows>) -> Result<Figures, FiguresError> {
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let mut sent = [Kind::First, Kind::Supplement, Kind::Correction].map(|_| Counts::default());
    for (date, kind, group, letters) in ledger.sent()? {
        let counts = &mut sent[place(kind)];
        *counts.by_day.entry(date.to_string()).or_default() += letters;
        *counts.by_group.entry(group).or_default() += letters;
    }

    let mut tables = sent.map(|counts| Table::of_sums(&counts.by_day, &counts.by_group));
    if ledger.campaign_state()? == CampaignState::Purged {
        let totals = ledger.totals()?;
        tables = [totals.first, totals.supplements, totals.corrections].map(Table::of_total);
    }

    let [told, supplemented, corrected] = tables;

    let runs = last_of_days(shelf::runs(&config.data_dir));
    let (groups, written_to) = (groups(rows), ledger.written_to()?);
    let mut open = Open::ALL.map(|_| Counts::default());
    for run in &runs {
        let mut people = people(run, &groups)?;
        people.retain(|person, _| !written_to.contains(person));
        for (counts, open) in open.iter_mut().zip(Open::ALL) {
            let number = people.values().filter(|(fate, _)| *fate == Some(open)).count() as u64;
            counts.by_day.insert(run.date.clone(), number);
            counts.by_group.clear();
            for (_, group) in people.values().filter(|(fate, _)| *fate == Some(open)) {
                let word = group.map_or("unknown", |group| group.word());
                *counts.by_group.entry(word.to_owned()).or_default() += 1;
            }
        }
    }

    let is_known = !runs.is_empty();
    let [waiting, unreachable, not_to_be_told] =
        open.map(|counts| is_known.then(|| Table::of_levels(&counts.by_day, &counts.by_group)));
    Ok(Figures {
        campaign: config.campaign.clone(),
        rehearsal: config.synthetic,
        as_of: runs.last().map(Shelved::run_id),
        hidden_below: hide::SMALLEST,
        told,
        supplemented,
        corrected,
        waiting,
        unreachable,
        not_to_be_told,
    })
}

const fn place(kind: Kind) -> usize {
    match kind {
        Kind::First => 0,
        Kind::Supplement => 1,
        Kind::Correction => 2,
    }
}

/// Why somebody was not written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Open {
    Waiting,
    Unreachable,
    Never,
}

impl Open {
    const ALL: [Self; 3] = [Self::Waiting, Self::Unreachable, Self::Never];

    /// `None`: the row is answered by a letter.
    fn of(state: &str, code: &str) -> Option<Self> {
        match state {
            "letter" | "merged" | "told" => None,
            "suppressed" => Some(Self::Never),
            _ if Reason::UNREACHABLE.iter().any(|reason| reason.code() == code) => {
                Some(Self::Unreachable)
            }
            _ => Some(Self::Waiting),
        }
    }
}

fn last_of_days(runs: Vec<Shelved>) -> Vec<Shelved> {
    let mut days: Vec<Shelved> = Vec::new();
    for run in runs {
        match days.last_mut() {
            Some(last) if last.date == run.date => *last = run,
            _ => days.push(run),
        }
    }
    days
}

/// Groups by file, row and record id: a row of today's inbox that is another one than that of the
/// run has no group.
fn groups(rows: Option<&Rows>) -> BTreeMap<(&str, u32), (&str, Category)> {
    let Some(rows) = rows else { return BTreeMap::new() };
    let place = |row: crate::field::ids::RowRef| {
        (rows.inputs[usize::from(row.file)].file.as_str(), row.row)
    };
    let known = rows
        .exposures
        .iter()
        .filter_map(|row| Some((place(row.row), (row.record_id(), row.category?))));
    known.collect()
}

type People = BTreeMap<String, (Option<Open>, Option<Category>)>;

/// What became of each person, and their group. A row that is nobody's so far counts as a person of
/// its own.
fn people(
    run: &Shelved,
    groups: &BTreeMap<(&str, u32), (&str, Category)>,
) -> Result<People, ReportError> {
    let mut people = People::new();
    for line in run.lines("rows.csv")? {
        let line = line?;
        let row = line["row"].parse().unwrap_or(0);
        let known =
            groups.get(&(line["file"].as_str(), row)).filter(|(id, _)| *id == line["record_id"]);
        let group = known.map(|(_, group)| *group);
        let name = if line["person"].is_empty() {
            format!("{}:{row}", line["file"])
        } else {
            line["person"].clone()
        };
        let fate = Open::of(&line["state"], &line["code"]);
        let entry = people.entry(name).or_insert((fate, group));
        // A letter answers for the person; what must never be written counts before what may
        // change.
        entry.0 = entry.0.zip(fate).map(|(one, other)| one.max(other));
        entry.1 = [entry.1, group].into_iter().flatten().min();
    }

    Ok(people)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rehearsal = if self.rehearsal { " (a rehearsal: the people are invented)" } else { "" };
        writeln!(f, "campaign        {}{rehearsal}", self.campaign)?;
        writeln!(f, "as of run       {}", self.as_of.as_deref().unwrap_or("none"))?;
        let tables = [
            ("told", Some(&self.told)),
            ("supplemented", Some(&self.supplemented)),
            ("corrected", Some(&self.corrected)),
            ("waiting", self.waiting.as_ref()),
            ("unreachable", self.unreachable.as_ref()),
            ("not to be told", self.not_to_be_told.as_ref()),
        ];

        let known = || tables.iter().filter_map(|(_, table)| *table);
        let days: BTreeSet<&String> = known().flat_map(|table| table.by_day.keys()).collect();
        let groups: BTreeSet<&String> = known().flat_map(|table| table.by_group.keys()).collect();
        for (name, table) in tables {
            let Some(table) = table else {
                writeln!(f, "{name:<15} not known: no papers of a run are left")?;
                continue;
            };
            writeln!(f, "{name:<15} {}", table.total)?;
            for day in days.iter().filter(|day| table.by_day.contains_key(**day)) {
                writeln!(f, "  {day}    {}", table.by_day[*day])?;
            }
            for group in groups.iter().filter(|group| table.by_group.contains_key(**group)) {
                writeln!(f, "  {group:<13} {}", table.by_group[*group])?;
            }
        }

        let days = count(days.len() as u64, "day", "days");
        write!(
            f,
            "{days}; - means hidden: the number, or one that would reveal it, is below {}",
            self.hidden_below
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_with_a_letter_neither_waits_nor_is_unreachable() {
        let cases = [
            ("letter", "", None),
            ("told", "D301", None),
            ("review", "D204", Some(Open::Unreachable)),
            ("review", "L204", Some(Open::Waiting)),
            ("rejected", "R104", Some(Open::Waiting)),
            ("suppressed", "D201", Some(Open::Never)),
        ];

        for (state, code, open) in cases {
            assert_eq!(Open::of(state, code), open, "{state} {code}");
        }
    }

    #[test]
    fn of_several_runs_on_a_day_the_last_one_counts() {
        let run =
            |date: &str, number| Shelved { date: date.to_owned(), number, papers: "x".into() };
        let kept =
            last_of_days(vec![run("2025-09-15", 1), run("2025-09-15", 2), run("2025-09-16", 1)]);
        assert_eq!(
            kept.iter().map(Shelved::run_id).collect::<Vec<_>>(),
            ["2025-09-15-2", "2025-09-16-1"]
        );
    }
}
