//! The texts of a body: as they were found on its pages, and as they should be.

use crate::field::body::{Body, Part};
use crate::field::terms::Format;

use super::FOOT;

/// Words only: where lines break does not matter.
pub(super) fn fold(into: &mut String, text: &str) {
    into.extend(text.chars().filter(|character| !character.is_whitespace()));
}

/// Where a personal line must stand: on this page, below one baseline and above another.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) page: usize,
    pub(super) above: f64,
    pub(super) below: f64,
}

/// The running text of a letter as it was found: words without spaces, and where each line begins
/// in them.
#[derive(Default)]
pub(super) struct Main {
    pub(super) text: String,
    /// Page, baseline, first byte.
    pub(super) lines: Vec<(usize, f64, usize)>,
}

impl Main {
    /// The rooms between the line that ends before `at` and the one that begins there: one, or
    /// where the page turns between them the beginning of the later page and the end of the earlier
    /// one.
    pub(super) fn gaps(&self, at: usize) -> Vec<Gap> {
        let Some(next) = self.lines.iter().position(|line| line.2 == at) else { return Vec::new() };
        let (page, below, _) = self.lines[next];
        let lowest = |page: usize| {
            let lines = self.lines[..next].iter().filter(|line| line.0 == page).map(|line| line.1);
            lines.reduce(f64::max)
        };

        let turned = match (lowest(page), page.checked_sub(1)) {
            (None, Some(page)) => lowest(page).map(|above| Gap { page, above, below: FOOT }),
            _ => None,
        };

        let here = Gap { page, above: lowest(page).unwrap_or(0.0), below };
        [Some(here), turned].into_iter().flatten().collect()
    }
}

/// The running text of a body as it should be, and where the personal lines come in it.
#[derive(Default)]
pub(super) struct Spoken {
    pub(super) text: String,
    pub(super) salutation: usize,
    pub(super) provider: Option<usize>,
}

impl Spoken {
    pub(super) fn of(body: &Body) -> Self {
        let mut spoken = Self::default();
        let frame = &body.frame;
        if body.format == Format::Large {
            spoken.add([&frame.date_label, ":", &frame.date, &frame.reference_label, ":"]);
        }

        spoken.add([&frame.heading]);
        spoken.salutation = spoken.text.len();

        for block in &body.blocks {
            spoken.add([&block.heading]);
            block.parts.iter().for_each(|part| spoken.part(part));
        }

        spoken.add([&frame.closing]);
        spoken.add(&frame.signature);
        spoken.add(&frame.last_lines);

        spoken
    }

    fn add(&mut self, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        texts.into_iter().for_each(|text| fold(&mut self.text, text.as_ref()));
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Paragraph(text) => self.add([text]),
            Part::Bullets(items) => items.iter().for_each(|item| self.add(["•", item])),
            Part::Steps(items) => {
                (1..).zip(items).for_each(|(number, item)| self.add([&format!("{number}."), item]));
            }
            Part::ProviderLine => self.provider = Some(self.text.len()),
        }
    }
}

/// The fixed places of one page of a body.
pub(super) struct Wanted<'a> {
    pub(super) body: &'a Body,
    pub(super) page: usize,
    pub(super) pages: usize,
}

impl Wanted<'_> {
    fn folded(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
        let mut folded = String::new();
        texts.into_iter().for_each(|text| fold(&mut folded, text.as_ref()));
        folded
    }

    pub(super) fn head(&self) -> String {
        Self::folded([&self.body.frame.rehearsal])
    }

    pub(super) fn window(&self) -> String {
        Self::folded((self.page == 0).then_some(&self.body.frame.return_line))
    }

    pub(super) fn letterhead(&self) -> String {
        let frame = &self.body.frame;

        if self.page > 0 {
            return String::new();
        }

        let mut text = Self::folded([&frame.sender_name]);
        text += &Self::folded(&frame.sender_lines);

        if self.body.format == Format::Standard {
            text += &Self::folded([&frame.date_label, &frame.date, &frame.reference_label]);
        }

        text
    }

    pub(super) fn foot(&self) -> String {
        let frame = &self.body.frame;
        let (page, pages) = ((self.page + 1).to_string(), self.pages.to_string());
        let label = frame.page_label.replace("{pages}", &pages).replace("{page}", &page);
        Self::folded([&frame.reference_label, &label])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::geometry::{MM_PER_PT, PAGE_HEIGHT};

    #[test]
    fn no_line_of_the_text_reaches_the_foot() {
        let page = include_str!("../../../../templates/page.typ");
        let margins = page.split("bottom: ").skip(1).filter_map(|rest| rest.split("mm").next());
        let margins: Vec<f64> = margins.filter_map(|margin| margin.parse().ok()).collect();
        assert_eq!(margins.len(), 4, "the densities are read");

        // A line ends 0.2 em below its baseline (letter.typ); 18 pt is the largest text.
        let below = 0.2 * 18.0 * MM_PER_PT;
        for margin in margins {
            assert!(PAGE_HEIGHT - margin - below < FOOT, "{margin} mm");
        }
    }

    #[test]
    fn a_line_between_two_pages_may_stand_on_either() {
        let main = Main {
            text: String::new(),
            lines: vec![(0, 100.0, 0), (0, 200.0, 10), (1, 30.0, 20), (1, 40.0, 30)],
        };

        let places = |at| {
            main.gaps(at).iter().map(|gap| (gap.page, gap.above, gap.below)).collect::<Vec<_>>()
        };
        assert_eq!(places(10), [(0, 100.0, 200.0)]);
        assert_eq!(places(20), [(1, 0.0, 30.0), (0, 200.0, FOOT)]);
        assert_eq!(places(30), [(1, 30.0, 40.0)]);

        assert!(places(11).is_empty());
    }
}
