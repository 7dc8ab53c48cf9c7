//! People as they are addressed by the whole program: rows in the inbox, letters out of it.
//!
//! One night writes to everybody whom these tests invent; each test looks at its own people. A
//! record's id says which line of which table it is.

mod brp;
mod glyphs;
mod outcome;
mod people;
mod post;
mod tables;

use std::sync::LazyLock;

use outcome::{Fate, Letter, Outcome, single_blanks};
use people::Person;

static OUTCOME: LazyLock<Outcome> = LazyLock::new(|| {
    let people: Vec<Person> =
        [brp::people(), tables::people(), post::people(), glyphs::people()].concat();
    Outcome::of(&people)
});

/// The file of the folder with the public cases (`$BREACHPOST_CASES`, else `../shared/cases` beside
/// the project), where it is there.
fn shared(name: &str) -> Option<String> {
    let beside = crate::program::root().join("../shared/cases");
    let folder = std::env::var_os("BREACHPOST_CASES").map_or(beside, Into::into);
    std::fs::read_to_string(folder.join(name)).ok()
}

/// Says which records ended otherwise than they should, all at once.
#[expect(clippy::needless_pass_by_value, reason = "callers hand over what they made for it")]
fn assert_nothing_differs(differences: Vec<String>) {
    assert!(
        differences.is_empty(),
        "{} records differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The record should have ended with this state and code.
fn aside(key: &str, state: &str, code: &str) -> Option<String> {
    match OUTCOME.fate(key) {
        Fate::Aside(found, reason) if found == state && reason == code => None,
        Fate::Aside(found, reason) => Some(format!("{key}: {found} {reason}, not {state} {code}")),
        Fate::Letter(letter) => {
            Some(format!("{key}: a letter to {:?}, not {state} {code}", letter.name_lines))
        }
    }
}

/// The record should have become a letter that is as `difference` wants it.
fn written(key: &str, difference: impl FnOnce(&Letter) -> Option<String>) -> Option<String> {
    match OUTCOME.fate(key) {
        Fate::Letter(letter) => difference(letter).map(|text| format!("{key}: {text}")),
        Fate::Aside(state, code) => Some(format!("{key}: {state} {code}, not a letter")),
    }
}

/// Field, what was found, what should be there.
#[expect(clippy::needless_pass_by_value, reason = "callers hand over what they made for it")]
fn differs<T: PartialEq + std::fmt::Debug>(field: &str, found: T, wanted: T) -> Option<String> {
    (found != wanted).then(|| format!("{field} is {found:?}, not {wanted:?}"))
}

#[test]
fn every_line_stands_on_the_first_page_of_its_letter_as_others_read_it() {
    let missing = OUTCOME.letters().flat_map(|(key, letter)| {
        let page = OUTCOME.first_page(letter);
        let lines: Vec<String> =
            letter.lines().filter(|line| !page.contains(&single_blanks(line))).collect();
        lines.into_iter().map(move |line| format!("{key}: {line:?} is not on its page"))
    });
    assert_nothing_differs(missing.collect());
    assert!(OUTCOME.letters().count() > 400);
}

#[test]
fn the_program_finds_its_package_in_order() {
    OUTCOME.verify();
}
