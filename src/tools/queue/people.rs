//! One person who calls: how it stands with them, what they tell us, and everything that is held
//! about them.

use jiff::civil::Date;
use serde::Serialize;

use super::lists::{Lists, night};
use super::query::PersonQuery;
use super::{QueueError, to_write};
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::judgement::{self, CaseAnswer, CaseKind, Correction};
use crate::field::reason::RowState;
use crate::field::terms::{Format, Language};
use crate::read::{self, DeliveredRow, ReadTerms};
use crate::record::{
    Access, CaseMark, Decider, Home, JudgedBy, Judgement, Judgements, Ledger, LetterRecord,
    Opinion, Saying,
};
use crate::run::{Everybody, PersonStanding, TOLD_BY_TELEPHONE};
use crate::tools::explain;

/// How it stands with somebody; nothing about health.
#[derive(Clone, Debug, Serialize)]
pub struct FoundPerson {
    /// Keyed pseudonym.
    pub person: Pseudonym,
    /// Letters that were planned for them, oldest first.
    pub letters: Vec<PersonLetter>,
    /// What happens next, in words.
    pub next: String,
    /// Whether a letter is made that has not left.
    pub under_way: bool,
    /// Why, where no letter is written: the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When a letter is due that waits for its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// What was said of them, oldest first.
    pub said: Vec<PersonSaying>,
}

/// A letter, as far as the person may hear of it on the telephone.
#[derive(Clone, Debug, Serialize)]
pub struct PersonLetter {
    /// Its id.
    pub letter_id: String,
    /// As printed.
    pub reference: String,
    /// Its date.
    pub date: Date,
    /// First, supplement or correction.
    pub kind: String,
    /// How far its job is.
    pub state: String,
    /// Its language and its size of print, where the plan is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_as: Option<(Language, Format)>,
}

/// Something that was said of a person.
#[derive(Clone, Debug, Serialize)]
pub struct PersonSaying {
    /// Of what.
    pub kind: CaseKind,
    /// What, who, when and why.
    #[serde(flatten)]
    pub saying: Saying,
}

/// How it stands with whoever is known by what somebody typed.
#[derive(Clone, Debug)]
pub struct PersonHeard {
    /// For whoever answers the telephone.
    pub found: Vec<FoundPerson>,
    /// For whoever writes something down.
    pub standings: Vec<PersonStanding>,
}

/// Everybody who is known by what somebody typed.
///
/// # Errors
/// [`QueueError`] when lists, facts or ledger cannot be read.
pub fn find(
    config: &Config,
    query: &PersonQuery,
    date: Date,
    progress: &Progress,
) -> Result<Vec<FoundPerson>, QueueError> {
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let judgements = ledger.judgements()?;
    let lists = Lists::read(config, &ledger, date, progress)?;
    let found = look(config, &ledger, &lists, query, (date, progress))?;
    Ok(heard_of(config, &ledger, &judgements, found)?.found)
}

pub(super) fn heard_of(
    config: &Config,
    ledger: &Ledger,
    judgements: &Judgements,
    standings: Vec<PersonStanding>,
) -> Result<PersonHeard, QueueError> {
    let found = standings.iter().map(|standing| found_person(config, ledger, judgements, standing));
    Ok(PersonHeard { found: found.collect::<Result<_, _>>()?, standings })
}

fn look(
    config: &Config,
    ledger: &Ledger,
    lists: &Lists,
    query: &PersonQuery,
    (date, progress): (Date, &Progress),
) -> Result<Vec<PersonStanding>, QueueError> {
    let night = night(config, date, progress);
    let read = (&lists.rows, &lists.intake, &lists.heard);
    let everybody = Everybody::gather(&night, read, ledger, &lists.facts).map_err(Box::new)?;
    let keys = ledger.keys();
    query.among(&everybody, ledger, |people| {
        everybody.standings(&night, keys, &lists.heard, &lists.facts, people)
    })
}

