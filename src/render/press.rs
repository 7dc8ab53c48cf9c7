//! The press: sets every distinct body once and writes each person's values into its slots.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::base::workers;
use crate::config::{Print, SheetMark};
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::field::reason::Reason;
use crate::render::RenderError;
use crate::render::breaks::{FairEnd, Lines};
use crate::render::dossier::{DossierLetter, DossierPages};
use crate::render::form::Stock;
use crate::render::gate::Gate;
use crate::render::geometry::{MARK, MARK_MODULE, MARK_QUIET, Sheet, Zones};
use crate::render::input::{Density, LetterInput, PersonalSlots};
use crate::render::laid::LaidPage;
use crate::render::makeup::Parts;
use crate::render::metrics::FontMetrics;
use crate::render::print_file::PrintFile;
use crate::render::raster::{Side, SideLine};
use crate::render::sheet_mark::{SheetCode, runs};
use crate::render::world::{Laid, Workshop};

/// Sets letters.
pub struct Press {
    workshop: Workshop,
    metrics: FontMetrics,
    print: Print,
    stock: BTreeMap<String, Stock>,
}

/// A draft that can be printed, with the paper it takes.
#[derive(Debug)]
pub struct Proof {
    /// The draft.
    pub draft: Draft,
    /// Pages in the print file, blank backs included.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
}

/// Every draft that went in is in exactly one of the two lists, both in the order in which they
/// came.
#[must_use = "drafts that are held have to reach the record"]
#[derive(Debug)]
pub struct ProofResult {
    /// What can be planned.
    pub ready: Vec<Proof>,
    /// What is held, and why: S101 to S104.
    pub held: Vec<(Draft, Reason)>,
}

