//! What humans said of people and rows that are held: who, when, why and of what. Lines are only
//! added; what counts is a fold over them.

mod fold;

use jiff::civil::Date;
use serde::Serialize;

use super::audit::{self, CasesJudged, Event, RowHash};
use super::decisions::{Decider, KnownPairs, news_of};
use super::error::RecordError;
use super::gone::{RecordMark, RecordRuling};
use super::protection::Release;
use super::recognise::Mark;
use super::row_marks;
use super::store::{StoredWord, hash_judgement};
use super::{Ledger, LetterRecord, inputs};
use crate::base::bsn::Bsn;
use crate::field::ids::{Pseudonym, base32};
use crate::field::judgement::{CaseAnswer, CaseKind, Correction};
use crate::field::keys::Keys;
use crate::field::person::Cluster;
use crate::field::row::{Refused, Suppression};
use crate::link::Decision;
pub use fold::{JudgedCase, Judgements, Saying};

/// Whether somebody's word counts alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// It counts.
    Alone,
    /// It waits for somebody else's.
    First,
    /// It is held against the first.
    Second,
}

impl Opinion {
    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::First => "first",
            Self::Second => "second",
        }
    }

    /// What a word of the ledger stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Alone, Self::First, Self::Second].into_iter().find(|one| one.word() == word)
    }
}

/// What a case is about, and everything that is to be seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseSight {
    /// A keyed mark of one record of the person, or of the row.
    pub anchor: Mark,
    /// A keyed mark of all cells.
    pub seen: Mark,
}

/// One thing that somebody says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judgement {
    /// What it is about: a keyed mark of a record or of a row.
    pub anchor: Mark,
    /// What was asked.
    pub kind: CaseKind,
    /// What is so.
    pub answer: CaseAnswer,
    /// Everything that was to be seen: it holds for nothing else. `None`: it holds whatever the
    /// rows say.
    pub seen: Option<Mark>,
    /// Whose it is, where that is known.
    pub person: Option<Pseudonym>,
    /// Whether it counts alone.
    pub opinion: Opinion,
    /// What is right instead, in the order of the fields.
    pub corrections: Vec<Correction>,
}

/// A line as it is stored: corrections sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SealedJudgement {
    pub anchor: Mark,
    pub kind: String,
    pub answer: String,
    pub seen: Option<Mark>,
    pub person: Option<Mark>,
    pub opinion: String,
    pub sealed: Vec<u8>,
}

/// Who says something of cases, why, and how that is known.
#[derive(Clone, Copy, Debug)]
pub struct JudgedBy<'a> {
    /// Who, and why.
    pub decider: Decider<'a>,
    /// Where it is known from: a list, a letter, a call; one line, no values.
    pub source: Option<&'a str>,
    /// The rule that many cases follow.
    pub rule: Option<&'a str>,
    /// Who proved that they agree, by name.
    pub proven: &'a [String],
}

impl<'a> From<Decider<'a>> for JudgedBy<'a> {
    fn from(decider: Decider<'a>) -> Self {
        Self { decider, source: None, rule: None, proven: &[] }
    }
}

/// What somebody's word comes to in tables of their own.
#[derive(Debug, Default)]
pub struct Follows {
    /// Pairs of records, each once.
    pub pairs: Vec<Decision>,
    /// Records that are gone.
    pub records: Vec<(RecordMark, RecordRuling)>,
    /// People whom a list protected once.
    pub release: Release,
}

/// Something that somebody says of cases, and what follows from it.
#[derive(Debug)]
pub struct JudgedWord<'a> {
    /// Who says so, why, and how that is known.
    pub by: JudgedBy<'a>,
    /// What is so.
    pub lines: Vec<Judgement>,
    /// What follows.
    pub follows: Follows,
}

/// How much of what follows did not count before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowsNew {
    /// Pairs of records.
    pub pairs: usize,
    /// Records that are gone.
    pub records: usize,
    /// People who are released.
    pub people: usize,
}

