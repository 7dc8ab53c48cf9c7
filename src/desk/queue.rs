//! The cases of the last run, and what people have said about them since: who has which case before
//! them, what comes next, how long it will take. Where rows stand, and nothing of what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::{FileError, data_dir, durable};
use crate::config::Config;
use crate::field::keys::Keys;
use crate::field::reason::Reason;
use crate::link::{RecordKey, Ruling};
use crate::record::{self, Access, Home, Ledger};
use crate::report::ReportError;
use crate::report::case_index::{CaseIndex, INDEX};
use crate::report::shelf;
use crate::run::answers::{Answer, AnswerBook};
use crate::tools::review::{OpenCase, ReviewError};

/// A case that somebody has before them is not shown to others for so long.
const CLAIM: Duration = Duration::from_mins(10);
/// Whoever answers later than this after their last answer did something else between.
const LONGEST_GAP: i64 = 300;
/// So many answers say how fast people are today.
const FEWEST: usize = 5;

/// The order in which kinds are worked off: first what is seen at a glance.
const EASIEST: [Reason; 6] =
    [Reason::L204, Reason::L205, Reason::L201, Reason::L202, Reason::L203, Reason::L206];

/// A case in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedCase {
    /// Its number in the run's papers.
    pub number: u32,
    /// Why it waits: the code of its first line.
    pub reason: Reason,
    /// Where its lines begin in `review.csv`.
    at: u64,
    /// Rows and records that it is about.
    pub rows: usize,
    /// Since when it waits.
    pub since: Date,
    /// Pairs of records that an answer is about; none where that is no question of who is who.
    pub pairs: Vec<(RecordKey, RecordKey)>,
}

impl QueuedCase {
    /// Whether somebody can say `same` or `different` of it.
    #[must_use]
    pub const fn is_about_people(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// Easy cases first; those of one kind together.
    fn order(&self) -> (bool, usize, &'static str, usize, u32) {
        let place = EASIEST.iter().position(|reason| *reason == self.reason);
        let rank = place.unwrap_or(EASIEST.len());
        (!self.is_about_people(), rank, self.reason.code(), self.rows, self.number)
    }
}

/// The papers of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Papers {
    folder: Utf8PathBuf,
    /// When their index was written.
    at: Option<std::time::SystemTime>,
}

/// All cases of the last run.
pub struct CaseQueue {
    papers: Papers,
    run_id: String,
    keys: Arc<Keys>,
    index: CaseIndex,
    /// In the order in which they are worked off.
    cases: Vec<QueuedCase>,
    /// The place of each case among them.
    places: BTreeMap<u32, usize>,
    book: AnswerBook,
    /// The answer that counts, by case: its place in the book.
    said: BTreeMap<u32, usize>,
    /// Pairs that were decided without the desk.
    decided: BTreeSet<(RecordKey, RecordKey)>,
    /// Whose screen a case is on.
    claims: BTreeMap<u32, (String, Instant)>,
}

/// The keys are nobody's business.
impl std::fmt::Debug for CaseQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseQueue({}, {} cases)", self.run_id, self.cases.len())
    }
}

/// Why an answer was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// There is no such case, or it has no such answer.
    Unknown,
    /// Somebody has answered it: who and what.
    Answered(String, String),
}

/// A kind of cases that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLeft {
    /// Why they wait.
    pub reason: Reason,
    /// How many nobody has answered.
    pub left: usize,
    /// How many there were.
    pub all: usize,
    /// Since when the oldest waits.
    pub oldest: Date,
    /// Whether they are questions of who is who.
    pub about_people: bool,
}

impl CaseQueue {
    /// The queue of the last run; `None` when no run has left an index.
    ///
    /// # Errors
    /// [`ReviewError`] when papers, key or ledger cannot be read.
    pub fn load(config: &Config) -> Result<Option<Self>, ReviewError> {
        let Some(papers) = Papers::newest(&config.data_dir) else { return Ok(None) };
        let index = CaseIndex::read(&papers.folder.join(INDEX))?;
        let mut cases = Vec::new();
        OpenCase::each_in(&papers.folder, |at, case| cases.extend(queued(&index, at, &case)))?;
        cases.sort_by_cached_key(QueuedCase::order);
        let places = cases.iter().zip(0..).map(|(case, place)| (case.number, place)).collect();

        let ledger = Ledger::open(&Home::of(config), Access::Read)?;
        let decided = ledger.decisions()?.iter().map(crate::link::Decision::pair).collect();
        let keys = Arc::new(record::keys(&config.data_dir)?);
        let (run_id, hash) = papers.name()?;
        let book = AnswerBook::open(&config.data_dir, &run_id, &hash)?;
        let claims = BTreeMap::new();
        let mut queue = Self {
            papers,
            run_id,
            keys,
            index,
            cases,
            places,
            book,
            said: BTreeMap::new(),
            decided,
            claims,
        };
        for place in 0..queue.book.answers().len() {
            queue.count(place);
        }
        Ok(Some(queue))
    }

