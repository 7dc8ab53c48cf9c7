//! How Typst fills one page after the other, for the few things that a letter is stacked of.

use crate::render::laid::LaidPage;

/// Lengths nearer to each other than this are equal to Typst, in points.
const NEAR: f64 = 1e-4 / 127.0;
/// How easily space gives way to other space beside it (Typst's weakness): of two the stronger one
/// stays, of equals the larger; 0 never gives way.
pub(super) mod weakness {
    pub const NEVER: u8 = 0;
    pub const BLOCK: u8 = 3;
    pub const PARAGRAPH: u8 = 4;
    pub const LINE: u8 = 5;
}

/// What a letter's text is stacked of.
pub(super) enum Child<'a> {
    /// Empty space.
    Space { by: f64, weakness: u8 },
    /// A line of a paragraph; `need` is the room that it and those it may not leave take.
    Line { line: &'a LaidPage, need: f64 },
    /// Never torn apart.
    Whole(Stack<'a>),
    /// Entries of a list, or a text that stays with what comes next.
    Entries { entries: Vec<&'a [LaidPage]>, between: f64, sticky: bool },
}

/// Something that has been stacked.
#[derive(Clone, Default)]
pub(super) struct Stack<'a> {
    pub height: f64,
    /// Each with how far it stands below the top and to the right.
    pub set: Vec<(f64, f64, &'a LaidPage)>,
}

/// Room that line `at` of so many takes with those that it may not leave: two begin and end a page,
/// and three stay together.
pub(super) fn need(at: usize, count: usize, text: f64, lead: f64) -> f64 {
    match (at, count) {
        (0, 3) => 3.0 * text + 2.0 * lead,
        (0, 2..) => 2.0 * text + lead,
        (2.., _) if at + 2 == count => 2.0 * text + lead,
        _ => text,
    }
}

fn fits(room: f64, height: f64) -> bool {
    room + NEAR >= height
}

/// Stacks children on one page after the other.
pub(super) struct Flow<'a, 'c> {
    pub children: &'c [Child<'a>],
    pub next: usize,
    /// Rest of a list that goes on overleaf, page by page, the last first.
    pub spilled: Vec<Stack<'a>>,
    /// Height of a page's text, but for the first page's.
    pub full: f64,
    pub text: f64,
    pub lead: f64,
}

/// What has been put on a page.
enum Item<'a> {
    Space { by: f64, weakness: u8 },
    Stack(Stack<'a>),
}

/// A page in the making.
struct Page<'a> {
    items: Vec<Item<'a>>,
    /// What is left.
    room: f64,
    /// Before the first of the texts that stay with what comes next: child, items.
    held: Option<(usize, usize)>,
    /// Whether such texts may still be moved overleaf; `None` where there are none.
    movable: Option<bool>,
}

impl<'a> Page<'a> {
    fn space(&mut self, by: f64, weakness: u8) {
        if weakness > weakness::NEVER && !self.keeps(by, weakness) {
            return;
        }
        self.room -= by;
        self.items.push(Item::Space { by, weakness });
    }

    /// Whether this space is wanted; if there is such space already, it may grow instead.
    fn keeps(&mut self, by: f64, weakness: u8) -> bool {
        for item in self.items.iter_mut().rev() {
            match item {
                Item::Space { weakness: weakness::NEVER, .. } => {}
                Item::Space { by: known, weakness: weak } => {
                    if weakness < *weak || weakness == *weak && by > *known {
                        self.room -= by - *known;
                        (*known, *weak) = (by, weakness);
                    }
                    return false;
                }
                Item::Stack(_) => return true,
            }
        }
        false
    }

    fn stack(&mut self, stack: Stack<'a>) {
        self.room -= stack.height;
        self.items.push(Item::Stack(stack));
    }

    /// Drops the space that nothing follows and says where everything stands.
    fn finished(mut self) -> Stack<'a> {
        let last = self
            .items
            .iter()
            .rposition(|item| !matches!(item, Item::Space { weakness: weakness::NEVER, .. }));
        if let Some(last) = last
            && matches!(self.items[last], Item::Space { .. })
        {
            self.items.remove(last);
        }

        let mut page = Stack::default();
        for item in self.items {
            match item {
                Item::Space { by, .. } => page.height += by,
                Item::Stack(stack) => {
                    let top = page.height;
                    page.set.extend(stack.set.into_iter().map(|(y, x, set)| (top + y, x, set)));
                    page.height += stack.height;
                }
            }
        }
        page
    }
}

