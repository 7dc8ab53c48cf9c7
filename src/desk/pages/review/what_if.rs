//! What the answers of today change in the next night, before it comes.

use serde::Serialize;

use crate::base::progress::Progress;
use crate::desk::pages::{View, Visitor};
use crate::desk::{Desk, DeskError};
use crate::run::Outlook;
use crate::tools::queue::answers::take_up;
use crate::tools::queue::what_if;

/// The page.
#[derive(Serialize)]
struct WhatIfPage {
    since: String,
    /// What, how many without the answers, and how many with them.
    lines: Vec<(String, u64, u64)>,
    /// People who were told and of whom a part gets a first letter.
    second_letters: u64,
}

/// What is counted, by the key of its words.
fn counted(outlook: &Outlook) -> [(&'static str, u64); 7] {
    [
        ("people", outlook.people),
        ("first", outlook.first),
        ("supplements", outlook.supplements),
        ("corrections", outlook.corrections),
        ("held", outlook.held),
        ("merges", outlook.merges),
        ("splits", outlook.splits),
    ]
}

impl Desk {
    /// Goes through the next night twice, and writes nothing but the answers that wait.
    ///
    /// # Errors
    /// [`DeskError`] when lists or ledger cannot be read, as while a night is at work.
    pub fn what_if_page(&self, visitor: &Visitor) -> Result<View, DeskError> {
        take_up(&self.config, self.today())?;
        let seen = what_if(&self.config, self.today(), &Progress::hidden())?;
        let (before, after) = (counted(&seen.before), counted(&seen.after));
        let line = |((key, before), (_, after)): ((&str, u64), (&str, u64))| {
            let key = format!("outlook.{key}");
            (self.words.get(visitor.language, &key).to_owned(), before, after)
        };
        let page = WhatIfPage {
            since: seen.since.to_string(),
            lines: before.into_iter().zip(after).map(line).collect(),
            second_letters: seen.after.splits.saturating_sub(seen.before.splits),
        };
        Ok(View::of("what-if.html", &page))
    }
}
