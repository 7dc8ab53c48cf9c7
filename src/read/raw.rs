//! One row on its way from text to types: every cell is asked for once, and what is wrong is
//! collected.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::civil::Date;

use crate::base::bsn::Bsn;
use crate::field::contract;
use crate::field::digits::Digits;
use crate::field::ids::RowRef;
use crate::field::partial_date::PartialDate;
use crate::field::professional::ProfessionalItems;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{List, Open, Refused, Remains};
use crate::field::terms::Items;

use super::cell::{self, Days, Word};
use super::schema;
use super::spoilt::Tally;
use super::text::{self, Rule, Scripts};

/// Settings that the cells of every row are read under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) synthetic: bool,
    pub(super) days: Days,
}

/// The wanted cells of one row, in contract order.
///
/// A faulty cell gives an empty value and a note; [`Raw::refusal`] then says what could still be
/// read safely. The first fault in column order is the row's reason, whatever the order of the
/// columns in the file.
pub(super) struct Raw<'c> {
    cells: &'c [Cow<'c, str>],
    columns: &'static [&'static str],
    terms: Terms,
    scripts: Scripts,
    faults: Vec<(usize, Reason)>,
    strange: Vec<(usize, Reason)>,
    bsn: Option<Bsn>,
    record_id: &'c str,
    dataset_id: &'c str,
    person_ref: &'c str,
    tidied: u32,
}

