//! The cases of the last run, and what people have said about them since: who has which case before
//! them, what comes next, how long it will take. Where rows stand, and nothing of what they say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::FileError;
use crate::config::Config;
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::field::keys::Keys;
use crate::record::{self, Access, Home, Ledger};
use crate::report::case_index::{CaseIndex, INDEX};
use crate::report::shelf::Shelved;
use crate::tools::queue::answers::{Answer, AnswerBook};
use crate::tools::queue::{CasePapers, CaseQueue, QueueCase, QueueError, QueueState};
use crate::tools::review::OpenCases;

/// A case that somebody has before them is not shown to others for so long.
const CLAIM: Duration = Duration::from_mins(10);
/// Why an answer is taken back by whoever gave it.
pub const TAKEN_BACK: &str = "taken back at the desk";
/// Whoever answers later than so many seconds after their last answer did something else between.
const LONGEST_GAP: f64 = 300.0;
/// So many gaps between answers say how fast people are today.
const FEWEST: usize = 5;

/// All cases of the last run.
pub struct Worklist {
    run: Shelved,
    keys: Arc<Keys>,
    index: Arc<CaseIndex>,
    /// In the order in which they are worked off.
    queue: CaseQueue,
    /// The place of each case among them.
    places: BTreeMap<u32, usize>,
    /// Whether somebody else is asked as well, in the order of the cases.
    twice: Vec<bool>,
    /// How far each is by now, in the same order.
    states: Vec<QueueState>,
    book: AnswerBook,
    /// Answers that went into the ledger at once: whose, of which case, and after how many answers
    /// of the book.
    at_once: Vec<(String, u32, u64)>,
    /// Whose screen a case is on.
    claims: BTreeMap<u32, (String, Instant)>,
}

/// The keys are nobody's business.
impl std::fmt::Debug for Worklist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worklist({}, {} cases)", self.run_id(), self.queue.cases.len())
    }
}

/// A kind of cases that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLeft {
    /// What they ask.
    pub kind: CaseKind,
    /// How many this person can answer.
    pub left: usize,
    /// How many there were.
    pub all: usize,
    /// Since when the oldest waits.
    pub oldest: Date,
    /// The first that can be answered.
    pub first: Option<u32>,
}

impl Worklist {
    /// The queue of the last run; `None` when no run has left cases that can be looked at.
    ///
    /// # Errors
    /// [`QueueError`] when papers, key or ledger cannot be read.
    pub fn load(config: &Config) -> Result<Option<Self>, QueueError> {
        let Some(run) = last_run(config) else { return Ok(None) };
        let keys = Arc::new(record::keys(&config.data_dir)?);
        let book = AnswerBook::open(&config.data_dir, &run.run_id())?;
        let queue = read(config, &run)?;
        let index = Arc::new(CaseIndex::read(&run.papers.join(INDEX))?);

        let places = (0..).zip(&queue.cases).map(|(place, case)| (case.case, place)).collect();
        let twice = queue.cases.iter().map(|case| case.is_asked_twice(config, &keys)).collect();
        let (states, at_once, claims) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut own =
            Self { run, keys, index, queue, places, twice, states, book, at_once, claims };
        own.count_all();
        Ok(Some(own))
    }

    /// Whether a run has left cases that can be looked at.
    #[must_use]
    pub fn is_there(config: &Config) -> bool {
        last_run(config).is_some()
    }

    /// What the ledger says by now, for [`Worklist::renew`]: it takes long to read.
    ///
    /// # Errors
    /// As [`Worklist::load`].
    pub fn read_again(config: &Config, run: &Shelved) -> Result<CaseQueue, QueueError> {
        read(config, run)
    }

    /// Goes on with what the ledger says.
    ///
    /// # Errors
    /// [`FileError`] when the book cannot be read.
    pub fn renew(&mut self, queue: CaseQueue) -> Result<(), FileError> {
        if queue.run_id == self.queue.run_id {
            self.book.look_again()?;
            self.queue = queue;
            self.count_all();
        }
        Ok(())
    }

    /// Whether the book has answers that the ledger does not have.
    #[must_use]
    pub fn has_untaken(&self) -> bool {
        !self.book.untaken().is_empty()
    }

    /// Answers that somebody gave and the ledger did not take, of cases that are still theirs to
    /// answer: the case, and why.
    pub fn dropped_of(&self, who: &str) -> impl Iterator<Item = (u32, &str)> {
        let dropped = self.book.dropped_of(who).map(|(answer, why)| (answer.case, why));
        dropped.filter(move |(case, _)| self.state(*case).is_for(who))
    }

    /// Whether these are still the cases of the last run.
    #[must_use]
    pub fn is_current(&self, config: &Config) -> bool {
        last_run(config).as_ref() == Some(&self.run)
    }

    /// The run that the cases are of.
    #[must_use]
    pub const fn run(&self) -> &Shelved {
        &self.run
    }

    /// Its name.
    #[must_use]
    pub fn run_id(&self) -> String {
        self.run.run_id()
    }

