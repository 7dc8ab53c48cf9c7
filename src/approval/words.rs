//! A statement in plain words, for whoever is about to approve it.

use super::emergency::EmergencyRelease;
use super::statement::Statement;
use super::verdict::{Basis, Verdict};
use crate::base::plain::count;
use crate::record::{ApprovalAct, Credential, Said};
use crate::report::waves::{CallLine, WaveReport};

/// What it means when `required` is off.
pub const ENDS: &str = "AFTER THIS JOB NOBODY IS ASKED ANY MORE: `[approval] required` was switched off, \
                        and that is approved here as well";

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
    lines.extend(statement.forecast.iter().flat_map(of_forecast));
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
    lines.extend(statement.terms.ends.then(|| ENDS.to_owned()));
    lines.push(format!("started by {}", statement.requested_by));

    lines
}

/// When first letters leave, and how many people call then.
#[must_use]
pub fn of_forecast(forecast: &WaveReport) -> [String; 2] {
    let most = |calls: fn(&CallLine) -> u64| forecast.days.iter().map(calls).max().unwrap_or(0);
    let [low, expected, high] =
        [most(|day| day.low), most(|day| day.expected), most(|day| day.high)];
    let busiest = forecast.days.iter().max_by_key(|day| (day.expected, std::cmp::Reverse(day.on)));
    let busiest = busiest.map_or_else(String::new, |day| format!(", most of them on {}", day.on));
    [
        format!("waves: {forecast}"),
        format!(
            "calls on the busiest day: {expected} expected, {low} if few people call, {high} if many \
             do{busiest}; {} can be answered a day",
            forecast.capacity
        ),
    ]
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

/// One thing that was said: when, who, what, and what proves it.
#[must_use]
pub fn of_act(act: &ApprovalAct) -> String {
    let by = act.role.map_or_else(|| act.by.clone(), |role| format!("{} ({role})", act.by));
    let proof = |credential: &Credential| match credential {
        Credential::Desk => "at the desk, with the password again",
        Credential::Signature { .. } => "with an SSH signature",
    };

    let said = match &act.said {
        Said::Approved { credential } => format!("approved it {}", proof(credential)),
        Said::Refused { comment } => format!("refused it: {comment}"),
        Said::Withdrawn { comment } => format!("withdrew the approval: {comment}"),
        Said::Released { reason, credential } => {
            format!("RELEASED IT IN AN EMERGENCY {}: {reason}", proof(credential))
        }
        Said::Adopted { what, credential, .. } => {
            format!("answers for an edit of the {what} {}", proof(credential))
        }
        Said::CarriedOver { from, left_out, .. } => format!(
            "carried the approvals of statement {from} over, without {}",
            count(*left_out, "letter", "letters")
        ),
        Said::Covered { under, .. } => format!("found it covered by statement {under}"),
    };
    format!("{}, {by} {said}", act.date)
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
    lines.extend(verdict.emergency.iter().map(|release| {
        let EmergencyRelease { name, date, reason, .. } = release;
        format!("RELEASED IN AN EMERGENCY by {name} on {date}: {reason}")
    }));
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
