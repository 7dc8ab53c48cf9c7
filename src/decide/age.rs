//! Ages, and the age classes that the person's birth dates allow.

use jiff::civil::Date;

use crate::field::partial_date::PartialDate;
use crate::field::person::Cluster;

/// Under 12, 12 to 15, 16 and over (docs/policy.md, rules 8 and 9).
pub(super) const LETTER: &[i16] = &[12, 16];

/// Nobody is invited to the screening programme before the year in which they become 30; who was
/// younger than 29 at the sample date is a data error (docs/policy.md, rule 10).
pub(super) const SCREENING: &[i16] = &[29];

/// The class that a person's birth dates put them in; class 0 lies below the first limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// No row has a birth date.
    Unknown,
    /// Certain.
    In(usize),
    /// The date is partial and its possible days lie on both sides of a limit.
    Straddles,
    /// Rows fall in different classes.
    Contradicts,
}

/// Completed years on `day`. Born on 29 February: a year older on 1 March in other years.
pub(super) fn age(born: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    day.year() - born.year() - i16::from(before_birthday)
}

/// The birth dates that a person's rows give, each once: a person of ten thousand rows has a
/// handful.
pub(super) struct Births {
    /// Of the participants list and the register.
    listed: Vec<PartialDate>,
    lab: Vec<PartialDate>,
}

impl Births {
    pub(super) fn of(cluster: &Cluster<'_>) -> Self {
        let lab = cluster.exposures.iter().filter_map(|row| row.birth_date);
        Self { listed: distinct(registered(cluster)), lab: distinct(lab) }
    }

    /// The class on `day`. Dates of the participants list and the register decide; those of the lab
    /// decide only where there are no others, and must agree in any case.
    pub(super) fn class(&self, day: Date, limits: &[i16]) -> Class {
        let lab = || self.lab.iter().copied();
        let listed = span(self.listed.iter().copied(), day, limits);
        let Some(decisive) = listed.or_else(|| span(lab(), day, limits)) else {
            return Class::Unknown;
        };

        match decisive {
            (low, high) if low > high => Class::Contradicts,
            (low, high) if low < high => Class::Straddles,
            (class, _) => {
                let allows = |date| matches!(classes(date, day, limits), (low, high) if (low..=high).contains(&class));
                if lab().all(allows) { Class::In(class) } else { Class::Contradicts }
            }
        }
    }
}

