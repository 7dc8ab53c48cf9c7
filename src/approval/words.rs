//! A statement in plain words, for whoever is about to approve it.

use super::statement::Statement;
use super::verdict::{Basis, Verdict};
use crate::base::plain::count;

/// The statement in words, one line each: what is printed, from what, and what is different since
/// the last approval.
#[must_use]
pub fn of_statement(statement: &Statement) -> Vec<String> {
    let letters = &statement.letters;
    let numbers = |counts: &std::collections::BTreeMap<String, u64>| {
        let each: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
        each.join(", ")
    };

    let mut lines = vec![
        format!(
            "{} on {}, dated {}, in job {}",
            count(letters.total, "letter", "letters"),
            count(letters.sheets, "sheet", "sheets"),
            statement.run_date,
            statement.job
        ),
        format!("by category: {}", numbers(&letters.by_category)),
        format!("by language: {}", numbers(&letters.by_language)),
        format!("by kind: {}", numbers(&letters.by_kind)),
        format!(
            "{} show all {} that are in use",
            count(statement.proofs.letters, "proof", "proofs"),
            count(statement.proofs.sentences, "sentence", "sentences")
        ),
    ];

    lines.extend(statement.inputs.iter().map(|list| {
        let rows = count(list.rows, "row", "rows");
        format!("made from `{}`: {rows}, first read on {}", list.file, list.first_read)
    }));
    lines.push(changes(statement));
    lines.extend(standing(statement));
    let terms = &statement.terms;
    lines.push(format!(
        "approved by one person each of: {}; until {} days after the date of the letters; up to \
         {} % of the letters may be left out of it for people who are protected or held by then",
        terms.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", "),
        terms.max_plan_age_days,
        terms.max_left_out_percent
    ));
    lines.push(format!("started by {}", statement.requested_by));

    lines
}

fn changes(statement: &Statement) -> String {
    match (&statement.since.statement, statement.since.changed.as_slice()) {
        (None, _) => "nothing was approved before: everything is new".to_owned(),
        (Some(_), []) => {
            "made with the same things as what was approved last; people and lists are others"
                .to_owned()
        }
        (Some(_), changed) => format!("different since the last approval: {}", changed.join(", ")),
    }
}

fn standing(statement: &Statement) -> Option<String> {
    let terms = statement.standing?;
    Some(format!(
        "THE APPROVAL ALSO COVERS later plans until {}: {} each, {} in all, made with the same \
         things and saying nothing that is not in these proofs",
        terms.until,
        count(terms.letters_a_night, "letter", "letters"),
        count(terms.letters_in_all, "letter", "letters")
    ))
}

/// What a verdict comes to, one line each.
#[must_use]
pub fn of_verdict(verdict: &Verdict) -> Vec<String> {
    of_people(verdict).into_iter().chain(of_basis(&verdict.basis)).collect()
}

/// Who approved, who did not, and who is missing.
#[must_use]
pub fn of_people(verdict: &Verdict) -> Vec<String> {
    let mut lines: Vec<String> = verdict
        .approved
        .iter()
        .map(|one| format!("approved by {} ({})", one.name, one.role))
        .collect();
    lines.extend(verdict.against.iter().cloned());
    lines.extend(verdict.missing.iter().map(|role| format!("missing: somebody of {role}")));
    lines
}

fn of_basis(basis: &Basis) -> Option<String> {
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    match basis {
        Basis::Statement => None,
        Basis::CarriedOver { from, left_out } => Some(format!(
            "given for statement {}, of which {} left out",
            short(from),
            count(*left_out, "letter is", "letters are")
        )),
        Basis::Standing { under, left } => Some(format!(
            "under the standing approval of statement {}, which covers {} more",
            short(under),
            count(*left, "letter", "letters")
        )),
    }
}