impl FollowsNew {
    fn add(&mut self, stored: &StoredWord<'_>, follows: &Follows) {
        self.pairs += stored.decided.as_ref().map_or(0, |(_, pairs)| pairs.len());
        self.records += stored.ruled.as_ref().map_or(0, |(_, records)| records.len());
        self.people += follows.release.people;
    }
}

/// What a person's rows say, and what humans said of them is known by.
#[must_use]
pub fn sight(keys: &Keys, cluster: &Cluster<'_>, suppressions: &[&Suppression]) -> CaseSight {
    let lab: Vec<_> =
        cluster.exposures.iter().map(|row| row_marks::of_exposure(keys, row)).collect();
    let listed = cluster
        .participants
        .iter()
        .map(|row| row_marks::of_registrant(keys, "participants", row))
        .chain(cluster.register.iter().map(|row| row_marks::of_registrant(keys, "register", row)));
    let named = suppressions.iter().map(|row| row_marks::of_suppression(keys, row));

    let anchor = lab.iter().map(|mark| mark.record).min().unwrap_or_default();
    let all = lab.iter().copied().chain(listed).chain(named);
    let mut all: Vec<String> =
        all.map(|mark| data_encoding::HEXLOWER.encode(&mark.to_bytes())).collect();
    all.sort_unstable();
    let seen = ["seen"].into_iter().chain(all.iter().map(String::as_str));
    CaseSight { anchor, seen: keys.row_fingerprint(seen) }
}

/// The same of a row that could not be read.
#[must_use]
pub fn sight_of_refused(keys: &Keys, row: &Refused) -> CaseSight {
    let mark = row_marks::of_refused(keys, row);
    let content = data_encoding::HEXLOWER.encode(&mark.to_bytes());
    CaseSight { anchor: mark.record, seen: keys.row_fingerprint(["seen", "refused", &content]) }
}

/// Every mark by which what was said of a person is found again: of their records, of their
/// numbers in the lists, and of their BSNs.
#[must_use]
pub fn anchors_of(keys: &Keys, cluster: &Cluster<'_>) -> Vec<Mark> {
    let lab = cluster
        .exposures
        .iter()
        .map(|row| row_marks::record_mark(keys, row.dataset_id(), row.record_id()));
    let numbered = |list, rows: &[&crate::field::row::Registrant]| {
        let rows = rows.iter().filter(|row| !row.person_ref().is_empty());
        rows.map(|row| keys.row_fingerprint(["list", list, row.person_ref()])).collect::<Vec<_>>()
    };
    let bsns = cluster.exposures.iter().filter_map(|row| row.bsn);
    let listed = cluster.participants.iter().chain(&cluster.register);
    let bsns = bsns.chain(listed.filter_map(|row| row.bsn));

    let mut marks: Vec<Mark> = lab.chain(bsns.map(|bsn| bsn_anchor(keys, bsn))).collect();
    marks.extend(numbered("participants", &cluster.participants));
    marks.extend(numbered("register", &cluster.register));
    marks.sort_unstable();
    marks.dedup();
    marks
}

