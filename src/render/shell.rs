//! A letter without its text: what stands on its pages at places of its own, laid out once for all
//! bodies of one sender, heading and size.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;

use crate::config::Window;
use crate::field::body::{Body, Frame};
use crate::field::terms::{Format, Language};
use crate::render::RenderError;
use crate::render::breaks::{BODY_BOTTOM, BODY_TOP};
use crate::render::galley::BASELINE;
use crate::render::geometry::MM_PER_PT;
use crate::render::input::{Density, LetterInput, PersonalSlots};
use crate::render::laid::{LaidPage, SlotKey};
use crate::render::world::Workshop;

/// A letter without its text.
pub(super) struct Shell {
    /// At the top of every page: the rehearsal line.
    pub top: LaidPage,
    /// On the first page: letterhead, window, heading, salutation.
    pub head: LaidPage,
    /// Where the first page's text begins: the lower edge of the salutation, in points.
    pub begins: f64,
    /// Below the text, each kept together: the farewell; the last lines where there are any.
    pub ends: Vec<Ending>,
    /// At the foot of every page.
    pub foot: LaidPage,
}

/// Something below the text that is never torn apart; places are counted from its own top.
pub(super) struct Ending {
    pub set: LaidPage,
    /// In points.
    pub height: f64,
}

/// The shells of some bodies, laid out when they are wanted.
pub(super) struct Shells<'a> {
    workshop: &'a Workshop,
    window: &'a Window,
    laid: HashMap<(&'a Frame, Language, Format), [OnceLock<Shell>; Density::ALL.len()]>,
}

impl<'a> Shells<'a> {
    pub fn of(
        workshop: &'a Workshop,
        bodies: impl IntoIterator<Item = &'a Body>,
        window: &'a Window,
    ) -> Self {
        let laid = bodies.into_iter().map(|body| (key(body), Default::default())).collect();
        Self { workshop, window, laid }
    }

    /// The shell of one of the bodies; `text` is the height of a line in points.
    ///
    /// # Errors
    /// [`RenderError`] as for a letter.
    pub fn shell(
        &self,
        body: &'a Body,
        density: Density,
        text: f64,
    ) -> Result<&Shell, RenderError> {
        let cells = self.laid.get(&key(body)).ok_or(RenderError::Body)?;
        let cell = &cells[density as usize];
        if let Some(shell) = cell.get() {
            return Ok(shell);
        }

        let bare = Body {
            language: body.language,
            format: body.format,
            provider_slot: false,
            frame: body.frame.clone(),
            blocks: Vec::new(),
        };
        let date: Date = self.workshop.date();
        let mut input = LetterInput::new(&bare, PersonalSlots::default(), self.window, date);
        input.density = density;
        let shell = Shell::of(&bare, self.workshop.lay(&input)?.pages()?, text)?;
        Ok(cell.get_or_init(|| shell))
    }
}

fn key(body: &Body) -> (&Frame, Language, Format) {
    (&body.frame, body.language, body.format)
}

impl Shell {
    /// Takes a letter without blocks apart; `text` is the height of a line in points.
    ///
    /// # Errors
    /// [`RenderError::Layout`] when it has not exactly one page with one salutation.
    pub fn of(body: &Body, pages: Vec<LaidPage>, text: f64) -> Result<Self, RenderError> {
        let fault = RenderError::Layout { code: "shell" };
        let [page] = <[LaidPage; 1]>::try_from(pages).map_err(|_| fault)?;
        let salutation = page.slots.iter().find(|slot| slot.key == SlotKey::Salutation);
        let salutation = salutation.ok_or(RenderError::Layout { code: "slots" })?.y;
        let begins = salutation + (1.0 - BASELINE) * text;

        let (top, rest) = page.parted(BODY_TOP / MM_PER_PT);
        let (head, rest) = rest.parted(salutation + 0.01);
        let (ends, foot) = rest.parted(BODY_BOTTOM / MM_PER_PT);
        // The last lines stand below a rule.
        let ends = match ends.rules.first().map(|rule| rule.y) {
            Some(rule) if !body.frame.last_lines.is_empty() => {
                let (farewell, last) = ends.parted(rule);
                vec![Ending::of(farewell, None, text), Ending::of(last, Some(rule), text)]
            }
            _ => vec![Ending::of(ends, None, text)],
        };

        Ok(Self { top, head, begins, ends, foot })
    }
}

impl Ending {
    /// Begins at `top`, or else with its first line.
    fn of(mut set: LaidPage, top: Option<f64>, text: f64) -> Self {
        let lines = || set.runs.iter().map(|run| run.y);
        let first = lines().fold(f64::INFINITY, f64::min);
        let last = lines().fold(0.0, f64::max);
        let top = top.unwrap_or(first - BASELINE * text);
        set.lower(-top);
        Self { set, height: last + (1.0 - BASELINE) * text - top }
    }
}
