//! Why a row did not become a letter: stable codes, and what every row ends as.

use std::fmt;

use jiff::civil::Date;

use crate::field::ids::{Pseudonym, RowRef};

/// The result of a stage.
///
/// Every exposure row that went in is in exactly one of the two lists; `run` checks the sum after
/// each stage and stops when it does not hold. A letter that silently disappears is worse than a
/// run that fails.
#[must_use = "rows that were set aside have to reach the record"]
#[derive(Debug)]
pub struct Sifted<T> {
    /// What goes on.
    pub ready: Vec<T>,
    /// What stays here, and why.
    pub set_aside: Vec<SetAside>,
}

/// One row that does not lead a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The row.
    pub row: RowRef,
    /// Why.
    pub reason: Reason,
    /// Whose row it is, once linking knows.
    pub person: Option<Pseudonym>,
    /// Other rows that a human should look at beside this one.
    pub beside: Vec<RowRef>,
    /// Field names and agreement, never values: `birth_date: missing`.
    pub evidence: String,
    /// Further rows that a human should look at, each with its own evidence: `beside` is not the
    /// only candidate.
    pub further: Vec<Beside>,
    /// The first row of those that linking takes to be one person, where all of them are held
    /// together.
    pub case: Option<RowRef>,
    /// For D302 and D303: when the letter is due.
    pub due: Option<Date>,
    /// A human should look at it before everything else.
    pub first: bool,
}

impl SetAside {
    /// So many rows are named beside a held row at most; the evidence says how many more there are.
    /// A person may have ten thousand rows, and each of them would name all the others.
    pub const MOST_BESIDE: usize = 20;

    /// A row with its reason and nothing else.
    #[must_use]
    pub const fn new(row: RowRef, reason: Reason) -> Self {
        Self {
            row,
            reason,
            person: None,
            beside: Vec::new(),
            evidence: String::new(),
            further: Vec::new(),
            case: None,
            due: None,
            first: false,
        }
    }
}

/// How many rows are not named; empty for none.
#[must_use]
pub fn more_rows(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; 1 more row".to_owned(),
        _ => format!("; {count} more rows"),
    }
}

/// Rows to look at beside a row that is held, and how they agree with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The rows.
    pub rows: Vec<RowRef>,
    /// Field names and agreement, never values.
    pub evidence: String,
}

/// What an exposure row ends as; exactly one per row (docs/design.md, "Row states").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Leads a letter.
    Letter,
    /// Another row of the same person leads it.
    Merged,
    /// Already told, nothing material new.
    Told,
    /// Due on a known date: no human is needed.
    Waiting,
    /// Not to be written to.
    Suppressed,
    /// Held for a human.
    Review,
    /// Unusable row.
    Rejected,
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Letter => "letter",
            Self::Merged => "merged",
            Self::Told => "told",
            Self::Waiting => "waiting",
            Self::Suppressed => "suppressed",
            Self::Review => "review",
            Self::Rejected => "rejected",
        })
    }
}

macro_rules! reasons {
    ($($code:ident $state:ident $text:literal),+ $(,)?) => {
        /// Why a row was set aside. The code is stable: it is in the ledger, in reports and in
        /// docs/policy.md.
        ///
        /// R read, L link, D decide, C compose, S set (render).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub enum Reason { $(#[doc = $text] $code),+ }

        impl Reason {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// What a row with this reason ends as.
            #[must_use]
            pub const fn state(self) -> RowState {
                match self { $(Self::$code => RowState::$state),+ }
            }

            /// The reason in words, for reports.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$code => $text),+ }
            }

            /// The code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$code => stringify!($code)),+ }
            }
        }
    };
}