/// The one who is meant.
fn only(found: Vec<PersonStanding>) -> Result<PersonStanding, QueueError> {
    let count = found.len();
    let one: Result<[PersonStanding; 1], _> = found.try_into();
    one.map(|[standing]| standing).map_err(|_| QueueError::Who { found: count })
}

fn found_person(
    config: &Config,
    ledger: &Ledger,
    judgements: &Judgements,
    standing: &PersonStanding,
) -> Result<FoundPerson, QueueError> {
    let letters = letters(ledger, standing)?;
    let under_way = letters.iter().any(|letter| !letter.state.is_over());
    let letters = letters.into_iter().map(|letter| PersonLetter {
        letter_id: letter.letter_id.clone(),
        reference: letter.reference.clone(),
        date: letter.date,
        kind: letter.kind.to_string(),
        state: letter.state.to_string(),
        written_as: explain::written_as(config, ledger, &letter),
    });

    Ok(FoundPerson {
        person: standing.person,
        letters: letters.collect(),
        next: next(standing, under_way),
        under_way,
        code: standing.reason.as_ref().map(|(reason, _)| reason.code().to_owned()),
        due: standing.due,
        said: said(judgements, standing),
    })
}

fn letters(ledger: &Ledger, standing: &PersonStanding) -> Result<Vec<LetterRecord>, QueueError> {
    let mut names = standing.told_as.clone();
    names.insert(standing.person);
    let mut letters = Vec::new();
    for name in names {
        letters.extend(ledger.letters_of_person(name)?);
    }
    letters.sort_by(|one, other| (one.date, &one.letter_id).cmp(&(other.date, &other.letter_id)));
    letters.dedup_by(|one, other| one.letter_id == other.letter_id);
    Ok(letters)
}

fn said(judgements: &Judgements, standing: &PersonStanding) -> Vec<PersonSaying> {
    let about = judgements.cases().filter(|case| standing.anchors.contains(&case.anchor));
    let mut said: Vec<PersonSaying> = about
        .flat_map(|case| {
            case.said.iter().map(|saying| PersonSaying { kind: case.kind, saying: saying.clone() })
        })
        .collect();
    said.sort_by_key(|said| (said.saying.event, said.kind));
    said.dedup_by_key(|said| (said.saying.event, said.kind));
    said
}

fn next(standing: &PersonStanding, under_way: bool) -> String {
    if let Some(letter) = standing.letter {
        return format!(
            "the next run writes a letter ({}), if name and address can be printed",
            letter.kind
        );
    }
    let Some((reason, _)) = &standing.reason else { return "nothing is known".to_owned() };
    match (reason.state(), standing.due) {
        (RowState::Told | RowState::Waiting, Some(due)) => format!("a letter is due on {due}"),
        (RowState::Told, None) if under_way => "a letter is made and has not left yet".to_owned(),
        (RowState::Told, None) => "everything was told".to_owned(),
        (RowState::Suppressed, _) => format!("no letter: {}", reason.text()),
        _ => format!("a human looks at it: {}", reason.text()),
    }
}

/// What somebody tells us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Does not want letters.
    Objection,
    /// Somebody has died.
    Death,
    /// Lives somewhere else.
    NewAddress,
}

impl CallKind {
    const fn says(self) -> (CaseKind, CaseAnswer) {
        match self {
            Self::Objection => (CaseKind::Objection, CaseAnswer::Objects),
            Self::Death => (CaseKind::Death, CaseAnswer::Died),
            Self::NewAddress => (CaseKind::Address, CaseAnswer::Corrected),
        }
    }
}

/// What somebody tells us about one person. Personal, where it has an address.
#[derive(Clone, Debug)]
pub struct CallWord<'w> {
    /// What.
    pub what: CallKind,
    /// A new address, in full.
    pub corrections: Vec<Correction>,
    /// Who called: one line without names (`the person`, `their partner`).
    pub source: &'w str,
    /// It takes back what was told before.
    pub takes_back: bool,
    /// Who writes it down, and why it is believed.
    pub decider: Decider<'w>,
}