fn distinct(dates: impl Iterator<Item = PartialDate>) -> Vec<PartialDate> {
    let mut dates: Vec<PartialDate> = dates.collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// Whether a row has a birth date that lies after `day` altogether.
pub(super) fn unborn(cluster: &Cluster<'_>, day: Date) -> bool {
    let lab = cluster.exposures.iter().filter_map(|row| row.birth_date);
    registered(cluster)
        .chain(lab)
        .any(|date| date.first_possible().is_some_and(|first| first > day))
}

fn registered<'c>(cluster: &'c Cluster<'_>) -> impl Iterator<Item = PartialDate> + 'c {
    cluster.participants.iter().chain(&cluster.register).filter_map(|row| row.birth_date)
}

/// Lowest and highest class that every date allows; lowest above highest: they contradict each
/// other.
fn span(
    dates: impl Iterator<Item = PartialDate>,
    day: Date,
    limits: &[i16],
) -> Option<(usize, usize)> {
    dates
        .map(|date| classes(date, day, limits))
        .reduce(|(low, high), (other_low, other_high)| (low.max(other_low), high.min(other_high)))
}

/// Lowest and highest class over all days that the date can be.
fn classes(date: PartialDate, day: Date, limits: &[i16]) -> (usize, usize) {
    let class_of = |born: Option<Date>, otherwise: usize| {
        born.map_or(otherwise, |born| {
            limits.iter().filter(|limit| age(born, day) >= **limit).count()
        })
    };
    (class_of(date.last_possible(), 0), class_of(date.first_possible(), limits.len()))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{date, exposure, partial, participant};
    use super::*;
    use crate::field::row::Exposure;

    #[test]
    fn age_changes_on_the_birthday() {
        assert_eq!(age(date("2013-10-02"), date("2025-10-01")), 11);
        assert_eq!(age(date("2013-10-01"), date("2025-10-01")), 12);
        assert_eq!(age(date("2025-10-01"), date("2025-10-01")), 0);
    }

    #[test]
    fn the_29th_of_february_counts_as_the_1st_of_march_in_other_years() {
        let born = date("2012-02-29");
        assert_eq!(age(born, date("2025-02-28")), 12);
        assert_eq!(age(born, date("2025-03-01")), 13);
        assert_eq!(age(born, date("2024-02-28")), 11);
        assert_eq!(age(born, date("2024-02-29")), 12);
        assert_eq!(age(date("2012-03-01"), date("2024-02-29")), 11);
    }

    #[test]
    fn a_date_counts_once_however_many_rows_give_it() {
        let rows = vec![Exposure { birth_date: partial("1980-05-05"), ..exposure(1) }; 1000];
        let cluster = Cluster {
            exposures: rows.iter().collect(),
            participants: Vec::new(),
            register: Vec::new(),
        };
        assert_eq!(Births::of(&cluster).lab.len(), 1);
    }

    fn class_of(listed: &[&str], lab: &[&str], day: &str, limits: &[i16]) -> Class {
        let listed: Vec<_> = listed
            .iter()
            .map(|text| crate::field::row::Registrant {
                birth_date: partial(text),
                ..participant(1)
            })
            .collect();

        let lab: Vec<_> = lab
            .iter()
            .map(|text| crate::field::row::Exposure { birth_date: partial(text), ..exposure(1) })
            .collect();

        let cluster = Cluster {
            exposures: lab.iter().collect(),
            participants: listed.iter().collect(),
            register: Vec::new(),
        };
        Births::of(&cluster).class(date(day), limits)
    }

    #[test]
    fn boundary_days_of_the_letter_classes() {
        for (born, expected) in [
            ("2013-10-02", Class::In(0)),
            ("2013-10-01", Class::In(1)),
            ("2009-10-02", Class::In(1)),
            ("2009-10-01", Class::In(2)),
        ] {
            assert_eq!(class_of(&[], &[born], "2025-10-01", LETTER), expected);
            assert_eq!(class_of(&[born], &[], "2025-10-01", LETTER), expected);
        }
    }

    #[test]
    fn boundary_days_of_the_screening_class() {
        assert_eq!(class_of(&["1996-03-02"], &[], "2025-03-01", SCREENING), Class::In(0));
        assert_eq!(class_of(&["1996-03-01"], &[], "2025-03-01", SCREENING), Class::In(1));
        assert_eq!(class_of(&["1996-02-29"], &[], "2025-02-28", SCREENING), Class::In(0));
        assert_eq!(class_of(&["1996-02-29"], &[], "2025-03-01", SCREENING), Class::In(1));
    }

    #[test]
    fn a_partial_date_is_all_its_days() {
        assert_eq!(class_of(&["1950-00-00"], &[], "2025-10-01", LETTER), Class::In(2));
        assert_eq!(class_of(&["2009-00-00"], &[], "2025-10-01", LETTER), Class::Straddles);
        assert_eq!(class_of(&["2009-09-00"], &[], "2025-10-01", LETTER), Class::In(2));
        assert_eq!(class_of(&["2009-10-00"], &[], "2025-10-01", LETTER), Class::Straddles);
        assert_eq!(class_of(&["2009-10-00"], &[], "2025-10-31", LETTER), Class::In(2));
        assert_eq!(class_of(&["2009-11-00"], &[], "2025-10-01", LETTER), Class::In(1));
        assert_eq!(class_of(&["2013-00-00"], &[], "2025-12-31", LETTER), Class::In(1));
    }

    #[test]
    fn register_quality_decides_and_the_lab_may_only_agree() {
        assert_eq!(class_of(&["1980-05-05"], &["1981-06-06"], "2025-10-01", LETTER), Class::In(2));
        assert_eq!(
            class_of(&["1980-05-05"], &["2012-05-05"], "2025-10-01", LETTER),
            Class::Contradicts
        );

        assert_eq!(class_of(&["2009-05-05"], &["2009-00-00"], "2025-10-01", LETTER), Class::In(2));
        // A lab row does not make a register date more exact than it is.
        assert_eq!(
            class_of(&["2009-00-00"], &["2009-05-05"], "2025-10-01", LETTER),
            Class::Straddles
        );

        assert_eq!(
            class_of(&["2009-00-00", "2009-05-05"], &[], "2025-10-01", LETTER),
            Class::In(2)
        );

        assert_eq!(
            class_of(&["1980-05-05", "2012-05-05"], &[], "2025-10-01", LETTER),
            Class::Contradicts
        );

        assert_eq!(
            class_of(&[], &["1980-05-05", "2012-05-05"], "2025-10-01", LETTER),
            Class::Contradicts
        );

        assert_eq!(class_of(&[""], &[""], "2025-10-01", LETTER), Class::Unknown);
    }
}
