//! Where on the sheet the envelope's window shows, computed from envelope, window and fold
//! (print-and-mail 1.4).
//!
//! The folded sheet is smaller than the envelope and slides in it. What must be seen has to lie
//! where the window is however the sheet lies; what must not be seen has to stay off everywhere the
//! window can come.

use crate::config::Window;

/// Width of an A4 sheet, mm.
pub const SHEET_WIDTH: f64 = 210.0;

/// A rectangle on the sheet, mm from its left and top edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl Rectangle {
    /// Width, mm; negative when nothing is left of it.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height, mm; negative when nothing is left of it.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.left >= self.left
            && other.top >= self.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }

    /// Whether the two have a place in common.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        other.left < self.right
            && other.right > self.left
            && other.top < self.bottom
            && other.bottom > self.top
    }
}

/// What the window shows wherever the sheet lies, less the safety margin: return line, address and
/// KIX (with the white around it) belong inside.
#[must_use]
pub fn always_visible(window: &Window) -> Rectangle {
    let (x, y) = play(window);
    let (left, top) = corner(window);
    Rectangle {
        left: left + window.margin,
        top: top + window.margin,
        right: left + window.width - x - window.margin,
        bottom: top + window.height - y - window.margin,
    }
}

/// What the window may show in some position of the sheet: nothing else than the above may stand
/// inside.
#[must_use]
pub fn may_be_visible(window: &Window) -> Rectangle {
    let (x, y) = play(window);
    let (left, top) = corner(window);
    Rectangle {
        left: left - x,
        top: top - y,
        right: left + window.width,
        bottom: top + window.height,
    }
}

/// Width in mm for the bars of a KIX with white on both sides.
#[must_use]
pub fn kix_width(window: &Window) -> f64 {
    always_visible(window).width() - 2.0 * super::kix::QUIET_MM
}

/// How far the sheet can slide to the right and down.
fn play(window: &Window) -> (f64, f64) {
    (
        (window.envelope_width - SHEET_WIDTH).max(0.0),
        (window.envelope_height - window.fold).max(0.0),
    )
}

/// Left top corner of the window from the left top corner of the envelope.
fn corner(window: &Window) -> (f64, f64) {
    (window.left, window.envelope_height - window.bottom - window.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_envelope_gives_the_published_rectangles() {
        let window = Window::default();
        assert_eq!(
            always_visible(&window),
            Rectangle { left: 22.0, top: 52.0, right: 98.0, bottom: 88.0 }
        );

        assert_eq!(
            may_be_visible(&window),
            Rectangle { left: 10.0, top: 45.0, right: 110.0, bottom: 95.0 }
        );

        assert!((kix_width(&window) - 72.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_always_visible_may_be_visible() {
        for (width, height, fold) in [
            (220.0, 110.0, 105.0),
            (229.0, 114.0, 105.0),
            (229.0, 162.0, 148.5),
            (210.0, 105.0, 105.0),
        ] {
            let window = Window {
                envelope_width: width,
                envelope_height: height,
                fold,
                ..Window::default()
            };
            let (inner, outer) = (always_visible(&window), may_be_visible(&window));
            assert!(outer.contains(&inner) && outer.touches(&inner) && !inner.contains(&outer));
        }
    }

    #[test]
    fn the_white_around_a_kix_takes_room() {
        let window = Window { margin: 0.0, ..Window::default() };
        assert!((kix_width(&window) - 76.0).abs() < 1e-9);
    }
}
