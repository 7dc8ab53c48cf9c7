//! What humans decide, what is explained, what is learned.

use super::*;
use crate::link::{Decision, Explanation, Parameters, Terms, explain, link_by, record_key, train};

const WITH_NUMBER: Details = Details { bsn: BSNS[0], ..ANNA };

fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

fn decision(rows: &Rows, one: usize, other: usize, same: bool) -> Decision {
    let key = |place: usize| record_key(&keys(), &rows.exposures[place]);
    Decision { one: key(one), other: key(other), same }
}

fn decided(rows: &Rows, decisions: &[Decision]) -> Outcome {
    let terms = Terms { rules: &LinkRules::default(), parameters: &Parameters::built_in(), decisions };
    outcome(&link_by(rows, &terms, &keys(), &Progress::hidden()).unwrap())
}

fn explained(rows: &Rows, one: RowRef, other: RowRef) -> Explanation {
    let terms = Terms { rules: &LinkRules::default(), parameters: &Parameters::built_in(), decisions: &[] };
    explain(rows, &terms, &keys(), (one, other), &Progress::hidden()).unwrap().unwrap()
}

const fn row(file: u16, row: u32) -> RowRef {
    RowRef { file, row }
}

#[test]
fn a_human_may_call_two_records_one_person() {
    let other = Details { record: "2", first_names: "Eva", initials: "E.", ..ANNA };
    let rows = rows(&[ANNA, other], &[]);
    let (people, held) = decided(&rows, &[decision(&rows, 0, 1, true)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1, 2]]), 0));
}

#[test]
fn not_even_a_human_brings_two_numbers_together() {
    let other = Details { record: "2", bsn: BSNS[1], ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    let (people, _) = decided(&rows, &[decision(&rows, 0, 1, true)]);
    assert!(people.iter().all(|person| person.len() == 1));
}

#[test]
fn a_human_may_call_two_records_two_people_even_where_all_details_agree() {
    let rows = rows(&[ANNA, Details { record: "2", ..ANNA }], &[]);
    let (people, held) = decided(&rows, &[decision(&rows, 0, 1, false)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1], vec![2]]), 0));
}

#[test]
fn two_people_with_one_number_go_on_once_a_human_has_called_them_two() {
    let other =
        Details { record: "2", first_names: "Piet", surname: "Bos", birth: (1951, 1, 3), number: "7", ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    let (people, held) = decided(&rows, &[decision(&rows, 0, 1, false)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1], vec![2]]), 0));
}

#[test]
fn an_explanation_names_the_rule_and_the_path_and_no_values() {
    let married = Details { record: "2", surname: "Bakker", bsn: 0, ..ANNA };
    let listed = Details { record: "p", partner: "Bakker", ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, married], &[listed]);
    let text = explained(&rows, row(0, 1), row(0, 2)).to_string();
    assert!(text.starts_with("one person"), "{text}");
    assert!(text.contains("joined by: row 0:1 - row 1:1") || text.contains("joined by: row 1:1 - row 0:1"), "{text}");
    for value in ["Jansen", "jansen", "1980", "99999", "1234"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn an_explanation_names_what_keeps_two_rows_apart() {
    let twin = Details { record: "2", first_names: "Eva", initials: "E.", ..ANNA };
    let rows = rows(&[ANNA, twin], &[]);
    let explanation = explained(&rows, row(0, 1), row(0, 2));
    assert!(!explanation.together);
    assert!(explanation.conflict.unwrap().why.contains("first_names: differs"));
}

#[test]
fn training_twice_under_one_seed_gives_the_same_parameters() {
    let people: Vec<Details> = (0..40)
        .map(|index: usize| Details {
            record: ["1", "2", "3", "4"][index % 4],
            bsn: BSNS[index % 3],
            birth: (1950 + u16::try_from(index % 3).unwrap(), 3, 9),
            ..ANNA
        })
        .collect();
    let rows = rows(&people, &[]);
    let learn = || train(&rows, &Parameters::built_in(), "test", 5, &keys()).unwrap();
    assert_eq!(learn(), learn());
    let text = toml::to_string(&learn()).unwrap();
    assert_eq!(Parameters::from_toml(&text).unwrap(), learn());
}
