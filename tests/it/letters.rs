//! Letters of random people through the whole program: what stands on the paper is what the rows
//! say, no more and no less.

mod expected;
mod invented;
mod sentences;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use breachpost::tools::text_check;
use serde_json::Value;

use crate::paper::{self, Printed};
use crate::program::{Night, root};
use expected::{Kind, Letter};
use invented::{Dice, ITEMS, Person};
use sentences::Sentences;

/// Words that give a category away, in both languages.
const CATEGORY_WORDS: [(&str, &[&str]); 4] = [
    (
        "screening",
        &["bevolkingsonderzoek baarmoeder", "cervical", "screening", "uitstrijkje", "smear"],
    ),
    ("hospital", &["ziekenhuis", "hospital"]),
    ("gp", &["huisarts", " GP"]),
    (
        "prisoner",
        &[
            "detentie",
            "detention",
            "DJI",
            "casemanager",
            "case manager",
            "medische dienst",
            "medical service",
        ],
    ),
];

/// A night of random people.
struct Trial {
    night: Night,
    config: PathBuf,
    people: Vec<Person>,
    sentences: [Sentences; 2],
}

impl Trial {
    fn new(dice: &mut Dice, count: usize) -> Self {
        let people = invented::people(dice, count);
        let night = Night::bare();
        invented::write(&people, &night.inbox());
        // As the sample, but young people are written to.
        let sample = root().join("sample-data");
        let config = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
        let config = config.replace("minors_12_15 = \"hold\"", "minors_12_15 = \"write\"").replace(
            "\"facts.toml\"",
            &format!("{:?}", sample.join("facts.toml").to_str().unwrap()),
        );
        let path = night.inbox().with_file_name("breachpost.toml");
        fs::write(&path, config).unwrap();
        Self { night, config: path, people, sentences: [false, true].map(Sentences::read) }
    }

    /// Runs, opens the package and gives the letters by the leading row's number.
    fn printed(&self, date: &str, options: &[&str]) -> BTreeMap<usize, Printed> {
        let answer = self.night.answer(&self.config, date, &[&["run", "--json"], options].concat());
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let bags = paper::unpack(answer["package"].as_str().unwrap().as_ref(), folder.path());
        let mut letters: BTreeMap<String, Printed> =
            bags.iter().flat_map(|bag| paper::letters(bag)).collect();
        let rows = PathBuf::from(answer["papers"].as_str().unwrap()).join("rows.csv");
        let mut by_person = BTreeMap::new();
        for line in csv::Reader::from_path(rows).unwrap().deserialize::<BTreeMap<String, String>>()
        {
            let line = line.unwrap();
            if line["state"] == "letter" {
                let (number, _) = line["record_id"][1..].split_once('-').unwrap();
                by_person
                    .insert(number.parse().unwrap(), letters.remove(&line["letter_id"]).unwrap());
            }
        }
        assert!(letters.is_empty(), "letters without a leading row");
        by_person
    }

    fn check(&self, person: &Person, letter: &Letter, printed: &Printed) {
        let sentences = &self.sentences[usize::from(letter.english)];
        let text = printed.text();
        let context = || format!("{letter:#?}\n{:#?}\n{text}", person.rows);
        let judged: Vec<(&str, bool, String)> = sentences
            .of(letter)
            .into_iter()
            .map(|(key, expected, words)| (key, expected, folded(&words)))
            .collect();
        let read = folded(&text);
        let (said, unsaid): (Vec<_>, Vec<_>) =
            judged.iter().partition(|(_, expected, _)| *expected);
        for (key, _, words) in &said {
            assert!(read.contains(words), "`{key}` is missing: {words}\n{}", context());
        }
        for (key, _, words) in unsaid {
            let part = said.iter().any(|(_, _, other)| other.contains(words));
            assert!(part || !read.contains(words), "`{key}` stands there: {words}\n{}", context());
        }
        let words_of = |prefix: &str, list: &[&(&str, bool, String)]| -> String {
            list.iter().find(|(key, ..)| key.starts_with(prefix)).unwrap().2.clone()
        };
        let (_, after) = read.split_once(&words_of("data.heading", &said)).unwrap();
        let (data, _) = after.split_once(&words_of("what.heading", &said)).unwrap();
        let leads = ["data.possible_too", "data.stored_too", "data.stored"];
        let leads = leads.map(|key| words_of(key, &judged.iter().collect::<Vec<_>>()));
        let mut data = data.to_owned();
        for lead in &leads {
            data = data.replace(lead, "\n");
        }
        let lists: Vec<Vec<String>> =
            data.split('\n').map(entries).filter(|list| !list.is_empty()).collect();
        let expected = [&letter.now.involved, &letter.now.possible, &letter.now.stored]
            .map(|items| sentences.words(letter, items));
        let expected =
            expected.iter().map(|list| list.iter().map(|words| folded(words)).collect::<Vec<_>>());
        let expected: Vec<Vec<String>> = expected.filter(|list| !list.is_empty()).collect();
        assert_eq!(lists, expected, "other kinds of data\n{}", context());
        for (category, words) in CATEGORY_WORDS {
            let told = letter.now.categories.contains(&category);
            for word in words.iter().filter(|_| !told) {
                assert!(
                    !text.contains(word),
                    "`{word}` in a letter about something else\n{}",
                    context()
                );
            }
        }
        for line in &printed.body {
            assert_eq!(text_check::residue(line), None, "{line}\n{}", context());
        }
        Self::check_personal(person, letter, printed);
    }