impl Ledger {
    /// Everything that humans said of cases.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn judgements(&self) -> Result<Judgements, RecordError> {
        let events = audit::verify(&self.store.entries()?)?;
        let mut judgements = Judgements::default();
        for (seq, line) in self.store.judgements()? {
            let place = usize::try_from(seq).ok().and_then(|seq| seq.checked_sub(1));
            let Some(Event::Judged(event)) = place.and_then(|place| events.get(place)) else {
                return Err(replay());
            };
            judgements.add(seq, event, self.unseal(&line)?);
        }
        Ok(judgements)
    }

    /// Writes down what somebody says of cases, and with it what it comes to for pairs of records:
    /// all of it or nothing. Returns how many pairs that changes.
    ///
    /// # Errors
    /// [`RecordError::Decider`] when `by` has no name, [`RecordError`] when the ledger cannot be
    /// written.
    pub fn judge(
        &mut self,
        judgements: &[Judgement],
        by: JudgedBy<'_>,
        pairs: &[Decision],
        date: Date,
    ) -> Result<usize, RecordError> {
        let follows = Follows { pairs: pairs.to_vec(), ..Follows::default() };
        let word = JudgedWord { by, lines: judgements.to_vec(), follows };
        Ok(self.judge_all(&[word], date)?.pairs)
    }

    /// The same of several words in their order, with everything that follows from them: all of it
    /// or nothing.
    ///
    /// # Errors
    /// As [`Ledger::judge`].
    pub fn judge_all(
        &mut self,
        words: &[JudgedWord<'_>],
        date: Date,
    ) -> Result<FollowsNew, RecordError> {
        let mut known = self.known_pairs()?;
        let (mut stored, mut new) = (Vec::with_capacity(words.len()), FollowsNew::default());
        for word in words {
            let judged = self.sealed(&word.lines, word.by, date)?;
            let follows = self.stored(&mut known, &word.follows, word.by.decider, date)?;
            new.add(&follows, &word.follows);
            stored.push(StoredWord { judged: Some(judged), ..follows });
        }

        if !stored.is_empty() {
            self.write(|store| store.judge(stored))?;
        }
        Ok(new)
    }

    /// Writes down what a decisions file comes to: all of it or nothing. When nothing is new not one
    /// byte changes.
    ///
    /// # Errors
    /// As [`Ledger::judge`].
    pub fn follow(
        &mut self,
        follows: &Follows,
        decider: Decider<'_>,
        date: Date,
    ) -> Result<FollowsNew, RecordError> {
        decider.check()?;
        let mut new = FollowsNew::default();
        let mut known = self.known_pairs()?;
        let stored = self.stored(&mut known, follows, decider, date)?;
        new.add(&stored, follows);
        if new != FollowsNew::default() {
            self.write(|store| store.judge(vec![stored]))?;
        }
        Ok(new)
    }

    /// What of this is new, as it is stored.
    fn stored<'a>(
        &self,
        known: &mut KnownPairs,
        follows: &'a Follows,
        decider: Decider<'a>,
        date: Date,
    ) -> Result<StoredWord<'a>, RecordError> {
        let released =
            (follows.release.people > 0).then_some((decider, &follows.release.lines[..]));
        Ok(StoredWord {
            judged: None,
            decided: news_of(known, &follows.pairs, decider, date),
            ruled: self.news_of_records(&follows.records, decider, date)?,
            released,
        })
    }

    fn sealed(
        &self,
        judgements: &[Judgement],
        by: JudgedBy<'_>,
        date: Date,
    ) -> Result<(CasesJudged, Vec<SealedJudgement>), RecordError> {
        by.decider.check()?;
        for line in [by.source, by.rule].into_iter().flatten() {
            inputs::check_line(line).map_err(|problem| RecordError::DecidingReason { problem })?;
        }

        let mut lines: Vec<SealedJudgement> =
            judgements.iter().map(|judgement| seal(&self.keys, judgement)).collect();
        lines.sort_unstable();
        lines.dedup_by(|one, other| (one.anchor, &one.kind) == (other.anchor, &other.kind));

        let mut rows = RowHash::new();
        for line in &lines {
            hash_judgement(&mut rows, line);
        }

        let event =
            CasesJudged { lines: lines.len() as u64, sha256: rows.finish(), ..event_of(by, date) };
        Ok((event, lines))
    }

    /// From now on reads as if nobody had decided anything after this event; never written.
    pub fn suppose_undecided_since(&mut self, event: u64) {
        self.store.suppose_undecided_since(event);
    }

    /// The last event before the decisions of a day: what was decided after it is news of that day.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn before_decisions_of(&self, day: Date) -> Result<u64, RecordError> {
        let events = audit::verify(&self.store.entries()?)?;
        let is_of_day = |event: &Event| match event {
            Event::Decided(decided) => decided.date >= day,
            Event::RecordsRuled(ruled) => ruled.date >= day,
            Event::Judged(judged) => judged.date >= day,
            _ => false,
        };
        let first = events.iter().position(is_of_day).unwrap_or(events.len());
        Ok(first as u64)
    }

    /// The letters of a person, in the order in which they were planned.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn letters_of_person(&self, person: Pseudonym) -> Result<Vec<LetterRecord>, RecordError> {
        let ids = self.store.letters_of_person(&person.to_string())?;
        let letters = ids.iter().map(|id| self.letter(id));
        letters.filter_map(Result::transpose).collect()
    }

    fn unseal(&self, line: &SealedJudgement) -> Result<Judgement, RecordError> {
        let damaged = || RecordError::Damaged { problem: "a judgement cannot be read".to_owned() };
        let corrections = open_seal(&self.keys, &line.sealed).ok_or_else(damaged)?;
        Ok(Judgement {
            anchor: line.anchor,
            kind: CaseKind::from_word(&line.kind).ok_or_else(damaged)?,
            answer: CaseAnswer::from_word(&line.answer).ok_or_else(damaged)?,
            seen: line.seen,
            person: line.person.map(Pseudonym),
            opinion: Opinion::from_word(&line.opinion).ok_or_else(damaged)?,
            corrections,
        })
    }
}

