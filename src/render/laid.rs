//! A page as it was laid out: glyphs, rules and slots, in points from the top left corner. What
//! stands between the layout engine and the writer of print files, so that neither knows the other.

use std::ops::Range;

use crate::render::geometry::{ASCENT, DESCENT};
use crate::render::raster::SideLine;

/// The two faces in which letters are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// Noto Sans.
    Regular,
    /// Noto Sans Bold.
    Bold,
}

impl Face {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Regular, Self::Bold];
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaidPage {
    /// Text in the order of the source.
    pub runs: Vec<Run>,
    /// Filled rectangles: rules and bars.
    pub rules: Vec<RuledLine>,
    /// Places for personal values.
    pub slots: Vec<Slot>,
}

impl LaidPage {
    /// What stands above `y`, in points, and the rest.
    #[must_use]
    pub fn parted(self, y: f64) -> (Self, Self) {
        let (above, below) = self.runs.into_iter().partition(|run| run.y < y);
        let (ruled_above, ruled_below) = self.rules.into_iter().partition(|rule| rule.y < y);
        let (slots_above, slots_below) = self.slots.into_iter().partition(|slot| slot.y < y);
        (
            Self { runs: above, rules: ruled_above, slots: slots_above },
            Self { runs: below, rules: ruled_below, slots: slots_below },
        )
    }

    /// Moves everything down by so many points.
    pub fn lower(&mut self, by: f64) {
        self.runs.iter_mut().for_each(|run| run.y += by);
        self.rules.iter_mut().for_each(|rule| rule.y += by);
        self.slots.iter_mut().for_each(|slot| slot.y += by);
    }

    /// Adds what stands on another page, so many points lower and further to the right.
    pub fn add(&mut self, other: &Self, down: f64, right: f64) {
        let (runs, rules, slots) = (&other.runs, &other.rules, &other.slots);
        self.runs.extend(runs.iter().map(|run| Run {
            x: run.x + right,
            y: run.y + down,
            ..run.clone()
        }));
        self.rules.extend(rules.iter().map(|rule| RuledLine {
            x: rule.x + right,
            y: rule.y + down,
            ..*rule
        }));
        self.slots.extend(slots.iter().map(|slot| Slot {
            x: slot.x + right,
            y: slot.y + down,
            ..*slot
        }));
    }
}

/// Glyphs of one face and size on one baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Face.
    pub face: Face,
    /// In points.
    pub size: f64,
    /// Left end.
    pub x: f64,
    /// Baseline.
    pub y: f64,
    /// What the glyphs stand for.
    pub text: String,
    /// In visual order.
    pub glyphs: Vec<Glyph>,
}

impl Run {
    /// What a glyph of this run stands for.
    #[must_use]
    pub fn text_of(&self, glyph: &Glyph) -> &str {
        self.text.get(glyph.text.clone()).unwrap_or_default()
    }

    /// Where it lies, from the tops of its capitals with accents to its descenders.
    #[must_use]
    pub fn line(self) -> SideLine {
        let advances: f64 = self.glyphs.iter().map(|glyph| glyph.advance).sum();
        SideLine {
            left: self.x,
            right: self.x + advances * self.size,
            top: self.y - ASCENT * self.size,
            bottom: self.y + DESCENT * self.size,
            text: self.text,
        }
    }
}

/// One glyph.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyph {
    /// Index in the face.
    pub id: u16,
    /// To the next glyph, in ems: the face's own advance and kerning.
    pub advance: f64,
    /// Shifted right by this many ems, the next glyph unaffected.
    pub offset: f64,
    /// The bytes it stands for in the run's text; empty for all but the first glyph of a cluster.
    pub text: Range<usize>,
}

/// A filled rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuledLine {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlotKey {
    /// Reference code, on every page.
    Reference,
    /// Salutation.
    Salutation,
    /// The provider's name.
    Provider,
    /// The rehearsal line: the same for everybody, but wanted on blank backs too.
    Rehearsal,
    /// The right end of "page n of m": the press alone knows how many pages a body has.
    Page,
}

impl SlotKey {
    /// By its name in the templates.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "reference" => Self::Reference,
            "salutation" => Self::Salutation,
            "provider" => Self::Provider,
            "rehearsal" => Self::Rehearsal,
            "page" => Self::Page,
            _ => return None,
        })
    }
}

/// A place for a personal value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// What for.
    pub key: SlotKey,
    /// Face.
    pub face: Face,
    /// In points.
    pub size: f64,
    /// Left end.
    pub x: f64,
    /// Baseline.
    pub y: f64,
}
