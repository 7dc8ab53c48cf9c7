//! What decisions will do, told before they are taken.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::about_records::Verdicts;
use super::{Decisions, ReviewError, Said};
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::facts::Facts;
use crate::read;
use crate::record::{Acceptance, Access, Home, Ledger};
use crate::run::{self, Heard, Night, Outlook};

/// What the next run does without the decisions of a file, and with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// Pairs of records that the file is about.
    pub pairs: usize,
    /// Lab records that it rules on.
    pub records: usize,
    /// People whom it releases.
    pub released: usize,
    /// As things are.
    pub before: Outlook,
    /// With the decisions.
    pub after: Outlook,
}

impl Effects {
    /// Whether the file decides nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.pairs + self.records + self.released == 0
    }

    /// Told people of whom a part becomes somebody else, who gets a first letter: what the told one
    /// knows, a second letter says to an address that may be theirs.
    #[must_use]
    pub const fn second_letters(&self) -> u64 {
        self.after.splits.saturating_sub(self.before.splits)
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = [
            (self.pairs as u64, "pair of records", "pairs of records"),
            (self.records as u64, "record ruled on", "records ruled on"),
            (self.released as u64, "person released", "people released"),
        ];

        let about = about.into_iter().filter(|(number, ..)| *number > 0);
        let about: Vec<String> =
            about.map(|(number, one, many)| count(number, one, many)).collect();
        let about =
            if about.is_empty() { "nothing is decided".to_owned() } else { about.join(", ") };
        write!(f, "effect    {about}; in the next run:")?;
        let counts = [
            ("people", self.before.people, self.after.people),
            ("first letters", self.before.first, self.after.first),
            ("supplements", self.before.supplements, self.after.supplements),
            ("corrections", self.before.corrections, self.after.corrections),
            ("rows held for a human", self.before.held, self.after.held),
            ("records that are gone and undecided", self.before.gone, self.after.gone),
            ("people to be told by hand", self.before.by_hand, self.after.by_hand),
            ("told people who become one", self.before.merges, self.after.merges),
            ("told people who become two", self.before.splits, self.after.splits),
        ];

        let changed = counts.iter().filter(|(_, before, after)| before != after);
        for (what, before, after) in changed.clone() {
            write!(f, "\n          {what}: {after} instead of {before}")?;
        }

        if changed.count() == 0 {
            write!(f, "\n          nothing else than without them")?;
        }

        if self.second_letters() > 0 {
            write!(
                f,
                "\nwarning   {} people were told already, and the other person in their rows gets a first letter of their own",
                self.second_letters()
            )?;
        }

        Ok(())
    }
}

/// What these decisions will do. Nothing is written.
///
/// # Errors
/// [`ReviewError`] as [`super::apply`].
pub fn foresee(
    config: &Config,
    decisions: &Decisions,
    date: Date,
    progress: &Progress,
) -> Result<Effects, ReviewError> {
    let Decisions { path, lines } = decisions;
    let mut ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let terms = read::ReadTerms { synthetic: config.synthetic, run_date: date };
    let mut rows = read::read(&config.inbox, &config.inputs, &terms, progress)?;
    let list_terms = |list| run::lists::terms(&config.inputs, list);
    let intake = ledger.intake(&rows, &list_terms, Acceptance::default())?;
    let failed = |(line, problem)| ReviewError::Line { path: path.clone(), line, problem };
    let said = Said::of(&rows, &ledger, &lines.pairs).map_err(failed)?;
    let verdicts = Verdicts::of(&rows, &ledger, &intake, &lines.others)?.map_err(failed)?;
    let release = verdicts.release(config, &rows, &ledger, progress)?.map_err(failed)?;
    let (pairs, records, released) = (said.pairs.len(), verdicts.records.len(), release.people());

    if pairs + records + released == 0 {
        return Ok(Effects::default());
    }

    if pairs > 0 {
        said.can_be_followed(config, &rows, &ledger, progress)?
            .map_or(Ok(()), |problem| Err(failed(problem)))?;
    }

    let night = Night {
        config,
        run_date: date,
        accepted: Acceptance::default(),
        accept_volume: true,
        rehearse: false,
        republish: None,
        only: None,
        progress,
    };

    let facts = Facts::load(&config.facts)?;
    let heard = Heard::of(&ledger, &mut rows)?;
    let outlook = |ledger: &Ledger, decisions: &[_]| {
        run::foresee(&night, (&rows, &intake, &heard), ledger, &facts, decisions).map_err(Box::new)
    };
    let decisions = ledger.decisions()?;
    let before = outlook(&ledger, &decisions)?;
    ledger.suppose(&verdicts.records, &release);

    let after = outlook(&ledger, &said.with(&decisions))?;
    Ok(Effects { pairs, records, released, before, after })
}