impl Press {
    /// Sets every body once; they carry `run_date`.
    ///
    /// # Errors
    /// [`RenderError`] when a body cannot be laid out: that is a fault of texts, facts or templates
    /// and not of a person.
    pub fn new<'b>(
        bodies: impl IntoIterator<Item = (&'b String, &'b Body)>,
        print: &Print,
        run_date: Date,
    ) -> Result<Self, RenderError> {
        Self::as_planned(bodies, print, run_date, &BTreeMap::new())
    }

    /// The same for a plan that was made before: a body takes as many sheets as the plan says, by
    /// its hash, though this program might need fewer.
    ///
    /// # Errors
    /// As [`Press::new`].
    pub fn as_planned<'b>(
        bodies: impl IntoIterator<Item = (&'b String, &'b Body)>,
        print: &Print,
        run_date: Date,
        planned: &BTreeMap<String, u32>,
    ) -> Result<Self, RenderError> {
        let workshop = Workshop::new(run_date)?;
        let zones = Zones::of(&print.window);
        if print.sheet_mark == SheetMark::Own
            && MARK.grown(MARK_QUIET).overlaps(&zones.may_be_visible)
        {
            return Err(RenderError::MarkInWindow);
        }
        let metrics = workshop.metrics();
        let bodies: Vec<(&String, &Body)> = bodies.into_iter().collect();
        let parts = Parts::of(&workshop, bodies.iter().map(|(_, body)| *body), &print.window)?;
        let lay = |(key, body): &(&String, &Body)| {
            let planned = planned
                .get(*key)
                .map(|sheets| if print.duplex { *sheets } else { sheets.div_ceil(2) });
            let pages = |space: &Space| parts.pages(body, space);
            let fitted = fit(body, Sheet::of(&print.window), planned, &pages)?;
            Ok(((*key).clone(), Stock::of(body, fitted, &metrics)?))
        };

        let stock = workers::map(&bodies, lay).into_iter().collect::<Result<_, RenderError>>();
        Workshop::forget();

        Ok(Self { metrics, print: *print, stock: stock?, workshop })
    }

    /// Distinct bodies that were set.
    #[must_use]
    pub fn bodies(&self) -> usize {
        self.stock.len()
    }

    /// Layouts so far: bodies and whole letters, each try at a density counted.
    #[must_use]
    pub fn layouts(&self) -> usize {
        self.workshop.layouts()
    }

    /// Sides of text of a body, without a blank back; `None` for a body that this press does not
    /// have.
    #[must_use]
    pub fn sides(&self, body: &str) -> Option<usize> {
        self.stock.get(body).map(|stock| stock.pages.len())
    }

    /// Page breaks of a body that strand a line, an entry of a list or the end of the letter;
    /// `None` as for [`Press::sides`].
    #[must_use]
    pub fn stranded(&self, body: &str) -> Option<usize> {
        self.stock.get(body).map(|stock| stock.stranded)
    }

    /// Pages (blank backs included) and sheets of a letter with this body; `None` for one that this
    /// press does not have.
    #[must_use]
    pub fn paper(&self, body: &str) -> Option<(u32, u32)> {
        self.sides(body).map(|sides| paper(sides, self.print.duplex))
    }

    /// Holds what cannot be printed, before anything is planned.
    ///
    /// # Errors
    /// [`RenderError::Body`] when a draft names a body that this press does not have, or one of
    /// another language or size.
    pub fn proof(&self, drafts: Vec<Draft>) -> Result<ProofResult, RenderError> {
        let checked: Vec<_> =
            drafts.into_par_iter().map(|draft| self.check(draft)).collect::<Result<_, _>>()?;
        let mut proofed =
            ProofResult { ready: Vec::with_capacity(checked.len()), held: Vec::new() };
        for draft in checked {
            match draft {
                Ok(proof) => proofed.ready.push(proof),
                Err(held) => proofed.held.push(held),
            }
        }

        Ok(proofed)
    }

    fn check(&self, draft: Draft) -> Result<Result<Proof, (Draft, Reason)>, RenderError> {
        let stock = self.stock.get(&draft.body).ok_or(RenderError::Body)?;
        if (stock.language, stock.format) != (draft.language, draft.format) {
            return Err(RenderError::Body);
        }

        if stock.pages.len() > stock.most_sides {
            return Ok(Err((draft, Reason::S104)));
        }

        let gate = Gate { metrics: &self.metrics, window: &self.print.window };
        if let Err(reason) = gate.check(&draft, stock) {
            return Ok(Err((draft, reason)));
        }

        let (pages, sheets) = paper(stock.pages.len(), self.print.duplex);
        Ok(Ok(Proof { draft, pages, sheets }))
    }

    /// Sets one print file: the letters in this order, each on a fresh sheet. `job` is the number
    /// in the sheet marks. The bytes depend on nothing but the letters, their bodies and the
    /// settings.
    ///
    /// # Errors
    /// [`RenderError`] without personal data; then there is no print file.
    pub fn set(&self, job: JobNumber, letters: &[&Planned]) -> Result<Vec<u8>, RenderError> {
        let mut file = PrintFile::new(&self.metrics, &self.print, job);
        for letter in letters {
            let stock = self.stock.get(&letter.draft.body).ok_or(RenderError::Body)?;
            if paper(stock.pages.len(), self.print.duplex)
                != (letter.place.pages, letter.place.sheets)
            {
                return Err(RenderError::Plan { letter_id: letter.draft.letter_id });
            }
            file.letter(letter, stock)?;
        }

        file.finish()
    }

    /// The letter as one Typst document, the way the stock library sets it: what benchmarks compare
    /// [`Press::set`] with.
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be laid out.
    pub fn whole_document(&self, draft: &Draft, body: &Body) -> Result<Vec<u8>, RenderError> {
        self.whole(draft, body)?.plain(&draft.letter_id.to_string(), self.workshop.date())
    }

    /// The letter as PDF/A-2a and PDF/UA-1, set whole by the same templates.
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be laid out or does not meet the standards.
    pub fn accessible(&self, draft: &Draft, body: &Body) -> Result<Vec<u8>, RenderError> {
        let laid = self.whole(draft, body)?;
        laid.accessible(&draft.letter_id.to_string(), self.workshop.date())
    }

    /// The dossier of an approval as PDF/A-2u: its own pages, then these letters, set whole.
    ///
    /// # Errors
    /// [`RenderError`] when something cannot be laid out or does not meet the standard.
    pub fn dossier(
        &self,
        pages: &DossierPages,
        letters: &[DossierLetter<'_>],
    ) -> Result<Vec<u8>, RenderError> {
        let set = |letter: &DossierLetter<'_>| self.whole(letter.draft, letter.body);
        let letters = letters.iter().map(set).collect::<Result<Vec<_>, RenderError>>()?;
        let pages_and_letters = self.workshop.lay_dossier(pages)?.bound(&letters);
        pages_and_letters.archive(&pages.title, self.workshop.date())
    }

    /// The letter as pictures (PNG), one a side: see [`Press::sides_of`].
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be laid out.
    pub fn png(
        &self,
        draft: &Draft,
        body: &Body,
        pixels_per_inch: f64,
    ) -> Result<Vec<Vec<u8>>, RenderError> {
        let sides = self.sides_of(draft, body, pixels_per_inch)?;
        sides.iter().map(|side| side.raster.png()).collect()
    }

    /// The sides of the letter as the printed sheet looks: set whole by the same templates, with the
    /// sheet marks of an invented place in the job.
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be laid out.
    pub fn sides_of(
        &self,
        draft: &Draft,
        body: &Body,
        pixels_per_inch: f64,
    ) -> Result<Vec<Side>, RenderError> {
        let mut input = self.input(draft, body)?;
        if self.print.sheet_mark == SheetMark::Own {
            let sides = self.sides(&draft.body).ok_or(RenderError::Body)?;
            input.person.marks =
                shown_marks(sides, self.print.duplex).ok_or(RenderError::Workshop)?;
        }

        let laid = self.workshop.lay(&input)?;
        let lines = laid.pages()?.into_iter().map(|page| {
            page.runs.into_iter().map(super::laid::Run::line).collect::<Vec<SideLine>>()
        });
        let rasters = laid.rasters(pixels_per_inch).into_iter();
        Ok(rasters.zip(lines).map(|(raster, lines)| Side { raster, lines }).collect())
    }

    fn whole(&self, draft: &Draft, body: &Body) -> Result<Laid, RenderError> {
        self.workshop.lay(&self.input(draft, body)?)
    }

    /// The letter with the space that its body has on its own: slots move nothing, so both come out
    /// alike.
    fn input(&self, draft: &Draft, body: &Body) -> Result<LetterInput, RenderError> {
        let space = &self.stock.get(&draft.body).ok_or(RenderError::Body)?.space;
        let (window, date) = (&self.print.window, self.workshop.date());
        let input = LetterInput::new(body, PersonalSlots::of(draft, window), window, date);
        Ok(input.with(space))
    }
}

