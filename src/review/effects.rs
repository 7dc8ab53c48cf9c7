//! What decisions will do, told before they are taken.

use std::fmt;

use camino::Utf8Path;
use jiff::civil::Date;
use serde::Serialize;

use super::{ReviewError, Said, decisions_file};
use crate::config::Config;
use crate::facts::Facts;
use crate::progress::Progress;
use crate::read;
use crate::record::{Acceptance, Access, Home, Ledger};
use crate::run::{self, Order, Outlook};

/// What the next run does without the decisions of a file, and with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// Pairs of records that the file is about.
    pub pairs: usize,
    /// As things are.
    pub before: Outlook,
    /// With the decisions.
    pub after: Outlook,
}

impl Effects {
    /// Told people of whom a part becomes somebody else, who gets a first letter: what the told one knows, a second letter
    /// says to an address that may be theirs.
    #[must_use]
    pub const fn second_letters(&self) -> u64 {
        self.after.splits.saturating_sub(self.before.splits)
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "effect    {} pairs of records; in the next run:", self.pairs)?;
        let counts = [
            ("people", self.before.people, self.after.people),
            ("first letters", self.before.first, self.after.first),
            ("supplements", self.before.supplements, self.after.supplements),
            ("corrections", self.before.corrections, self.after.corrections),
            ("rows held for a human", self.before.held, self.after.held),
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

/// What the decisions of `path` will do. Nothing is written.
///
/// # Errors
/// [`ReviewError`] as [`super::apply`].
pub fn foresee(config: &Config, path: &Utf8Path, date: Date, progress: &Progress) -> Result<Effects, ReviewError> {
    let lines = decisions_file::read(path)?;
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let terms = read::Terms { synthetic: config.synthetic, run_date: date };
    let rows = read::read(&config.inbox, &config.inputs, &terms, progress)?;
    let list_terms = |list| run::lists::terms(&config.inputs, list);
    let intake = ledger.intake(&rows, &list_terms, Acceptance::default())?;
    let failed = |(line, problem)| ReviewError::Line { path: path.to_owned(), line, problem };
    let said = Said::of(&rows, &ledger, &lines.pairs).map_err(failed)?;
    if said.pairs.is_empty() {
        return Ok(Effects { pairs: 0, before: Outlook::default(), after: Outlook::default() });
    }
    said.can_be_followed(config, &rows, &ledger, progress)?.map_or(Ok(()), |problem| Err(failed(problem)))?;

    let order = Order {
        config,
        run_date: date,
        accepted: Acceptance::default(),
        accept_volume: true,
        rehearse: false,
        republish: None,
        progress,
    };
    let facts = Facts::load(&config.facts)?;
    let outlook =
        |decisions: &[_]| run::foresee(&order, (&rows, &intake), &ledger, &facts, decisions).map_err(Box::new);
    let before = ledger.decisions()?;
    let after = said.with(&before);
    Ok(Effects { pairs: said.pairs.len(), before: outlook(&before)?, after: outlook(&after)? })
}