impl CallWord<'_> {
    /// Whether it says where somebody lives.
    fn has_address(&self) -> bool {
        self.what == CallKind::NewAddress && !self.takes_back
    }
}

/// What was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedCall {
    /// Keyed pseudonym of the person.
    pub person: Pseudonym,
    /// What was told.
    pub what: CallKind,
    /// It takes back what was told before.
    pub takes_back: bool,
    /// Letters that are planned and have not left: they go out unless they are stopped
    /// (`breachpost stop --letter`), or the job's approval finds the person protected.
    pub on_their_way: Vec<String>,
}

/// Writes down what somebody tells us. It holds from now on, whatever rows come later: every run
/// and the approval of a job that waits read it like a row of a list.
///
/// # Errors
/// [`QueueError::Who`] unless exactly one person is meant; nothing was written then.
pub fn record_call(
    config: &Config,
    query: &PersonQuery,
    word: &CallWord<'_>,
    date: Date,
    progress: &Progress,
) -> Result<RecordedCall, QueueError> {
    check_call(word)?;
    let ledger = to_write(config)?;
    let lists = Lists::read(config, &ledger, date, progress)?;
    let standing = only(look(config, &ledger, &lists, query, (date, progress))?)?;
    write_call(ledger, &standing, word, date)
}

/// The same of somebody with whom it stands like this, as [`super::Standby`] knows.
///
/// # Errors
/// As [`record_call`].
pub fn record_call_of(
    config: &Config,
    heard: PersonHeard,
    word: &CallWord<'_>,
    date: Date,
) -> Result<RecordedCall, QueueError> {
    check_call(word)?;
    let standing = only(heard.standings)?;
    write_call(to_write(config)?, &standing, word, date)
}

fn check_call(word: &CallWord<'_>) -> Result<(), QueueError> {
    let problem = |problem: String| QueueError::Correction { case: 0, problem };
    if word.has_address() {
        let corrections = judgement::tidy(word.corrections.clone());
        judgement::check(CaseKind::Address, &corrections).map_err(problem)
    } else if word.corrections.is_empty() {
        Ok(())
    } else {
        Err(problem("an address belongs to a new address alone".to_owned()))
    }
}

/// The marks under which the word is written. What a reviewer decided is not theirs to lift who
/// answers the telephone: nothing is taken back that was not told, and a letter that is held stays
/// held.
fn may_be_said(
    judgements: &Judgements,
    standing: &PersonStanding,
    word: &CallWord<'_>,
) -> Result<Vec<CaseMark>, QueueError> {
    let (kind, _) = word.what.says();
    let counts = |anchor: &CaseMark| judgements.get(anchor, kind).and_then(|case| case.in_force());
    let is_told = |said: &Saying| {
        said.source.as_deref().is_some_and(|source| source.starts_with(TOLD_BY_TELEPHONE))
    };
    let mut anchors = standing.anchors.clone();
    if word.takes_back {
        anchors.retain(|anchor| counts(anchor).is_some_and(is_told));
        return if anchors.is_empty() { Err(QueueError::NothingTold) } else { Ok(anchors) };
    }

    let held = anchors.iter().filter_map(counts).find(|said| said.answer == CaseAnswer::Held);
    match held.filter(|_| word.has_address()) {
        Some(said) => Err(QueueError::HeldBy { by: said.by.clone(), date: said.date }),
        None => Ok(anchors),
    }
}