/// Sheet marks of the first letter of job 0, for each side of the paper.
fn shown_marks(sides: usize, duplex: bool) -> Option<Vec<Vec<[f64; 4]>>> {
    let (_, sheets) = paper(sides, duplex);
    let one = |side: usize| {
        let sides_a_sheet = if duplex { 2 } else { 1 };
        if !side.is_multiple_of(sides_a_sheet) {
            return Some(Vec::new());
        }
        let sheet = u32::try_from(side / sides_a_sheet).ok()? + 1;
        let symbol = SheetCode { job: 0, seq: 1, sheet, of: sheets }.symbol()?;
        let module = |at: u8| f64::from(at) * MARK_MODULE;
        let dark = runs(&symbol).map(|(column, row, length)| {
            [MARK.left + module(column), MARK.top + module(row), module(length), MARK_MODULE]
        });
        Some(dark.collect())
    };

    (0..sides).map(one).collect()
}

/// A body on its pages.
pub(super) struct Fitted {
    pub pages: Vec<LaidPage>,
    /// Page breaks that strand a line, an entry of a list or the end of the letter.
    pub stranded: usize,
    pub space: Space,
}

/// Space in a letter: what the press chooses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Space {
    pub density: Density,
    /// By how much every page ends early, in points.
    pub trim: f64,
    /// Above each block, in points.
    pub air: Vec<f64>,
}

impl Space {
    /// With one page ended earlier.
    fn with(&self, end: &FairEnd) -> Self {
        let mut space = self.clone();
        match end.blocks.len() {
            0 => space.trim += end.by,
            #[expect(clippy::cast_precision_loss, reason = "a letter has some twenty blocks")]
            count => end.blocks.iter().for_each(|block| space.air[*block] += end.by / count as f64),
        }
        space
    }
}

/// A letter with some space.
struct Trial<'a> {
    pages: Vec<LaidPage>,
    lines: Lines<'a>,
    space: Space,
}

