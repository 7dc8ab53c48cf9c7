//! The letter that was set is the letter that was decided: every letter of a print file, compared
//! with its plan.

mod texts;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::compose::kix::QUIET_MM;
use crate::config::{Print, SheetMark};
use crate::field::body::Body;
use crate::field::draft::{Draft, Kix};
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::render::geometry::{MARK, MARK_QUIET, PAGE_HEIGHT, PAGE_WIDTH, Rect, Sheet, Zones};
use crate::render::kix;
use crate::render::readback::known::{self, Shelf};
use crate::render::readback::{Layer, Page, PlacedText, ReadbackError, Reader, open};
use crate::render::sheet_mark::{self, SheetCode};

use texts::{Gap, Main, Spoken, Wanted, fold};

/// Compares the print files of a job with what was decided. Bodies that come in several files are
/// compared once.
pub struct Proofreader<'a> {
    job: JobNumber,
    bodies: &'a BTreeMap<String, Body>,
    print: &'a Print,
    zones: Zones,
    sheet: Sheet,
    shelf: Shelf<Checked>,
}

impl<'a> Proofreader<'a> {
    /// For a job with this number in its sheet marks, its bodies by their key, its paper and
    /// window.
    #[must_use]
    pub fn new(job: JobNumber, bodies: &'a BTreeMap<String, Body>, print: &'a Print) -> Self {
        let window = &print.window;
        Self {
            job,
            bodies,
            print,
            zones: Zones::of(window),
            sheet: Sheet::of(window),
            shelf: Shelf::default(),
        }
    }

    /// Compares a finished print file with its letters, in print order: for every letter its pages,
    /// name, address, country, salutation, reference on each page, provider, every sentence and
    /// list of its body in order, page numbers, bars and sheet marks, and that nothing but the
    /// address shows in the window.
    ///
    /// # Errors
    /// [`ReadbackError`] for the first difference.
    pub fn compare(&self, pdf: &[u8], letters: &[&Planned]) -> Result<(), ReadbackError> {
        let pdf = open(pdf)?;
        let pages = pdf.pages();
        let planned: usize = letters.iter().map(|letter| count(letter.place.pages)).sum();
        if pages.len() != planned {
            return Err(ReadbackError::Pages { found: pages.len(), planned });
        }

        let mut checker = Checker { job: self, reader: Reader::default(), bodies: HashMap::new() };
        let mut rest = pages.iter();
        for letter in letters {
            let own = rest.by_ref().take(count(letter.place.pages));
            let pages = own.map(|page| checker.reader.page(page)).collect::<Result<Vec<_>, _>>()?;
            checker.letter(letter, &pages).map_err(|wrong| match wrong {
                Wrong::Letter(what) => {
                    ReadbackError::Mismatch { letter_id: letter.draft.letter_id, what }
                }
                Wrong::File(error) => error,
            })?;
        }

        Ok(())
    }
}

/// What is wrong with a letter, or with the file that it stands in.
enum Wrong {
    Letter(&'static str),
    File(ReadbackError),
}

impl From<&'static str> for Wrong {
    fn from(what: &'static str) -> Self {
        Self::Letter(what)
    }
}

impl From<ReadbackError> for Wrong {
    fn from(error: ReadbackError) -> Self {
        Self::File(error)
    }
}

fn count(pages: u32) -> usize {
    usize::try_from(pages).unwrap_or(usize::MAX)
}

/// Millimetres within which two baselines are one.
const SAME_LINE: f64 = 0.05;
/// Below this is the foot of a page; the lowest line of large print that is set tight ends 0.7 mm
/// above it.
const FOOT: f64 = PAGE_HEIGHT - 17.5;
/// Above this stands nothing but the rehearsal line.
const HEAD: f64 = 13.0;

/// A body whose pages have been compared; what follows for its personal lines.
pub(super) struct Checked {
    salutation: Gap,
    /// One place, or two where the page turns at the provider's line; none in a body that names no
    /// provider.
    provider: Vec<Gap>,
    /// For each page the right end and the baseline of each reference label.
    labels: Vec<Vec<(f64, f64)>>,
}

/// Compares the letters of one file.
struct Checker<'a, 'f> {
    job: &'a Proofreader<'a>,
    reader: Reader<'f>,
    bodies: HashMap<(String, Vec<i32>), Arc<Checked>>,
}

type Outcome = Result<(), &'static str>;

fn must(holds: bool, what: &'static str) -> Outcome {
    if holds { Ok(()) } else { Err(what) }
}

