//! What is on each page. A page is a template (`templates/desk/`) and what it shows; how it is asked
//! for is in [`crate::desk::web`].

pub mod approval;
pub mod calls;
pub mod changes;
pub mod comments;
pub mod letters;
pub mod review;
pub mod sentence;
pub mod texts;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use tera::{Context, Tera};

use crate::approval::emergency;
use crate::compose::texts::Variant;
use crate::desk::manuscript::ManuscriptError;
use crate::desk::users::Role;
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;
use crate::record;

/// Somebody who looks at a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The name under which they are logged in.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// The language of the pages that they get.
    pub language: Language,
    /// Their ticket.
    pub ticket: String,
}

/// A page that is to be filled in.
#[derive(Debug)]
pub struct View {
    /// The name of the template.
    template: &'static str,
    context: Context,
    /// Of the answer: 200, 409 for a conflict, 422 for what cannot be saved.
    pub status: u16,
}

impl View {
    /// A page of this template with what it shows under `page`.
    #[must_use]
    pub fn of(template: &'static str, page: &impl Serialize) -> Self {
        let mut context = Context::new();
        context.insert("page", page);
        Self { template, context, status: 200 }
    }

    /// The same with a different status.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// What the frame of every page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
struct Frame<'a> {
    language: &'static str,
    here: &'a str,
    name: &'a str,
    role: &'a str,
    writes: bool,
    reviews: bool,
    answers_calls: bool,
    campaign: &'a str,
    /// Whether it is a rehearsal, in the visitor's language.
    kind: &'a str,
    night: bool,
    built_in: bool,
    /// Letters that one person released in an emergency and nobody else has approved.
    emergencies: Vec<String>,
}

/// The templates, compiled.
///
/// # Errors
/// When one of them does not parse, which a test rules out.
pub(super) fn templates() -> Result<Tera, tera::Error> {
    macro_rules! template {
        ($name:literal) => {
            ($name, include_str!(concat!("../../templates/desk/", $name)))
        };
    }

    let mut tera = Tera::new();
    tera.add_raw_templates([
        template!("base.html"),
        template!("kept.html"),
        template!("login.html"),
        template!("message.html"),
        template!("texts.html"),
        template!("sentence.html"),
        template!("letters.html"),
        template!("changes.html"),
        template!("compare.html"),
        template!("comments.html"),
        template!("approval.html"),
        template!("approval-proof.html"),
        template!("remarks.html"),
        template!("reading.html"),
        template!("review.html"),
        template!("review-case.html"),
        template!("review-proposals.html"),
        template!("what-if.html"),
        template!("calls.html"),
    ])?;
    Ok(tera)
}

impl Desk {
    /// The page as HTML, in the language of whoever asked for it.
    ///
    /// # Errors
    /// When the template does not fit what it shows, which the tests of the pages rule out.
    pub fn html(
        &self,
        mut view: View,
        visitor: Option<&Visitor>,
        language: Language,
    ) -> Result<String, tera::Error> {
        let here = view.template.split('.').next().unwrap_or_default();
        let kind = if self.config.synthetic { "rehearsal" } else { "campaign" };
        let frame = Frame {
            language: language.word(),
            here,
            name: visitor.map_or("", |visitor| &visitor.name),
            role: visitor.map_or("", |visitor| self.words.get(language, role_key(visitor.role))),
            writes: visitor.is_some_and(|visitor| visitor.role.writes()),
            reviews: visitor.is_some_and(|visitor| review::may_review(visitor.role)),
            answers_calls: visitor.is_some_and(|visitor| calls::may_answer_calls(visitor.role)),
            campaign: &self.config.campaign,
            kind: self.words.get(language, kind),
            night: record::is_in_use(&self.config.data_dir),
            built_in: self.config.texts_folder().is_none(),
            emergencies: emergency::shown(&self.config.data_dir),
        };

        view.context.insert("frame", &frame);
        view.context.insert("t", self.words.of(language));
        self.tera.render(view.template, &view.context)
    }

