//! What humans decide, what is explained, what is learned.

use super::*;
use crate::link::{
    Decision, Obstacle, PairExplanation, Ruling, Unmet, explain, record_keys, unmet,
};
use crate::tools::link_train;

const WITH_NUMBER: Details = Details { bsn: BSNS[0], ..ANNA };

fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

fn decision(rows: &Rows, one: usize, other: usize, same: bool) -> Decision {
    ruling(rows, rows.exposures[one].row, rows.exposures[other].row, same)
}

fn ruling(rows: &Rows, one: RowRef, other: RowRef, same: bool) -> Decision {
    let found = record_keys(rows, &keys(), &BTreeSet::from([one, other]));
    Decision::new(found[&one], found[&other], if same { Ruling::Same } else { Ruling::Different })
}

fn decided(rows: &Rows, decisions: &[Decision]) -> Outcome {
    let terms =
        LinkTerms { rules: &LinkRules::default(), parameters: &Parameters::built_in(), decisions };
    outcome(&link(rows, &terms, &keys(), &Progress::hidden()).unwrap())
}

fn explained(rows: &Rows, one: RowRef, other: RowRef) -> PairExplanation {
    let terms = LinkTerms {
        rules: &LinkRules::default(),
        parameters: &Parameters::built_in(),
        decisions: &[],
    };
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
    let other = Details {
        record: "2",
        first_names: "Piet",
        surname: "Bos",
        birth: (1951, 1, 3),
        number: "7",
        ..WITH_NUMBER
    };
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
    assert!(
        text.contains("joined by: 0:1 - 1:1") || text.contains("joined by: 1:1 - 0:1"),
        "{text}"
    );
    for value in ["Jansen", "jansen", "1980-", "99999", "1234"] {
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
            number: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"][index / 4],
            bsn: BSNS[index % 3],
            birth: (1950 + u16::try_from(index % 3).unwrap(), 3, 9),
            ..ANNA
        })
        .collect();
    let rows = rows(&people, &[]);
    let learn = || link_train::train(&rows, &Parameters::built_in(), "test", 5, &keys()).unwrap();
    assert_eq!(learn(), learn());
    let text = learn().parameters.to_toml().unwrap();
    assert_eq!(Parameters::from_toml(&text).unwrap(), learn().parameters);
    assert!(
        link_train::train(&super::rows(&[ANNA], &[]), &Parameters::built_in(), "test", 5, &keys())
            .is_err()
    );
}

fn obstacles(rows: &Rows, decisions: &[Decision]) -> Vec<Unmet> {
    let terms =
        LinkTerms { rules: &LinkRules::default(), parameters: &Parameters::built_in(), decisions };
    unmet(rows, &terms, &keys(), &Progress::hidden()).unwrap()
}

#[test]
fn a_decision_that_cannot_be_followed_is_named_with_its_obstacle() {
    let other = Details { record: "2", bsn: BSNS[1], ..WITH_NUMBER };
    let third = Details { record: "3", first_names: "Eva", initials: "E.", ..ANNA };
    let rows = rows(&[WITH_NUMBER, other, third], &[]);
    let numbers = [decision(&rows, 0, 1, true)];
    let found = obstacles(&rows, &numbers);
    assert!(
        matches!(found[..], [Unmet { decision: 0, why: Obstacle::TwoNumbers(..) }]),
        "{found:?}"
    );
    // Through a third row the two numbers would come together as well.
    let chain = [decision(&rows, 0, 2, true), decision(&rows, 1, 2, true)];
    assert!(matches!(obstacles(&rows, &chain)[..], [Unmet { why: Obstacle::TwoNumbers(..), .. }]));
    let contradiction = [decision(&rows, 0, 2, true), decision(&rows, 1, 2, false)];
    assert_eq!(obstacles(&rows, &contradiction), []);
}

#[test]
fn a_human_settles_a_tie_with_either_side_or_with_none() {
    let twin = Details { record: "2", first_names: "Aukje Maria", ..ANNA };
    let initial = Details { record: "3", first_names: "", ..ANNA };
    let rows = rows(&[ANNA, twin, initial], &[]);
    assert_eq!(decided(&rows, &[]).1.len(), 1);
    let (people, held) = decided(&rows, &[decision(&rows, 2, 0, true)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1, 3], vec![2]]), 0));
    let neither = [decision(&rows, 2, 0, false), decision(&rows, 2, 1, false)];
    let (people, held) = decided(&rows, &neither);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1], vec![2], vec![3]]), 0));
    assert_eq!(decided(&rows, &neither[..1]).1.len(), 1, "the other side is still open");
}

#[test]
fn two_numbers_that_fit_go_on_once_a_human_has_called_them_two() {
    let other = Details { record: "2", bsn: BSNS[1], ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    let (people, held) = decided(&rows, &[decision(&rows, 0, 1, false)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1], vec![2]]), 0));
}

#[test]
fn a_decision_may_be_about_a_row_of_a_list() {
    let stray =
        Details { record: "2", first_names: "Piet", initials: "P.", surname: "Bos", ..WITH_NUMBER };
    let rows = rows(&[stray], &[Details { record: "p", ..WITH_NUMBER }]);
    let (exposure, listed) = (row(0, 1), row(1, 1));
    let (people, held) = decided(&rows, &[ruling(&rows, exposure, listed, false)]);
    assert_eq!((people, held.len()), (BTreeSet::from([vec![1]]), 0));
}

#[test]
fn a_row_with_another_number_that_comes_later_holds_what_a_human_had_joined() {
    let second = Details { record: "2", first_names: "Eva", initials: "E.", number: "7", ..ANNA };
    let first = rows(&[WITH_NUMBER, second.clone()], &[]);
    let said = [decision(&first, 0, 1, true)];
    assert_eq!(decided(&first, &said), (BTreeSet::from([vec![1, 2]]), BTreeSet::new()));
    let later = rows(&[WITH_NUMBER, Details { bsn: BSNS[1], ..second }], &[]);
    let (people, held) = decided(&later, &said);
    assert!(people.is_empty());
    assert_eq!(held, BTreeSet::from([(1, Reason::L203), (2, Reason::L203)]));
}
