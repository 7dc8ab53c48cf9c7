//! Galleys: the pieces that letters are made of, each laid out once however many letters have it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize, Serializer};

use crate::base::workers;
use crate::field::body::{Body, Part};
use crate::field::terms::{Format, Language};
use crate::render::RenderError;
use crate::render::geometry::Sheet;
use crate::render::input::{Density, unbroken};
use crate::render::laid::LaidPage;
use crate::render::world::Workshop;

/// Baseline of a line below its top, in ems: `top-edge` in `templates/page.typ`.
pub(super) const BASELINE: f64 = 0.8;
/// Pieces in one document: few enough for all cores to have some.
const PIECES: usize = 48;

/// A piece of a letter's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Piece<'a> {
    /// The question above a block.
    Question(#[serde(serialize_with = "joined")] &'a str),
    /// A paragraph.
    Paragraph(#[serde(serialize_with = "joined")] &'a str),
    /// One entry of a list, its bullet included.
    Entry(#[serde(serialize_with = "joined")] &'a str),
    /// A numbered list: its numbers are as wide as the widest.
    Steps(#[serde(serialize_with = "all_joined")] &'a [String]),
    /// The place for a provider's name.
    Provider,
}

fn joined<S: Serializer>(text: &&str, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&unbroken(text))
}

fn all_joined<S: Serializer>(texts: &&[String], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(texts.iter().map(|text| unbroken(text)))
}

impl<'a> Piece<'a> {
    /// The pieces of a body in order, some of them more than once.
    fn all(body: &'a Body) -> impl Iterator<Item = Self> {
        let parts = |part: &'a Part| match part {
            Part::Paragraph(text) => vec![Self::Paragraph(text)],
            Part::Bullets(items) => items.iter().map(|item| Self::Entry(item)).collect(),
            Part::Steps(items) => vec![Self::Steps(items)],
            Part::ProviderLine => vec![Self::Provider],
        };
        body.blocks.iter().flat_map(move |block| {
            let question = Some(block.heading.as_str()).filter(|heading| !heading.is_empty());
            question.map(Self::Question).into_iter().chain(block.parts.iter().flat_map(parts))
        })
    }
}

/// A piece that has been laid out.
#[derive(Debug)]
pub(super) struct Galley {
    /// Lines from top to bottom, entry by entry; what is no list has one entry. Places are counted
    /// from the left edge of the paper and from the line's own top.
    pub entries: Vec<Vec<LaidPage>>,
}

impl Galley {
    /// Reads the page on which the piece was laid out, at the most open density.
    ///
    /// # Errors
    /// [`RenderError::Layout`] when its lines do not follow each other as text does.
    fn of(piece: Piece<'_>, page: LaidPage, measures: &Measures) -> Result<Self, RenderError> {
        let spaces = measures.spaces(Density::Open)?;
        let mut galley = Self { entries: Vec::new() };
        let mut above: Option<f64> = None;
        for (y, mut line) in lines(page) {
            let begins = match piece {
                Piece::Steps(_) => is_numbered(&line, galley.entries.len() + 1),
                _ => galley.entries.is_empty(),
            };

            let apart = if begins { spaces.steps } else { spaces.lead };
            if above.is_some_and(|above| (y - above - measures.text - apart).abs() > 0.01) {
                return Err(RenderError::Layout { code: "galley" });
            }
            above = Some(y);

            line.lower(BASELINE * measures.text - y);
            if begins {
                galley.entries.push(Vec::new());
            }
            galley.entries.last_mut().ok_or(RenderError::Layout { code: "galley" })?.push(line);
        }

        Ok(galley)
    }
}

/// Whether a line begins with this number of a step.
fn is_numbered(line: &LaidPage, number: usize) -> bool {
    line.runs.first().is_some_and(|run| run.text == format!("{number}."))
}

/// What stands on each baseline, in points from the top of the page.
fn lines(page: LaidPage) -> Vec<(f64, LaidPage)> {
    let mut baselines: Vec<f64> =
        page.runs.iter().map(|run| run.y).chain(page.slots.iter().map(|slot| slot.y)).collect();
    baselines.sort_unstable_by(f64::total_cmp);
    baselines.dedup_by(|one, other| (*one - *other).abs() < 0.01);

    let mut lines = Vec::new();
    let mut rest = page;
    for y in baselines {
        let (line, below) = rest.parted(y + 0.01);
        lines.push((y, line));
        rest = below;
    }
    lines
}

/// Spaces at one density, in points.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spaces {
    /// Between the lines of a paragraph.
    pub lead: f64,
    /// Around paragraphs, and below lists.
    pub gap: f64,
    /// Above a question, the farewell and the last lines.
    pub above: f64,
    /// Below a question, and above what it or a sentence announces.
    pub below: f64,
    /// Between the entries of a list.
    pub items: f64,
    /// Between steps.
    pub steps: f64,
    /// Margin.
    pub top: f64,
    /// Margin of a page that does not end early.
    pub bottom: f64,
}