impl<'a> Flow<'a, '_> {
    pub fn is_done(&self) -> bool {
        self.next == self.children.len() && self.spilled.is_empty()
    }

    /// Fills a page with so much room; above the first page's text stands the salutation.
    pub fn page(&mut self, room: f64, first: bool) -> Stack<'a> {
        let mut page = Page { items: Vec::new(), room, held: None, movable: None };
        if first {
            page.items.push(Item::Stack(Stack::default()));
        }

        let full = !self.fill(&mut page);
        if full && let Some((child, items)) = page.held {
            self.next = child;
            self.spilled.clear();
            page.items.truncate(items);
        }

        page.finished()
    }

    /// Whether everything that was left has its place.
    fn fill(&mut self, page: &mut Page<'a>) -> bool {
        if let Some(stack) = self.spilled.pop() {
            page.stack(stack);
            if !self.spilled.is_empty() {
                return false;
            }
        }

        while let Some(child) = self.children.get(self.next) {
            match child {
                Child::Space { by, weakness } => page.space(*by, *weakness),
                Child::Line { line, need } => {
                    if !self.has_room(page.room, *need) {
                        return false;
                    }
                    (page.held, page.movable) = (None, None);
                    page.stack(Stack { height: self.text, set: vec![(0.0, 0.0, line)] });
                }
                Child::Whole(whole) => {
                    if !fits(page.room, whole.height) && self.may_progress(page.room) {
                        return false;
                    }
                    (page.held, page.movable) = (None, None);
                    page.stack(whole.clone());
                }
                Child::Entries { entries, between, sticky } => {
                    if !self.entries(page, entries, *between, *sticky) {
                        return false;
                    }
                }
            }
            self.next += 1;
        }

        true
    }

    /// Whether a list, or a text that stays with what comes next, ends on this page.
    fn entries(
        &mut self,
        page: &mut Page<'a>,
        entries: &[&'a [LaidPage]],
        between: f64,
        sticky: bool,
    ) -> bool {
        if self.is_full(page.room) {
            return false;
        }

        let mut stacks = self.stacked(entries, between, page.room);
        if stacks[0].set.is_empty() && stacks.len() > 1 && self.may_progress(page.room) {
            return false;
        }

        stacks.reverse();
        let Some(stack) = stacks.pop() else { return true };
        if !sticky {
            (page.held, page.movable) = (None, None);
        } else if page.held.is_none() && *page.movable.get_or_insert(self.may_progress(page.room)) {
            page.held = Some((self.next, page.items.len()));
        }

        page.stack(stack);
        self.spilled = stacks;
        if !self.spilled.is_empty() {
            self.next += 1;
            return false;
        }
        true
    }

    /// Entries below each other: on this page, and on as many more as they need.
    fn stacked(&self, entries: &[&'a [LaidPage]], between: f64, room: f64) -> Vec<Stack<'a>> {
        let (mut stacks, mut room) = (vec![Stack::default()], room);
        for (at, lines) in entries.iter().enumerate() {
            if at > 0 {
                // Space at the end of a page takes what is there.
                room -= between.min(room);
                stacks.last_mut().expect("one at least").height += between;
            }
            if self.is_full(room) {
                stacks.push(Stack::default());
                room = self.full;
            }

            for (number, piece) in self.broken(lines, room).into_iter().enumerate() {
                if number > 0 {
                    stacks.push(Stack::default());
                    room = self.full;
                }
                room -= piece.height;
                let stack = stacks.last_mut().expect("one at least");
                let top = stack.height;
                stack.set.extend(piece.set.into_iter().map(|(y, x, line)| (top + y, x, line)));
                stack.height += piece.height;
            }
        }

        stacks
    }

    /// Lines of one entry: on this page, and on as many more as they need.
    fn broken(&self, lines: &'a [LaidPage], room: f64) -> Vec<Stack<'a>> {
        let (mut stacks, mut left) = (vec![Stack::default()], room);
        for (at, line) in lines.iter().enumerate() {
            let mut stack = stacks.last_mut().expect("one at least");
            let lead = if stack.set.is_empty() { 0.0 } else { self.lead };
            if !self.has_room(left - lead, need(at, lines.len(), self.text, self.lead)) {
                stacks.push(Stack::default());
                stack = stacks.last_mut().expect("one at least");
                left = self.full;
            }

            if !stack.set.is_empty() {
                left -= self.lead;
                stack.height += self.lead;
            }
            stack.set.push((stack.height, 0.0, line));
            stack.height += self.text;
            left -= self.text;
        }

        stacks
    }

    /// Whether a line goes here, where it takes so much room with those it may not leave.
    fn has_room(&self, room: f64, need: f64) -> bool {
        let too_high = !fits(room, self.text) && self.may_progress(room);
        let better = !fits(room, need) && fits(self.full, need);
        !(too_high || better)
    }

    /// Whether another page has more room than this one has left.
    #[expect(clippy::float_cmp, reason = "an empty page has exactly this room, as in Typst")]
    fn may_progress(&self, room: f64) -> bool {
        room != self.full
    }

    fn is_full(&self, room: f64) -> bool {
        fits(0.0, room) && self.may_progress(room)
    }
}