impl Checker<'_, '_> {
    fn letter(&mut self, letter: &Planned, pages: &[Page]) -> Result<(), Wrong> {
        let job = self.job;
        let body = job.bodies.get(&letter.draft.body).ok_or("body")?;
        let near = |found: f64, wanted: f64| (found - wanted).abs() < 0.1;
        must(
            pages.iter().all(|page| near(page.width, PAGE_WIDTH) && near(page.height, PAGE_HEIGHT)),
            "page size",
        )?;

        let sides = pages.iter().take_while(|page| !page.forms.is_empty()).count();
        must(sides > 0 && pages[..sides].iter().all(|page| page.forms.len() == 1), "body pages")?;
        let blank_back = job.print.duplex && sides % 2 == 1;
        must(pages.len() == sides + usize::from(blank_back), "page count")?;
        let checked = self.body(
            &letter.draft.body,
            body,
            pages[..sides].iter().flat_map(|page| &page.forms).copied(),
        )?;

        let mut providers = 0;
        for (index, page) in pages.iter().enumerate() {
            if index < sides {
                providers += job.personal(&letter.draft, &checked, index, &page.own.texts)?;
            } else {
                let texts = page.own.texts.iter().map(|text| text.text.as_str());
                let rehearsal = Some(body.frame.rehearsal.as_str()).filter(|line| !line.is_empty());
                must(texts.eq(rehearsal), "blank back")?;
            }
            job.inked(letter, index, &page.own)?;
        }

        Ok(must(providers == usize::from(body.provider_slot), "provider is missing")?)
    }

    /// A body is compared once in a file, and but once where it is the same in several.
    fn body(
        &mut self,
        key: &str,
        body: &Body,
        forms: impl Iterator<Item = i32>,
    ) -> Result<Arc<Checked>, Wrong> {
        let place = (key.to_owned(), forms.collect::<Vec<_>>());
        if let Some(checked) = self.bodies.get(&place) {
            return Ok(Arc::clone(checked));
        }

        let forms = place.1.as_slice();
        let streams = known::streams(&self.reader, key, forms)?;
        let known = self.job.shelf.find(&streams, &mut self.reader, forms)?;
        let checked = if let Some(checked) = known {
            checked
        } else {
            let read =
                forms.iter().map(|&form| self.reader.form(form)).collect::<Result<Vec<_>, _>>()?;
            let layers: Vec<&Layer> = read.iter().map(|form| &*form.layer).collect();
            let checked = Arc::new(self.job.body(body, &layers)?);
            self.job.shelf.keep(streams, &mut self.reader, forms, &checked)?;
            checked
        };

        self.bodies.insert(place, Arc::clone(&checked));
        Ok(checked)
    }
}

