//! Deciding cases: under the ledger's lock, in one transaction, and only if nobody was quicker.

use jiff::civil::Date;
use serde::Serialize;

use super::state::sights;
use super::{CaseQueue, QueueCase, QueueError, QueueState, answers, to_write};
use crate::base::plain::is_same_name;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::ids::Pseudonym;
use crate::field::judgement::{self, CaseAnswer, CaseKind, CorrectedField, Correction};
use crate::field::keys::Keys;
use crate::link::{Decision, Ruling};
use crate::record::{
    CaseSight, Decider, Follows, JudgedBy, JudgedWord, Judgement, Judgements, Ledger, Opinion,
};
use crate::report::case_lines::KnownBy;
use crate::tools::review::{self, Applied, Decisions};

/// What somebody says of a case.
#[derive(Clone, Debug)]
pub struct CaseWord<'w> {
    /// What is so.
    pub answer: CaseAnswer,
    /// What is right instead, in full; for `corrected` alone.
    pub corrections: Vec<Correction>,
    /// Where that is known from: one line, no names of people. Needed with a correction.
    pub source: Option<&'w str>,
    /// Who decides, and why. A reason is needed for everything but who is who.
    pub decider: Decider<'w>,
    /// The run whose case they saw; `None`: the last one's, whichever it is.
    pub run: Option<&'w str>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettledCase {
    /// The case.
    pub case: u32,
    /// What it asked.
    pub kind: CaseKind,
    /// Why it waited, its first row, and the run that counted it.
    pub about: String,
    /// What was said.
    pub answer: CaseAnswer,
    /// How far the case is now.
    pub state: QueueState,
    /// Who said so.
    pub by: String,
    /// When.
    pub date: Date,
    /// What it came to for pairs of records, records that are gone, or remembered people.
    #[serde(skip)]
    pub applied: Option<Applied>,
}

/// Writes down what somebody says of a case of the last run. Nothing is read but the run's papers,
/// but for records that are gone and people whom a list protected once.
///
/// # Errors
/// [`QueueError::Already`] tells the answer of whoever was quicker; in every case of an error
/// nothing was written.
pub fn decide(
    config: &Config,
    case: u32,
    word: &CaseWord<'_>,
    date: Date,
) -> Result<SettledCase, QueueError> {
    // What was said at the desk before is older than this.
    answers::take_up(config, date)?;
    let mut ledger = to_write(config)?;
    let judgements = ledger.judgements()?;
    let mut queue = CaseQueue::with(config, &judgements)?;
    let mut minutes = Minutes::new(config, judgements, date);
    let state = minutes.add(&ledger, &mut queue, case, word)?;
    let new = ledger.judge_all(&minutes.words, date)?;

    let case = queue.find(case)?;
    let pairs = minutes.words.iter().map(|word| word.follows.pairs.len()).sum();
    let has_more = pairs > 0 || is_about_records(case.kind);
    let applied = has_more.then(|| Applied {
        lines: case.open.lines.len(),
        pairs,
        new: new.pairs,
        records: new.records,
        released: new.people,
        by: word.decider.by.to_owned(),
        reason: word.decider.reason.map(str::to_owned),
        date,
    });
    Ok(SettledCase {
        case: case.case,
        kind: case.kind,
        about: format!("{}, {}, run {}", case.code, case.rows[0], queue.run_id),
        answer: word.answer,
        state,
        by: word.decider.by.to_owned(),
        date,
        applied,
    })
}

