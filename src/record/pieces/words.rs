//! Where the letters are, in words: `breachpost status` on a terminal.

use std::fmt;

use super::survey::{PaperTrail, PartPaper};
use crate::base::plain::count;
use crate::field::piece::ReturnReason;

impl fmt::Display for PaperTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "letters   {}", self.letters.total)?;
        let there = self.letters.by_state.iter().filter(|(_, letters)| **letters > 0);
        for (place, (state, letters)) in there.enumerate() {
            write!(f, "{} {letters} {state}", if place == 0 { " =" } else { " +" })?;
        }

        for job in &self.jobs {
            let days = count(job.working_days.into(), "working day", "working days");
            write!(f, "\njob       {}, {days} old, deadline {}", job.job, job.deadline)?;
            for part in &job.parts {
                write!(f, "\n  {part}")?;
            }
            for copies in &job.reprints {
                let letters = count(copies.letters, "letter", "letters");
                write!(
                    f,
                    "\n  reprint {} of {}: {letters}, copy {}",
                    copies.job, copies.date, copies.reprint_no
                )?;
            }
        }

        for (origin, files) in &self.receipts {
            write!(f, "\nreceipts  {} {}", count(*files, "file", "files"), origin.words())?;
        }
        for (reason, letters) in &self.returned {
            let action = reason.parse().map_or("", ReturnReason::action);
            write!(f, "\nreturned  {letters} {reason}: {action}")?;
        }
        if self.unreached > 0 {
            let people = count(self.unreached, "person", "people");
            write!(f, "\nunreached {people}: count for the public notice, art. 34(3)(c)")?;
        }
        for (alarm, pieces) in &self.alarms {
            write!(f, "\nALARM     {pieces} {alarm}: {}", super::alarm_text(alarm))?;
        }
        for stop in &self.stops {
            write!(f, "\nstop {:>4} {} since {}", stop.event, stop.scope, stop.date)?;
        }
        for listed in &self.listed {
            write!(
                f,
                "\n{} part {} seq {} {}",
                listed.job, listed.part, listed.seq, listed.letter_id
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for PartPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "part {}: {}", self.part, count(self.letters.into(), "letter", "letters"))?;
        for (state, letters) in &self.by_state {
            write!(f, ", {letters} {state}")?;
        }

        write!(f, "; read back {} of {} sheets", self.sheets_read, self.sheets)?;
        if self.acknowledged == Some(false) {
            write!(f, "; the vendor has OTHER BYTES")?;
        }
        let Some(stop) = &self.stopped else { return Ok(()) };
        write!(
            f,
            "; stopped: {} destroyed + {} posted + {} unknown = {}",
            stop.destroyed, stop.posted, stop.unknown, stop.pieces
        )?;
        match stop.answer {
            None => write!(f, "; NO ANSWER"),
            Some(answer) if stop.disagrees() => write!(
                f,
                "; the vendor answers {}, {} destroyed and {} posted: NOT WHAT IT HAS REPORTED",
                answer.answer.word(),
                answer.destroyed,
                answer.posted
            ),
            Some(answer) => write!(f, "; the vendor answers {}", answer.answer.word()),
        }
    }
}
