//! Letters as pictures: what the press makes of a choice, and which sentence is where on it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use crate::base::workers;
use crate::compose::invented;
use crate::compose::texts::TextFacts;
use crate::compose::texts::body_of;
use crate::compose::texts::trace::TracedSpan;
use crate::config::Print;
use crate::desk::choice::Choice;
use crate::desk::edition::Edition;
use crate::desk::invented::{DeskBook, Typed, letter};
use crate::field::body::{Body, Part};
use crate::field::draft::Draft;
use crate::field::job_number::JobNumber;
use crate::field::place::{Place, Planned};
use crate::field::reason::Reason;
use crate::field::terms::Language;
use crate::render::raster::{Side, SideLine};
use crate::render::{Press, RenderError};

/// Resolution of the pictures; they are shown at [`SHOWN`], so that they are sharp on any screen.
const PIXELS_PER_INCH: f64 = 110.0;
/// Pixels of the page in which a picture is shown, for each point of the paper.
pub const SHOWN: f64 = 1.0;

/// Letters that are remembered: a few people look at a few letters in two languages.
const REMEMBERED: usize = 24;

/// Sets letters and remembers the last.
#[derive(Debug)]
pub struct Drawings {
    print: Print,
    run_date: Date,
    drawn: Mutex<VecDeque<(String, Arc<Drawing>)>>,
}

/// A letter that was drawn.
#[derive(Debug)]
pub struct Drawing {
    /// PNG, one a side.
    pub pictures: Vec<Vec<u8>>,
    /// What lies where, one list a side.
    pub areas: Vec<Vec<Area>>,
    /// The text, for who reads it and does not look.
    pub text: Vec<TextBlock>,
}

/// A part of a picture that belongs to a sentence, in pixels of the page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Area {
    /// The sentence.
    pub key: String,
    /// Left, top, right, bottom, as an image map wants them.
    pub coords: String,
    /// What is printed there.
    pub text: String,
}

/// A block of the letter as text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TextBlock {
    /// Its id (docs/letters.md).
    pub id: String,
    /// `heading`, `paragraph`, `bullets`, `steps`.
    pub parts: Vec<TextPart>,
}

/// A part of a block, its texts each in stretches of one sentence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TextPart {
    /// `heading`, `paragraph`, `bullets` or `steps`.
    pub form: &'static str,
    /// One, or the entries of a list.
    pub texts: Vec<Vec<TracedSpan>>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// A night would hold this person.
    #[error("held with {0}")]
    Held(Reason),
    /// The letter does not set.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// A letter that can be set.
struct Letter {
    draft: Draft,
    body: Body,
    subject: TextFacts,
    press: Press,
}

impl Drawings {
    /// For letters of this date on this paper.
    #[must_use]
    pub const fn new(print: Print, run_date: Date) -> Self {
        Self { print, run_date, drawn: Mutex::new(VecDeque::new()) }
    }

    /// The letter as pictures and text.
    ///
    /// # Errors
    /// [`DrawError`] when it cannot be printed.
    pub fn draw(
        &self,
        edition: &Edition,
        choice: &Choice,
        language: Language,
        typed: Option<&Typed>,
    ) -> Result<Arc<Drawing>, DrawError> {
        // Somebody typed is drawn each time: what nobody remembers cannot leak.
        let name =
            typed.is_none().then(|| format!("{} {language} {}", edition.version, choice.query()));
        if let Some(known) = name.as_ref().and_then(|name| self.known(name)) {
            return Ok(known);
        }

        let letter = self.letter(edition, choice, language, typed)?;
        let sides = letter.press.sides_of(&letter.draft, &letter.body, PIXELS_PER_INCH)?;
        let traced = edition.traced.body(&letter.subject, &edition.facts, self.run_date, true);
        let drawing = Arc::new(drawing(&sides, &traced, edition)?);
        if let Some(name) = name {
            let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            drawn.push_front((name, Arc::clone(&drawing)));
            drawn.truncate(REMEMBERED);
        }

        Ok(drawing)
    }