    /// A page that says what is wrong and what to do.
    #[must_use]
    pub fn trouble(&self, error: &DeskError, language: Language) -> View {
        View::of("message.html", &self.what_is_wrong(error, language)).with_status(503)
    }

    /// What is wrong and what to do.
    #[must_use]
    pub fn what_is_wrong(&self, error: &DeskError, language: Language) -> Message {
        use crate::base::{Explain as _, plain};

        let mut causes = vec![plain::shown(&error.to_string())];
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            let text = plain::shown(&cause.to_string());
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            source = cause.source();
        }

        let word = |key| self.words.get(language, key).to_owned();
        let (title, more) = match error {
            DeskError::Facts(_) => (word("broken"), word("broken_more")),
            DeskError::Manuscript(ManuscriptError::Texts(_)) => {
                (word("broken"), word("broken_more"))
            }
            DeskError::Manuscript(ManuscriptError::Half { .. }) => {
                (word("failed"), word("half_more"))
            }
            _ => (word("failed"), word("failed_more")),
        };
        Message { title, more, causes, hint: error.hint() }
    }

    /// A page with nothing but a message: two keys of the desk's words.
    #[must_use]
    pub fn message(&self, title: &str, more: &str, language: Language) -> View {
        View::of("message.html", &self.said(title, more, language))
    }

    /// A title and what it means: two keys of the desk's words.
    #[must_use]
    pub fn said(&self, title: &str, more: &str, language: Language) -> Message {
        let word = |key: &str| self.words.get(language, key).to_owned();
        Message { title: word(title), more: word(more), causes: Vec::new(), hint: None }
    }

    /// The page for what somebody sent and that is not saved: why, and their words, to go on with.
    /// `ended`: they have to log in first.
    #[must_use]
    pub fn kept(
        &self,
        why: Message,
        ended: bool,
        action: &str,
        fields: &[(String, String)],
        language: Language,
    ) -> View {
        let word = |key| self.words.get(language, key).to_owned();
        let label = |name: &str| match name.split_once('_') {
            None if name == "text" => word("comment_text"),
            None if ["comment", "reason"].contains(&name) => word("approve.comment"),
            Some(("nl", place)) if place.parse::<u32>().is_ok() => word("dutch"),
            Some(("en", place)) if place.parse::<u32>().is_ok() => word("english"),
            _ => String::new(),
        };
        let field = |(name, value): &(String, String)| KeptField {
            label: label(name),
            name: name.clone(),
            value: value.clone(),
        };
        // A password is typed again.
        let fields = fields.iter().filter(|(name, _)| name != "password").map(field).collect();
        View::of("kept.html", &KeptPage { why, ended, action: action.to_owned(), fields })
    }
}

/// The page with what somebody sent.
#[derive(Serialize)]
struct KeptPage {
    why: Message,
    ended: bool,
    /// Where it was sent to.
    action: String,
    fields: Vec<KeptField>,
}

/// A field that somebody sent.
#[derive(Serialize)]
struct KeptField {
    name: String,
    value: String,
    /// What the words in it are; empty for what nobody typed.
    label: String,
}

/// What a page says that shows nothing else.
#[derive(Debug, Serialize)]
pub struct Message {
    title: String,
    more: String,
    causes: Vec<String>,
    hint: Option<String>,
}

/// The key of a role's name in the desk's words.
const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Writer => "role.writer",
        Role::Communications => "role.communications",
        Role::Privacy => "role.privacy",
        Role::Reviewer => "role.reviewer",
        Role::Operator => "role.operator",
        Role::Helpdesk => "role.helpdesk",
    }
}

/// What leads to a kind of letter, in words.
fn in_words(variant: &Variant, language: Language) -> String {
    let words = variant.conditions_in(language).into_iter().map(|condition| condition.words);
    words.collect::<Vec<_>>().join(", ")
}

/// Day and time where the desk is.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_parse() {
        if let Err(error) = templates() {
            panic!("{error:?}");
        }
    }
}
