//! Everybody in memory, for whoever answers one call after another. Reading and linking the lists
//! takes a minute for a large campaign: it is done before anybody asks, by a thread of its own, and
//! again when lists or ledger are others. What humans have said meanwhile counts in every answer.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime};

use jiff::civil::Date;

use super::QueueError;
use super::lists::{Lists, night};
use super::people::{PersonHeard, heard_of};
use super::query::PersonQuery;
use crate::base::data_dir;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::record::{Access, Home, Ledger, SaidSince};
use crate::run::{Everybody, Heard, PersonStanding};

/// How often somebody looks whether there are other lists, while nobody asks.
const LOOK: Duration = Duration::from_secs(20);

/// Asks the thread that has everybody in memory.
#[derive(Debug)]
pub struct Standby {
    questions: Sender<Question>,
}

/// Whom somebody asks about, and who waits for the answer.
struct Question {
    query: PersonQuery,
    answer: Sender<Result<PersonHeard, QueueError>>,
}

/// How a round with one reading of the lists ends.
enum RoundEnd {
    /// Something is different by now.
    Again,
    /// Nobody will ask any more.
    Over,
}

impl Standby {
    /// Begins to read when `first` has returned. `today`: the day that an answer is for.
    #[must_use]
    pub fn begin(
        config: Config,
        first: impl FnOnce() + Send + 'static,
        today: impl Fn() -> Date + Send + 'static,
    ) -> Self {
        let (questions, asked) = channel();
        std::thread::spawn(move || {
            first();
            serve(&config, &today, &asked);
        });
        Self { questions }
    }

    /// How it stands with everybody who is known by what somebody typed; `None`: the lists are still
    /// being read after so long.
    ///
    /// # Errors
    /// [`QueueError`] when lists, facts or ledger cannot be read.
    pub fn ask(
        &self,
        query: &PersonQuery,
        patience: Duration,
    ) -> Result<Option<PersonHeard>, QueueError> {
        let (answer, answered) = channel();
        let question = Question { query: query.clone(), answer };
        // The thread ends with the program.
        if self.questions.send(question).is_err() {
            return Ok(None);
        }
        match answered.recv_timeout(patience) {
            Ok(heard) => heard.map(Some),
            Err(_) => Ok(None),
        }
    }
}

/// Reads the lists and answers, and reads them again when they have changed. What stands against
/// reading them is told to whoever asks next, and then it is tried again.
fn serve(config: &Config, today: &dyn Fn() -> Date, asked: &Receiver<Question>) {
    let mut waiting = None;
    loop {
        match round(config, today(), today, asked, &mut waiting) {
            Ok(RoundEnd::Again) => {}
            Ok(RoundEnd::Over) => return,
            Err(error) => {
                let Some(question) = waiting.take().or_else(|| asked.recv().ok()) else { return };
                // Whoever asked may have gone.
                let _ = question.answer.send(Err(error));
            }
        }
    }
}

/// Reads everything once, and answers until something is different.
fn round(
    config: &Config,
    date: Date,
    today: &dyn Fn() -> Date,
    asked: &Receiver<Question>,
    waiting: &mut Option<Question>,
) -> Result<RoundEnd, QueueError> {
    let files = files(config);
    let progress = Progress::hidden();
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let events = ledger.head()?.events;
    let Lists { rows, intake, heard, facts } = Lists::read(config, &ledger, date, &progress)?;
    let night = night(config, date, &progress);
    let everybody = Everybody::gather(&night, (&rows, &intake, &heard), &ledger, &facts);
    let everybody = everybody.map_err(Box::new)?;
    drop(intake);

    loop {
        let question = match waiting.take().map_or_else(|| asked.recv_timeout(LOOK), Ok) {
            Ok(question) => Some(question),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(RoundEnd::Over),
        };

        let is_same = today() == date && self::files(config) == files;
        let said = if is_same { Some(ledger.said_since(events)?) } else { None };
        let Some(said) = said.filter(|said| !said.is_more) else {
            *waiting = question;
            return Ok(RoundEnd::Again);
        };
        let Some(question) = question else { continue };

        let judgements = ledger.judgements()?;
        let heard = Heard::said(&judgements);
        let found = question.query.among(&everybody, &ledger, |people| {
            everybody.standings(&night, ledger.keys(), &heard, &facts, people)
        });
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let _ = question.answer.send(Err(error));
                continue;
            }
        };
        if found.iter().any(|standing| is_changed(standing, &said)) {
            *waiting = Some(question);
            return Ok(RoundEnd::Again);
        }
        let _ = question.answer.send(heard_of(config, &ledger, &judgements, found));
    }
}

/// Whether what somebody said since the lists were read may have changed who this is, or why they
/// are held.
fn is_changed(standing: &PersonStanding, said: &SaidSince) -> bool {
    let paired = standing.anchors.iter().any(|anchor| said.paired.contains(anchor));
    paired || (said.is_of_unreadable && standing.letter.is_none())
}

/// A file, and its size and time if it is there.
type KnownFile = (String, Option<(u64, Option<SystemTime>)>);

/// What the files are known by that an answer is made from.
fn files(config: &Config) -> Vec<KnownFile> {
    let inbox = config.inbox.read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<_> = inbox.map(camino::Utf8DirEntry::into_path).collect();
    paths.extend([config.facts.clone(), data_dir::keys(&config.data_dir)]);
    paths.sort_unstable();

    let known = |path: &camino::Utf8PathBuf| {
        let about = path.metadata().ok()?;
        Some((about.len(), about.modified().ok()))
    };
    paths.into_iter().map(|path| (path.to_string(), known(&path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_about_somebody_is_not_answered_from_before_it() {
        let standing = |held: bool| PersonStanding {
            person: "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap(),
            sight: crate::record::CaseSight { anchor: [1; 16], seen: [2; 16] },
            anchors: vec![[1; 16], [3; 16]],
            rows: Vec::new(),
            reason: None,
            due: None,
            letter: (!held).then_some(crate::run::DueLetter {
                kind: crate::field::terms::Kind::First,
                audience: crate::field::terms::Audience::Adult,
                address: crate::field::address::AddressSource::Exposure,
                language: crate::field::terms::Language::Nl,
                format: crate::field::terms::Format::Standard,
            }),
            providers: std::collections::BTreeSet::new(),
            newest_sample: None,
            told_as: std::collections::BTreeSet::new(),
        };
        let nothing = SaidSince::default();
        let paired = |mark| SaidSince { paired: [[mark; 16]].into(), ..SaidSince::default() };
        let unreadable = SaidSince { is_of_unreadable: true, ..SaidSince::default() };
        assert!(!is_changed(&standing(true), &nothing));
        assert!(
            is_changed(&standing(false), &paired(3)) && !is_changed(&standing(false), &paired(4))
        );
        assert!(
            is_changed(&standing(true), &unreadable) && !is_changed(&standing(false), &unreadable)
        );
    }
}