/// Writes down what is said of several cases, in its order: all of it or nothing. Returns how many
/// words those are.
///
/// # Errors
/// As [`decide`], for the first case of which it cannot be said.
pub(super) fn decide_all(
    config: &Config,
    words: &[(u32, CaseWord<'_>)],
    date: Date,
) -> Result<usize, QueueError> {
    answers::take_up(config, date)?;
    let mut ledger = to_write(config)?;
    let judgements = ledger.judgements()?;
    let mut queue = CaseQueue::with(config, &judgements)?;
    let mut minutes = Minutes::new(config, judgements, date);
    for (number, word) in words {
        minutes.add(&ledger, &mut queue, *number, word)?;
    }
    ledger.judge_all(&minutes.words, date)?;
    Ok(words.len())
}

/// Words that are written down together, each held against what was said before it.
pub(super) struct Minutes<'w> {
    config: &'w Config,
    date: Date,
    judgements: Judgements,
    /// What is to be written down.
    pub words: Vec<JudgedWord<'w>>,
}

impl<'w> Minutes<'w> {
    /// Of a ledger with these judgements.
    pub fn new(config: &'w Config, judgements: Judgements, date: Date) -> Self {
        Self { config, date, judgements, words: Vec::new() }
    }

    /// Adds a word; the queue knows of it afterwards. How far the case is now.
    pub fn add(
        &mut self,
        ledger: &Ledger,
        queue: &mut CaseQueue,
        number: u32,
        word: &CaseWord<'w>,
    ) -> Result<QueueState, QueueError> {
        queue.must_be_of(word.run, number)?;
        let case = queue.find(number)?;
        let word = self.word(ledger, case, word)?;
        self.judgements.suppose(&word, self.date);
        let state = QueueState::of(&case.known, &self.judgements, 0);
        if let Some(case) = queue.cases.iter_mut().find(|case| case.case == number) {
            case.state = state.clone();
        }
        self.words.push(word);
        Ok(state)
    }

    fn word(
        &self,
        ledger: &Ledger,
        case: &QueueCase,
        word: &CaseWord<'w>,
    ) -> Result<JudgedWord<'w>, QueueError> {
        let corrections = check(case, word)?;
        let opinion = opinion(self.config, ledger.keys(), case, word)?;
        let person: Option<Pseudonym> = case.person.parse().ok();
        let judgement = |sight: CaseSight| Judgement {
            anchor: sight.anchor,
            kind: case.kind,
            answer: word.answer,
            seen: Some(sight.seen),
            person,
            opinion,
            corrections: corrections.clone(),
        };

        let own: Vec<CaseSight> = sights(&case.known).collect();
        // One case, one latest word: wherever something of this kind was said of the person (a call is
        // written under all their records), this is said as well.
        let whose = person.filter(|_| case.kind.is_about_person());
        let elsewhere = self.judgements.anchors_of(whose, case.kind);
        let elsewhere = own.first().into_iter().flat_map(|sight| {
            let further =
                elsewhere.iter().filter(|mark| own.iter().all(|own| own.anchor != **mark));
            further.map(|anchor| CaseSight { anchor: *anchor, seen: sight.seen })
        });
        let lines: Vec<Judgement> = own.iter().copied().chain(elsewhere).map(judgement).collect();
        let agrees = |line: &Judgement| agrees(&self.judgements, line, word.decider.by);
        let follows = if opinion != Opinion::Alone && !lines.first().is_some_and(agrees) {
            Follows::default()
        } else if is_about_records(case.kind) {
            let decisions = Decisions::about(self.config, case.case, None, word.answer.word())?;
            review::weigh(ledger, self.config, &decisions, self.date, &Progress::hidden())?
        } else {
            Follows { pairs: pairs(case, word.answer, &corrections), ..Follows::default() }
        };
        let by = JudgedBy { source: word.source, ..JudgedBy::from(word.decider) };
        Ok(JudgedWord { by, lines, follows })
    }
}

/// Records that are gone and people whom a list protected once: what is decided about them is in
/// tables of their own.
const fn is_about_records(kind: CaseKind) -> bool {
    matches!(kind, CaseKind::Record | CaseKind::Remembered)
}

/// Whether this can be said of the case; the corrections as they are kept.
fn check(case: &QueueCase, word: &CaseWord<'_>) -> Result<Vec<Correction>, QueueError> {
    let number = case.case;
    if case.answers.is_empty() {
        return Err(QueueError::Elsewhere { case: number, code: case.code.clone() });
    }

    if word.answer == CaseAnswer::Same && case.names_one() {
        let is_one = chosen(&word.corrections).is_some_and(|row| case.candidates.contains(row));
        return match word.corrections.len() {
            1 if is_one => Ok(word.corrections.clone()),
            _ if case.candidates.is_empty() => Err(QueueError::Never { case: number }),
            _ => Err(QueueError::Which { case: number }),
        };
    }

    if !case.answers.contains(&word.answer) {
        let (answer, kind, allowed) = (word.answer, case.kind, case.answers.clone());
        return Err(QueueError::Answer { case: number, answer, kind, allowed });
    }

    let needs_reason = !matches!(case.kind, CaseKind::Linking | CaseKind::Record);
    if needs_reason && word.decider.reason.is_none() {
        return Err(QueueError::Lacks { what: "reason" });
    }

    let problem = |problem: String| QueueError::Correction { case: number, problem };
    let corrections = judgement::tidy(word.corrections.clone());
    if word.answer != CaseAnswer::Corrected {
        let none = corrections.is_empty();
        let extra = || problem(format!("`{}` has none", word.answer));
        return if none { Ok(corrections) } else { Err(extra()) };
    }
    if word.source.is_none() {
        return Err(QueueError::Lacks { what: "source" });
    }
    judgement::check(case.kind, &corrections).map_err(problem)?;
    Ok(corrections)
}

