//! Rules for many cases: shown with how many they decide, then applied to these and to no others.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::decide::asks_twice;
use super::lists::{Lists, night};
use super::{QueueError, to_write};
use crate::base::hash;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::address::AddressSource;
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::field::reason::Reason;
use crate::record::{self, Access, Decider, Home, JudgedBy, Judgement, Ledger, Opinion};
use crate::run::PersonStanding;

/// More cases than this take two proven people.
pub const MOST_ALONE: usize = 50;

/// One answer for all cases of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRule {
    /// Held for this reason; `None`: who would get a letter.
    pub code: Option<Reason>,
    /// With a record of this provider (AGB code).
    pub provider: Option<String>,
    /// Written to at an address that only the lab has.
    pub lab_only: bool,
    /// Whose newest sample is older than this day.
    pub sampled_before: Option<Date>,
    /// What is so.
    pub answer: CaseAnswer,
}

impl CaseRule {
    /// What it decides: the kind of its cases.
    ///
    /// # Errors
    /// [`QueueError::Rule`] when it cannot be said of many at once.
    pub fn kind(&self) -> Result<CaseKind, QueueError> {
        let wrong = |problem: &str| QueueError::Rule { problem: problem.to_owned() };
        let kind = self.code.map_or(CaseKind::Address, |code| CaseKind::of(code, ""));
        let narrows = self.code.is_some() || self.provider.is_some() || self.lab_only;
        if !narrows {
            return Err(wrong("is about everybody: name a code, a provider, or lab addresses"));
        }
        let many = [CaseAnswer::Parents, CaseAnswer::YoungPerson, CaseAnswer::Held];
        if !many.contains(&self.answer) || !kind.answers().contains(&self.answer) {
            return Err(wrong(
                "gives an answer that is not the same for many: parents, young_person or held, as the code permits",
            ));
        }
        Ok(kind)
    }

    fn fits(&self, standing: &PersonStanding) -> bool {
        let reason = standing.reason.as_ref().map(|(reason, _)| *reason);
        let letter = standing.letter;
        let held = match self.code {
            Some(code) => reason == Some(code),
            None => letter.is_some(),
        };
        let lab = || letter.is_some_and(|letter| letter.address == AddressSource::Exposure);
        let provider = self.provider.as_ref();
        let old = |before: Date| standing.newest_sample.is_some_and(|newest| newest < before);

        held && (!self.lab_only || lab())
            && provider.is_none_or(|code| standing.providers.contains(code))
            && self.sampled_before.is_none_or(old)
    }
}

impl fmt::Display for CaseRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "all {code}")?,
            None => f.write_str("all who would get a letter")?,
        }
        if let Some(provider) = &self.provider {
            write!(f, " of provider {provider}")?;
        }
        if self.lab_only {
            f.write_str(", address from the lab only")?;
        }
        if let Some(before) = self.sampled_before {
            write!(f, ", newest sample before {before}")?;
        }
        write!(f, ": {}", self.answer)
    }
}

/// What a rule would decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleEffect {
    /// In words.
    pub rule: String,
    /// Cases that it decides.
    pub cases: usize,
    /// Whether two proven people are needed.
    pub needs_two: bool,
    /// The text that they sign: of this rule and exactly these cases.
    pub text: String,
}

/// Who proves that they agree: signatures of approvers, and people whom the desk has asked for
/// their password.
#[derive(Clone, Copy, Debug, Default)]
pub struct TwoPeople<'p> {
    /// Signatures of the text.
    pub signatures: &'p [String],
    /// What was shown at the desk, and who said yes to that.
    pub at_the_desk: Option<SaidYes<'p>>,
}

/// A text that was shown at the desk, and who said yes to it.
#[derive(Clone, Copy, Debug)]
pub struct SaidYes<'p> {
    /// The text.
    pub text: &'p str,
    /// Names of people who logged in and gave their password again for this text.
    pub names: &'p [String],
}

impl TwoPeople<'_> {
    /// Their names, each once.
    #[must_use]
    pub fn names(&self, config: &Config, text: &str) -> Vec<String> {
        let approvers = &config.approval.approvers;
        let mut names = record::proven(text, self.signatures, approvers);
        let desk = self.at_the_desk.filter(|said| said.text == text);
        names.extend(desk.iter().flat_map(|said| said.names).cloned());
        names.sort();
        names.dedup();
        names
    }

    /// Whether something else was shown at the desk than what this text says.
    pub(super) fn is_of_another(&self, text: &str) -> bool {
        self.at_the_desk.is_some_and(|said| said.text != text)
    }
}

/// What the rule would decide tonight. Nothing is written.
///
/// # Errors
/// [`QueueError`] when it says nothing, or lists, facts or ledger cannot be read.
pub fn rule_effect(
    config: &Config,
    rule: &CaseRule,
    reason: &str,
    date: Date,
    progress: &Progress,
) -> Result<RuleEffect, QueueError> {
    rule.kind()?;
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let cases = cases(config, &ledger, rule, (date, progress))?;
    Ok(effect(config, rule, reason, &cases))
}

