//! What counts of everything that was said: a pure function of the lines in their order.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::{JudgedWord, Judgement, Opinion, event_of};
use crate::base::plain::is_same_name;
use crate::field::ids::Pseudonym;
use crate::field::judgement::{CaseAnswer, CaseKind, Correction};
use crate::record::audit::CasesJudged;
use crate::record::recognise::Mark;

/// One thing that was said, with who, when and why. The corrections are personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saying {
    /// Number of the event.
    pub event: u64,
    /// When.
    pub date: Date,
    /// Who.
    pub by: String,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it is known from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The rule that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is so.
    pub answer: CaseAnswer,
    /// Whether it counts alone.
    pub opinion: Opinion,
    /// What is right instead.
    #[serde(skip)]
    pub corrections: Vec<Correction>,
    /// What it holds for; `None`: for everything.
    #[serde(skip)]
    pub seen: Option<Mark>,
}

/// In words, without the corrected cells.
impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, by {} on {}", self.answer, self.by, self.date)?;
        match self.opinion {
            Opinion::Alone => {}
            Opinion::First => f.write_str(" (first opinion)")?,
            Opinion::Second => f.write_str(" (second opinion)")?,
        }
        let more = [("rule", &self.rule), ("source", &self.source), ("reason", &self.reason)];
        for (what, said) in more {
            if let Some(said) = said {
                write!(f, "; {what}: {said}")?;
            }
        }
        Ok(())
    }
}

impl Saying {
    fn agrees(&self, other: &Self) -> bool {
        (self.answer, &self.corrections, self.seen)
            == (other.answer, &other.corrections, other.seen)
    }
}

/// Everything that was said of one case, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgedCase {
    /// What it is about.
    #[serde(skip)]
    pub anchor: Mark,
    /// What was asked.
    pub kind: CaseKind,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Pseudonym>,
    /// What was said.
    pub said: Vec<Saying>,
}

impl JudgedCase {
    /// What is open of it: the sayings since it was last settled by one alone or taken back.
    fn opinions(&self) -> &[Saying] {
        let first = self.said.iter().rposition(|saying| saying.opinion == Opinion::First);
        let alone = self.said.iter().rposition(|saying| saying.opinion == Opinion::Alone);
        match (first, alone) {
            (Some(first), Some(alone)) if alone > first => &[],
            (Some(first), _) => &self.said[first..],
            (None, _) => &[],
        }
    }

    /// What counts; `None`: nothing was said, it was taken back, or two people do not agree (yet).
    #[must_use]
    pub fn in_force(&self) -> Option<&Saying> {
        let last = self.said.last()?;
        let counts = match last.opinion {
            Opinion::Alone => Some(last),
            // The last word of two different people is the same.
            Opinion::First | Opinion::Second => {
                let mut others = self.opinions().iter().rev().skip(1);
                others
                    .find(|other| !is_same_name(&other.by, &last.by))
                    .filter(|other| other.agrees(last))
            }
        };
        counts.filter(|saying| saying.answer != CaseAnswer::Undecided)
    }

    /// The first of two opinions, while the second is missing.
    #[must_use]
    pub fn waits_for_second(&self) -> Option<&Saying> {
        match self.opinions() {
            [first, rest @ ..] if rest.iter().all(|other| is_same_name(&other.by, &first.by)) => {
                self.said.last().filter(|last| last.answer != CaseAnswer::Undecided)
            }
            _ => None,
        }
    }

    /// Whether two people said different things, and neither has come round.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        !self.opinions().is_empty()
            && self.waits_for_second().is_none()
            && self.in_force().is_none()
            && self.said.last().is_some_and(|last| last.answer != CaseAnswer::Undecided)
    }

    /// The latest word of each who gave an opinion, in the order in which they gave the first.
    #[must_use]
    pub fn last_words(&self) -> Vec<(String, CaseAnswer)> {
        let mut words: Vec<(String, CaseAnswer)> = Vec::new();
        for saying in self.opinions() {
            match words.iter_mut().find(|(by, _)| is_same_name(by, &saying.by)) {
                Some((_, answer)) => *answer = saying.answer,
                None => words.push((saying.by.clone(), saying.answer)),
            }
        }
        words
    }

    /// The first answers of two people who did not know each other's, as often as that was asked.
    #[must_use]
    pub fn blind_pairs(&self) -> Vec<(CaseAnswer, CaseAnswer)> {
        let mut pairs = Vec::new();
        let mut first: Option<&Saying> = None;
        for saying in &self.said {
            match (saying.opinion, first) {
                (Opinion::First, _) => first = Some(saying),
                (Opinion::Second, Some(before)) if !is_same_name(&before.by, &saying.by) => {
                    pairs.push((before.answer, saying.answer));
                    first = None;
                }
                (Opinion::Second | Opinion::Alone, _) => {}
            }
        }
        pairs
    }
}

/// Everything that was said of cases, by what it is about and what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgements {
    cases: BTreeMap<(Mark, CaseKind), JudgedCase>,
}

