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
use crate::read::{self, DeliveredRow, ReadTerms};
use crate::record::{
    Access, Decider, Home, JudgedBy, Judgement, Judgements, Ledger, LetterRecord, Opinion, Saying,
};
use crate::run::{PersonStanding, TOLD_BY_TELEPHONE};

/// How it stands with somebody; nothing about health.
#[derive(Clone, Debug, Serialize)]
pub struct FoundPerson {
    /// Keyed pseudonym.
    pub person: Pseudonym,
    /// Letters that were planned for them, oldest first.
    pub letters: Vec<PersonLetter>,
    /// What happens next, in words.
    pub next: String,
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
    found.into_iter().map(|standing| found_person(&ledger, &judgements, &standing)).collect()
}

fn look(
    config: &Config,
    ledger: &Ledger,
    lists: &Lists,
    query: &PersonQuery,
    (date, progress): (Date, &Progress),
) -> Result<Vec<PersonStanding>, QueueError> {
    let letter = query.reference.as_deref().map(|name| ledger.letter(name)).transpose()?.flatten();
    let told = letter.and_then(|letter| letter.person.parse().ok());
    let night = night(config, date, progress);
    lists.census(&night, ledger, |person, _| query.is(person, told))
}

fn found_person(
    ledger: &Ledger,
    judgements: &Judgements,
    standing: &PersonStanding,
) -> Result<FoundPerson, QueueError> {
    let letters = letters(ledger, standing)?.into_iter().map(|letter| PersonLetter {
        letter_id: letter.letter_id,
        reference: letter.reference,
        date: letter.date,
        kind: letter.kind.to_string(),
        state: letter.state.to_string(),
    });

    Ok(FoundPerson {
        person: standing.person,
        letters: letters.collect(),
        next: next(standing),
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

fn next(standing: &PersonStanding) -> String {
    if let Some(letter) = standing.letter {
        return format!(
            "the next run writes a letter ({}), if name and address can be printed",
            letter.kind
        );
    }
    let Some((reason, _)) = &standing.reason else { return "nothing is known".to_owned() };
    match (reason.state(), standing.due) {
        (RowState::Told | RowState::Waiting, Some(due)) => format!("a letter is due on {due}"),
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
    let (kind, answer) = word.what.says();
    let corrections = judgement::tidy(word.corrections.clone());
    let is_address = word.what == CallKind::NewAddress && !word.takes_back;
    let problem = |problem: String| QueueError::Correction { case: 0, problem };
    if is_address {
        judgement::check(kind, &corrections).map_err(problem)?;
    } else if !corrections.is_empty() {
        return Err(problem("an address belongs to a new address alone".to_owned()));
    }

    let mut ledger = to_write(config)?;
    let lists = Lists::read(config, &ledger, date, progress)?;
    let mut found = look(config, &ledger, &lists, query, (date, progress))?;
    let (Some(standing), true) = (found.pop(), found.is_empty()) else {
        return Err(QueueError::Who { found: found.len() + 1 });
    };

    let line = |anchor| Judgement {
        anchor,
        kind,
        answer: if word.takes_back { CaseAnswer::Undecided } else { answer },
        // A new address is held against the lists: whoever moves again is in them first.
        seen: is_address.then_some(standing.sight.seen),
        person: Some(standing.person),
        opinion: Opinion::Alone,
        corrections: corrections.clone(),
    };
    let lines: Vec<Judgement> = standing.anchors.iter().copied().map(line).collect();
    let source = format!("{TOLD_BY_TELEPHONE}: {}", word.source);
    let by = JudgedBy { source: Some(&source), ..JudgedBy::from(word.decider) };
    ledger.judge(&lines, by, &[], date)?;

    let letters = letters(&ledger, &standing)?;
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
    let mut found = look(config, &ledger, &lists, query, (date, progress))?;
    let (Some(standing), true) = (found.pop(), found.is_empty()) else {
        return Err(QueueError::Who { found: found.len() + 1 });
    };

    let letters = letters(&ledger, &standing)?;
    let rows = delivered(config, &lists, &standing.rows, (date, progress))?;
    let known_as = standing.told_as.iter().copied().collect();
    let person = standing.person;
    let standing = found_person(&ledger, &judgements, &standing)?;
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
