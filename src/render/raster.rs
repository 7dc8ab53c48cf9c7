//! A page as pixels: to be compared with another, exactly.

use crate::render::RenderError;
use crate::render::geometry::{MARK, MARK_QUIET, PAGE_WIDTH, Rect};

/// A page as pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// Bytes of a pixel.
const PIXEL: usize = 4;

impl Raster {
    /// The picture as PNG.
    ///
    /// # Errors
    /// [`RenderError::Picture`] when it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, RenderError> {
        let greys = self.greys();
        let (color, pixels) = match &greys {
            Some(greys) => (png::ColorType::Grayscale, greys),
            None => (png::ColorType::Rgba, &self.rgba),
        };

        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        // Pages are white for the most part: whatever packs them, they are small.
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(|_| RenderError::Picture)?;
        writer.write_image_data(pixels).map_err(|_| RenderError::Picture)?;
        writer.finish().map_err(|_| RenderError::Picture)?;
        Ok(bytes)
    }

    /// One byte a pixel, as for letters, which are black on white; `None` where there is colour.
    fn greys(&self) -> Option<Vec<u8>> {
        let is_grey =
            |pixel: &[u8]| pixel[0] == pixel[1] && pixel[1] == pixel[2] && pixel[3] == u8::MAX;
        let is_grey = self.rgba.chunks_exact(PIXEL).all(is_grey);
        is_grey.then(|| self.rgba.iter().step_by(PIXEL).copied().collect())
    }

    /// Whether any pixel inside `place` (mm) differs from the same pixel of the other; true for
    /// pictures of different sizes.
    #[must_use]
    pub fn differs_in(&self, other: &Self, place: Rect) -> bool {
        if (self.width, self.height) != (other.width, other.height) {
            return true;
        }

        let per_mm = f64::from(self.width) / PAGE_WIDTH;
        let range = |from: f64, until: f64, most: u32| {
            pixel(from * per_mm)..pixel(until * per_mm).min(most as usize)
        };
        let columns = range(place.left, place.right + 1.0 / per_mm, self.width);
        range(place.top, place.bottom + 1.0 / per_mm, self.height).any(|row| {
            let line = row * self.width as usize;
            let bytes = (line + columns.start) * PIXEL..(line + columns.end) * PIXEL;
            self.rgba[bytes.clone()] != other.rgba[bytes]
        })
    }

    /// Both on one page: grey is what is the same, red what is only in this, green what is only in
    /// the other.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let (width, height) = (self.width.max(other.width), self.height.max(other.height));
        let darkness = |raster: &Self, column: u32, row: u32| -> u8 {
            if column >= raster.width || row >= raster.height {
                return 0;
            }
            let at = (row as usize * raster.width as usize + column as usize) * PIXEL;
            255 - raster.rgba[at + 1]
        };

        let mut rgba = Vec::with_capacity(width as usize * height as usize * PIXEL);
        for row in 0..height {
            for column in 0..width {
                let (before, after) = (darkness(self, column, row), darkness(other, column, row));
                let same = before.min(after) / 2;
                let (gone, new) = (before - before.min(after), after - before.min(after));
                let paper = 255 - same;
                rgba.extend([
                    paper.saturating_sub(new),
                    paper.saturating_sub(gone),
                    paper.saturating_sub(new.max(gone)),
                    255,
                ]);
            }
        }

        Self { width, height, rgba }
    }
}

/// What a picture is, for whoever debugs: never its pixels.
impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({} x {})", self.width, self.height)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page has some thousand pixels in a row, none of them left of its edge"
)]
fn pixel(place: f64) -> usize {
    place.max(0.0) as usize
}

/// The place of the sheet mark with its quiet zone, mm.
#[must_use]
pub fn mark_zone() -> Rect {
    MARK.grown(MARK_QUIET)
}

/// One line of text on a side, in points from the top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct SideLine {
    /// What it says.
    pub text: String,
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

/// One side of a letter: how it looks and where its text is.
#[derive(Debug)]
pub struct Side {
    /// Its pixels.
    pub raster: Raster,
    /// Its text, in the order of the letter.
    pub lines: Vec<SideLine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white page of 210 x 297 pixels, black where `black` says.
    fn page(black: &[(u32, u32)]) -> Raster {
        let mut rgba = vec![255; 210 * 297 * PIXEL];
        for (column, row) in black {
            let at = (row * 210 + column) as usize * PIXEL;
            rgba[at..at + 3].fill(0);
        }
        Raster { width: 210, height: 297, rgba }
    }

    #[test]
    fn one_pixel_is_a_difference_where_it_is_and_nowhere_else() {
        let (blank, dot) = (page(&[]), page(&[(50, 60)]));
        let around = |left: f64, top: f64| Rect::sized(left, top, 10.0, 10.0);
        assert!(blank.differs_in(&dot, around(45.0, 55.0)));
        assert!(!blank.differs_in(&dot, around(65.0, 55.0)));
        assert!(!dot.differs_in(&dot.clone(), around(45.0, 55.0)));
        let short = Raster { height: 10, rgba: vec![255; 210 * 10 * PIXEL], ..page(&[]) };
        assert!(blank.differs_in(&short, around(0.0, 0.0)));
    }

    #[test]
    fn over_each_other_old_is_red_new_is_green_and_the_rest_grey() {
        let over = page(&[(1, 1), (2, 2)]).over(&page(&[(2, 2), (3, 3)]));
        let at = |column: usize, row: usize| {
            let at = (row * 210 + column) * PIXEL;
            [over.rgba[at], over.rgba[at + 1], over.rgba[at + 2]]
        };
        assert_eq!(at(1, 1), [255, 0, 0]);
        assert_eq!(at(3, 3), [0, 255, 0]);
        assert_eq!(at(2, 2), [128, 128, 128]);
        assert_eq!(at(9, 9), [255, 255, 255]);
    }

    #[test]
    fn a_picture_is_a_png_and_grey_where_the_page_is() {
        let decoded = |raster: &Raster| {
            let png = raster.png().unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let color = reader.next_frame(&mut pixels).unwrap().color_type;
            (color, pixels)
        };

        let grey = page(&[(1, 1)]);
        let (color, pixels) = decoded(&grey);
        assert_eq!(color, png::ColorType::Grayscale);
        assert!(pixels.iter().eq(grey.rgba.iter().step_by(PIXEL)));

        let coloured = grey.over(&page(&[]));
        assert_eq!(decoded(&coloured), (png::ColorType::Rgba, coloured.rgba.clone()));
    }
}