/// Whether the word counts alone; an error where it is not this person's turn.
fn opinion(
    config: &Config,
    keys: &Keys,
    case: &QueueCase,
    word: &CaseWord<'_>,
) -> Result<Opinion, QueueError> {
    let takes_back = word.answer == CaseAnswer::Undecided;
    let number = case.case;
    match &case.state {
        QueueState::Open if takes_back => Err(QueueError::NotDecided { case: number }),
        // Blind is blind: nobody takes back an opinion that they have not seen.
        QueueState::SecondWanted { by } if takes_back && !is_same_name(by, word.decider.by) => {
            Err(QueueError::OthersOpinion { case: number, by: by.clone() })
        }
        _ if takes_back => Ok(Opinion::Alone),
        QueueState::Open => {
            let sight = sights(&case.known).next();
            let asked = sight.is_some_and(|sight| asks_twice(config, keys, case.kind, sight));
            Ok(if asked { Opinion::First } else { Opinion::Alone })
        }
        QueueState::SecondWanted { by } if is_same_name(by, word.decider.by) => {
            Err(QueueError::OwnOpinion { case: number, by: by.clone() })
        }
        QueueState::SecondWanted { .. } | QueueState::Disputed { .. } => Ok(Opinion::Second),
        QueueState::Decided { by, date, answer } => {
            let (by, date, answer) = (by.clone(), *date, *answer);
            Err(QueueError::Already { case: number, by, date, answer })
        }
    }
}

/// Whether somebody else is asked as well: the same cases whoever decides, and whenever.
#[must_use]
pub(super) fn asks_twice(config: &Config, keys: &Keys, kind: CaseKind, sight: CaseSight) -> bool {
    if kind == CaseKind::Protected || config.review.second_opinion_kinds.contains(&kind) {
        return kind != CaseKind::Protected;
    }
    let hex = |mark: &[u8]| data_encoding::HEXLOWER.encode(mark);
    let (anchor, seen) = (hex(&sight.anchor), hex(&sight.seen));
    let mark = keys.row_fingerprint(["second opinion", kind.word(), &anchor, &seen]);
    let place = u32::from_be_bytes([mark[0], mark[1], mark[2], mark[3]]) % 100;
    place < u32::from(config.review.second_opinion_percent)
}

/// Whether somebody else's last word of the case is the same.
fn agrees(judgements: &Judgements, line: &Judgement, by: &str) -> bool {
    let Some(case) = judgements.get(&line.anchor, line.kind) else { return false };
    let other = case.said.iter().rev().find(|said| !is_same_name(&said.by, by));
    other.is_some_and(|said| {
        said.opinion != Opinion::Alone
            && (said.answer, &said.corrections, said.seen)
                == (line.answer, &line.corrections, line.seen)
    })
}

/// What the answer comes to for pairs of records.
fn pairs(case: &QueueCase, answer: CaseAnswer, corrections: &[Correction]) -> Vec<Decision> {
    let ruling = match answer {
        CaseAnswer::Same => Ruling::Same,
        CaseAnswer::Different => Ruling::Different,
        _ => Ruling::Undecided,
    };
    let pair = |by: &KnownBy| match by {
        KnownBy::Pair(one, other, _) => Some(Decision::new(*one, *other, ruling)),
        KnownBy::Person(_) | KnownBy::Row(_) | KnownBy::Apart(..) => None,
    };
    match chosen(corrections).and_then(|row| case.known.beside.get(row)) {
        Some(pairs) => pairs.iter().filter_map(pair).collect(),
        None => case.known.by.iter().filter_map(pair).collect(),
    }
}

/// The row that somebody names of several.
fn chosen(corrections: &[Correction]) -> Option<&String> {
    let named = corrections.iter().find(|said| said.field == CorrectedField::Beside);
    named.map(|said| &said.value)
}