    /// Whether these are still the cases of the last run.
    #[must_use]
    pub fn is_current(&self, data_dir: &Utf8Path) -> bool {
        Papers::newest(data_dir).as_ref() == Some(&self.papers)
    }

    /// The run that the cases are of.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Where its papers are.
    #[must_use]
    pub fn folder(&self) -> &Utf8Path {
        &self.papers.folder
    }

    /// Where the rows of the cases stand.
    #[must_use]
    pub const fn index(&self) -> &CaseIndex {
        &self.index
    }

    /// The campaign's keys, which rows are marked with.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// A case by its number.
    #[must_use]
    pub fn case(&self, number: u32) -> Option<&QueuedCase> {
        self.places.get(&number).map(|place| &self.cases[*place])
    }

    /// What `review.csv` says of a case.
    ///
    /// # Errors
    /// [`ReviewError`] when it cannot be read.
    pub fn lines(&self, case: &QueuedCase) -> Result<OpenCase, ReviewError> {
        OpenCase::one_in(&self.papers.folder, case.at)
    }

    /// The answer that counts for a case, if somebody has given one.
    #[must_use]
    pub fn answer(&self, number: u32) -> Option<&Answer> {
        self.said.get(&number).map(|place| &self.book.answers()[*place])
    }

    /// Whether a case is settled: answered here, or decided without the desk.
    #[must_use]
    pub fn is_settled(&self, case: &QueuedCase) -> bool {
        let decided = case.is_about_people()
            && case
                .pairs
                .iter()
                .all(|(one, other)| self.decided.contains(&(*one.min(other), *one.max(other))));
        decided || self.said.contains_key(&case.number)
    }

    /// Notes that somebody has a case before them.
    pub fn claim(&mut self, number: u32, who: &str, now: Instant) {
        self.claims.retain(|_, (_, since)| now.duration_since(*since) < CLAIM);
        if self.claims.get(&number).is_none_or(|(known, _)| known == who) {
            self.claims.insert(number, (who.to_owned(), now));
        }
    }

    /// The next case after this one that waits and that nobody else has before them; from the
    /// beginning again behind the last.
    #[must_use]
    pub fn next(&self, after: Option<u32>, who: &str, now: Instant) -> Option<&QueuedCase> {
        let start = after.and_then(|case| self.places.get(&case)).map_or(0, |place| place + 1);
        let (before, behind) = self.cases.split_at(start.min(self.cases.len()));
        let is_free = |case: &&QueuedCase| {
            let claim = self.claims.get(&case.number);
            claim.is_none_or(|(by, since)| by == who || now.duration_since(*since) >= CLAIM)
        };
        let is_here = |case: &&QueuedCase| after != Some(case.number);
        let mut left = behind.iter().chain(before).filter(|case| !self.is_settled(case));
        left.find(|case| is_here(case) && is_free(case))
    }

    /// Kinds in the order in which they are worked off.
    #[must_use]
    pub fn kinds(&self) -> Vec<KindLeft> {
        let mut kinds: Vec<KindLeft> = Vec::new();
        for case in &self.cases {
            let about_people = case.is_about_people();
            let same = |kind: &&mut KindLeft| {
                kind.reason == case.reason && kind.about_people == about_people
            };
            let left = usize::from(!self.is_settled(case));
            if let Some(kind) = kinds.last_mut().filter(|kind| same(&kind)) {
                kind.left += left;
                kind.all += 1;
                kind.oldest = kind.oldest.min(case.since);
            } else {
                let (reason, oldest) = (case.reason, case.since);
                kinds.push(KindLeft { reason, left, all: 1, oldest, about_people });
            }
        }
        kinds
    }

    /// How many questions of who is who nobody has answered.
    #[must_use]
    pub fn left(&self) -> usize {
        let people = self.cases.iter().filter(|case| case.is_about_people());
        people.filter(|case| !self.is_settled(case)).count()
    }

    /// The first case of a kind that waits.
    #[must_use]
    pub fn first_of(&self, kind: &KindLeft) -> Option<u32> {
        let of_kind = |case: &&QueuedCase| {
            case.reason == kind.reason && case.is_about_people() == kind.about_people
        };
        let found = self.cases.iter().find(|case| of_kind(case) && !self.is_settled(case));
        found.map(|case| case.number)
    }

    /// Seconds from answer to answer today, and how many people answer; `None` before there are
    /// enough to tell.
    #[must_use]
    pub fn pace(&self, today: Date) -> Option<(f64, usize)> {
        let day = |at: Timestamp| at.to_zoned(TimeZone::system()).date();
        let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let mut gaps = Vec::new();
        for answer in self.book.answers().iter().filter(|answer| day(answer.at) == today) {
            if let Some(before) = last.insert(&answer.by, answer.at) {
                gaps.push(answer.at.duration_since(before).as_secs_f64());
            }
        }

        #[expect(clippy::cast_precision_loss, reason = "five minutes")]
        gaps.retain(|gap| *gap <= LONGEST_GAP as f64);
        #[expect(clippy::cast_precision_loss, reason = "answers of a day")]
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        (gaps.len() >= FEWEST).then_some((mean, last.len()))
    }