impl Trial<'_> {
    fn sheets(&self) -> usize {
        self.pages.len().div_ceil(2)
    }

    /// The first page whose end strands something.
    fn unfair(&self) -> Option<usize> {
        self.lines.stranded().next()
    }

    fn fitted(self) -> Fitted {
        let stranded = self.lines.stranded().count();
        Fitted { stranded, pages: self.pages, space: self.space }
    }
}

/// Share of the lines of an open letter that these densities may save room for, measured over all
/// kinds of letters.
const SAVES: [(Density, f64); 2] = [(Density::Normal, 1.0 / 7.0), (Density::Tight, 1.0 / 4.0)];

/// On the fewest sheets (of two sides), or as many as the plan says; on these with breaks that
/// strand nothing, and as open as that allows. Large print that cannot have such breaks takes one
/// sheet more, where there is no plan that says otherwise. `pages` sets the body with so much space.
pub(super) fn fit(
    body: &Body,
    sheet: Sheet,
    planned: Option<u32>,
    pages: &dyn Fn(&Space) -> Result<Vec<LaidPage>, RenderError>,
) -> Result<Fitted, RenderError> {
    let mut lay = |space: Space| -> Result<Trial<'_>, RenderError> {
        let pages = pages(&space)?;
        let lines = Lines::of(&pages, body, sheet.heading_y);
        Ok(Trial { pages, lines, space })
    };

    let plain = |density| Space { density, trim: 0.0, air: vec![0.0; body.blocks.len()] };

    // What stands beyond the paper that is hoped for says which density is worth a try.
    let mut best = lay(plain(Density::Open))?;
    let beyond: Vec<f64> =
        (0..=best.sheets()).map(|sheets| best.lines.beyond(2 * sheets)).collect();
    for (density, saves) in SAVES {
        let hoped = planned.map_or(best.sheets() - 1, |planned| planned as usize);
        if hoped < best.sheets() && beyond[hoped] <= saves {
            let trial = lay(plain(density))?;
            if trial.sheets().abs_diff(hoped) < best.sheets().abs_diff(hoped) {
                best = trial;
            }
        }
    }

    if best.unfair().is_none() {
        return Ok(best.fitted());
    }

    let sheets = best.sheets();
    if let Some(fair) = mend(&best, sheets, &mut lay)? {
        return Ok(fair.fitted());
    }

    for density in
        Density::ALL.into_iter().skip_while(|density| *density != best.space.density).skip(1)
    {
        let trial = lay(plain(density))?;
        if trial.sheets() == sheets && trial.unfair().is_none() {
            return Ok(trial.fitted());
        }
        if let Some(fair) = mend(&trial, sheets, &mut lay)? {
            return Ok(fair.fitted());
        }
    }

    let more = sheets + 1;
    if planned.is_none() && 2 * more <= body.most_sides() {
        // As if it had been planned so: a plan that is resumed comes to the same letter.
        let roomy = fit(body, sheet, u32::try_from(more).ok(), pages)?;
        if roomy.stranded == 0 {
            return Ok(roomy);
        }
    }

    Ok(best.fitted())
}

/// The same letter with its pages ended earlier where they strand something, from the first page
/// on; `None` where that takes more paper.
fn mend<'a>(
    trial: &Trial<'a>,
    sheets: usize,
    lay: &mut impl FnMut(Space) -> Result<Trial<'a>, RenderError>,
) -> Result<Option<Trial<'a>>, RenderError> {
    let Some(page) = trial.unfair() else { return Ok(None) };
    for end in trial.lines.fair_ends(page) {
        let tried = lay(trial.space.with(&end))?;
        if tried.sheets() != sheets {
            break;
        }
        match tried.unfair() {
            None => return Ok(Some(tried)),
            Some(next) if next > page => {
                if let Some(mended) = mend(&tried, sheets, lay)? {
                    return Ok(Some(mended));
                }
            }
            Some(_) => {}
        }
    }

    Ok(None)
}

/// Pages with blank backs, and sheets, of so many sides.
fn paper(sides: usize, duplex: bool) -> (u32, u32) {
    let sides = u32::try_from(sides).unwrap_or(u32::MAX);
    if duplex { (sides.next_multiple_of(2), sides.div_ceil(2)) } else { (sides, sides) }
}