fn write_call(
    mut ledger: Ledger,
    standing: &PersonStanding,
    word: &CallWord<'_>,
    date: Date,
) -> Result<RecordedCall, QueueError> {
    let (kind, answer) = word.what.says();
    let anchors = may_be_said(&ledger.judgements()?, standing, word)?;
    let line = |anchor| Judgement {
        anchor,
        kind,
        answer: if word.takes_back { CaseAnswer::Undecided } else { answer },
        // A new address is held against the lists: whoever moves again is in them first.
        seen: word.has_address().then_some(standing.sight.seen),
        person: Some(standing.person),
        opinion: Opinion::Alone,
        corrections: judgement::tidy(word.corrections.clone()),
    };
    let lines: Vec<Judgement> = anchors.into_iter().map(line).collect();
    let source = format!("{TOLD_BY_TELEPHONE}: {}", word.source);
    let by = JudgedBy { source: Some(&source), ..JudgedBy::from(word.decider) };
    ledger.judge(&lines, by, &[], date)?;

    let letters = letters(&ledger, standing)?;
    let on_their_way = letters.into_iter().filter(|letter| !letter.state.is_over());
    Ok(RecordedCall {
        person: standing.person,
        what: word.what,
        takes_back: word.takes_back,
        on_their_way: on_their_way.map(|letter| letter.letter_id).collect(),
    })
}

/// Everything that is held about one person. Personal.
#[derive(Clone, Debug, Serialize)]
pub struct PersonExport {
    /// When it was made.
    pub date: Date,
    /// Keyed pseudonym.
    pub person: Pseudonym,
    /// Names under which letters are in the ledger.
    pub known_as: Vec<Pseudonym>,
    /// How it stands.
    pub standing: FoundPerson,
    /// Their rows as they were delivered.
    pub rows: Vec<DeliveredRow>,
    /// Their letters, with what each said.
    pub letters: Vec<LetterRecord>,
    /// Corrected cells, by the event that wrote them down.
    pub corrections: Vec<(u64, Vec<Correction>)>,
    /// What else is kept, in words.
    pub also: Vec<&'static str>,
}

/// What the ledger keeps of everybody and nobody can read without the campaign's key.
const ALSO: [&str; 4] = [
    "keyed marks of each row, of each case that waited, and of whoever a list protected, in the ledger and its backups",
    "the letter as it was planned, with name and address, in runs/ (breachpost letter ID sets it again)",
    "what the vendor said of each letter: printed, posted, returned (breachpost status)",
    "the rows of the lists themselves, in the inbox, for as long as the campaign is open",
];

/// Gathers everything that is held about one person.
///
/// # Errors
/// [`QueueError::Who`] unless exactly one person is meant.
pub fn export(
    config: &Config,
    query: &PersonQuery,
    date: Date,
    progress: &Progress,
) -> Result<PersonExport, QueueError> {
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let judgements = ledger.judgements()?;
    let lists = Lists::read(config, &ledger, date, progress)?;
    let standing = only(look(config, &ledger, &lists, query, (date, progress))?)?;

    let letters = letters(&ledger, &standing)?;
    let rows = delivered(config, &lists, &standing.rows, (date, progress))?;
    let known_as = standing.told_as.iter().copied().collect();
    let person = standing.person;
    let standing = found_person(config, &ledger, &judgements, &standing)?;
    let corrected = standing.said.iter().filter(|said| !said.saying.corrections.is_empty());
    let corrections =
        corrected.map(|said| (said.saying.event, said.saying.corrections.clone())).collect();

    Ok(PersonExport {
        date,
        person,
        known_as,
        standing,
        rows,
        letters,
        corrections,
        also: ALSO.to_vec(),
    })
}

fn delivered(
    config: &Config,
    lists: &Lists,
    rows: &[RowRef],
    (date, progress): (Date, &Progress),
) -> Result<Vec<DeliveredRow>, QueueError> {
    let mut wanted = std::collections::BTreeMap::<String, std::collections::BTreeSet<u32>>::new();
    for row in rows {
        if let Some(input) = lists.rows.inputs.get(usize::from(row.file)) {
            wanted.entry(input.file.clone()).or_default().insert(row.row);
        }
    }
    let terms = ReadTerms { synthetic: config.synthetic, run_date: date };
    Ok(read::delivered_rows(&config.inbox, &config.inputs, &terms, &wanted, progress)?)
}