impl Proofreader<'_> {
    /// Everything that many letters share, on all its pages.
    fn body(&self, body: &Body, pages: &[&Layer]) -> Result<Checked, &'static str> {
        let mut main = Main::default();
        let mut labels = vec![Vec::new(); pages.len()];
        for (index, layer) in pages.iter().enumerate() {
            let (mut head, mut beside, mut window, mut foot) = Default::default();
            for text in &layer.texts {
                let zone = if text.baseline < HEAD {
                    &mut head
                } else if text.baseline > FOOT {
                    &mut foot
                } else if index == 0 && text.area().overlaps(&self.zones.may_be_visible) {
                    must(
                        self.zones.always_visible.contains(&text.area()),
                        "return line outside the window",
                    )?;
                    &mut window
                } else if index == 0 && text.baseline < self.sheet.heading_y {
                    &mut beside
                } else {
                    main.lines.push((index, text.baseline, main.text.len()));
                    &mut main.text
                };
                fold(zone, &text.text);
                if text.text.contains(&body.frame.reference_label) {
                    labels[index].push((text.right, text.baseline));
                }
            }
            let wanted = Wanted { body, page: index, pages: pages.len() };
            must(head == wanted.head(), "rehearsal line")?;
            must(foot == wanted.foot(), "foot of the page")?;
            must(beside == wanted.letterhead(), "letterhead")?;
            must(window == wanted.window(), "return line")?;
            must(self.clear(index, layer), "ink in the window or the sheet mark's zone")?;
        }

        let wanted = Spoken::of(body);
        must(main.text == wanted.text, "text of the body")?;
        Ok(Checked {
            salutation: *main.gaps(wanted.salutation).first().ok_or("place of the salutation")?,
            provider: wanted.provider.map(|at| main.gaps(at)).unwrap_or_default(),
            labels,
        })
    }

    /// Nothing that is drawn, and no text, in the zone of the sheet mark; nothing drawn in the
    /// window, behind which the first page lies.
    fn clear(&self, page: usize, layer: &Layer) -> bool {
        let mark = MARK.grown(MARK_QUIET);
        let shows = |ink: &Rect| page == 0 && ink.overlaps(&self.zones.may_be_visible);
        layer.inked.iter().all(|ink| !shows(ink) && !ink.overlaps(&mark))
            && layer.texts.iter().all(|text| !text.area().overlaps(&mark))
    }

    /// The values on one page: exactly these, at their places. Counts the provider's lines among
    /// them.
    fn personal(
        &self,
        draft: &Draft,
        checked: &Checked,
        page: usize,
        texts: &[PlacedText],
    ) -> Result<usize, &'static str> {
        let mut texts: Vec<&PlacedText> = texts.iter().collect();
        if page == 0 {
            let (shown, others) = texts
                .into_iter()
                .partition::<Vec<_>, _>(|text| text.area().overlaps(&self.zones.may_be_visible));
            texts = others;
            self.address(draft, &shown)?;
        }

        let mut references = checked.labels[page].clone();
        let mut salutation = (page == checked.salutation.page).then_some(checked.salutation);
        let mut provider = checked.provider.iter().find(|gap| gap.page == page);
        let mut providers = 0;
        for text in texts {
            must(text.right <= self.sheet.text_right + 0.1, "a value beyond the edge of the text")?;
            must(
                !text.area().overlaps(&MARK.grown(MARK_QUIET)),
                "a value in the sheet mark's zone",
            )?;
            let within = |gap: &Gap| text.baseline > gap.above && text.baseline < gap.below;
            let label = |label: &(f64, f64)| {
                (label.1 - text.baseline).abs() < SAME_LINE && text.left > label.0 - 0.5
            };
            if let Some(at) = references.iter().position(label) {
                must(text.text == draft.reference, "reference")?;
                references.swap_remove(at);
            } else if salutation.take_if(|gap| within(gap)).is_some() {
                must(text.text.strip_suffix(',') == Some(&draft.salutation), "salutation")?;
            } else if provider.take_if(|gap| within(gap)).is_some() {
                must(text.text == draft.provider_display, "provider")?;
                providers += 1;
            } else {
                return Err("a value that has no place");
            }
        }

        must(references.is_empty(), "reference is missing")?;
        must(salutation.is_none(), "salutation is missing")?;
        Ok(providers)
    }

    fn address(&self, draft: &Draft, shown: &[&PlacedText]) -> Outcome {
        must(
            shown.iter().all(|text| self.zones.always_visible.contains(&text.area())),
            "address outside the window",
        )?;

        must(
            shown.is_sorted_by(|one, other| one.baseline < other.baseline),
            "order of the address lines",
        )?;

        let mut found = shown.iter().map(|text| text.text.as_str());
        must(found.by_ref().take(draft.name_lines.len()).eq(&draft.name_lines), "name lines")?;
        must(
            found.by_ref().take(draft.address_lines.len()).eq(&draft.address_lines),
            "address lines",
        )?;

        let country = Some(draft.country_line.as_str()).filter(|line| !line.is_empty());
        must(found.eq(country), "country line")
    }

    /// What a page draws itself is the bars and the sheet mark, and nothing else.
    fn inked(&self, letter: &Planned, page: usize, layer: &Layer) -> Outcome {
        let zone = MARK.grown(MARK_QUIET);
        let (mark, rest): (Vec<Rect>, Vec<Rect>) =
            layer.inked.iter().partition(|ink| ink.overlaps(&zone));
        let visible =
            rest.iter().all(|bar| self.zones.always_visible.contains(&bar.grown(QUIET_MM)));
        must(visible, "bars outside the window")?;
        let low =
            layer.texts.iter().filter(|text| text.area().overlaps(&self.zones.may_be_visible));
        let low = low.map(|text| text.area().bottom).fold(0.0, f64::max);

        must(rest.iter().all(|bar| bar.top >= low + QUIET_MM - 0.05), "quiet zone of the bars")?;

        match (&letter.draft.kix, page) {
            (Kix::Code(code), 0) => must(kix::read(&rest).as_ref() == Some(code), "bars")?,
            _ => must(rest.is_empty(), "bars where none belong")?,
        }

        let per_sheet = if self.print.duplex { 2 } else { 1 };
        if !page.is_multiple_of(per_sheet) || self.print.sheet_mark == SheetMark::Reserve {
            return must(mark.is_empty(), "ink in the sheet mark's zone");
        }

        let sheet = u32::try_from(page / per_sheet + 1).map_err(|_| "sheet mark")?;
        let code = SheetCode {
            job: self.job.get(),
            seq: letter.place.seq,
            sheet,
            of: letter.place.sheets,
        };
        let symbol = code.symbol();

        must(symbol.is_some() && sheet_mark::read(&mark) == symbol, "sheet mark")
    }
}
