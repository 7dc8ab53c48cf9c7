//! The state of one piece: a fold over everything that was said of it, in whatever order it came.
//!
//! Nothing that was said is corrected. Where two things cannot both be true the piece has an alarm,
//! and its state is the one that may have reached somebody.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{PieceRow, ReturnedRow};
use crate::field::piece::{PieceState, PieceStep, ReturnReason};

/// Something that cannot be right about a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PieceAlarm {
    /// One file says the same of one copy twice.
    Doubled,
    /// Two copies were posted.
    PostedTwice,
    /// A copy was posted, and spoilt or destroyed.
    PostedAndDestroyed,
    /// A copy was printed again though the one before was not spoilt or destroyed.
    Unexplained,
    /// Posted before it was inserted, inserted before it was printed, or before the letter existed.
    OutOfOrder,
    /// Two files give one copy different times or numbers of sheets.
    Contradicted,
    /// The vendor counts more or fewer sheets than the letter has.
    WrongSheets,
    /// Fewer sheets were read than the letter has.
    Unread,
    /// Posted after it was stopped.
    PostedAfterStop,
    /// It came back before it was posted.
    ReturnedBeforePosted,
}

impl PieceAlarm {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Doubled,
        Self::PostedTwice,
        Self::PostedAndDestroyed,
        Self::Unexplained,
        Self::OutOfOrder,
        Self::Contradicted,
        Self::WrongSheets,
        Self::Unread,
        Self::PostedAfterStop,
        Self::ReturnedBeforePosted,
    ];

    /// The word in answers and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Doubled => "doubled",
            Self::PostedTwice => "posted_twice",
            Self::PostedAndDestroyed => "posted_and_destroyed",
            Self::Unexplained => "unexplained_reprint",
            Self::OutOfOrder => "out_of_order",
            Self::Contradicted => "contradicted",
            Self::WrongSheets => "wrong_sheets",
            Self::Unread => "sheets_not_read",
            Self::PostedAfterStop => "posted_after_stop",
            Self::ReturnedBeforePosted => "returned_before_posted",
        }
    }

    /// What it means, for whoever reads it in an answer.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Doubled => {
                "reported twice in one file for one copy: somebody may have two letters"
            }
            Self::PostedTwice => "two copies were posted",
            Self::PostedAndDestroyed => "posted, and spoilt or destroyed as well",
            Self::Unexplained => "printed again though the copy before was not spoilt",
            Self::OutOfOrder => "times that do not follow each other",
            Self::Contradicted => "two files say different things of one copy",
            Self::WrongSheets => "more or fewer sheets than the letter has",
            Self::Unread => "fewer sheets read than the letter has",
            Self::PostedAfterStop => "posted after it was stopped",
            Self::ReturnedBeforePosted => "came back before it was posted",
        }
    }
}

/// What is known of a piece besides what was said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceTerms {
    /// What it is when nothing was said of it: planned, handed over, accepted.
    pub base: PieceState,
    /// Since when it is stopped.
    pub stopped: Option<Date>,
    /// Whether its deadline is over.
    pub overdue: bool,
    /// The day on which its job was planned.
    pub made_on: Date,
    /// The last copy that we had printed again.
    pub reprint: Option<CopyTerms>,
}

/// What is known of a copy that we had printed again, besides what was said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CopyTerms {
    pub reprint_no: u32,
    /// As for the piece.
    pub base: PieceState,
    pub overdue: bool,
}

/// Everything that was said of one copy of a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct CopySaid {
    reprint_no: u32,
    /// Bits by step.
    steps: u8,
    times: [Option<i64>; 3],
    sheets_read: Option<u32>,
    sheets: Option<u32>,
    repaired: bool,
    doubled: bool,
    contradicted: bool,
}

const fn bit(step: PieceStep) -> u8 {
    1 << step as u8
}

/// Takes over what is new. Gives whether it differs from what was known; the smaller one is kept,
/// so that the order of files does not matter.
fn settle<T: Ord + Copy>(known: &mut Option<T>, said: Option<T>) -> bool {
    match (*known, said) {
        (Some(one), Some(other)) => {
            *known = Some(one.min(other));
            one != other
        }
        (None, _) => {
            *known = said;
            false
        }
        (Some(_), None) => false,
    }
}