/// The event of a word, without its lines.
fn event_of(by: JudgedBy<'_>, date: Date) -> CasesJudged {
    CasesJudged {
        date,
        by: by.decider.by.to_owned(),
        reason: by.decider.owned_reason(),
        source: by.source.map(str::to_owned),
        rule: by.rule.map(str::to_owned),
        proven: by.proven.to_vec(),
        lines: 0,
        sha256: String::new(),
    }
}

fn replay() -> RecordError {
    RecordError::Replay { what: "the list of judgements".to_owned() }
}

/// The mark by which what was told of somebody with this number is found again.
#[must_use]
pub fn bsn_anchor(keys: &Keys, bsn: Bsn) -> Mark {
    keys.row_fingerprint(["judged", "bsn", &bsn.number().to_string()])
}

fn seal(keys: &Keys, judgement: &Judgement) -> SealedJudgement {
    SealedJudgement {
        anchor: judgement.anchor,
        kind: judgement.kind.word().to_owned(),
        answer: judgement.answer.word().to_owned(),
        seen: judgement.seen,
        person: judgement.person.map(|person| person.0),
        opinion: judgement.opinion.word().to_owned(),
        sealed: close_seal(keys, &judgement.corrections),
    }
}

/// Corrections, readable with the key alone: a keyed mark of the text, then the text under a stream
/// that follows from that mark. Reading proves the mark.
fn close_seal(keys: &Keys, corrections: &[Correction]) -> Vec<u8> {
    if corrections.is_empty() {
        return Vec::new();
    }
    let text = serde_json::to_vec(corrections).unwrap_or_default();
    let mark = mark_of(keys, &text);
    let hidden = row_marks::seal_name(keys, &mark, &text);
    [&mark[..], &hidden].concat()
}

fn open_seal(keys: &Keys, sealed: &[u8]) -> Option<Vec<Correction>> {
    if sealed.is_empty() {
        return Some(Vec::new());
    }
    let (mark, hidden) = sealed.split_first_chunk::<16>()?;
    let text = row_marks::seal_name(keys, mark, hidden);
    (mark_of(keys, &text) == *mark).then(|| serde_json::from_slice(&text).ok())?
}

fn mark_of(keys: &Keys, text: &[u8]) -> Mark {
    keys.row_fingerprint(["correction", &data_encoding::HEXLOWER.encode(text)])
}

/// A mark as it stands in papers.
#[must_use]
pub fn mark_word(mark: &Mark) -> String {
    base32(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::judgement::CorrectedField;

    #[test]
    fn corrections_are_readable_with_the_key_alone_and_not_when_changed() {
        let (keys, other) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let said =
            vec![Correction { field: CorrectedField::Street, value: "Geheimstraat".to_owned() }];
        let sealed = close_seal(&keys, &said);
        assert!(!sealed.windows(6).any(|bytes| bytes == b"Geheim"));
        assert_eq!(open_seal(&keys, &sealed), Some(said));
        assert_eq!(open_seal(&other, &sealed), None);

        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(open_seal(&keys, &changed), None, "byte {place}");
        }
        assert_eq!(open_seal(&keys, &[]), Some(Vec::new()));
    }
}