impl<'c> Raw<'c> {
    pub(super) fn new(
        cells: &'c [Cow<'c, str>],
        columns: &'static [&'static str],
        terms: Terms,
    ) -> Self {
        let scripts = Scripts::default();
        Self {
            cells,
            columns,
            terms,
            scripts,
            faults: Vec::new(),
            strange: Vec::new(),
            bsn: None,
            record_id: "",
            dataset_id: "",
            person_ref: "",
            tidied: 0,
        }
    }

    /// Notes that the row cannot be used because of this column.
    pub(super) fn fault(&mut self, column: usize, reason: Reason) {
        self.faults.push((column, reason));
    }

    fn take<T: Default>(
        &mut self,
        column: usize,
        read: impl FnOnce(&'c str) -> Result<T, Reason>,
    ) -> T {
        let cells = self.cells;
        read(&cells[column]).unwrap_or_else(|reason| {
            self.fault(column, reason);
            T::default()
        })
    }

    pub(super) fn text(&mut self, column: usize, rule: Rule) -> Cow<'c, str> {
        let cells = self.cells;
        match text::clean(&cells[column], rule) {
            Ok(clean) => {
                if rule.is_name() {
                    self.note_script(column, clean.scripts);
                }
                clean.text
            }
            Err(reason) => {
                self.fault(column, reason);
                Cow::Borrowed("")
            }
        }
    }

    /// The three lines of a foreign address. Beside a line, a word for "unknown" is a line that
    /// nobody knew, not one that there never was: it stays, for the address to be held.
    pub(super) fn foreign_lines(&mut self, columns: [usize; 3]) -> [Cow<'c, str>; 3] {
        let lines = columns.map(|column| self.text(column, Rule::FOREIGN_LINE));
        if lines.iter().all(|line| line.is_empty()) {
            return lines;
        }

        let cells = self.cells;
        let mut place = 0;
        lines.map(|line| {
            let cell = cells[columns[place]].trim();
            place += 1;
            let unknown = line.is_empty() && text::is_unknown(cell);
            if unknown { Cow::Borrowed(cell) } else { line }
        })
    }

    /// A name is one name, though it is in several cells.
    fn note_script(&mut self, column: usize, scripts: Scripts) {
        let together = self.scripts.and(scripts);
        if together.mixed() && !self.scripts.mixed() {
            self.fault(column, Reason::R116);
        }
        self.scripts = together;
    }

    pub(super) fn bsn(&mut self, column: usize) -> Option<Bsn> {
        let bsn = match cell::bsn(&self.cells[column]) {
            // Nobody of a rehearsal has a number that begins with a zero: there it stays damage.
            Err(Reason::R124) if !self.terms.synthetic => {
                self.fault(column, Reason::R124);
                cell::padded_bsn(&self.cells[column])
            }
            _ => self.take(column, cell::bsn),
        };

        self.bsn = bsn;
        self.tidied += u32::from(bsn.is_some() && self.cells[column].len() != 9);

        if bsn.is_some_and(|bsn| bsn.is_test_range() != self.terms.synthetic) {
            self.fault(column, Reason::R103);
        }

        bsn
    }

    /// The lab's number of the record; a row without one cannot be answered for.
    pub(super) fn record_id(&mut self, column: usize) -> Cow<'c, str> {
        let before = self.faults.len();
        let id = self.identifier(column, cell::identifier);
        if id.is_empty() && self.faults.len() == before {
            self.fault(column, Reason::R114);
        }
        self.record_id = id;
        Cow::Borrowed(id)
    }

    /// A number that is told in papers and kept; one that holds the row's BSN is refused, and not
    /// kept.
    fn identifier(
        &mut self,
        column: usize,
        read: impl FnOnce(&'c str) -> Result<&'c str, Reason>,
    ) -> &'c str {
        let bsn =
            self.columns.iter().position(|own| *own == "bsn").map_or("", |bsn| &*self.cells[bsn]);
        self.take(column, |raw| match read(raw)? {
            id if cell::holds_number_of(id, bsn) => Err(Reason::R130),
            id => Ok(id),
        })
    }

    pub(super) fn person_ref(&mut self, column: usize) -> Cow<'c, str> {
        self.person_ref = self.identifier(column, cell::person_ref);
        Cow::Borrowed(self.person_ref)
    }

    pub(super) fn dataset_id(&mut self, column: usize) -> Cow<'c, str> {
        self.dataset_id = self.identifier(column, cell::identifier);
        Cow::Borrowed(self.dataset_id)
    }

    /// The code; one that has lost a zero is a fault, and comes back as it may have been.
    pub(super) fn provider_code(&mut self, column: usize) -> Cow<'c, str> {
        let code = self.take(column, cell::provider_code);
        if code.is_empty()
            && let Some(padded) = cell::padded_code(&self.cells[column])
        {
            return Cow::Owned(padded);
        }
        Cow::Borrowed(code)
    }

    pub(super) fn birth_date(&mut self, column: usize) -> Option<PartialDate> {
        let days = self.terms.days;
        self.take(column, |raw| cell::birth_date(raw, days))
    }

    pub(super) fn event_date(&mut self, column: usize) -> Option<PartialDate> {
        self.take(column, cell::event_date)
    }

    pub(super) fn date(&mut self, column: usize) -> Option<Date> {
        self.take(column, cell::date)
    }

    /// What a cell that should be a full date says without its day or its month.
    pub(super) fn partly(&self, column: usize) -> Option<PartialDate> {
        cell::event_date(&self.cells[column]).ok().flatten().filter(|day| day.exact().is_none())
    }

    pub(super) fn word<T: Word>(&mut self, column: usize) -> Option<T> {
        self.take(column, cell::word)
    }

    /// A word that must be there.
    pub(super) fn required_word<T: Word>(&mut self, column: usize) -> Option<T> {
        let before = self.faults.len();
        let word = self.word(column);
        if word.is_none() && self.faults.len() == before {
            self.fault(column, Reason::R107);
        }
        word
    }

    /// A word of which an unknown one is not a fault of the row: the decision table handles it
    /// (docs/policy.md, rule 1: D101). What is no word at all is damage, and may hide any of the
    /// known ones.
    pub(super) fn open_word<T: Word>(&mut self, column: usize) -> Option<T> {
        let is_word = |sign: char| sign.is_alphabetic() || matches!(sign, ' ' | '-' | '_' | '/');
        match cell::word(&self.cells[column]) {
            Ok(word) => word,
            Err(reason) => {
                if self.cells[column].chars().all(is_word) {
                    self.strange.push((column, reason));
                } else {
                    self.fault(column, reason);
                }
                None
            }
        }
    }

    /// Takes what is wrong with these cells for no fault of the row. Gives whether anything is.
    pub(super) fn excuse(&mut self, columns: &[usize]) -> bool {
        let is_excused = |(column, _): &mut (usize, Reason)| columns.contains(column);
        let before = self.strange.len();
        self.strange.extend(self.faults.extract_if(.., is_excused));
        self.strange.len() > before
    }

    /// Whether there is nothing in the cell.
    pub(super) fn is_empty(&self, column: usize) -> bool {
        self.cells[column].is_empty()
    }

    /// Cells that are wrong and no fault of the row: columns and reasons.
    pub(super) fn strange(&self) -> &[(usize, Reason)] {
        &self.strange
    }

    /// What is wrong so far: columns and reasons, in the order in which the cells were asked for.
    pub(super) fn faults(&self) -> &[(usize, Reason)] {
        &self.faults
    }

    pub(super) fn items(&mut self, column: usize) -> Items {
        self.take(column, cell::items)
    }

    pub(super) fn professional_items(&mut self, column: usize) -> ProfessionalItems {
        self.take(column, cell::professional_items)
    }

    /// Yes or no; what cannot be read counts as yes.
    pub(super) fn flag(&mut self, column: usize) -> bool {
        let set = self.take(column, cell::flag);
        set || self.is_faulty(column)
    }

    /// Whether the cell says `no`, and is not merely empty.
    pub(super) fn denies(&self, column: usize) -> bool {
        let text = &self.cells[column];
        cell::flag(text) == Ok(false) && cell::identifier(text).is_ok_and(|word| !word.is_empty())
    }

    /// The postcode, by the rules of the country that the row names; foreign ones stay as they are.
    pub(super) fn postcode(&mut self, column: usize, country: &str) -> Cow<'c, str> {
        if !is_netherlands(country) {
            return self.text(column, Rule::POSTCODE);
        }
        let code = self.take(column, cell::postcode);
        self.tidied += u32::from(!code.is_empty() && code != self.cells[column]);
        code
    }

    /// How many numbers and postcodes were stripped of blanks, dots and the like.
    pub(super) fn tidied(&self) -> u32 {
        self.tidied
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether nothing is wrong but zeros that may be lost: then another row may confirm the
    /// number.
    pub(super) fn lacks_only_zeros(&self) -> bool {
        let repaired = |(column, reason): &(usize, Reason)| {
            *reason == Reason::R124 && !(self.terms.synthetic && self.columns[*column] == "bsn")
        };
        !self.faults.is_empty() && self.faults.iter().all(repaired)
    }

    /// Whether this cell could not be read.
    pub(super) fn is_faulty(&self, column: usize) -> bool {
        self.faults.iter().any(|(faulty, _)| *faulty == column)
    }

    /// Whether nothing is wrong but with these cells.
    pub(super) fn is_sound_but_for(&self, columns: &[usize]) -> bool {
        self.faults.iter().all(|(faulty, _)| columns.contains(faulty))
    }

    /// Counts the unreadable cells.
    pub(super) fn tally(&self, tally: &mut Tally) {
        let mut seen = Vec::new();
        let faults = self.faults.iter().filter(|(column, _)| !self.cells[*column].is_empty());
        // A number of the test range is no damage.
        for (column, reason) in faults.filter(|(_, reason)| *reason != Reason::R103) {
            if !seen.contains(column) {
                seen.push(*column);
                tally.damaged(*column, &self.cells[*column], *reason);
            }
        }
    }

    /// What remains of a row that cannot be read whole.
    pub(super) fn refusal(mut self, list: List, row: RowRef, remains: Vec<Remains>) -> Refused {
        self.faults.sort_by_key(|(column, _)| *column);
        let reason = self.faults.first().map_or(Reason::R109, |(_, reason)| *reason);
        let mut evidence = String::new();
        for (column, reason) in &self.faults {
            let comma = if evidence.is_empty() { "" } else { "; " };
            // Writing to a string does not fail.
            let _ = write!(evidence, "{comma}{}: {reason}", self.columns[*column]);
            let words = contract::column(list, self.columns[*column])
                .and_then(|column| column.form.allowed());
            if let Some(words) = words.filter(|_| *reason == Reason::R107) {
                let _ = write!(evidence, " (one of {})", words.join(", "));
            }
        }

        let columns = self.faults.iter().map(|(column, _)| self.columns[*column]);
        Refused {
            list,
            set_aside: SetAside { evidence, ..SetAside::new(row, reason) },
            record_id: self.record_id.to_owned(),
            dataset_id: self.dataset_id.to_owned(),
            bsn: self.bsn,
            digits: self.digits(),
            person_ref: self.person_ref.to_owned(),
            open: columns.map(open).fold(Open::default(), Open::and),
            remains,
            used: false,
            content: content(schema::hashed(list, self.cells)),
        }
    }

    /// What is left of an unreadable BSN, or of a provider's code where there is no BSN. A number
    /// that stands for "unknown" is none, and nothing is left of it.
    fn digits(&self) -> Option<Digits> {
        let mut numbers = [("bsn", 9), ("provider_code", 8)].into_iter();
        let (column, width) = numbers.find_map(|(name, width)| {
            Some((self.columns.iter().position(|own| *own == name)?, width))
        })?;
        let fault = self.faults.iter().find(|(faulty, _)| *faulty == column)?;
        (self.bsn.is_none() && fault.1 != Reason::R102)
            .then(|| Digits::left_of(&self.cells[column], width))
            .flatten()
    }
}

