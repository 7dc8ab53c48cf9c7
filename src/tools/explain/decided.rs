//! What humans decided about somebody and their rows.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::ExplainError;
use crate::field::judgement::CaseKind;
use crate::record::{Judgements, Ledger, Saying};
use crate::report::case_lines::{CASES, CaseLines, KnownBy};
use crate::report::shelf::{self, RowLine, Shelved};

const REVIEW: &str = "review.csv";

/// What humans decided about a person and about who is who among these records, in words: what, who,
/// when, where it is known from and why; oldest first.
///
/// # Errors
/// [`ExplainError`] when the ledger or the papers of a run cannot be read.
pub fn about(
    ledger: &Ledger,
    data_dir: &Utf8Path,
    person: &str,
    records: &BTreeSet<String>,
) -> Result<Vec<String>, ExplainError> {
    let judgements = ledger.judgements()?;
    let person = person.parse().ok();
    let mut said = person.map_or_else(Vec::new, |person| judgements.of_person(person));
    if judgements.cases().any(|case| case.kind == CaseKind::Linking) {
        for run in shelf::runs(data_dir) {
            said.extend(of_run(&run, &judgements, records)?);
        }
    }

    said.sort_by_key(|(kind, saying)| (saying.event, *kind));
    said.dedup_by_key(|(kind, saying)| (saying.event, *kind));
    Ok(said.iter().map(|(kind, saying)| format!("{kind}: {saying}")).collect())
}

/// Who is who is asked of rows and not of a person: the papers of the run that asked know which.
fn of_run<'j>(
    run: &Shelved,
    judgements: &'j Judgements,
    records: &BTreeSet<String>,
) -> Result<Vec<(CaseKind, &'j Saying)>, ExplainError> {
    if ![REVIEW, CASES].iter().all(|name| run.papers.join(name).is_file()) {
        return Ok(Vec::new());
    }

    let mut asked: BTreeSet<u32> = BTreeSet::new();
    for line in run.lines(REVIEW)? {
        let line: RowLine = line?;
        let cell = |name: &str| line.get(name).map_or("", String::as_str);
        let mut ids = cell("beside_ids").split(' ').chain([cell("record_id")]);
        if ids.any(|id| !id.is_empty() && records.contains(id)) {
            asked.extend(cell("case").parse::<u32>().ok());
        }
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }

    let (known, _) = CaseLines::read(run)?;
    let about = known
        .iter()
        .filter(|(case, known)| asked.contains(case) && known.kind == CaseKind::Linking);
    let sights = about.flat_map(|(_, known)| &known.by).filter_map(|by| match by {
        KnownBy::Row(sight) => judgements.get(&sight.anchor, CaseKind::Linking),
        _ => None,
    });
    Ok(sights.flat_map(|case| case.said.iter().map(|saying| (case.kind, saying))).collect())
}