    fn check_personal(person: &Person, letter: &Letter, printed: &Printed) {
        let lines = &printed.personal;
        assert!(lines.contains(&person.printed_name()), "another name: {lines:?}");
        let others = ["Ziekenhuis", "Huisartsenpraktijk", "Inrichting"];
        let named: Vec<&String> =
            lines.iter().filter(|line| others.iter().any(|word| line.starts_with(word))).collect();
        // Never the institution's, not even in the address.
        assert_eq!(
            named,
            letter.provider.iter().collect::<Vec<_>>(),
            "another provider: {lines:?}"
        );
    }
}

/// Without white space and hyphens: where lines break does not matter.
fn folded(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect()
}

/// Entries of a list, without the paragraph that may stand in its place.
fn entries(text: &str) -> Vec<String> {
    text.split('•').skip(1).map(str::to_owned).collect()
}

/// Changes what some of the rows say.
fn change(dice: &mut Dice, people: &mut [Person]) {
    for person in people {
        if dice.roll(2) == 0 {
            continue;
        }
        let number = person.number;
        let place = dice.roll(person.rows.len());
        let row = &mut person.rows[place];
        match dice.roll(6) {
            0 => drop(row.items.insert(ITEMS[dice.roll(ITEMS.len())])),
            1 => drop(row.items.remove(ITEMS[1 + dice.roll(ITEMS.len() - 1)])),
            2 => row.published = invented::PUBLISHED[dice.roll(4)],
            3 => {
                row.status = invented::STATUSES[dice.roll(3)];
                row.items.insert("name");
            }
            4 => {
                let fresh = invented::row(
                    dice,
                    format!("R{number}-9"),
                    row.category,
                    row.provider,
                    row.custody,
                );
                person.rows.push(fresh);
            }
            _ if row.category == "gp" => (row.category, row.provider) = ("hospital", ""),
            _ => {}
        }
    }
}

fn letters_say_what_the_rows_say(count: usize, seed: u64) {
    let dice = &mut Dice::new(seed);
    let mut trial = Trial::new(dice, count);
    let printed = trial.printed("2025-09-15", &[]);
    assert_eq!(printed.len(), count, "somebody was held");
    let first: Vec<Letter> = trial.people.iter().map(Letter::first).collect();
    for (person, letter) in trial.people.iter().zip(&first) {
        trial.check(person, letter, &printed[&person.number]);
    }

    change(dice, &mut trial.people);
    invented::write(&trial.people, &trial.night.inbox());
    let mut printed =
        trial.printed("2025-09-30", &["--accept-inputs", "delivered again", "--accept-volume"]);
    let mut kinds = [0, 0];
    for (person, earlier) in trial.people.iter().zip(&first) {
        let printed = printed.remove(&person.number);
        let letter = earlier.next(person);
        let context = || format!("{earlier:#?}\n{:#?}", person.rows);
        assert_eq!(
            printed.is_some(),
            letter.is_some(),
            "a letter too many or too few\n{}",
            context()
        );
        if let (Some(letter), Some(printed)) = (letter, printed) {
            kinds[usize::from(letter.kind == Kind::Correction)] += 1;
            trial.check(person, &letter, &printed);
        }
    }
    assert!(printed.is_empty());
    assert!(
        kinds.iter().all(|letters| *letters * 20 > count),
        "too few later letters: {kinds:?} of {count}"
    );
}

#[test]
fn a_thousand_random_letters_say_what_the_rows_say() {
    letters_say_what_the_rows_say(1_000, 1);
}

#[test]
#[ignore = "takes minutes: `make letters-test`"]
fn ten_thousand_random_letters_say_what_the_rows_say() {
    letters_say_what_the_rows_say(10_000, 2);
}
