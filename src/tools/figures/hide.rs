//! Small numbers are hidden, and with them as many others as it takes that no sum tells them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Numbers from 1 to below this one are hidden; 0 is told.
pub const SMALLEST: u64 = 10;

/// A number as it is told; `None`: hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(pub Option<u64>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, "{number}"),
            None => f.write_str("-"),
        }
    }
}

/// A number by day and by group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// All of it.
    pub total: Shown,
    /// By day.
    pub by_day: BTreeMap<String, Shown>,
    /// By group: the main category.
    pub by_group: BTreeMap<String, Shown>,
}

impl Table {
    /// Of numbers whose days and whose groups each add up to the total.
    pub(super) fn of_sums(
        by_day: &BTreeMap<String, u64>,
        by_group: &BTreeMap<String, u64>,
    ) -> Self {
        Self {
            total: alone(by_group.values().sum()),
            by_day: parts(by_day),
            by_group: parts(by_group),
        }
    }

    /// Of numbers that are at the end of each day. The differences of two days would tell how many
    /// were written to in between: they are rounded down to tens. The groups add up to the total.
    pub(super) fn of_levels(
        by_day: &BTreeMap<String, u64>,
        by_group: &BTreeMap<String, u64>,
    ) -> Self {
        let rounded = |number: u64| alone(number).0.map(|number| number - number % SMALLEST);
        let by_day =
            by_day.iter().map(|(day, number)| (day.clone(), Shown(rounded(*number)))).collect();
        Self { by_day, ..Self::of_sums(&BTreeMap::new(), by_group) }
    }

    /// Of a total that nothing more is known about.
    pub(super) fn of_total(total: u64) -> Self {
        Self { total: alone(total), by_day: BTreeMap::new(), by_group: BTreeMap::new() }
    }
}

const fn is_small(number: u64) -> bool {
    number > 0 && number < SMALLEST
}

const fn alone(number: u64) -> Shown {
    Shown(if is_small(number) { None } else { Some(number) })
}

/// Hides the small parts of a total that is told, and the next larger ones until at least two are
/// hidden that come to [`SMALLEST`] together. Where there are none left, the total is small itself
/// and hidden too ([`alone`]).
fn parts(counts: &BTreeMap<String, u64>) -> BTreeMap<String, Shown> {
    let mut order: Vec<(&String, u64)> =
        counts.iter().map(|(name, number)| (name, *number)).collect();
    order.retain(|(_, number)| *number > 0);
    order.sort_by_key(|(_, number)| *number);
    let mut hidden = order.iter().take_while(|(_, number)| is_small(*number)).count();
    let together = |hidden: usize| order[..hidden].iter().map(|(_, number)| number).sum::<u64>();

    while hidden > 0 && hidden < order.len() && (hidden < 2 || together(hidden) < SMALLEST) {
        hidden += 1;
    }

    let mut shown: BTreeMap<String, Shown> =
        counts.iter().map(|(name, number)| (name.clone(), alone(*number))).collect();
    for (name, _) in &order[..hidden] {
        shown.insert((*name).clone(), Shown(None));
    }

    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(numbers: &[u64]) -> BTreeMap<String, u64> {
        numbers.iter().enumerate().map(|(place, number)| (format!("{place:02}"), *number)).collect()
    }

    fn told(numbers: &[u64]) -> Vec<Option<u64>> {
        parts(&counts(numbers)).into_values().map(|shown| shown.0).collect()
    }

    #[test]
    fn a_single_small_number_takes_the_next_larger_one_with_it() {
        assert_eq!(told(&[100, 3, 50, 0]), [Some(100), None, None, Some(0)]);
        assert_eq!(
            told(&[1, 1, 40]),
            [None, None, None],
            "two that are 1 could be told by their sum"
        );
        assert_eq!(told(&[9, 9, 40]), [None, None, Some(40)]);
        assert_eq!(told(&[10, 20]), [Some(10), Some(20)]);
        assert_eq!(told(&[4]), [None]);
    }

    #[test]
    fn numbers_at_the_end_of_a_day_do_not_tell_what_happened_on_the_next() {
        let table = Table::of_levels(&counts(&[107, 104, 8, 0]), &counts(&[50, 54]));
        let days: Vec<Option<u64>> = table.by_day.values().map(|shown| shown.0).collect();
        assert_eq!(days, [Some(100), Some(100), None, Some(0)]);
        assert_eq!(table.total, Shown(Some(104)));
    }

    proptest! {
        #[test]
        fn no_sum_tells_a_small_number(numbers in prop::collection::vec(0_u64..40, 1..8)) {
            let total: u64 = numbers.iter().sum();
            let shown = told(&numbers);
            let hidden: Vec<u64> =
                numbers.iter().zip(&shown).filter(|(_, shown)| shown.is_none()).map(|(number, _)| *number).collect();

            for (number, shown) in numbers.iter().zip(&shown) {
                prop_assert!(!is_small(*number) || shown.is_none());
                prop_assert!(*number > 0 || shown.is_some());
            }

            if !hidden.is_empty() && alone(total).0.is_some() {
                prop_assert!(hidden.len() >= 2 && hidden.iter().sum::<u64>() >= SMALLEST);
            }
        }
    }
}