    /// Both languages of a letter, each on a core of its own.
    pub fn pair(
        &self,
        edition: &Edition,
        choice: &Choice,
        typed: Option<&Typed>,
    ) -> [Result<Arc<Drawing>, DrawError>; 2] {
        let draw = |language: &Language| self.draw(edition, choice, *language, typed);
        let mut drawn = workers::map(&[Language::Nl, Language::En], draw).into_iter();
        let mut next = || drawn.next().unwrap_or(Err(DrawError::Render(RenderError::Workshop)));
        [next(), next()]
    }

    fn known(&self, name: &str) -> Option<Arc<Drawing>> {
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.iter().find(|(known, _)| known == name).map(|(_, drawing)| Arc::clone(drawing))
    }

    /// The letter as the print vendor would get it: sheet marks, blank backs and all.
    ///
    /// # Errors
    /// [`DrawError`] when it cannot be printed.
    pub fn proof(
        &self,
        edition: &Edition,
        choice: &Choice,
        language: Language,
        typed: Option<&Typed>,
    ) -> Result<Vec<u8>, DrawError> {
        let Letter { draft, press, .. } = self.letter(edition, choice, language, typed)?;
        let (pages, sheets) = press.paper(&draft.body).ok_or(RenderError::Body)?;
        let print_file = "print/proof.pdf".to_owned();
        let place = Place { part: 1, seq: 1, print_file, first_page: 1, pages, sheets };
        Ok(press.set(JobNumber::NONE, &[&Planned { draft, place }])?)
    }

    /// The letter as PDF/A-2a and PDF/UA-1.
    ///
    /// # Errors
    /// [`DrawError`] when it cannot be printed.
    pub fn accessible(
        &self,
        edition: &Edition,
        choice: &Choice,
        language: Language,
        typed: Option<&Typed>,
    ) -> Result<Vec<u8>, DrawError> {
        let letter = self.letter(edition, choice, language, typed)?;
        Ok(letter.press.accessible(&letter.draft, &letter.body)?)
    }

    fn letter(
        &self,
        edition: &Edition,
        choice: &Choice,
        language: Language,
        typed: Option<&Typed>,
    ) -> Result<Letter, DrawError> {
        let (texts, facts) = (&edition.texts, &edition.facts);
        let (draft, body, subject) = if let Some(typed) = typed {
            let window = &self.print.window;
            let book = DeskBook { texts, facts, run_date: self.run_date, window };
            letter(typed, choice, language, book).map_err(DrawError::Held)?
        } else {
            let subject = choice.subject(facts, language);
            let body = body_of(texts, &subject, facts, self.run_date, true);
            (invented::draft(&subject, 0, &body), body, subject)
        };

        let bodies = BTreeMap::from([(body.key(), body.clone())]);
        let press = Press::new(&bodies, &self.print, self.run_date)?;
        let mut proofed = press.proof(vec![draft])?;
        match (proofed.ready.pop(), proofed.held.pop()) {
            (Some(proof), _) => Ok(Letter { draft: proof.draft, body, subject, press }),
            (None, held) => Err(DrawError::Held(held.map_or(Reason::S101, |(_, reason)| reason))),
        }
    }
}

fn drawing(sides: &[Side], traced: &Body, edition: &Edition) -> Result<Drawing, RenderError> {
    let text = text_of(traced, edition);
    let mut reader = Reader::of(&text);
    let areas = sides.iter().map(|side| reader.areas(&side.lines)).collect();
    let pictures = sides.iter().map(|side| side.raster.png()).collect::<Result<_, _>>()?;
    Ok(Drawing { pictures, areas, text })
}

