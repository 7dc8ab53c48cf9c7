//! What people say about sentences and pages: open until somebody has dealt with it.

use serde::Serialize;

use super::{View, Visitor, moment};
use crate::base::plain;
use crate::desk::journal::{Act, Comment, Journal, Spot};
use crate::desk::manuscript::sentence;
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;

/// Most characters of a comment.
const LONGEST: usize = 2000;

/// A comment as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ShownComment {
    /// Its number.
    number: u64,
    at: String,
    by: String,
    text: Vec<String>,
    /// Who closed it and when; empty while it is open.
    closed: Option<(String, String)>,
    /// The sentence that it is about, or the letter, with language and page.
    sentence: String,
    letter: String,
    language: String,
    page: usize,
}

impl ShownComment {
    fn of(comment: Comment) -> Self {
        let (sentence, letter, language, page) = match comment.on {
            Spot::Sentence(key) => (key, String::new(), String::new(), 0),
            Spot::Page { letter, language, page } => {
                (String::new(), letter, language.to_string(), page)
            }
        };
        Self {
            number: comment.number,
            at: moment(comment.at),
            by: comment.by,
            text: comment.text.lines().map(str::to_owned).collect(),
            closed: comment.closed.map(|(by, at)| (by, moment(at))),
            sentence,
            letter,
            language,
            page,
        }
    }
}

/// The comments on one sentence or page, newest first.
#[must_use]
pub fn remarks(journal: &Journal, spot: &Spot) -> Vec<ShownComment> {
    let comments = journal.comments().into_iter().rev();
    comments.filter(|comment| comment.on == *spot).map(ShownComment::of).collect()
}

/// The page.
#[derive(Serialize)]
struct CommentsPage {
    all: bool,
    remarks: Vec<ShownComment>,
}

impl Desk {
    /// All comments, newest first; closed ones only if `all`.
    #[must_use]
    pub fn comments_page(&self, all: bool) -> View {
        let comments = self.work().journal.comments().into_iter().rev();
        let shown = comments.filter(|comment| all || comment.closed.is_none());
        let remarks = shown.map(ShownComment::of).collect();
        View::of("comments.html", &CommentsPage { all, remarks })
    }

    /// Keeps what somebody says; the answer is whether it could be kept.
    ///
    /// # Errors
    /// [`DeskError`] when the journal cannot be written.
    pub fn add_comment(&self, visitor: &Visitor, on: Spot, text: &str) -> Result<bool, DeskError> {
        let text = text.trim().replace("\r\n", "\n");
        let hidden = text.chars().any(|sign| plain::is_hidden(sign) && sign != '\n');
        let fits = (1..=LONGEST).contains(&text.chars().count());
        if !fits || hidden || plain::holds_bsn(&text) {
            return Ok(false);
        }
        // Where the texts cannot be read, somebody may want to say just that.
        if let (Spot::Sentence(key), Ok(edition)) = (&on, self.edition())
            && sentence(&edition.texts, Language::Nl, key).is_none()
        {
            return Ok(false);
        }

        self.work().journal.add(&visitor.name, Act::Comment { on, text })?;
        Ok(true)
    }

    /// Closes or opens a comment again; the answer is whether there is one.
    ///
    /// # Errors
    /// [`DeskError`] when the journal cannot be written.
    pub fn settle_comment(
        &self,
        visitor: &Visitor,
        number: u64,
        done: bool,
    ) -> Result<bool, DeskError> {
        let mut work = self.work();
        let comments = work.journal.comments();
        let Some(comment) = comments.iter().find(|comment| comment.number == number) else {
            return Ok(false);
        };
        if comment.closed.is_some() != done {
            let act =
                if done { Act::Close { comment: number } } else { Act::Reopen { comment: number } };
            work.journal.add(&visitor.name, act)?;
        }
        Ok(true)
    }
}
