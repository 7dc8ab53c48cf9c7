//! Making up pages: galleys are stacked on pages by the rules by which Typst stacks a whole letter,
//! so that both come out alike and a body costs microseconds.
//!
//! The rules are those of the flows, lists and stacks of typst-layout 0.15; `render/tests/makeup.rs`
//! holds every kind of letter against Typst itself.

mod flow;

use crate::config::Window;
use crate::field::body::{Block, Body, Part};
use crate::render::RenderError;
use crate::render::galley::{Galleys, Measures, Piece, Spaces};
use crate::render::geometry::Sheet;
use crate::render::laid::LaidPage;
use crate::render::makeup::flow::{Child, Flow, Stack, need, weakness};
use crate::render::press::Space;
use crate::render::shell::{Shell, Shells};
use crate::render::world::Workshop;

/// More pages than any letter has.
const MOST_PAGES: usize = 40;

/// What the pages of some bodies are made up of.
pub(super) struct Parts<'a> {
    galleys: Galleys<'a>,
    shells: Shells<'a>,
}

impl<'a> Parts<'a> {
    /// Lays out every distinct piece of these bodies.
    ///
    /// # Errors
    /// [`RenderError`] as for a letter.
    pub fn of(
        workshop: &'a Workshop,
        bodies: impl IntoIterator<Item = &'a Body> + Clone,
        window: &'a Window,
    ) -> Result<Self, RenderError> {
        Ok(Self {
            galleys: Galleys::of(workshop, bodies.clone(), Sheet::of(window))?,
            shells: Shells::of(workshop, bodies, window),
        })
    }

    /// The pages of one of the bodies with so much space.
    ///
    /// # Errors
    /// [`RenderError::Body`] for another body; [`RenderError::Layout`] when it would never end.
    pub fn pages(&self, body: &'a Body, space: &Space) -> Result<Vec<LaidPage>, RenderError> {
        let measures = self.galleys.measures(body.format)?;
        let spaces = measures.spaces(space.density)?;
        let shell = self.shells.shell(body, space.density, measures.text)?;
        let collector = Collector { galleys: &self.galleys, measures, spaces, body };
        let children = collector.children(shell, &space.air)?;

        let lower = measures.page - spaces.bottom - space.trim;
        let mut flow = Flow {
            children: &children,
            next: 0,
            spilled: Vec::new(),
            full: lower - spaces.top,
            text: measures.text,
            lead: spaces.lead,
        };

        let mut pages = Vec::new();
        while pages.is_empty() || !flow.is_done() {
            if pages.len() == MOST_PAGES {
                return Err(RenderError::Layout { code: "pages" });
            }
            let first = pages.is_empty();
            let top = if first { shell.begins } else { spaces.top };

            let mut page = shell.top.clone();
            if first {
                page.add(&shell.head, 0.0, 0.0);
            }
            for (y, x, set) in flow.page(lower - top, first).set {
                page.add(set, top + y, x);
            }
            page.add(&shell.foot, 0.0, 0.0);
            pages.push(page);
        }

        Ok(pages)
    }
}

/// Turns a body into what is stacked, as `templates/blocks.typ` does.
struct Collector<'a> {
    galleys: &'a Galleys<'a>,
    measures: &'a Measures,
    spaces: Spaces,
    body: &'a Body,
}