impl Judgements {
    pub(super) fn add(&mut self, event: u64, of: &CasesJudged, line: Judgement) {
        let Judgement { anchor, kind, answer, seen, person, opinion, corrections } = line;
        let empty = || JudgedCase { anchor, kind, person: None, said: Vec::new() };
        let case = self.cases.entry((anchor, kind)).or_insert_with(empty);
        case.person = person.or(case.person);
        case.said.push(Saying {
            event,
            date: of.date,
            by: of.by.clone(),
            reason: of.reason.clone(),
            source: of.source.clone(),
            rule: of.rule.clone(),
            answer,
            opinion,
            corrections,
            seen,
        });
    }

    /// Reads from now on as if this had been said after everything else.
    pub fn suppose(&mut self, word: &JudgedWord<'_>, date: Date) {
        let event = event_of(word.by, date);
        word.lines.iter().for_each(|line| self.add(u64::MAX, &event, line.clone()));
    }

    /// What was said of one case.
    #[must_use]
    pub fn get(&self, anchor: &Mark, kind: CaseKind) -> Option<&JudgedCase> {
        self.cases.get(&(*anchor, kind))
    }

    /// The marks of a person under which something of this kind was said.
    #[must_use]
    pub fn anchors_of(&self, person: Option<Pseudonym>, kind: CaseKind) -> Vec<Mark> {
        let Some(person) = person else { return Vec::new() };
        let theirs = |case: &&JudgedCase| (case.kind, case.person) == (kind, Some(person));
        self.cases().filter(theirs).map(|case| case.anchor).collect()
    }

    /// All cases of which anything was said.
    pub fn cases(&self) -> impl Iterator<Item = &JudgedCase> {
        self.cases.values()
    }

    /// Whether nobody said anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// What counts today.
    pub fn in_force(&self) -> impl Iterator<Item = (&JudgedCase, &Saying)> {
        self.cases().filter_map(|case| Some((case, case.in_force()?)))
    }

    /// What was said of a person, oldest first.
    #[must_use]
    pub fn of_person(&self, person: Pseudonym) -> Vec<(CaseKind, &Saying)> {
        let theirs = self.cases().filter(|case| case.person == Some(person));
        let mut said: Vec<(CaseKind, &Saying)> = theirs
            .flat_map(|case| case.said.iter().map(move |saying| (case.kind, saying)))
            .collect();
        said.sort_by_key(|(kind, saying)| (saying.event, *kind));
        said.dedup_by_key(|(kind, saying)| (saying.event, *kind));
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseAnswer::{Parents, Undecided, YoungPerson};
    use Opinion::{Alone, First, Second};

    fn case(said: &[(&str, CaseAnswer, Opinion)]) -> JudgedCase {
        let mut judgements = Judgements::default();
        for (event, (by, answer, opinion)) in (1..).zip(said) {
            let of = CasesJudged {
                date: jiff::civil::date(2025, 9, 1),
                by: (*by).to_owned(),
                reason: None,
                source: None,
                rule: None,
                proven: Vec::new(),
                lines: 1,
                sha256: String::new(),
            };
            judgements.add(
                event,
                &of,
                Judgement {
                    anchor: [1; 16],
                    kind: CaseKind::Minor,
                    answer: *answer,
                    seen: Some([2; 16]),
                    person: None,
                    opinion: *opinion,
                    corrections: Vec::new(),
                },
            );
        }
        judgements.get(&[1; 16], CaseKind::Minor).unwrap().clone()
    }

    fn counts(said: &[(&str, CaseAnswer, Opinion)]) -> Option<CaseAnswer> {
        case(said).in_force().map(|saying| saying.answer)
    }

    #[test]
    fn the_latest_word_counts_and_undecided_takes_it_back() {
        assert_eq!(counts(&[("a", Parents, Alone)]), Some(Parents));
        assert_eq!(counts(&[("a", Parents, Alone), ("b", YoungPerson, Alone)]), Some(YoungPerson));
        assert_eq!(counts(&[("a", Parents, Alone), ("b", Undecided, Alone)]), None);
        assert_eq!(
            counts(&[("a", Parents, Alone), ("b", Undecided, Alone), ("a", Parents, Alone)]),
            Some(Parents)
        );
    }

    #[test]
    fn the_first_of_two_opinions_counts_for_nothing_until_somebody_else_says_the_same() {
        let first = ("a", Parents, First);
        assert_eq!(counts(&[first]), None);
        assert!(case(&[first]).waits_for_second().is_some());
        assert_eq!(counts(&[first, ("a", Parents, Second)]), None, "the same person twice");
        assert_eq!(counts(&[first, ("b", Parents, Second)]), Some(Parents));

        let disputed = [first, ("b", YoungPerson, Second)];
        assert_eq!(counts(&disputed), None);
        assert!(case(&disputed).is_disputed() && !case(&[first]).is_disputed());
        let round = [first, ("b", YoungPerson, Second), ("a", YoungPerson, Second)];
        assert_eq!(counts(&round), Some(YoungPerson));
        assert_eq!(counts(&[first, ("b", Parents, Second), ("c", Undecided, Alone)]), None);
    }

    #[test]
    fn blind_pairs_are_the_first_answers_of_two_people() {
        let said = [("a", Parents, First), ("b", YoungPerson, Second), ("a", YoungPerson, Second)];
        assert_eq!(case(&said).blind_pairs(), [(Parents, YoungPerson)]);
        assert!(case(&[("a", Parents, Alone)]).blind_pairs().is_empty());
    }
}
