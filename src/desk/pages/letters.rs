//! Letters: chosen by what is known about a person, Dutch and English side by side, as the press
//! makes them.

use std::sync::Arc;

use serde::Serialize;

use super::comments::{ShownComment, remarks};
use super::{View, Visitor};
use crate::compose::texts::LetterHistory;
use crate::desk::choice::Choice;
use crate::desk::drawings::{Area, DrawError, Drawing, TextBlock};
use crate::desk::invented::{CELLS, Typed};
use crate::desk::journal::Spot;
use crate::desk::{Desk, DeskError};
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Language, Published, Status,
};

/// The page.
#[derive(Serialize)]
struct LettersPage {
    query: String,
    version: String,
    groups: Vec<Choices>,
    kinds: Vec<Choices>,
    kinds_open: bool,
    /// The choice as hidden fields of other forms.
    pairs: Vec<(String, String)>,
    letters: Vec<Shown>,
    /// Whether somebody typed a person, and what else of them is not in `fields`.
    typed: bool,
    title: String,
    sex: String,
    provider_name: String,
    fields: Vec<TypedField>,
    /// Codes with what they stand for.
    titles: Vec<(&'static str, String)>,
}

/// A question of the form with what can be chosen.
#[derive(Serialize)]
struct Choices {
    /// Name of the field.
    name: &'static str,
    legend: String,
    /// Whether several can be chosen.
    several: bool,
    options: Vec<ChoiceOption>,
}

/// What can be chosen.
#[derive(Serialize)]
struct ChoiceOption {
    value: &'static str,
    label: String,
    chosen: bool,
}

/// A field for an invented person.
#[derive(Serialize)]
struct TypedField {
    name: &'static str,
    label: String,
    value: String,
}

/// The letter in one language.
#[derive(Serialize)]
struct Shown {
    language: &'static str,
    sides: Vec<ShownSide>,
    text: Vec<TextBlock>,
    /// Why there is no picture: code and words.
    held: Option<(String, String)>,
}

/// One side of a letter.
#[derive(Serialize)]
struct ShownSide {
    page: usize,
    areas: Vec<Area>,
    remarks: Vec<ShownComment>,
}

impl Desk {
    /// The letter that somebody chose.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn letters_page(&self, visitor: &Visitor, choice: &Choice) -> Result<View, DeskError> {
        let edition = self.edition()?;
        let typed = self.typed(visitor);
        let drawn = self.drawings.pair(&edition, choice, typed.as_ref());
        let query = choice.query();
        let languages = [Language::Nl, Language::En];
        let letters = languages
            .into_iter()
            .zip(drawn)
            .map(|(language, drawn)| self.shown(language, drawn, &query, visitor.language));

        let field = |name: &'static str| TypedField {
            name,
            label: self.words.get(visitor.language, name).to_owned(),
            value: typed.as_ref().map_or("", |typed| typed.cell(name)).to_owned(),
        };
        let of_typed = |part: fn(&Typed) -> &String| {
            typed.as_ref().map_or_else(String::new, |typed| part(typed).clone())
        };