impl<'a> Collector<'a> {
    fn children(&self, shell: &'a Shell, air: &[f64]) -> Result<Vec<Child<'a>>, RenderError> {
        let spaces = self.spaces;
        // Below the salutation.
        let mut children = vec![Child::Space { by: spaces.gap, weakness: weakness::PARAGRAPH }];

        for (number, block) in self.body.blocks.iter().enumerate() {
            if let Some(&by) = air.get(number).filter(|by| **by > 0.0) {
                children.push(Child::Space { by, weakness: weakness::NEVER });
            }
            self.block(block, &mut children)?;
        }

        for ending in &shell.ends {
            let set = vec![(0.0, 0.0, &ending.set)];
            let whole = Child::Whole(Stack { height: ending.height, set });
            children.extend(around(
                whole,
                spaces.above,
                weakness::BLOCK,
                spaces.gap,
                weakness::PARAGRAPH,
            ));
        }

        Ok(children)
    }

    fn block(&self, block: &'a Block, children: &mut Vec<Child<'a>>) -> Result<(), RenderError> {
        let spaces = self.spaces;
        let asks = !block.heading.is_empty();
        if asks {
            let question = self.together(Piece::Question(&block.heading))?;
            children.extend(around(
                question,
                spaces.above,
                weakness::BLOCK,
                spaces.below,
                weakness::BLOCK,
            ));
        }

        for (number, part) in block.parts.iter().enumerate() {
            let next = block.parts.get(number + 1);
            match part {
                // A sentence that announces a list or a name stays with it.
                Part::Paragraph(text)
                    if next.is_some_and(|next| !matches!(next, Part::Paragraph(_))) =>
                {
                    let above = if number == 0 && asks { spaces.below } else { spaces.gap };
                    let sentence = self.together(Piece::Paragraph(text))?;
                    children.extend(around(
                        sentence,
                        above,
                        weakness::BLOCK,
                        spaces.below,
                        weakness::BLOCK,
                    ));
                }
                Part::Paragraph(text) => self.paragraph(Piece::Paragraph(text), children)?,
                Part::ProviderLine => self.paragraph(Piece::Provider, children)?,
                Part::Bullets(items) => self.bullets(items, children)?,
                Part::Steps(steps) => {
                    let galley = self.galleys.piece(self.body, Piece::Steps(steps))?;
                    let entries = galley.entries.iter().map(Vec::as_slice).collect();
                    let list = Child::Entries { entries, between: spaces.steps, sticky: false };
                    children.extend(around(
                        list,
                        spaces.below,
                        weakness::BLOCK,
                        spaces.gap,
                        weakness::BLOCK,
                    ));
                }
            }
        }

        Ok(())
    }

    /// A text that stays with what comes next.
    fn together(&self, piece: Piece<'a>) -> Result<Child<'a>, RenderError> {
        let entries = vec![self.lines(piece)?];
        Ok(Child::Entries { entries, between: 0.0, sticky: true })
    }

    fn paragraph(
        &self,
        piece: Piece<'a>,
        children: &mut Vec<Child<'a>>,
    ) -> Result<(), RenderError> {
        let (spaces, text) = (self.spaces, self.measures.text);
        let lines = self.lines(piece)?;
        let gap = || Child::Space { by: spaces.gap, weakness: weakness::PARAGRAPH };

        children.push(gap());
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                children.push(Child::Space { by: spaces.lead, weakness: weakness::LINE });
            }
            children.push(Child::Line { line, need: need(at, lines.len(), text, spaces.lead) });
        }
        children.push(gap());

        Ok(())
    }

    fn bullets(
        &self,
        items: &'a [String],
        children: &mut Vec<Child<'a>>,
    ) -> Result<(), RenderError> {
        let (spaces, measures) = (self.spaces, self.measures);
        let entries: Vec<&[LaidPage]> =
            items.iter().map(|item| self.lines(Piece::Entry(item))).collect::<Result<_, _>>()?;
        let list = |entries| Child::Entries { entries, between: spaces.items, sticky: false };

        if measures.columns_from.is_none_or(|from| items.len() < from) {
            children.extend(around(
                list(entries),
                spaces.below,
                weakness::BLOCK,
                spaces.gap,
                weakness::BLOCK,
            ));
            return Ok(());
        }

        let narrow = entries
            .iter()
            .all(|entry| matches!(entry, [line] if width_of(line) <= measures.column));
        let child = if narrow { Child::Whole(self.columns(&entries)) } else { list(entries) };
        // Typst measures such a list first, and what it finds has the space of a paragraph.
        children.extend(around(
            child,
            spaces.gap,
            weakness::PARAGRAPH,
            spaces.gap,
            weakness::PARAGRAPH,
        ));
        Ok(())
    }

    /// Two columns, the first as long as the second or longer by an entry.
    fn columns(&self, entries: &[&'a [LaidPage]]) -> Stack<'a> {
        let mut columns = Stack::default();
        let half = entries.len().div_ceil(2);
        for (entries, x) in [(&entries[..half], 0.0), (&entries[half..], self.measures.width / 2.0)]
        {
            let mut y = 0.0;
            for (at, line) in entries.iter().flat_map(|entry| entry.iter()).enumerate() {
                if at > 0 {
                    y += self.spaces.items;
                }
                columns.set.push((y, x, line));
                y += self.measures.text;
            }
            columns.height = columns.height.max(y);
        }
        columns
    }

    fn lines(&self, piece: Piece<'a>) -> Result<&'a [LaidPage], RenderError> {
        let galley = self.galleys.piece(self.body, piece)?;
        Ok(galley.entries.first().map(Vec::as_slice).unwrap_or_default())
    }
}

/// Something with its space above and below.
fn around(
    child: Child<'_>,
    above: f64,
    weak_above: u8,
    below: f64,
    weak_below: u8,
) -> [Child<'_>; 3] {
    [
        Child::Space { by: above, weakness: weak_above },
        child,
        Child::Space { by: below, weakness: weak_below },
    ]
}

/// Width of an entry's text, without its bullet.
fn width_of(line: &LaidPage) -> f64 {
    let [_, text @ ..] = line.runs.as_slice() else { return 0.0 };
    text.iter().flat_map(|run| run.glyphs.iter().map(|glyph| glyph.advance * run.size)).sum()
}