    /// Takes an answer; it is on disk when this returns. Whoever comes second is told the first
    /// answer.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written down.
    pub fn say(
        &mut self,
        number: u32,
        who: &str,
        ruling: Ruling,
    ) -> Result<Result<(), NotTaken>, FileError> {
        let Some(case) = self.case(number).filter(|case| case.is_about_people()) else {
            return Ok(Err(NotTaken::Unknown));
        };
        if let Some(answer) = self.answer(number) {
            return Ok(Err(NotTaken::Answered(answer.by.clone(), answer.word.clone())));
        }
        if self.is_settled(case) {
            return Ok(Err(NotTaken::Answered(String::new(), String::new())));
        }

        let pairs = Answer::pairs_of(&case.pairs);
        self.add(number, who, ruling, false, pairs)?;
        self.claims.remove(&number);
        Ok(Ok(()))
    }

    /// Takes back the last answer that somebody gave; the answer is its case.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written down.
    pub fn undo(&mut self, who: &str) -> Result<Option<u32>, FileError> {
        let Some((number, place)) = self.last_of(who) else { return Ok(None) };
        let pairs = self.book.answers()[place].pairs.clone();
        self.add(number, who, Ruling::Undecided, true, pairs)?;
        Ok(Some(number))
    }

    /// The case that somebody answered last, and where that is in the book.
    #[must_use]
    pub fn last_of(&self, who: &str) -> Option<(u32, usize)> {
        let own = self.said.iter().filter(|(_, place)| self.book.answers()[**place].by == who);
        own.max_by_key(|(_, place)| **place).map(|(number, place)| (*number, *place))
    }

    fn add(
        &mut self,
        case: u32,
        who: &str,
        ruling: Ruling,
        undo: bool,
        pairs: Vec<[String; 2]>,
    ) -> Result<(), FileError> {
        let (at, by, word) = (Timestamp::now(), who.to_owned(), ruling.word().to_owned());
        self.book.add(Answer { number: 0, at, by, case, word, undo, pairs })?;
        self.count(self.book.answers().len() - 1);
        Ok(())
    }

    fn count(&mut self, place: usize) {
        let answer = &self.book.answers()[place];
        if answer.undo {
            self.said.remove(&answer.case);
        } else {
            self.said.insert(answer.case, place);
        }
    }
}

/// A case as far as the queue needs it; `None` for a code of a newer program.
fn queued(index: &CaseIndex, at: u64, case: &OpenCase) -> Option<QueuedCase> {
    let reason = *Reason::ALL.iter().find(|reason| reason.code() == case.code)?;
    let key = |place: &(String, u32)| index.row(&place.0, place.1)?.key;
    let mut pairs = Vec::new();
    for (row, beside) in case.questions() {
        let Some(one) = key(&row) else { continue };
        pairs.extend(beside.iter().filter_map(key).map(|other| (one, other)));
    }

    // Two deliveries of one record are nobody's question.
    pairs.retain(|(one, other)| one != other);
    let since = index.since(case.case).unwrap_or(Date::MAX);
    Some(QueuedCase { number: case.case, reason, at, rows: case.rows.len(), since, pairs })
}

impl Papers {
    /// Of the last run that has an index: of a job that waits, else on the shelf.
    fn newest(data_dir: &Utf8Path) -> Option<Self> {
        let staged = data_dir::staging(data_dir).read_dir_utf8().into_iter().flatten();
        let staged = staged.filter_map(Result::ok).map(|job| job.path().join("papers"));
        let is_done = |folder: &Utf8PathBuf| folder.join(INDEX).is_file();
        let staged = staged.filter(is_done).max().filter(|_| !record::is_in_use(data_dir));
        let shelved = shelf::runs(data_dir).into_iter().map(|run| run.papers);
        let folder = staged.or_else(|| shelved.rev().find(is_done))?;
        let about = std::fs::metadata(folder.join(INDEX)).ok()?;
        Some(Self { folder, at: about.modified().ok() })
    }

    /// The name of the run, and the hash of the index.
    fn name(&self) -> Result<(String, String), ReviewError> {
        /// The part of a report that is wanted.
        #[derive(serde::Deserialize)]
        struct Part {
            run_id: String,
        }

        let (path, report) = (self.folder.join(INDEX), self.folder.join("report.json"));
        let (hash, _) = durable::fingerprint(&path).map_err(FileError::at("read", &path))?;
        let bytes = std::fs::read(&report).map_err(FileError::at("read", &report))?;
        let Part { run_id } = serde_json::from_slice(&bytes).map_err(ReportError::Json)?;
        Ok((run_id, hash))
    }
}