impl CopySaid {
    const fn has(&self, step: PieceStep) -> bool {
        self.steps & bit(step) != 0
    }

    const fn is_gone(&self) -> bool {
        self.has(PieceStep::Spoilt) || self.has(PieceStep::Destroyed)
    }

    fn add(&mut self, row: &PieceRow) {
        self.steps |= bit(row.step);
        self.doubled |= row.again;
        self.repaired |= row.repaired == Some(true);

        let times = [row.times.printed, row.times.inserted, row.times.posted];
        let mut differs = false;
        for (known, said) in self.times.iter_mut().zip(times) {
            differs |= settle(known, said);
        }
        differs |= settle(&mut self.sheets_read, row.sheets_read);
        differs |= settle(&mut self.sheets, row.sheets);
        self.contradicted |= differs;
    }

    /// Whether times go the wrong way, or begin before the letter was made. The lists of a day's
    /// work and clocks differ a little: the day before is let pass.
    fn is_out_of_order(&self, made_on: Date) -> bool {
        let given: Vec<i64> = self.times.iter().flatten().copied().collect();
        let begin = made_on.to_zoned(TimeZone::UTC).ok();
        let begin = begin.and_then(|day| {
            day.timestamp()
                .checked_sub(SignedDuration::from_hours(24))
                .ok()
                .map(Timestamp::as_second)
        });
        given.windows(2).any(|pair| pair[0] > pair[1])
            || given.first().zip(begin).is_some_and(|(first, begin)| *first < begin)
    }
}

/// Everything that was said of one piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PieceHistory {
    /// By number of the reprint.
    copies: Vec<CopySaid>,
    planned: u32,
    /// The latest return; the reasons of others are kept in the table.
    returned: Option<(Date, ReturnReason)>,
}

impl PieceHistory {
    pub fn add(&mut self, row: &PieceRow) {
        self.planned = row.planned;
        let place = self.copies.binary_search_by_key(&row.reprint_no, |copy| copy.reprint_no);
        let place = place.unwrap_or_else(|place| {
            let copy = CopySaid { reprint_no: row.reprint_no, ..CopySaid::default() };
            self.copies.insert(place, copy);
            place
        });
        self.copies[place].add(row);
    }

    pub fn add_return(&mut self, row: &ReturnedRow) {
        self.returned = self.returned.max(Some((row.date, row.reason)));
    }

    /// Whether a row says nothing that is not known.
    pub fn knows(&self, row: &PieceRow) -> bool {
        // A piece of which nothing was said has no sheets yet.
        if self.copies.is_empty() {
            return false;
        }
        let mut with = self.clone();
        with.add(row);
        with == *self
    }

    pub const fn returned(&self) -> Option<(Date, ReturnReason)> {
        self.returned
    }

    /// The number of the last copy that was reported.
    #[cfg(test)]
    pub fn last_copy(&self) -> Option<u32> {
        self.copies.last().map(|copy| copy.reprint_no)
    }

    /// Sheets whose own mark a camera has read, of the copy that counts; at most those of the
    /// letter.
    pub fn sheets_read(&self) -> u32 {
        let counts = self.copies.iter().rev().find(|copy| !copy.is_gone());
        counts.and_then(|copy| copy.sheets_read).unwrap_or(0).min(self.planned)
    }

    /// Whether the copy that counts was put together by hand.
    pub fn is_repaired(&self) -> bool {
        self.copies.last().is_some_and(|copy| copy.repaired)
    }

