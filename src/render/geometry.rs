//! Where things may stand on the sheet: the window of the envelope, the address in it, the sheet
//! mark. All lengths in millimetres from the top left corner of the page.

use serde::{Deserialize, Serialize};

use crate::compose::kix::QUIET_MM;
use crate::compose::window::{self, Rectangle};
use crate::config::Window;

/// A4.
pub const PAGE_WIDTH: f64 = 210.0;
/// A4.
pub const PAGE_HEIGHT: f64 = 297.0;
/// Millimetres in a point.
pub const MM_PER_PT: f64 = 25.4 / 72.0;
/// Name and address together, country included (PostNL addressing tips: 3 to 6 lines).
pub const ADDRESS_LINES: usize = 6;

/// Right edge of the text on every sheet.
pub const TEXT_RIGHT: f64 = PAGE_WIDTH - 20.0;

/// A rectangle in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// From its corner and its size.
    #[must_use]
    pub const fn sized(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Whether the other lies inside, edges included.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        // A hundredth of a millimetre: coordinates in a PDF are rounded.
        const SLACK: f64 = 0.01;
        self.left <= other.left + SLACK
            && self.top <= other.top + SLACK
            && other.right <= self.right + SLACK
            && other.bottom <= self.bottom + SLACK
    }

    /// Whether they share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Larger by `by` on all four sides.
    #[must_use]
    pub const fn grown(&self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }
}

/// What a window envelope shows of the sheet, whatever way the sheet has slid in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zones {
    /// Shown in every position, less the safety margin: address, return line and bars with their
    /// quiet zone stand here.
    pub always_visible: Rect,
    /// Shown in some position: must hold nothing else.
    pub may_be_visible: Rect,
}

impl Zones {
    /// The folded sheet lies in the envelope with play to the right and downwards; the window moves
    /// over the sheet by as much the other way (docs/print.md).
    #[must_use]
    pub fn of(window: &Window) -> Self {
        let rect = |Rectangle { left, top, right, bottom }| Rect { left, top, right, bottom };
        Self {
            always_visible: rect(window::always_visible(window)),
            may_be_visible: rect(window::may_be_visible(window)),
        }
    }
}

/// Measures of the sheet for the template and for the press, so that both ways of setting a letter
/// stand on one source.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Left edge of the text.
    pub text_left: f64,
    /// Right edge of the text.
    pub text_right: f64,
    /// Left edge of return line and address.
    pub address_x: f64,
    /// Room for a line of it.
    pub address_width: f64,
    /// Baseline of the first line of the address.
    pub address_y: f64,
    /// From baseline to baseline.
    pub address_pitch: f64,
    /// In points. PostNL: 10 to 12.
    pub address_size: f64,
    /// Baseline of the return line.
    pub return_y: f64,
    /// In points.
    pub return_size: f64,
    /// The heading begins below this: below the first fold, where an open envelope does not show
    /// it.
    pub heading_y: f64,
}

impl Sheet {
    /// Left edge of the text on every sheet.
    pub const TEXT_LEFT: f64 = 24.0;

    /// For this envelope.
    #[must_use]
    pub fn of(window: &Window) -> Self {
        let visible = Zones::of(window).always_visible;
        Self {
            text_left: Self::TEXT_LEFT,
            text_right: TEXT_RIGHT,
            // Room for the quiet zone of the bars.
            address_x: visible.left + QUIET_MM,
            address_width: visible.right - visible.left - QUIET_MM,
            address_y: visible.top + 6.4,
            // Six lines of 10 pt with bars and their quiet zone just fit the usual window at 11.2
            // pt.
            address_pitch: 3.95,
            address_size: 10.0,
            return_y: visible.top + 2.3,
            return_size: 6.5,
            heading_y: (window.fold + 3.0).max(Zones::of(window).may_be_visible.bottom + 3.0),
        }
    }

    /// Baseline of the address line with this index, from 0.
    #[must_use]
    pub fn address_line(&self, index: usize) -> f64 {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.address_y + f64::from(index) * self.address_pitch
    }

    /// Upper edge of the bars below so many lines: below the descenders and the quiet zone.
    #[must_use]
    pub fn bars_top(&self, lines: usize) -> f64 {
        self.address_line(lines.saturating_sub(1))
            + DESCENT * self.address_size * MM_PER_PT
            + QUIET_MM
    }
}

/// How far letters reach below the baseline, in ems (Noto Sans: 0.24).
pub const DESCENT: f64 = 0.24;
/// How far capitals with an accent reach above it, in ems.
pub const ASCENT: f64 = 0.98;

/// The sheet mark: 16 modules of 0.5 mm in the left margin, the same place on each sheet, 8 mm from
/// the edge and 30 mm from the foot, clear of the folds (docs/print.md).
pub const MARK: Rect = Rect::sized(8.0, 259.0, 8.0, 8.0);
/// Around the mark. What lies beyond the paper's edge is blank anyway.
pub const MARK_QUIET: f64 = 6.35;
/// Side of a module.
pub const MARK_MODULE: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::kix::FULL_MM;

    fn near(one: Rect, other: Rect) -> bool {
        one.contains(&other) && other.contains(&one)
    }

    #[test]
    fn the_usual_envelope_gives_the_rectangles_of_the_reference() {
        let zones = Zones::of(&Window::default());
        assert!(near(
            zones.always_visible,
            Rect { left: 22.0, top: 52.0, right: 98.0, bottom: 88.0 }
        ));
        assert!(near(
            zones.may_be_visible,
            Rect { left: 10.0, top: 45.0, right: 110.0, bottom: 95.0 }
        ));
    }

    #[test]
    fn six_lines_and_bars_fit_the_usual_window() {
        let sheet = Sheet::of(&Window::default());
        let bottom = sheet.bars_top(ADDRESS_LINES) + FULL_MM + QUIET_MM;
        assert!(bottom <= Zones::of(&Window::default()).always_visible.bottom);
    }

    #[test]
    fn the_mark_keeps_clear_of_edge_text_and_window() {
        let paper = Rect::sized(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT);
        let text = Rect { left: Sheet::TEXT_LEFT, right: TEXT_RIGHT, ..paper };
        assert!(paper.grown(-7.0).contains(&MARK));
        assert!(!MARK.grown(MARK_QUIET).overlaps(&text));
        assert!(!MARK.grown(MARK_QUIET).overlaps(&Zones::of(&Window::default()).may_be_visible));
    }

    #[test]
    fn an_envelope_without_play_shows_one_rectangle() {
        let tight = Window {
            envelope_width: 210.0,
            envelope_height: 105.0,
            margin: 0.0,
            ..Window::default()
        };
        let zones = Zones::of(&tight);
        assert!(near(zones.always_visible, zones.may_be_visible));
    }
}