    /// Where the rows of the cases stand.
    #[must_use]
    pub fn index(&self) -> Arc<CaseIndex> {
        Arc::clone(&self.index)
    }

    /// The campaign's keys, which rows are marked with.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// A case by its number.
    #[must_use]
    pub fn case(&self, number: u32) -> Option<&QueueCase> {
        self.places.get(&number).map(|place| &self.queue.cases[*place])
    }

    /// How far a case is.
    #[must_use]
    pub fn state(&self, number: u32) -> &QueueState {
        self.places.get(&number).map_or(&QueueState::Open, |place| &self.states[*place])
    }

    /// Since when a case waits.
    #[must_use]
    pub fn since(&self, number: u32) -> Date {
        self.index.since(number).unwrap_or(Date::MAX)
    }

    /// Notes that somebody has a case before them.
    pub fn claim(&mut self, number: u32, who: &str, now: Instant) {
        self.claims.retain(|_, (_, since)| now.duration_since(*since) < CLAIM);
        self.claims.retain(|case, (by, _)| *case == number || by != who);
        self.claims.entry(number).or_insert_with(|| (who.to_owned(), now));
    }

    /// The next case after this one that somebody can answer and that nobody else has before them;
    /// from the beginning again behind the last.
    #[must_use]
    pub fn next(&self, after: Option<u32>, who: &str, now: Instant) -> Option<u32> {
        let start = after.and_then(|case| self.places.get(&case)).map_or(0, |place| place + 1);
        let count = self.queue.cases.len();
        let is_free = |number: u32| {
            let claim = self.claims.get(&number);
            claim.is_none_or(|(by, since)| by == who || now.duration_since(*since) >= CLAIM)
        };
        let mut places = (start..count).chain(0..start.min(count));
        places.find_map(|place| {
            let number = self.queue.cases[place].case;
            let fits = after != Some(number) && self.is_for(place, who) && is_free(number);
            fits.then_some(number)
        })
    }

    /// Kinds in the order in which they are worked off, as one person sees them.
    #[must_use]
    pub fn kinds(&self, who: &str) -> Vec<KindLeft> {
        let mut kinds: Vec<KindLeft> = Vec::new();
        for (place, case) in self.queue.cases.iter().enumerate() {
            let (kind, since) = (case.kind, self.since(case.case));
            if kinds.last().is_none_or(|last| last.kind != kind) {
                kinds.push(KindLeft { kind, left: 0, all: 0, oldest: since, first: None });
            }
            let Some(of_kind) = kinds.last_mut() else { continue };
            of_kind.all += 1;
            of_kind.oldest = of_kind.oldest.min(since);
            // What nobody can settle here can be looked at all the same.
            let waits = case.answers.is_empty() && self.states[place].is_open();
            if waits || self.is_for(place, who) {
                of_kind.left += 1;
                of_kind.first = of_kind.first.or(Some(case.case));
            }
        }
        kinds
    }

    /// How many cases somebody can answer.
    #[must_use]
    pub fn left(&self, who: &str) -> usize {
        (0..self.queue.cases.len()).filter(|place| self.is_for(*place, who)).count()
    }

    fn is_for(&self, place: usize, who: &str) -> bool {
        !self.queue.cases[place].answers.is_empty() && self.states[place].is_for(who)
    }

    /// Seconds from answer to answer today, and how many people answer; `None` before there are
    /// enough to tell.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "answers of a day")]
    pub fn pace(&self, today: Date) -> Option<(f64, usize)> {
        let day = |at: Timestamp| at.to_zoned(TimeZone::system()).date();
        let answers = self.book.answers().iter().rev().take_while(|answer| day(answer.at) == today);
        let mut later: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let mut gaps = Vec::new();
        for answer in answers {
            if let Some(next) = later.insert(&answer.by, answer.at) {
                gaps.push(next.duration_since(answer.at).as_secs_f64());
            }
        }

        gaps.retain(|gap| *gap <= LONGEST_GAP);
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        (gaps.len() >= FEWEST).then_some((mean, later.len()))
    }

    /// Takes an answer; it is on disk when this returns. `false`: it is none of this case, or
    /// somebody was quicker, and [`Worklist::state`] says who.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written down.
    pub fn say(
        &mut self,
        number: u32,
        who: &str,
        word: CaseAnswer,
        reason: Option<&str>,
    ) -> Result<bool, FileError> {
        let Some(place) = self.places.get(&number).copied() else { return Ok(false) };
        let takes_back = word == CaseAnswer::Undecided;
        let fits = self.queue.cases[place].answers.contains(&word);
        if !fits || takes_back || !self.is_for(place, who) {
            return Ok(false);
        }

        self.add(number, who, word, reason)?;
        self.claims.remove(&number);
        Ok(true)
    }

    /// Takes back an answer that somebody gave.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written down.
    pub fn undo(&mut self, number: u32, who: &str) -> Result<(), FileError> {
        self.add(number, who, CaseAnswer::Undecided, Some(TAKEN_BACK))
    }

