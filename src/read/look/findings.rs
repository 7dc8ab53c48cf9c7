//! What a human should look at before the lists count.

use std::fmt;

use serde::Serialize;

use crate::field::contract;
use crate::field::row::List;

use super::super::error::ReadError;
use super::super::marks::Delivery;
use super::{FileLook, FileProblem, FileState, ListLook, Look};

/// One thing to look at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The file, where it is one.
    pub file: Option<String>,
    /// A run would stop.
    pub stops: bool,
    /// What it is.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.text)?;
        if self.stops {
            f.write_str(" (a run would stop)")?;
        }
        Ok(())
    }
}

/// A share of a column that moves by more than this, in so many cells, is a jump.
const JUMP: f64 = 0.05;
const JUMP_CELLS: f64 = 20.0;
/// A list that lost more than this share of its rows is perhaps half a list.
const LOST: f64 = 0.2;

/// Everything that a look found, files first.
pub(super) fn of(
    look: &Look,
    inbox: Option<&ReadError>,
    earlier: Option<&Delivery>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(error) = inbox {
        let FileProblem { error, hint } = FileProblem::of(error);
        findings.push(Finding { file: None, stops: true, text: error, hint });
    }

    for file in &look.files {
        of_file(file, &mut findings);
        if let Some(earlier) = earlier {
            jumps(file, earlier, &mut findings);
        }
    }

    strangers(look, &mut findings);

    for list in &look.lists {
        of_list(list, &mut findings);
    }

    findings
}

/// A new file of exposures of which no row meets a list that is there: perhaps the lists are other
/// people's.
fn strangers(look: &Look, findings: &mut Vec<Finding>) {
    const ENOUGH: u64 = 20;
    let usable = |file: &FileLook| file.rows.as_ref().map_or(0, |rows| rows.usable);
    let is_list = |file: &&FileLook| matches!(file.list, List::Participants | List::Register);
    if look.files.iter().filter(is_list).map(usable).sum::<u64>() == 0 {
        return;
    }

    for file in look
        .files
        .iter()
        .filter(|file| file.list == List::Exposures && file.state != FileState::Unchanged)
    {
        if usable(file) >= ENOUGH && file.rows.as_ref().is_some_and(|rows| rows.join == 0) {
            let text = "no row meets the participants list or the register by BSN".to_owned();
            findings.push(Finding {
                file: Some(file.file.clone()),
                stops: false,
                text,
                hint: None,
            });
        }
    }
}

fn of_file(file: &FileLook, findings: &mut Vec<Finding>) {
    let mut note = |stops: bool, text: String, hint: Option<String>| {
        findings.push(Finding { file: Some(file.file.clone()), stops, text, hint });
    };

    if let Some(problem) = &file.problem {
        note(true, problem.error.clone(), problem.hint.clone());
    }

    if file.proposal.is_some() {
        let read = file.rows.is_some();
        let text = if read {
            "different settings would read it; the figures shown are with those settings"
        } else {
            "different settings would read more of it"
        };
        note(
            false,
            text.to_owned(),
            Some("look at the proposal and paste it into the configuration".to_owned()),
        );
    }

    // What a run has read before was said then.
    if file.state == FileState::Unchanged {
        return;
    }

    for cells in &file.cells {
        for kind in &cells.kinds {
            let words = cells.words.filter(|_| kind.code == "R107");
            let hint = words.map(|words| {
                let list = contract::name(file.list);
                format!(
                    "allowed are {}; map others under [inputs.{list}.words.{}]",
                    words.join(", "),
                    cells.column
                )
            });
            let text = format!(
                "{}: {} cells, {} {}{}",
                cells.column,
                kind.count,
                kind.code,
                kind.reason,
                rows(&kind.rows)
            );
            note(false, text, hint);
        }
    }

    let Some(of_rows) = &file.rows else { return };

    if of_rows.refused > 0 {
        let text = format!("{} of {} rows would be refused", of_rows.refused, of_rows.total);
        note(false, text, None);
    }

    if of_rows.total == 0 {
        note(false, "it contains no rows".to_owned(), None);
    }

    if of_rows.protect_nobody > 0 && file.list == List::Suppressions {
        let text = format!(
            "{} of {} suppressions meet nobody by BSN or person_ref",
            of_rows.protect_nobody, of_rows.protect
        );
        note(false, text, Some("compare their numbers with those of the other lists".to_owned()));
    }
}

fn rows(rows: &[u32]) -> String {
    let named: Vec<String> = rows.iter().map(u32::to_string).collect();
    match named.as_slice() {
        [] => String::new(),
        [one] => format!(" (row {one})"),
        _ => format!(" (rows {})", named.join(", ")),
    }
}

/// Shares of a new or changed file beside those of the same list before.
fn jumps(file: &FileLook, earlier: &Delivery, findings: &mut Vec<Finding>) {
    let before = earlier.of(file.list);
    if file.state == FileState::Unchanged || before.is_empty() {
        return;
    }

    let rows: f64 = before.iter().map(|file| f64::from(file.rows)).sum();
    let total = file.rows.as_ref().map_or(0, |rows| rows.total);
    for cells in &file.cells {
        let of = |pick: fn(&super::super::marks::Share) -> u32| -> f64 {
            let shares = before
                .iter()
                .flat_map(|file| &file.columns)
                .filter(|share| share.column == cells.column);
            let count: f64 = shares.map(|share| f64::from(pick(share))).sum();
            if rows == 0.0 { 0.0 } else { count / rows }
        };
        let pairs = [
            ("empty", of(|share| share.empty), cells.empty_share),
            ("damaged", of(|share| share.damaged), cells.damaged_share),
        ];
        for (word, was, is) in pairs {
            if (is - was).abs() <= JUMP || (is - was).abs() * as_float(total) <= JUMP_CELLS {
                continue;
            }
            let text = format!(
                "{}: {:.1} % of the cells are {word}, {:.1} % were in the earlier delivery",
                cells.column,
                is * 100.0,
                was * 100.0
            );
            findings.push(Finding {
                file: Some(file.file.clone()),
                stops: false,
                text,
                hint: None,
            });
        }
    }
}

fn of_list(list: &ListLook, findings: &mut Vec<Finding>) {
    let name = contract::name(list.list);
    let changes = &list.changes;
    let mut note = |text: String, hint: Option<String>| {
        findings.push(Finding { file: None, stops: false, text, hint });
    };

    for file in &list.files_gone {
        note(format!("`{file}` of the {name} list is not there any more"), None);
    }

    let places = |rows: &[String]| {
        if rows.is_empty() { String::new() } else { format!(" ({})", rows.join(", ")) }
    };

    if changes.gone.count > 0 {
        let is_short = as_float(changes.gone.count) > as_float(changes.rows_before) * LOST;
        let hint = is_short.then(|| "ask whether the delivery is complete".to_owned());
        let (gone, before) = (changes.gone.count, changes.rows_before);
        note(
            format!("{name}: {gone} of {before} rows are gone{}", places(&changes.gone.rows)),
            hint,
        );
    }

    if changes.changed.count > 0 {
        let other = changes.changed.count;
        note(
            format!("{name}: {other} rows differ from before{}", places(&changes.changed.rows)),
            None,
        );
    }
}

/// Counts of rows are far below what a float holds exactly.
fn as_float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
