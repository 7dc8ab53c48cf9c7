//! Laws that hold for any rows: proptest on a small world where everybody resembles everybody.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn details() -> impl Strategy<Value = Details> {
    let name =
        (select(vec!["Anna", "Anne", "Eva", "A.", ""]), select(vec!["A.", "A.M.", "E.", ""]));
    let surname = select(vec!["Jansen", "Janssen", "de Vries", "de Vries-Jansen", ""]);
    let birth = select(vec![
        (1980, 5, 17),
        (1980, 5, 18),
        (1980, 1, 1),
        (1951, 5, 17),
        (1980, 0, 0),
        (0, 0, 0),
    ]);
    let number = select(vec![0, 0, BSNS[0], BSNS[1], BSNS[2]]);
    let place = select(vec![("12", "1234AB"), ("12a", "1234AB"), ("3", "9876ZX"), ("", "")]);
    let record = select(vec!["1", "2", "3", "4", "5", "6", "7", "8"]);
    let sex = select(vec![Some(Sex::V), Some(Sex::M), None]);
    (name, surname, birth, number, place, record, sex).prop_map(
        |(name, surname, birth, bsn, place, record, sex)| Details {
            record,
            bsn,
            first_names: name.0,
            initials: name.1,
            surname,
            partner: "",
            birth,
            sex,
            number: place.0,
            postcode: place.1,
        },
    )
}

fn world() -> impl Strategy<Value = (Vec<Details>, Vec<Details>)> {
    (prop::collection::vec(details(), 0..14), prop::collection::vec(details(), 0..5))
}

fn profile() -> impl Strategy<Value = LinkRules> {
    select(vec![
        LinkRules::default(),
        STRICT,
        LinkRules { max_cluster_rows: 3, ..LinkRules::default() },
    ])
}

/// Rows by content: what an outcome is when positions are forgotten.
fn by_content(rows: &Rows, outcome: &Outcome) -> Vec<(Vec<usize>, Option<Reason>)> {
    let seed = crate::link::digest::Digest::seeded(&Keys::derive(&[7; 32]));
    let content = |place: u32| {
        let row = rows.exposures.iter().find(|row| row.row.row == place).unwrap();
        let rank = |row: &Exposure| crate::link::content::Row::Exposure(row).digest(seed);
        usize::try_from(rank(row)).unwrap()
    };
    let people = outcome.0.iter().map(|person| {
        let mut person: Vec<usize> = person.iter().map(|place| content(*place)).collect();
        person.sort_unstable();
        (person, None)
    });
    let held = outcome.1.iter().map(|(place, reason)| (vec![content(*place)], Some(*reason)));
    let mut all: Vec<_> = people.chain(held).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_row_is_in_exactly_one_place((exposures, participants) in world(), rules in profile()) {
        let rows = rows(&exposures, &participants);
        let (people, held) = outcome(&linked_by(&rows, &rules));
        let mut places: Vec<u32> = people.into_iter().flatten().chain(held.into_iter().map(|held| held.0)).collect();
        places.sort_unstable();
        prop_assert_eq!(places, (1..).take(exposures.len()).collect::<Vec<u32>>());
    }

    #[test]
    fn no_person_has_two_numbers((exposures, participants) in world(), rules in profile()) {
        let rows = rows(&exposures, &participants);
        for person in linked_by(&rows, &rules).clusters {
            let listed = person.participants.iter().chain(&person.register).filter_map(|row| row.bsn);
            let numbers: BTreeSet<Bsn> = person.exposures.iter().filter_map(|row| row.bsn).chain(listed).collect();
            prop_assert!(numbers.len() <= 1);
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        ((exposures, participants), order) in (world(), any::<u64>()),
        rules in profile(),
    ) {
        let straight = rows(&exposures, &participants);
        let mut shuffled = rows(&exposures, &participants);
        let key = |place: u32| u64::from(place).wrapping_add(order).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
        shuffled.exposures.sort_by_key(|row| key(row.row.row));
        shuffled.participants.sort_by_key(|row| key(row.row.row));
        prop_assert_eq!(outcome(&linked_by(&straight, &rules)), outcome(&linked_by(&shuffled, &rules)));
        for (place, row) in (1..).zip(&mut shuffled.exposures) {
            row.row.row = place;
        }
        let again = outcome(&linked_by(&shuffled, &rules));
        let first = outcome(&linked_by(&straight, &rules));
        prop_assert_eq!(by_content(&straight, &first), by_content(&shuffled, &again));
    }

    #[test]
    fn the_number_of_threads_does_not_matter((exposures, participants) in world()) {
        let rows = rows(&exposures, &participants);
        let by = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| outcome(&linked(&rows)))
        };
        prop_assert_eq!(by(1), by(3));
    }

    #[test]
    fn a_repeated_row_adds_nobody(
        ((exposures, participants), which) in (world(), any::<prop::sample::Index>()),
        rules in profile(),
    ) {
        prop_assume!(!exposures.is_empty());
        let before = rows(&exposures, &participants);
        let mut twice = exposures.clone();
        twice.push(exposures[which.index(exposures.len())].clone());
        let after = rows(&twice, &participants);
        let ((people, held), (more_people, more_held)) =
            (outcome(&linked_by(&before, &rules)), outcome(&linked_by(&after, &rules)));
        prop_assert_eq!(people.len(), more_people.len());
        prop_assert_eq!(
            held.iter().map(|held| held.1).collect::<BTreeSet<_>>(),
            more_held.iter().map(|held| held.1).collect::<BTreeSet<_>>()
        );
    }
}