/// A hash of the cells, each with its length before it.
pub(super) fn content(cells: &[Cow<'_, str>]) -> String {
    let mut bytes = Vec::new();
    for cell in cells {
        bytes.extend((cell.len() as u64).to_be_bytes());
        bytes.extend(cell.as_bytes());
    }
    crate::base::hash::of_bytes(&bytes)
}

/// What an unreadable column leaves open about whose row it is.
fn open(column: &str) -> Open {
    match column {
        "bsn" => Open::BSN,
        "person_ref" | "record_id" | "dataset_id" => Open::ID,
        // Initials follow from first names where they are missing.
        "first_names" => Open::FIRST_NAMES.and(Open::INITIALS),
        "initials" => Open::INITIALS,
        "surname" | "partner_surname" => Open::SURNAME,
        "birth_date" => Open::BIRTH_DATE,
        "sex" => Open::SEX,
        "street"
        | "house_number"
        | "house_letter"
        | "house_addition"
        | "postcode"
        | "town"
        | "location_description"
        | "foreign_line_1"
        | "foreign_line_2"
        | "foreign_line_3"
        | "country" => Open::ADDRESS,
        "provider_code" => Open::PROVIDER,
        "kind" => Open::KIND,
        _ => Open::OTHER,
    }
}

/// Empty, the ISO codes, the BRP code 6030 and the usual names.
fn is_netherlands(country: &str) -> bool {
    const NAMES: [&str; 7] =
        ["nl", "nld", "6030", "nederland", "netherlands", "the netherlands", "holland"];
    country.is_empty() || NAMES.iter().any(|name| country.eq_ignore_ascii_case(name))
}
