//! What the decisions of a day change in the next run.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::QueueError;
use super::lists::night;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::facts::Facts;
use crate::read::{self, ReadTerms};
use crate::record::{Acceptance, Access, Home, Ledger};
use crate::run::{self, Heard, Outlook};

/// The next run without the decisions of a day, and with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// Since when decisions are left out in `before`.
    pub since: Date,
    /// Without them.
    pub before: Outlook,
    /// With them.
    pub after: Outlook,
}

/// Goes through the night twice, up to who gets which letter, and writes nothing.
///
/// # Errors
/// [`QueueError`] when lists, facts or ledger cannot be read.
pub fn what_if(config: &Config, date: Date, progress: &Progress) -> Result<WhatIf, QueueError> {
    let mut ledger = Ledger::open(&Home::of(config), Access::Read)?;
    ledger.must_be_open()?;
    let terms = ReadTerms { synthetic: config.synthetic, run_date: date };
    let mut rows = read::read(&config.inbox, &config.inputs, &terms, progress)?;
    let list_terms = |list| run::lists::terms(&config.inputs, list);
    let intake = ledger.intake(&rows, &list_terms, Acceptance::default())?;
    let facts = Facts::load(&config.facts)?;
    let night = night(config, date, progress);

    let mut outlook = |ledger: &Ledger| {
        let heard = Heard::of(ledger, &mut rows)?;
        let decisions = ledger.decisions()?;
        let seen = run::foresee(&night, (&rows, &intake, &heard), ledger, &facts, &decisions);
        heard.give_back(&mut rows);
        Ok::<_, QueueError>(seen.map_err(Box::new)?)
    };

    let after = outlook(&ledger)?;
    let last = ledger.before_decisions_of(date)?;
    ledger.suppose_undecided_since(last);
    Ok(WhatIf { since: date, before: outlook(&ledger)?, after })
}

impl fmt::Display for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = |outlook: &Outlook| outlook.first + outlook.supplements + outlook.corrections;
        let (before, after) = (letters(&self.before), letters(&self.after));
        write!(f, "decisions of {} and later; in the next run:", self.since)?;
        write!(f, "\n  letters: {after}")?;
        match after.cmp(&before) {
            std::cmp::Ordering::Equal => write!(f, ", as many as without them")?,
            std::cmp::Ordering::Greater => write!(f, ", {} more", after - before)?,
            std::cmp::Ordering::Less => write!(f, ", {} fewer", before - after)?,
        }

        let (old, new) = (self.before.counts(), self.after.counts());
        let changed = old.iter().zip(&new).filter(|(before, after)| before.1 != after.1);
        for ((what, before), (_, after)) in changed.clone() {
            write!(f, "\n  {what}: {after} instead of {before}")?;
        }
        if changed.count() == 0 {
            write!(f, "\n  nothing is different")?;
        }

        let splits = self.after.splits.saturating_sub(self.before.splits);
        if splits > 0 {
            let people = count(splits, "person who was told gets", "people who were told get");
            write!(f, "\nwarning: {people} a second first letter")?;
        }
        Ok(())
    }
}
