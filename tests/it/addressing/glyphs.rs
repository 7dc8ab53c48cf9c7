//! Characters: what the embedded fonts have is printed, anything else is held with a code.

use super::people::Person;
use super::{aside, assert_nothing_differs, differs, written};

/// Surnames in letters that the fonts have.
const PRINTED: [&str; 12] = [
    "Nguyễn",
    "Șerban",
    "Ẓahrawi",
    "Əliyeva",
    "Gırgın",
    "Weiß",
    "O’Brien",
    "Łukasiewicz",
    "Þórsdóttir",
    "Παπαδοπούλου",
    "Иванова",
    "van der Pennen-Żółć",
];

/// Values with a character that the fonts have not, or not in one piece: column and value.
const NOT_IN_THE_FONTS: [(&str, &str); 7] = [
    ("surname", "王"),
    ("surname", "כהן"),
    ("surname", "Հայկազյան"),
    ("surname", "BaⱿen"),
    ("surname", "Am\u{302}ma"),
    ("surname", "Jana\u{301}\u{302}\u{303}sen"),
    ("street", "Kadeplein Ɀ"),
];

/// Surnames that no list should hold: value and the code of its row.
const HOSTILE: [(&str, &str, &str); 13] = [
    ("Jans\u{202e}en", "review", "R111"),
    ("Jans\u{2066}en", "review", "R111"),
    ("Jans\u{200b}en", "review", "R111"),
    ("Jans\u{ad}en", "review", "R111"),
    ("Jans\u{7}en", "review", "R110"),
    ("Jax\u{301}\u{302}\u{303}en", "review", "R116"),
    ("P\u{430}vlov", "review", "R116"),
    ("Jansen2", "review", "R117"),
    ("Jansen <b>", "review", "R117"),
    ("www.jansen.example", "review", "R117"),
    ("https://jansen.example", "review", "R117"),
    ("=HYPERLINK(\"x\")", "review", "R118"),
    ("JansÃ¼en", "review", "R112"),
];

/// A surname with each letter of Latin Extended-A, capitals in front.
fn extended() -> Vec<(String, String)> {
    let surname = |letter: char| {
        if letter.is_uppercase() { format!("{letter}anders") } else { format!("Ba{letter}en") }
    };
    ('\u{100}'..='\u{17f}')
        .map(|letter| (format!("letter-{:04x}", u32::from(letter)), surname(letter)))
        .collect()
}

fn keyed<T: Copy>(name: &'static str, values: &[T]) -> Vec<(String, T)> {
    values.iter().enumerate().map(|(index, value)| (format!("{name}-{index}"), *value)).collect()
}

/// A participant with this surname, in whatever script: nothing else of the name is recorded.
fn called(key: String, surname: &str) -> Person {
    let mut person = Person::ordinary(key).with("surname", surname);
    person.cells.remove("first_names");
    person
}

pub fn people() -> Vec<Person> {
    let printed = keyed("printed", &PRINTED)
        .into_iter()
        .map(|(key, name)| (key, name.to_owned()))
        .chain(extended());
    let mut people: Vec<Person> = printed.map(|(key, name)| called(key, &name)).collect();
    for (key, (column, value)) in keyed("no-glyph", &NOT_IN_THE_FONTS) {
        people.push(called(key, "Proef").with(column, value));
    }
    for (key, (surname, ..)) in keyed("hostile", &HOSTILE) {
        people.push(called(format!("{key}-list"), surname));
        people.push(called(format!("{key}-lab"), surname).unlisted());
    }
    people
}

/// That they stand on their pages, too, is looked at together with all others.
#[test]
fn every_letter_of_latin_extended_a_is_printed() {
    let names = extended();
    assert_eq!(names.len(), 128);
    let own = keyed("printed", &PRINTED).into_iter().map(|(key, name)| (key, name.to_owned()));
    let differences = names.into_iter().chain(own).filter_map(|(key, name)| {
        let mut signs = name.chars();
        let line: String =
            signs.next().into_iter().flat_map(char::to_uppercase).chain(signs).collect();
        written(&key, |letter| {
            differs("name lines", &letter.name_lines, &vec![line.clone()]).or_else(|| {
                differs("salutation", &letter.salutation, &format!("Geachte mevrouw {line}"))
            })
        })
    });
    assert_nothing_differs(differences.collect());
}

#[test]
fn who_has_a_character_that_the_fonts_have_not_is_held() {
    let people = keyed("no-glyph", &NOT_IN_THE_FONTS);
    assert_nothing_differs(
        people.into_iter().filter_map(|(key, _)| aside(&key, "review", "S101")).collect(),
    );
}

/// In the laboratory's record the row itself is held; in a list the person is, as the list's row
/// cannot be read.
#[test]
fn names_that_hide_or_turn_or_run_something_are_held() {
    let differences = keyed("hostile", &HOSTILE).into_iter().flat_map(|(key, (_, state, code))| {
        [aside(&format!("{key}-lab"), state, code), aside(&format!("{key}-list"), "review", "L207")]
    });
    assert_nothing_differs(differences.flatten().collect());
}