/// Measures of a size of print, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measures {
    /// Height of a line.
    pub text: f64,
    /// Height of the paper.
    pub page: f64,
    /// Width of the text.
    pub width: f64,
    /// Widest entry that has room in one of two columns.
    pub column: f64,
    /// Entries from which on a list may have two columns; `None`: it never has.
    pub columns_from: Option<usize>,
    densities: BTreeMap<Density, Spaces>,
}

impl Measures {
    /// What this density leaves between things.
    ///
    /// # Errors
    /// [`RenderError::Workshop`] when the templates do not have it.
    pub fn spaces(&self, density: Density) -> Result<Spaces, RenderError> {
        self.densities.get(&density).copied().ok_or(RenderError::Workshop)
    }
}

/// Input of `templates/galley.typ`.
#[derive(Serialize)]
pub(super) struct GalleyInput<'p, 'a> {
    language: Language,
    format: Format,
    sheet: Sheet,
    pieces: &'p [Piece<'a>],
}

/// All pieces of some bodies.
pub(super) struct Galleys<'a> {
    laid: HashMap<(Language, Format, Piece<'a>), Galley>,
    measures: HashMap<Format, Measures>,
}

impl<'a> Galleys<'a> {
    /// Lays every distinct piece out once.
    ///
    /// # Errors
    /// [`RenderError`] as for a letter.
    pub fn of(
        workshop: &Workshop,
        bodies: impl IntoIterator<Item = &'a Body>,
        sheet: Sheet,
    ) -> Result<Self, RenderError> {
        let mut pieces: BTreeMap<(Language, Format), HashSet<Piece<'a>>> = BTreeMap::new();
        for body in bodies {
            pieces.entry((body.language, body.format)).or_default().extend(Piece::all(body));
        }
        let pieces: Vec<((Language, Format), Vec<Piece<'a>>)> =
            pieces.into_iter().map(|(key, pieces)| (key, pieces.into_iter().collect())).collect();

        let documents: Vec<GalleyInput<'_, 'a>> = pieces
            .iter()
            .flat_map(|((language, format), pieces)| {
                let (language, format) = (*language, *format);
                let document = move |pieces| GalleyInput { language, format, sheet, pieces };
                pieces.chunks(PIECES).map(document)
            })
            .collect();
        let lay = |input: &GalleyInput<'_, 'a>| workshop.lay_galleys(input);

        let mut galleys = Self { laid: HashMap::new(), measures: HashMap::new() };
        for (input, laid) in documents.iter().zip(workers::map(&documents, lay)) {
            let (measures, pages) = laid?;
            for (piece, page) in input.pieces.iter().zip(pages) {
                let galley = Galley::of(*piece, page, &measures)?;
                galleys.laid.insert((input.language, input.format, *piece), galley);
            }
            galleys.measures.insert(input.format, measures);
        }

        Ok(galleys)
    }

    /// A piece of a body.
    ///
    /// # Errors
    /// [`RenderError::Body`] for one of another body.
    pub fn piece(&self, body: &Body, piece: Piece<'a>) -> Result<&Galley, RenderError> {
        self.laid.get(&(body.language, body.format, piece)).ok_or(RenderError::Body)
    }

    /// Measures of a size of print.
    ///
    /// # Errors
    /// [`RenderError::Body`] when no body has it.
    pub fn measures(&self, format: Format) -> Result<&Measures, RenderError> {
        self.measures.get(&format).ok_or(RenderError::Body)
    }
}