    /// Notes what somebody said of a case in the ledger itself.
    pub fn note(&mut self, who: &str, number: u32, word: CaseAnswer) {
        self.at_once.retain(|(by, case, _)| (by.as_str(), *case) != (who, number));
        if word != CaseAnswer::Undecided {
            let place = self.book.answers().last().map_or(0, |answer| answer.number);
            self.at_once.push((who.to_owned(), number, place));
        }
    }

    /// The case that somebody answered last and has not taken back, and whether that went into the
    /// ledger at once.
    #[must_use]
    pub fn last_of(&self, who: &str) -> Option<(u32, bool)> {
        let mut given: Vec<(u32, u64)> = Vec::new();
        for answer in self.book.answers().iter().filter(|answer| answer.by == who) {
            given.retain(|(case, _)| *case != answer.case);
            if answer.word != CaseAnswer::Undecided {
                given.push((answer.case, answer.number));
            }
        }

        let booked = given.pop();
        let own = self.at_once.iter().rev().find(|(by, ..)| by == who);
        match (booked, own) {
            (Some((case, number)), Some((_, _, after))) if number > *after => Some((case, false)),
            (_, Some((_, case, _))) => Some((*case, true)),
            (Some((case, _)), None) => Some((case, false)),
            (None, None) => None,
        }
    }

    fn add(
        &mut self,
        case: u32,
        who: &str,
        word: CaseAnswer,
        reason: Option<&str>,
    ) -> Result<(), FileError> {
        let (at, by, reason) = (Timestamp::now(), who.to_owned(), reason.map(str::to_owned));
        let answer = self.book.add(Answer { number: 0, at, by, case, word, reason })?.clone();
        self.count(&answer);
        Ok(())
    }

    /// The states of the ledger, and what the book adds to them.
    fn count_all(&mut self) {
        self.states = self.queue.cases.iter().map(|case| case.state.clone()).collect();
        for answer in self.book.untaken().to_vec() {
            self.count(&answer);
        }
    }

    fn count(&mut self, answer: &Answer) {
        let Some(place) = self.places.get(&answer.case).copied() else { return };
        let first = self.book.untaken().iter().rev().find(|said| {
            said.case == answer.case && said.by != answer.by && said.number < answer.number
        });
        let first = first.map(|said| (said.by.clone(), said.word));
        self.states[place] = after(&self.states[place], answer, self.twice[place], first);
    }
}

/// How far a case is after an answer: what the ledger will say when it has it. `first` is what
/// somebody else said before, where that is still in the book.
fn after(
    state: &QueueState,
    answer: &Answer,
    twice: bool,
    first: Option<(String, CaseAnswer)>,
) -> QueueState {
    let own = (answer.by.clone(), answer.word);
    let date = answer.at.to_zoned(TimeZone::system()).date();
    let decided = QueueState::Decided { by: own.0.clone(), date, answer: own.1 };
    match (state, first) {
        _ if answer.word == CaseAnswer::Undecided => QueueState::Open,
        (QueueState::Open, _) if twice => QueueState::SecondWanted { by: own.0 },
        (QueueState::SecondWanted { .. } | QueueState::Disputed { .. }, Some(other))
            if other.1 != own.1 =>
        {
            QueueState::Disputed { said: vec![other, own] }
        }
        _ => decided,
    }
}

fn read(config: &Config, run: &Shelved) -> Result<CaseQueue, QueueError> {
    // One after the other: the ledger takes most of the memory, and gives it back.
    let judgements = Ledger::open(&Home::of(config), Access::Read)?.judgements()?;
    let mut queue = CaseQueue::of_papers(CasePapers::read(run)?, &judgements);
    // Within a kind, what has fewest rows is seen fastest.
    queue
        .cases
        .sort_by_key(|case| (case.answers.is_empty(), case.kind, case.rows.len(), case.case));
    Ok(queue)
}

/// The last run, if it has left an index.
fn last_run(config: &Config) -> Option<Shelved> {
    OpenCases::last_run(config).ok().filter(|run| run.papers.join(INDEX).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: &str, word: CaseAnswer) -> Answer {
        Answer { number: 1, at: Timestamp::now(), by: by.to_owned(), case: 1, word, reason: None }
    }

    #[test]
    fn a_second_opinion_is_asked_blind_and_a_disagreement_goes_to_both() {
        use CaseAnswer::{Different, Same, Undecided};

        let anna = said("Anna", Same);
        assert!(matches!(after(&QueueState::Open, &anna, false, None), QueueState::Decided { .. }));
        let wanted = after(&QueueState::Open, &anna, true, None);
        assert!(wanted.is_for("Bart") && !wanted.is_for("Anna"));
        let first = || Some(("Anna".to_owned(), Same));
        let agreed = after(&wanted, &said("Bart", Same), true, first());
        assert!(matches!(agreed, QueueState::Decided { .. }));
        let disputed = after(&wanted, &said("Bart", Different), true, first());
        assert!(disputed.is_for("Anna") && disputed.is_for("Bart"));
        assert_eq!(after(&agreed, &said("Bart", Undecided), true, first()), QueueState::Open);
    }
}
