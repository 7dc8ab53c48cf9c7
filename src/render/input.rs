//! What a template gets: one struct, the same for a body on its own and for a letter with its
//! person.

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use crate::compose::kix::{FULL_MM, QUIET_MM};
use crate::config::Window;
use crate::field::body::{Body, Frame, Part};
use crate::field::draft::{Draft, Kix};
use crate::field::terms::Language;
use crate::render::geometry::{Rect, Sheet, Zones};
use crate::render::kix;
use crate::render::press::Space;

/// Input of `templates/letter.typ`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterInput {
    /// What many people share.
    pub body: Body,
    /// What is personal.
    pub person: PersonalSlots,
    /// Measures.
    pub sheet: Sheet,
    /// How much air the letter gets.
    pub density: Density,
    /// By how much each page ends earlier than it might, in points: the press looks for a break
    /// that strands nothing.
    pub trim: f64,
    /// Extra space above each block, in points; for blocks beyond its end there is none.
    pub air: Vec<f64>,
    /// Title of the file; says nothing about the letter.
    pub title: String,
    /// The run's date.
    pub date: DateParts,
}

/// The personal slots; all empty when a body is set on its own.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalSlots {
    /// Name, address and country lines, top to bottom.
    pub lines: Vec<String>,
    /// KIX bars as (left, top, width, height), mm.
    pub bars: Vec<[f64; 4]>,
    /// With its comma.
    pub salutation: String,
    /// Dark rectangles of the sheet marks, page by page, as (left, top, width, height), mm: where
    /// the letter is shown as it comes from the press.
    pub marks: Vec<Vec<[f64; 4]>>,
    /// As printed.
    pub reference: String,
    /// Empty where none is named.
    pub provider: String,
}

/// How much air a letter gets; chosen by the press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// Most letters.
    Open,
    /// Longer ones.
    Normal,
    /// The longest.
    Tight,
}

impl Density {
    /// In the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Open, Self::Normal, Self::Tight];
}

/// A date in numbers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateParts {
    /// Year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl From<Date> for DateParts {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day() }
    }
}

/// Name, address and country lines of a draft, top to bottom.
pub fn address_block(draft: &Draft) -> impl Iterator<Item = &str> {
    let country = Some(draft.country_line.as_str()).filter(|line| !line.is_empty());
    draft.name_lines.iter().chain(&draft.address_lines).map(String::as_str).chain(country)
}

/// The salutation as printed: Dutch and British letters both end it with a comma.
#[must_use]
pub fn salutation(draft: &Draft) -> String {
    format!("{},", draft.salutation)
}

impl PersonalSlots {
    /// The slots of a draft that has passed the gate; bars that do not fit are left out.
    pub(super) fn of(draft: &Draft, window: &Window) -> Self {
        let lines: Vec<String> = address_block(draft).map(str::to_owned).collect();
        let bars = match &draft.kix {
            Kix::Code(code) => bars(code, lines.len(), window).unwrap_or_default(),
            Kix::Skipped(_) => Vec::new(),
        };

        Self {
            bars: bars
                .iter()
                .map(|bar| [bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top])
                .collect(),
            lines,
            salutation: salutation(draft),
            marks: Vec::new(),
            reference: draft.reference.clone(),
            provider: draft.provider_display.clone(),
        }
    }
}

/// The bars below so many lines; `None` when the window has no room for them.
#[must_use]
pub fn bars(code: &str, lines: usize, window: &Window) -> Option<Vec<Rect>> {
    let (sheet, visible) = (Sheet::of(window), Zones::of(window).always_visible);
    let room = visible.right - QUIET_MM - sheet.address_x;
    let top = sheet.bars_top(lines);
    if top + FULL_MM + QUIET_MM > visible.bottom {
        return None;
    }
    kix::bars(code, sheet.address_x, top, room)
}

/// The text with no-break spaces inside numbers to call and dates, which stay on one line.
pub(super) fn unbroken(text: &str) -> Cow<'_, str> {
    static TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d[\d ]{4,}\d|\d{1,2} \p{L}+ \d{4}").expect("the pattern is fixed")
    });
    TOGETHER.replace_all(text, |found: &Captures| found[0].replace(' ', "\u{a0}"))
}

/// The body with all its texts unbroken.
fn unbroken_body(body: &Body) -> Body {
    let join = |text: &mut String| {
        if let Cow::Owned(joined) = unbroken(text) {
            *text = joined;
        }
    };

    let mut body = body.clone();
    for block in &mut body.blocks {
        join(&mut block.heading);
        for part in &mut block.parts {
            match part {
                Part::Paragraph(text) => join(text),
                Part::Bullets(items) | Part::Steps(items) => items.iter_mut().for_each(join),
                Part::ProviderLine => {}
            }
        }
    }

    let frame: &mut Frame = &mut body.frame;
    frame.sender_lines.iter_mut().chain(&mut frame.last_lines).for_each(join);
    body
}

impl LetterInput {
    pub(super) fn new(body: &Body, person: PersonalSlots, window: &Window, date: Date) -> Self {
        let title = match body.language {
            Language::Nl => "Brief",
            Language::En => "Letter",
        };

        Self {
            title: format!("{title} {}", body.frame.date),
            body: unbroken_body(body),
            person,
            sheet: Sheet::of(window),
            density: Density::Open,
            trim: 0.0,
            air: Vec::new(),
            date: date.into(),
        }
    }

    /// The same with so much space.
    pub(super) fn with(self, space: &Space) -> Self {
        let Space { density, trim, ref air } = *space;
        Self { density, trim, air: air.clone(), ..self }
    }
}
