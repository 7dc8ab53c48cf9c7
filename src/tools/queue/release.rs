//! A letter to somebody whose address is protected: two people release it, and it is handed over by
//! hand, never in a job.

use jiff::civil::Date;
use serde::Serialize;

use super::lists::{Lists, night};
use super::rules::TwoPeople;
use super::{CaseQueue, QueueError, to_write};
use crate::base::hash;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::ids::Pseudonym;
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::record::{self, CaseSight, Decider, JudgedBy, Judgement, Opinion};
use crate::report::case_lines::KnownBy;
use crate::run;

/// How a letter is handed over.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseOrder<'o> {
    /// By which channel: one line without names or addresses (`handed over by the municipality`).
    pub channel: &'o str,
    /// Who orders it, and why.
    pub decider: Decider<'o>,
    /// Who proves that they agree.
    pub proof: TwoPeople<'o>,
}

/// A letter that was released. Personal.
#[derive(Clone, Serialize)]
pub struct ReleasedLetter {
    /// The letter's id; no job has it.
    pub letter_id: String,
    /// Keyed pseudonym.
    pub person: Pseudonym,
    /// Who proved that they agree.
    pub proven: Vec<String>,
    /// The letter as an accessible PDF.
    #[serde(skip)]
    pub pdf: Vec<u8>,
}

impl std::fmt::Debug for ReleasedLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReleasedLetter({})", self.letter_id)
    }
}

/// The text that two people sign to release the letter of a case.
///
/// # Errors
/// [`QueueError::Release`] when the case is not of a protected address.
pub fn release_text(
    config: &Config,
    case: u32,
    channel: &str,
    reason: &str,
) -> Result<String, QueueError> {
    let (person, sight) = person(&CaseQueue::open(config)?, case)?;
    Ok(text(config, person, sight, channel, reason))
}

fn text(
    config: &Config,
    person: Pseudonym,
    sight: CaseSight,
    channel: &str,
    reason: &str,
) -> String {
    let seen = record::mark_word(&sight.seen);
    format!(
        "breachpost: release a letter to a protected address\ncampaign: {}\nperson: {person}\nrows: \
         {seen}\nchannel: {channel}\nreason: {reason}\n",
        config.campaign
    )
}

fn person(queue: &CaseQueue, case: u32) -> Result<(Pseudonym, CaseSight), QueueError> {
    let found = queue.find(case)?;
    let problem = |problem: &str| QueueError::Release { case, problem: problem.to_owned() };
    if found.kind != CaseKind::Protected {
        return Err(problem("is not about a protected address"));
    }
    let sight = found.known.by.iter().find_map(|by| match by {
        KnownBy::Person(sight) => Some(*sight),
        _ => None,
    });
    let person = found.person.parse().ok().zip(sight);
    person.ok_or_else(|| problem("has no person whom the last run knew"))
}

/// Makes the letter and records the person as told by it, when `keep` has put it where it is safe: by
/// its id and its PDF. Asked again for the same rows and the same channel, it makes the letter again
/// and records nothing; for another channel it is refused.
///
/// # Errors
/// [`QueueError::TwoForRelease`] without two proven people, [`QueueError::Release`] when there is no
/// letter to make; nothing was written then.
pub fn release(
    config: &Config,
    case: u32,
    order: &ReleaseOrder<'_>,
    date: Date,
    progress: &Progress,
    keep: impl FnOnce(&str, &[u8]) -> Result<(), QueueError>,
) -> Result<ReleasedLetter, QueueError> {
    let reason = order.decider.reason.ok_or(QueueError::Lacks { what: "reason" })?;
    let mut ledger = to_write(config)?;
    let judgements = ledger.judgements()?;
    let (somebody, sight) = person(&CaseQueue::with(config, &judgements)?, case)?;
    let text = text(config, somebody, sight, order.channel, reason);
    if order.proof.is_of_another(&text) {
        let problem = "means other rows by now".to_owned();
        return Err(QueueError::Release { case, problem });
    }
    let proven = order.proof.names(config, &text);
    if proven.len() < 2 {
        return Err(QueueError::TwoForRelease { signers: proven });
    }

    let problem = |problem: String| QueueError::Release { case, problem };
    let lists = Lists::read(config, &ledger, date, progress)?;
    let night = night(config, date, progress);
    let now = lists.census(&night, &ledger, |person, _| person.pseudonym == somebody)?;
    let standing = now.first().filter(|now| now.sight == sight);
    let standing =
        standing.ok_or_else(|| problem("the rows have changed since the last run".to_owned()))?;

    let lists = (&lists.rows, &lists.intake, &lists.heard);
    let letter = run::letter_by_hand(&night, lists, &ledger, somebody).map_err(Box::new)?;
    let (draft, pdf) = letter.map_err(|why| problem(format!("no letter: {why}")))?;

    let told = judgements.get(&sight.anchor, CaseKind::Protected);
    let told = told.and_then(|case| case.in_force()).filter(|said| said.seen == Some(sight.seen));
    if let Some(said) = told.filter(|said| said.source.as_deref() != Some(order.channel)) {
        let channel = said.source.as_deref().unwrap_or_default();
        return Err(problem(format!(
            "a letter was released on {} ({channel}); take that back first, if it was not handed over",
            said.date
        )));
    }

    // A letter that nobody has is no reason to count as told.
    let letter_id = draft.letter_id.to_string();
    keep(&letter_id, &pdf)?;
    if told.is_none() {
        let line = |anchor| Judgement {
            anchor,
            kind: CaseKind::Protected,
            answer: CaseAnswer::Told,
            seen: Some(sight.seen),
            person: Some(somebody),
            opinion: Opinion::Alone,
            corrections: Vec::new(),
        };
        let lines: Vec<Judgement> = standing.anchors.iter().copied().map(line).collect();
        let pdf_mark = ledger.keys().row_fingerprint(["released", &hash::of_bytes(&pdf)]);
        let digest = format!("one letter by hand, PDF {}", record::mark_word(&pdf_mark));
        let by = JudgedBy {
            decider: order.decider,
            source: Some(order.channel),
            rule: Some(&digest),
            proven: &proven,
        };
        ledger.judge(&lines, by, &[], date)?;
    }

    Ok(ReleasedLetter { letter_id, person: somebody, proven, pdf })
}
