//! Decisions about records that are no longer delivered, and about people whom a list protected.

use std::collections::BTreeSet;

use super::decisions_file::{About, Place, RecordName, Verdict};
use super::{Inbox, Problem, ReviewError};
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::ids::RowRef;
use crate::field::row::Rows;
use crate::link::{self, LinkTerms, Parameters};
use crate::record::{Gone, Intake, Ledger, RecordMark, RecordRuling, Release};

/// What a file says beside who is who.
#[derive(Default)]
pub(super) struct Verdicts {
    /// Of records.
    pub records: Vec<(RecordMark, RecordRuling)>,
    /// Rows of people who are released, with the line that says so.
    released: Vec<(RowRef, u64)>,
}

impl Verdicts {
    /// Finds the records and rows that the lines name.
    pub(super) fn of(
        rows: &Rows,
        ledger: &Ledger,
        intake: &Intake,
        lines: &[About],
    ) -> Result<Result<Self, Problem>, ReviewError> {
        if lines.is_empty() {
            return Ok(Ok(Self::default()));
        }

        let gone = ledger.gone(intake)?;
        let inbox = Inbox::new(rows);
        let mut verdicts = Self::default();
        for line in lines {
            let wrong = |problem: String| Ok(Err((line.number, problem)));
            let record = match (&line.row, &line.record) {
                (Some(place), _) => match usable(&inbox, rows, place) {
                    Ok(row) => (Some(row), record_of(rows, ledger, row)),
                    Err(problem) => return wrong(problem),
                },
                (None, name) => (None, find_gone(&gone, name)),
            };
            match (line.verdict, record) {
                (Verdict::Released, (Some(row), _)) => verdicts.released.push((row, line.number)),
                (Verdict::Released, (None, _)) => {
                    return wrong("names no row of the person".to_owned());
                }
                (Verdict::Record(RecordRuling::Lacking), (Some(_), _)) => {
                    return wrong("a record that is in the inbox is not lacking".to_owned());
                }
                (Verdict::Record(RecordRuling::ToldByHand), (_, Some(key)))
                    if !is_withdrawn(&gone, key) =>
                {
                    return wrong(
                        "a record that was not withdrawn is not told of by hand".to_owned(),
                    );
                }
                (Verdict::Record(ruling), (_, Some(key))) => verdicts.records.push((key, ruling)),
                (Verdict::Record(_), (_, None)) => {
                    return wrong(
                        "no record of this person and number is gone, or the row is unusable"
                            .to_owned(),
                    );
                }
            }
        }

        verdicts.records.sort_unstable();
        verdicts.records.dedup();
        Ok(match verdicts.records.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(_) => Err((
                lines[0].number,
                "lines of this file say different things of one record".to_owned(),
            )),
            None => Ok(verdicts),
        })
    }

    /// What the ledger remembers about the people of these rows, to be lifted.
    pub(super) fn release(
        &self,
        config: &Config,
        rows: &Rows,
        ledger: &Ledger,
        progress: &Progress,
    ) -> Result<Result<Release, Problem>, ReviewError> {
        if self.released.is_empty() {
            return Ok(Ok(Release::default()));
        }

        let parameters = Parameters::of(&config.link)?;
        let decisions = ledger.decisions()?;
        let terms =
            LinkTerms { rules: &config.link, parameters: &parameters, decisions: &decisions };
        let linked = link::link(rows, &terms, ledger.keys(), progress)?;
        let guard = ledger.guard(rows)?;
        let mut release = Release::default();
        let mut people = BTreeSet::new();

        for (row, line) in &self.released {
            let is_theirs = |cluster: &&crate::field::person::Cluster<'_>| {
                cluster.exposures.iter().any(|own| own.row == *row)
            };
            let Some(cluster) = linked.clusters.iter().find(is_theirs) else {
                return Ok(Err((
                    *line,
                    "linking holds this row; decide about that first".to_owned(),
                )));
            };
            if !people.insert(cluster.exposures[0].row) {
                continue;
            }
            if !guard.release(cluster, &mut release) {
                return Ok(Err((*line, "nothing is remembered about this person".to_owned())));
            }
        }

        Ok(Ok(release))
    }
}

fn usable(inbox: &Inbox<'_>, rows: &Rows, place: &Place) -> Result<RowRef, String> {
    let row = inbox.find(place)?;
    let id = inbox.ids(&BTreeSet::from([row])).get(&row).copied();
    match (&place.id, id) {
        (Some(wanted), Some(found)) if wanted != found => {
            Err("a record id is not that of its row: the inbox has changed since".to_owned())
        }
        _ if rows.exposures.binary_search_by_key(&row, |exposure| exposure.row).is_err() => {
            Err("the row is not a usable row of an exposures list".to_owned())
        }
        _ => Ok(row),
    }
}

fn record_of(rows: &Rows, ledger: &Ledger, row: RowRef) -> Option<RecordMark> {
    let place = rows.exposures.binary_search_by_key(&row, |exposure| exposure.row).ok()?;
    let row = &rows.exposures[place];
    Some(RecordMark::of(ledger.keys(), row.dataset_id(), row.record_id()))
}

fn is_withdrawn(gone: &[Gone], key: RecordMark) -> bool {
    let record = gone.iter().find(|gone| gone.key() == key);
    record.and_then(|gone| gone.ruling).is_some_and(RecordRuling::is_withdrawn)
}

fn find_gone(gone: &[Gone], name: &RecordName) -> Option<RecordMark> {
    let is_named = |gone: &&Gone| {
        gone.record_id == name.record_id
            && gone.person.to_string() == name.person
            && name.dataset_id.as_ref().is_none_or(|dataset| *dataset == gone.dataset_id)
    };

    let mut found = gone.iter().filter(is_named);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only.key()),
        _ => None,
    }
}