    /// Where the piece is.
    pub fn state(&self, terms: &PieceTerms) -> PieceState {
        if self.returned.is_some() {
            return PieceState::Returned;
        }

        // What may have reached somebody counts before what may not.
        if self.copies.iter().any(|copy| copy.has(PieceStep::Posted)) {
            return PieceState::Posted;
        }

        // A copy of which nothing was said yet takes the place of those that are gone.
        let last = self.copies.last();
        let is_later = |copy: &CopyTerms| last.is_none_or(|last| last.reprint_no < copy.reprint_no);
        let coming = terms.reprint.filter(is_later);
        let all_gone = !self.copies.is_empty() && self.copies.iter().all(CopySaid::is_gone);
        let is_over = all_gone && coming.is_none();
        if is_over && last.is_some_and(|copy| copy.has(PieceStep::Destroyed)) {
            return PieceState::Destroyed;
        }

        if terms.stopped.is_some() {
            return PieceState::Stopped;
        }

        if is_over {
            return PieceState::Spoilt;
        }

        let overdue = terms.reprint.map_or(terms.overdue, |copy| copy.overdue);
        match last {
            _ if overdue => PieceState::Unproven,
            _ if coming.is_some() => coming.map_or(terms.base, |copy| copy.base),
            Some(copy) if copy.has(PieceStep::Inserted) => PieceState::Inserted,
            Some(copy) if copy.has(PieceStep::Printed) => PieceState::Printed,
            _ => terms.base,
        }
    }

    /// The number of the copy that is to be printed next: the ones before are gone, none of them may
    /// have reached anybody, and nothing is said of them that would make one too many.
    pub fn next_copy(&self, terms: &PieceTerms) -> Option<u32> {
        use PieceAlarm::{Contradicted, Doubled, PostedAndDestroyed, PostedTwice, Unexplained};

        let is_gone = matches!(self.state(terms), PieceState::Spoilt | PieceState::Destroyed);
        let doubts = [Contradicted, Doubled, PostedAndDestroyed, PostedTwice, Unexplained];
        let alarms = self.alarms(terms);
        if !is_gone || terms.stopped.is_some() || doubts.iter().any(|alarm| alarms.contains(alarm))
        {
            return None;
        }

        Some(self.copies.last()?.reprint_no + 1)
    }

    /// Everything that cannot be right.
    pub fn alarms(&self, terms: &PieceTerms) -> BTreeSet<PieceAlarm> {
        let mut alarms = BTreeSet::new();
        let mut raise = |is: bool, alarm| {
            if is {
                alarms.insert(alarm);
            }
        };

        let posted: Vec<&CopySaid> =
            self.copies.iter().filter(|copy| copy.has(PieceStep::Posted)).collect();
        raise(posted.len() > 1, PieceAlarm::PostedTwice);
        raise(posted.iter().any(|copy| copy.is_gone()), PieceAlarm::PostedAndDestroyed);

        for copy in &self.copies {
            raise(copy.doubled, PieceAlarm::Doubled);
            raise(copy.contradicted, PieceAlarm::Contradicted);
            raise(copy.is_out_of_order(terms.made_on), PieceAlarm::OutOfOrder);
            raise(
                copy.sheets.is_some_and(|sheets| sheets != self.planned)
                    || copy.sheets_read.is_some_and(|read| read > self.planned),
                PieceAlarm::WrongSheets,
            );
            let too_few = copy.sheets_read.is_some_and(|read| read < self.planned);
            raise(too_few && !copy.is_gone(), PieceAlarm::Unread);
        }

        // A copy has the one before it, and that one is gone.
        let unexplained = self.copies.iter().enumerate().any(|(place, copy)| {
            let before = place.checked_sub(1).map(|before| &self.copies[before]);
            copy.reprint_no > 0
                && !before.is_some_and(|before| {
                    before.reprint_no + 1 == copy.reprint_no && before.is_gone()
                })
        });
        raise(unexplained, PieceAlarm::Unexplained);

        let days: Vec<Date> = posted.iter().filter_map(|copy| day_of(copy.times[2]?)).collect();
        let after_stop = terms.stopped.is_some_and(|stop| days.iter().any(|day| *day > stop));
        raise(after_stop, PieceAlarm::PostedAfterStop);
        let too_early = self.returned.is_some_and(|(back, _)| days.iter().any(|day| *day > back));
        raise(too_early, PieceAlarm::ReturnedBeforePosted);

        alarms
    }
}

/// The day, in a zone that is the same on every machine; a night shift counts for the day before.
fn day_of(second: i64) -> Option<Date> {
    Some(Timestamp::from_second(second).ok()?.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests;