reasons! {
    R101 Review "BSN is not nine digits or fails the 11-test",
    R102 Review "BSN is a placeholder that passes the 11-test",
    R103 Rejected "BSN of the test range in a real run, or of a real person in a rehearsal",
    R104 Rejected "date is not a calendar date or not written as YYYY-MM-DD",
    R105 Review "birth date is in the future or more than 120 years ago",
    R106 Rejected "postcode is not four digits and two letters, or cannot exist",
    R107 Rejected "a word that is not in the list of this column",
    R108 Rejected "provider code is not eight digits",
    R109 Rejected "text is too long",
    R110 Review "control character or line break in a text",
    R111 Review "invisible character, text-direction mark or unassigned character in a text",
    R112 Review "text looks doubly encoded",
    R113 Rejected "row has more or fewer cells than the header",
    R114 Rejected "record_id is missing",
    R116 Review "more than two combining marks on one letter, or letters of several scripts in one name",
    R117 Review "digits, a web address or other signs in a name",
    R118 Review "cell begins like a spreadsheet formula",
    R119 Review "a spreadsheet wrote the number in scientific notation",
    R120 Review "a number has become one with decimals or separators",
    R121 Review "a spreadsheet made a date of a number",
    R122 Review "the cell contains a spreadsheet's error word",
    R123 Review "the value is wrapped in a text mark or in quotes",
    R124 Review "a digit is missing: a leading zero may be lost, and no other row confirms the number",
    R125 Review "a text contains an HTML entity, an escape sequence or a lost letter",
    R126 Review "a spreadsheet made a number of days of a date",
    R127 Review "a date has a time of day",
    R128 Review "cell of a workbook that its column does not take: an error, a date with a time, a number for a date",
    R129 Review "letters from a different code page: the text was not written in the encoding it was read in",
    R130 Rejected "the row's BSN is part of a record, dataset or person number",
    L201 Review "same BSN, but birth date, name or address disagree",
    L202 Review "one BSN is used by more than two birth dates or names",
    L203 Review "two different valid BSNs would come together in one person",
    L204 Review "may be the same person as another row; not sure enough to decide",
    L205 Review "two candidates fit equally well",
    L206 Review "cluster has grown beyond the permitted size",
    L207 Review "the person's row in the participants list, the register or the suppressions could not be read",
    L208 Review "one record_id stands for rows that are not the same person",
    L209 Review "nothing is corrected while a row that the person was told about is held, unreadable or gone",
    L210 Review "may be the person of a row of participants, register or suppressions that could not be read",
    L211 Review "suppression that names nobody in any list",
    L212 Review "may be the person of a lab record that could not be read and that may say why not to write",
    L216 Review "the newest delivery of this record is held or could not be read",
    L217 Review "one record says different things, and nobody can say which delivery is the newest",
    L218 Review "the person was told about this record, and it is no longer delivered: withdrawn, or lacking?",
    D101 Review "category is not one of the four",
    D201 Suppressed "has died",
    D202 Suppressed "is on the suppression list",
    D203 Review "address is protected; released by hand only",
    D204 Review "whereabouts unknown, or no address that can be printed",
    D205 Review "sources contradict each other where it decides",
    D206 Review "birth date unknown for a GP or hospital patient",
    D207 Review "12 to 15 years old at the letter date",
    D208 Review "screening record of someone younger than 29 at the sample date",
    D209 Review "prisoner without custody status",
    D210 Review "in custody, and the institution is not in the providers list",
    D211 Review "stolen according to the record, but no kinds of data are named",
    D212 Review "no sender profile for the category",
    D215 Review "a list protected this person and no longer says so; nothing says otherwise",
    D216 Suppressed "record was withdrawn",
    D217 Review "every record that the person was told about was withdrawn: tell them by hand",
    D218 Review "a letter to this person came back as deceased, and no list says so",
    D219 Review "a letter came back from this address",
    D220 Review "a letter to this person is not out yet: not handed over, stopped, spoilt or destroyed",
    D221 Review "a care provider says that this is not its patient",
    D301 Told "everything was already told",
    D302 Told "something is new, but the last letter is too recent",
    D303 Waiting "belongs to a later wave, or its care provider is told first",
    D309 Told "the plan that was approved is older than this; the next one has it",
    C101 Review "no name that can be printed",
    C102 Review "a name or address line is too long for the window",
    C103 Review "too many name and address lines for the window",
    C104 Review "house number cannot be read without guessing",
    C105 Review "country is not in the table",
    C106 Review "address is incomplete",
    C107 Review "name rules leave open how to address this person",
    C108 Review "parts of the address contradict each other",
    C109 Review "the address contains words that say there is no address",
    C110 Review "the name is a filler or a test name",
    C111 Review "a name cell contains a title, a relation to somebody else, or two people",
    C112 Review "particles or signs cannot be separated from the surname without guessing",
    S101 Review "a character is missing from the embedded fonts",
    S102 Review "a line does not fit its place on the page",
    S103 Review "a slot of the letter is empty",
    S104 Review "the letter has more pages than permitted",
}

impl Reason {
    /// Why a letter cannot reach somebody: no address, or one that is incomplete or cannot be
    /// printed, or from which a letter came back.
    pub const UNREACHABLE: [Self; 5] = [Self::D204, Self::D219, Self::C104, Self::C105, Self::C106];
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