        let page = LettersPage {
            version: edition.version.clone(),
            groups: self.questions(choice, visitor.language),
            kinds: self.questions_of_kinds(choice, visitor.language),
            letters: letters.collect(),
            kinds_open: !choice.possible.union(choice.stored).union(choice.absent).is_empty(),
            pairs: choice.pairs(),
            fields: CELLS.map(field).into(),
            typed: typed.is_some(),
            title: of_typed(|typed| &typed.title),
            sex: of_typed(|typed| &typed.sex),
            provider_name: of_typed(|typed| &typed.provider),
            titles: TITLES.map(|code| (code, self.value("title", code, visitor.language))).into(),
            query,
        };
        Ok(View::of("letters.html", &page))
    }

    fn shown(
        &self,
        language: Language,
        drawn: Result<Arc<Drawing>, DrawError>,
        query: &str,
        of: Language,
    ) -> Shown {
        let drawing = match drawn {
            Ok(drawing) => drawing,
            Err(error) => {
                let (code, why) = match error {
                    DrawError::Held(reason) => {
                        let words = self.words.get(of, &format!("reason.{reason:?}")).to_owned();
                        (format!("{reason:?}"), words)
                    }
                    DrawError::Render(_) => {
                        (String::new(), self.words.get(of, "not_set").to_owned())
                    }
                };
                let held = Some((code, why));
                return Shown {
                    language: language.word(),
                    sides: Vec::new(),
                    text: Vec::new(),
                    held,
                };
            }
        };

        let work = self.work();
        let side = |(place, areas): (usize, &Vec<Area>)| {
            let spot = Spot::Page { letter: query.to_owned(), language, page: place + 1 };
            let remarks = remarks(&work.journal, &spot);
            ShownSide { page: place + 1, areas: areas.clone(), remarks }
        };
        let sides = drawing.areas.iter().enumerate().map(side).collect();
        Shown { language: language.word(), sides, text: drawing.text.clone(), held: None }
    }

    /// The picture of one side, to whom `visitor` typed if they did; `None` when there is no such
    /// side, or it belongs to other texts than those of now.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn picture(
        &self,
        visitor: Option<&Visitor>,
        choice: &Choice,
        language: Language,
        page: usize,
        version: &str,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let edition = self.edition()?;
        if edition.version != version {
            return Ok(None);
        }
        let typed = visitor.and_then(|visitor| self.typed(visitor));
        let drawing = self.drawings.draw(&edition, choice, language, typed.as_ref()).ok();
        Ok(drawing.and_then(|drawing| drawing.pictures.get(page.checked_sub(1)?).cloned()))
    }

    /// The letter as a PDF: accessible, or as the print vendor gets it.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read; `None` when the letter cannot be printed.
    pub fn pdf(
        &self,
        visitor: &Visitor,
        choice: &Choice,
        language: Language,
        accessible: bool,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let edition = self.edition()?;
        let typed = self.typed(visitor);
        let made = if accessible {
            self.drawings.accessible(&edition, choice, language, typed.as_ref())
        } else {
            self.drawings.proof(&edition, choice, language, typed.as_ref())
        };
        Ok(made.ok())
    }

    /// Looks at letters to this invented person from now on; `None`: to the usual one.
    pub fn address_to(&self, visitor: &Visitor, typed: Option<Typed>) {
        let mut sessions = self.sessions();
        if let Some((_, private)) = sessions.of(&visitor.ticket, std::time::Instant::now()) {
            private.typed = typed;
        }
    }

    fn typed(&self, visitor: &Visitor) -> Option<Typed> {
        let mut sessions = self.sessions();
        let (_, private) = sessions.of(&visitor.ticket, std::time::Instant::now())?;
        private.typed.clone()
    }

    fn questions(&self, choice: &Choice, of: Language) -> Vec<Choices> {
        let one = |name, legend, values: Vec<(&'static str, bool)>| {
            self.question(of, name, legend, false, values)
        };
        macro_rules! values {
            ($all:expr, $chosen:expr) => {
                $all.iter().map(|value| (value.word(), *value == $chosen)).collect()
            };
        }

        let categories = Category::ALL.iter();
        let categories =
            categories.map(|value| (value.word(), choice.categories.contains(value))).collect();
        let kinds = [LetterHistory::First].into_iter().chain(LetterHistory::LATER);
        let kinds = kinds.chain(LetterHistory::ANEW);
        let kinds = kinds.map(|value| (value.name(), value == choice.history)).collect();
        let mut questions = vec![
            self.question(of, "category", "category", true, categories),
            one("status", "status", values!(Status::ALL, choice.status)),
            self.kinds_question(of, "item", "kinds", choice.items),
            one("published", "published", values!(Published::ALL, choice.published)),
            one("audience", "age", values!(Audience::ALL, choice.audience)),
            one("provider", "provider", vec![("no", !choice.provider), ("yes", choice.provider)]),
            one("kind", "kind", kinds),
            one("format", "size", values!(Format::ALL, choice.format)),
            one("place", "place", vec![("home", !choice.abroad), ("abroad", choice.abroad)]),
        ];
        // Of nobody else it is asked.
        if choice.categories.contains(&Category::Prisoner) {
            questions.insert(1, one("custody", "custody", values!(Custody::ALL, choice.custody)));
        }

        questions
    }

    fn questions_of_kinds(&self, choice: &Choice, of: Language) -> Vec<Choices> {
        let asked = [
            ("possible", "kinds_possible", choice.possible),
            ("stored", "kinds_stored", choice.stored),
            ("absent", "kinds_absent", choice.absent),
        ];
        asked.map(|(name, legend, chosen)| self.kinds_question(of, name, legend, chosen)).into()
    }

    fn kinds_question(
        &self,
        of: Language,
        name: &'static str,
        legend: &str,
        chosen: Items,
    ) -> Choices {
        let values = Item::ALL.iter().map(|item| (item.word(), chosen.has(*item))).collect();
        self.question(of, name, legend, true, values)
    }

    fn question(
        &self,
        of: Language,
        name: &'static str,
        legend: &str,
        several: bool,
        values: Vec<(&'static str, bool)>,
    ) -> Choices {
        let property = if several && name != "category" { "item" } else { name };
        let option = |(value, chosen): (&'static str, bool)| ChoiceOption {
            value,
            label: self.value(property, value, of),
            chosen,
        };
        Choices {
            name,
            legend: self.words.get(of, legend).to_owned(),
            several,
            options: values.into_iter().map(option).collect(),
        }
    }
}

/// BRP codes of titles and predicates.
const TITLES: [&str; 13] = ["R", "B", "BS", "G", "GI", "H", "HI", "M", "MI", "P", "PS", "JH", "JV"];
