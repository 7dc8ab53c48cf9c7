//! The contract: every column of the six lists (docs/inputs.md), with what may be in it.
//!
//! This is the one table behind reading, the messages about a file, `breachpost contract`,
//! docs/inputs.md, the sample and the check of `[inputs]`. A column that is added here still needs
//! its place in `read/records.rs`; CONTRIBUTING.md has the whole list.

mod dates;
mod exposures;
mod guess;
mod others;
mod page;
mod professionals;
mod registrants;
mod shared;

use crate::field::row::List;

pub use dates::DateForm;
pub use guess::{Guess, guess, looks_like};
pub use page::{Page, markdown};

/// One column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name: the header, unless `[inputs.<list>.columns]` maps another.
    pub name: &'static str,
    /// Whether it may be missing.
    pub need: Need,
    /// What a cell holds.
    pub form: CellForm,
    /// A cell as it may be in a file; invented.
    pub example: &'static str,
    /// What it means, and what an empty cell or a missing column means where that matters.
    pub meaning: &'static str,
    /// What labs, municipalities and vendors call it, in Dutch and English: for hints and
    /// proposals, never for reading.
    pub synonyms: &'static [&'static str],
}

/// Whether a column and its cells may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Every row needs a value.
    Every,
    /// The column must be there; a cell may be empty.
    Column,
    /// The column may be missing, which is the same as a column of empty cells: nobody is protected
    /// by it, and nothing is printed wrongly for want of it.
    May,
}

impl Need {
    /// In words, for tables.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Every => "in every row",
            Self::Column => "column",
            Self::May => "may be missing",
        }
    }
}

/// What a cell may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellForm {
    /// A number or name that another system gave.
    Identifier,
    /// A citizen service number.
    Bsn,
    /// AGB code.
    ProviderCode,
    /// A person's name, at most so many characters.
    Name(u16),
    /// Other text, at most so many characters.
    Text(u16),
    /// A part of a house number.
    House,
    /// Postcode.
    Postcode,
    /// A birth date; month and day may be unknown.
    BirthDate,
    /// The date of something that happened to the person; month and day may be unknown.
    EventDate,
    /// A date whose parts are all known.
    Date,
    /// One word of a closed list.
    Word(&'static [&'static str]),
    /// Words of a closed list, joined by `;`.
    Words(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// E-mail address.
    Email,
}

/// What a flag may say, yes first. Capitals do not matter.
pub const FLAG: &[&str] = &["yes", "true", "1", "ja", "j", "y", "no", "false", "0", "nee", "n"];

impl CellForm {
    /// The words that a cell may hold, where they are a closed list.
    #[must_use]
    pub const fn allowed(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Word(words) | Self::Words(words) => Some(words),
            Self::Flag => Some(FLAG),
            _ => None,
        }
    }

    /// Whether cells are dates, so that `dates` of the list applies to them.
    #[must_use]
    pub const fn is_date(self) -> bool {
        matches!(self, Self::BirthDate | Self::EventDate | Self::Date)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Identifier => "letters, digits and `._:/-`, at most 64".to_owned(),
            Self::Bsn => "nine digits that pass the 11-test".to_owned(),
            Self::ProviderCode => "eight digits".to_owned(),
            Self::Name(most) => {
                format!("letters and the punctuation of names, at most {most} characters")
            }
            Self::Text(most) => format!("text, at most {most} characters"),
            Self::House => "text, at most 40 characters".to_owned(),
            Self::Postcode => "`9999AA`; abroad as it is written there".to_owned(),
            Self::BirthDate | Self::EventDate => {
                "date; `00` for a month or day that is not known".to_owned()
            }
            Self::Date => "date".to_owned(),
            Self::Word(_) => "one word".to_owned(),
            Self::Words(_) => "words joined by `;`".to_owned(),
            Self::Flag => "yes or no; empty is no".to_owned(),
            Self::Email => "e-mail address, at most 254 characters".to_owned(),
        }
    }
}