/// The letter from its heading to its last lines, each text in stretches of one sentence.
fn text_of(traced: &Body, edition: &Edition) -> Vec<TextBlock> {
    let read = |text: &String| edition.traced.read(text);
    let part = |form, texts: &[String]| TextPart { form, texts: texts.iter().map(read).collect() };
    let heading = |text: &String| {
        let texts = std::slice::from_ref(text);
        Some(part("heading", texts)).filter(|_| !text.is_empty())
    };

    let frame = &traced.frame;
    let head =
        TextBlock { id: "HEAD".to_owned(), parts: heading(&frame.heading).into_iter().collect() };
    let blocks = traced.blocks.iter().map(|block| {
        let parts = block.parts.iter().filter_map(|one| match one {
            Part::Paragraph(text) => Some(part("paragraph", std::slice::from_ref(text))),
            Part::Bullets(texts) => Some(part("bullets", texts)),
            Part::Steps(texts) => Some(part("steps", texts)),
            Part::ProviderLine => None,
        });
        TextBlock {
            id: block.id.clone(),
            parts: heading(&block.heading).into_iter().chain(parts).collect(),
        }
    });
    let last = [&frame.closing].into_iter().chain(&frame.last_lines);
    let foot = last.map(|text| part("paragraph", std::slice::from_ref(text)));
    let foot = TextBlock { id: "LAST".to_owned(), parts: foot.collect() };

    [head].into_iter().chain(blocks).chain([foot]).collect()
}

/// Finds the lines of pages in the text of a letter: both are in the same order, blanks aside.
struct Reader<'a> {
    /// The characters of the letter and the sentence of each.
    text: Vec<(char, &'a str)>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn of(blocks: &'a [TextBlock]) -> Self {
        let parts = blocks.iter().flat_map(|block| &block.parts);
        let spans = parts.flat_map(|part| part.texts.iter().flatten());
        let signs = spans
            .flat_map(|span| solid(&span.text).into_iter().map(|sign| (sign, span.key.as_str())));
        Self { text: signs.collect(), at: 0 }
    }

    /// The sentences on one side, line by line; neighbours of one sentence are one area.
    fn areas(&mut self, lines: &[SideLine]) -> Vec<Area> {
        let mut areas: Vec<(&str, [f64; 4], String)> = Vec::new();
        for line in lines {
            let Some(key) = self.find(&solid(&line.text)).filter(|key| !key.is_empty()) else {
                continue;
            };
            let place = [line.left, line.top, line.right, line.bottom];
            match areas.last_mut().filter(|(last, ..)| *last == key) {
                Some((_, whole, text)) => {
                    *whole = around(*whole, place);
                    text.push(' ');
                    text.push_str(&line.text);
                }
                None => areas.push((key, place, line.text.clone())),
            }
        }

        let area = |(key, place, text): (&str, [f64; 4], String)| {
            let coords = place.map(|points| format!("{:.0}", points * SHOWN)).join(",");
            Area { key: key.to_owned(), coords, text }
        };
        areas.into_iter().map(area).collect()
    }

    /// The sentence that these characters begin, and moves behind them; nothing for what is no text
    /// of the letter: names, numbers of steps, the foot of the page.
    fn find(&mut self, signs: &[char]) -> Option<&'a str> {
        /// What is shorter is not looked for further on: it may be anywhere.
        const SURE: usize = 8;
        /// How far it is looked for: an address of the letterhead may be in a sentence at the end.
        const NEAR: usize = 400;

        let begins = |at: usize| {
            let rest = self.text.get(at..at + signs.len());
            !signs.is_empty()
                && rest.is_some_and(|rest| {
                    rest.iter().zip(signs).all(|((one, _), other)| one == other)
                })
        };
        let found = match begins(self.at) {
            true => self.at,
            false if signs.len() >= SURE => (self.at..self.at + NEAR).find(|at| begins(*at))?,
            false => return None,
        };
        self.at = found + signs.len();

        Some(self.text[found].1)
    }
}

/// The characters without blanks and without the hyphens at which lines end.
fn solid(text: &str) -> Vec<char> {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != '\u{ad}').collect()
}

fn around([left, top, right, bottom]: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    [left.min(other[0]), top.min(other[1]), right.max(other[2]), bottom.max(other[3])]
}
