//! `professionals` in `report.json`: the letters to people who work in health care, as counts.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::plain::count;
use crate::field::professional::ProfessionalHold;

/// The professionals of a run in numbers. Every one of them is counted in exactly one of `letters`,
/// `nothing`, `waiting` and `held`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfessionalReport {
    /// Rows of the list, and lab records that name who asked for the test.
    pub rows: u64,
    /// Professionals that they are about.
    pub professionals: u64,
    /// Letters of this run.
    pub letters: u64,
    /// Those of whom nothing is new since their last letter.
    pub nothing: u64,
    /// Those who wait until their practice has its notice, by the night from which they do not.
    pub waiting: BTreeMap<Date, u64>,
    /// Those who get no letter, by reason.
    pub held: BTreeMap<ProfessionalHold, u64>,
}

impl ProfessionalReport {
    /// Rows for the page: what, and how many.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, u64)> {
        let all = [
            ("professionals".to_owned(), self.professionals),
            ("letters to professionals".to_owned(), self.letters),
            ("professionals who know it already".to_owned(), self.nothing),
        ];
        let waiting = self.waiting.iter().map(|(night, people)| {
            (format!("professionals who wait until {night} at the latest"), *people)
        });
        let held = self.held.iter();
        let held =
            held.map(|(hold, people)| (format!("no letter: {} ({hold})", hold.text()), *people));
        all.into_iter().chain(waiting).chain(held).collect()
    }
}

impl fmt::Display for ProfessionalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (held, waiting): (u64, u64) = (self.held.values().sum(), self.waiting.values().sum());
        write!(f, "{} tonight", count(self.letters, "letter", "letters"))?;
        for (number, what) in [(waiting, "waiting"), (held, "held"), (self.nothing, "told before")]
        {
            if number > 0 {
                write!(f, ", {number} {what}")?;
            }
        }
        Ok(())
    }
}