/// Every list, in reading order.
pub const LISTS: [List; 6] = [
    List::Exposures,
    List::Participants,
    List::Register,
    List::Providers,
    List::Suppressions,
    List::Professionals,
];

/// The list's word in file names, in the configuration, on the command line and in messages.
#[must_use]
pub const fn name(list: List) -> &'static str {
    match list {
        List::Exposures => "exposures",
        List::Participants => "participants",
        List::Register => "register",
        List::Providers => "providers",
        List::Suppressions => "suppressions",
        List::Professionals => "professionals",
    }
}

/// What the list is.
#[must_use]
pub const fn about(list: List) -> &'static str {
    match list {
        List::Exposures => "Lab records: one person's data in one dataset.",
        List::Participants => {
            "The screening programme's list: who somebody is, where they live, and who must not be written to."
        }
        List::Register => {
            "An extract of the population register (BRP) for everybody else; the same columns."
        }
        List::Providers => "GPs, hospitals, clinics and institutions that asked for the tests.",
        List::Suppressions => {
            "People who must not be written to. Every row names somebody, by `bsn`, by `person_ref` or by both."
        }
        List::Professionals => {
            "People who work in health care and whose own data were in the lab's records. Only with `[professionals]` (docs/providers.md)."
        }
    }
}

/// The columns of a list, in contract order.
#[must_use]
pub const fn columns(list: List) -> &'static [Column] {
    match list {
        List::Exposures => exposures::COLUMNS,
        List::Participants | List::Register => registrants::COLUMNS,
        List::Providers => others::PROVIDERS,
        List::Suppressions => others::SUPPRESSIONS,
        List::Professionals => professionals::COLUMNS,
    }
}

/// The column of this name.
#[must_use]
pub fn column(list: List, name: &str) -> Option<&'static Column> {
    columns(list).iter().find(|column| column.name == name)
}

/// The names of columns, as a header; evaluated when the program is compiled.
///
/// # Panics
/// When `N` is not their number, which is then no program.
#[must_use]
pub const fn names<const N: usize>(columns: &[Column]) -> [&'static str; N] {
    assert!(columns.len() == N, "another number of columns");
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = columns[index].name;
        index += 1;
    }
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::field::terms::{Category, Custody, Format, Item, Language, Published, Status};

    fn words_of(list: List, name: &str) -> Vec<&'static str> {
        column(list, name).unwrap().form.allowed().unwrap().to_vec()
    }

    #[test]
    fn no_column_stands_twice_and_no_two_have_one_synonym() {
        for list in LISTS {
            let mut seen = BTreeSet::new();
            for column in columns(list) {
                for word in [&column.name].into_iter().chain(column.synonyms) {
                    assert!(seen.insert(guess::squashed(word)), "{} {word}", name(list));
                }
            }
        }
    }

    #[test]
    fn the_words_of_the_letters_are_those_of_the_contract() {
        fn same<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, contract: &[&str]) {
            let words: BTreeSet<&str> = all.iter().map(|value| word(*value)).collect();
            assert_eq!(words, contract.iter().copied().collect());
        }

        let exposures = |name| words_of(List::Exposures, name);
        same(Category::ALL, Category::word, &exposures("category"));
        same(Status::ALL, Status::word, &exposures("status"));
        same(Published::ALL, Published::word, &exposures("published"));
        same(Custody::ALL, Custody::word, &exposures("custody"));
        same(Item::ALL, Item::word, &exposures("items"));
        same(Language::ALL, Language::word, &words_of(List::Register, "language"));

        same(Format::ALL, Format::word, &words_of(List::Register, "letter_format"));
    }

    #[test]
    fn what_protects_somebody_may_never_be_missing() {
        for column in
            ["bsn", "birth_date", "deceased_on", "protected_address", "whereabouts_unknown"]
        {
            assert_ne!(super::column(List::Register, column).unwrap().need, Need::May, "{column}");
        }
        assert_ne!(column(List::Suppressions, "bsn").unwrap().need, Need::May);
    }
}