/// Decides all cases that the rule is about, as they are now: cases that come later are not decided.
///
/// # Errors
/// [`QueueError::TwoNeeded`] for more than [`MOST_ALONE`] without two proven people; nothing was
/// written then.
pub fn apply_rule(
    config: &Config,
    rule: &CaseRule,
    decider: Decider<'_>,
    proof: TwoPeople<'_>,
    date: Date,
    progress: &Progress,
) -> Result<RuleEffect, QueueError> {
    let kind = rule.kind()?;
    let reason = decider.reason.ok_or(QueueError::Lacks { what: "reason" })?;
    let mut ledger = to_write(config)?;
    let cases = cases(config, &ledger, rule, (date, progress))?;
    let effect = effect(config, rule, reason, &cases);
    if proof.is_of_another(&effect.text) {
        return Err(QueueError::OtherCases { cases: effect.cases });
    }
    if cases.is_empty() {
        return Ok(effect);
    }

    let proven = proof.names(config, &effect.text);
    if effect.needs_two && proven.len() < 2 {
        let (cases, most) = (cases.len(), MOST_ALONE);
        return Err(QueueError::TwoNeeded { cases, most, signers: proven });
    }

    let two = proven.len() >= 2;
    let keys = ledger.keys();
    let line = |case: &PersonStanding| Judgement {
        anchor: case.sight.anchor,
        kind,
        answer: rule.answer,
        seen: Some(case.sight.seen),
        person: Some(case.person),
        opinion: if !two && asks_twice(config, keys, kind, case.sight) {
            Opinion::First
        } else {
            Opinion::Alone
        },
        corrections: Vec::new(),
    };
    let lines: Vec<Judgement> = cases.iter().map(line).collect();
    let words = effect.rule.clone();
    let by = JudgedBy { decider, source: None, rule: Some(&words), proven: &proven };
    ledger.judge(&lines, by, &[], date)?;
    Ok(effect)
}

/// Takes back what an event decided: a rule, or a decision about one case. Returns how many cases
/// that were.
///
/// # Errors
/// [`QueueError::Rule`] when the event decided nothing that counts.
pub fn undo_event(
    config: &Config,
    event: u64,
    decider: Decider<'_>,
    date: Date,
) -> Result<usize, QueueError> {
    decider.reason.ok_or(QueueError::Lacks { what: "reason" })?;
    let mut ledger = to_write(config)?;
    let judgements = ledger.judgements()?;
    let of_event = judgements.cases().filter(|case| {
        case.said
            .last()
            .is_some_and(|last| last.event == event && last.answer != CaseAnswer::Undecided)
            && !has_tables_of_its_own(case.kind)
    });

    let lines: Vec<Judgement> = of_event
        .map(|case| Judgement {
            anchor: case.anchor,
            kind: case.kind,
            answer: CaseAnswer::Undecided,
            seen: case.said.last().and_then(|last| last.seen),
            person: case.person,
            opinion: Opinion::Alone,
            corrections: Vec::new(),
        })
        .collect();
    if lines.is_empty() {
        return Err(QueueError::Rule {
            problem: format!("of event {event} decides nothing that counts"),
        });
    }
    ledger.judge(&lines, JudgedBy::from(decider), &[], date)?;
    Ok(lines.len())
}

/// Cases whose answers also stand elsewhere in the ledger: they are taken back one by one.
const fn has_tables_of_its_own(kind: CaseKind) -> bool {
    matches!(kind, CaseKind::Linking | CaseKind::Record | CaseKind::Remembered)
}

fn cases(
    config: &Config,
    ledger: &Ledger,
    rule: &CaseRule,
    (date, progress): (Date, &Progress),
) -> Result<Vec<PersonStanding>, QueueError> {
    let lists = Lists::read(config, ledger, date, progress)?;
    let night = night(config, date, progress);
    lists.census(&night, ledger, |_, standing| rule.fits(standing))
}

/// The text is of exactly these cases: whoever signed it has signed for no others.
fn effect(config: &Config, rule: &CaseRule, reason: &str, cases: &[PersonStanding]) -> RuleEffect {
    let mut marks: Vec<String> =
        cases.iter().map(|case| record::mark_word(&case.sight.seen)).collect();
    marks.sort_unstable();
    let digest = hash::of_bytes(marks.join("\n").as_bytes());
    let count = cases.len();

    let text = format!(
        "breachpost: a rule for many cases\ncampaign: {}\nrule: {rule}\ncases: {count}, \
         {digest}\nreason: {reason}\n",
        config.campaign
    );
    RuleEffect { rule: rule.to_string(), cases: count, needs_two: count > MOST_ALONE, text }
}
