//! Where prisoners' rows disagree: which of them holds.

use jiff::civil::Date;

use super::circumstances::Circumstances;
use super::whereabouts::printable;
use crate::field::row::{Exposure, Provider, ProviderKind};
use crate::field::terms::{Category, Custody};

/// A value that several rows give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled<T> {
    /// No row that counts gives one.
    Missing,
    /// All rows that count give this one.
    Is(T),
    /// They give several, and none is the newest.
    Contradicted,
}

impl<T> Settled<T> {
    /// The value, if there is one.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Missing | Self::Contradicted => None,
        }
    }
}

/// Custody of a person: what all prisoner rows say, else what the newest sample says. A row without
/// custody is as good as another answer: it may be the newer one.
pub(super) fn custody(rows: &[&Exposure]) -> Settled<Custody> {
    settle(&prisoner(rows).map(|row| (row.sample_date, row.custody)).collect::<Vec<_>>())
}

/// The institution where a person in custody is held: the provider of kind custodial that the rows
/// of current custody name, the newest sample first. `Missing` also when it has no address that can
/// be printed. `decided`: the code that a human says is right.
pub(super) fn institution<'a>(
    rows: &[&'a Exposure],
    decided: Option<&'a str>,
    circumstances: &Circumstances<'a>,
) -> Settled<&'a Provider> {
    let codes: Vec<_> = prisoner(rows)
        .filter(|row| row.custody == Some(Custody::Current) && !row.provider_code().is_empty())
        .map(|row| (row.sample_date, Some(row.provider_code())))
        .collect();

    match decided.map_or_else(|| settle(&codes), Settled::Is) {
        Settled::Missing => Settled::Missing,
        Settled::Contradicted => Settled::Contradicted,
        Settled::Is(code) => circumstances
            .provider(code)
            .filter(|provider| {
                provider.kind == ProviderKind::Custodial && printable(&provider.address())
            })
            .map_or(Settled::Missing, Settled::Is),
    }
}

fn prisoner<'r, 'a>(rows: &'r [&'a Exposure]) -> impl Iterator<Item = &'a Exposure> + 'r {
    rows.iter().copied().filter(|row| row.category == Some(Category::Prisoner))
}

/// What all rows say; where they differ, what those of the newest day say, provided that every row
/// has a day.
fn settle<T: Copy + PartialEq>(rows: &[(Option<Date>, Option<T>)]) -> Settled<T> {
    let any_empty = rows.iter().any(|(_, value)| value.is_none());
    match alike(rows.iter().filter_map(|(_, value)| *value)) {
        Settled::Is(value) if !any_empty => Settled::Is(value),
        Settled::Missing => Settled::Missing,
        undecided if rows.iter().any(|(day, _)| day.is_none()) => match undecided {
            Settled::Contradicted => Settled::Contradicted,
            _ => Settled::Missing,
        },
        _ => {
            let newest = rows.iter().map(|(day, _)| *day).max().flatten();
            alike(rows.iter().filter(|(day, _)| *day == newest).filter_map(|(_, value)| *value))
        }
    }
}

fn alike<T: Copy + PartialEq>(mut values: impl Iterator<Item = T>) -> Settled<T> {
    let Some(first) = values.next() else {
        return Settled::Missing;
    };
    if values.all(|value| value == first) { Settled::Is(first) } else { Settled::Contradicted }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{date, exposure};
    use super::*;
    use Custody::{Current, Former};

    fn custody_of(rows: &[(&str, Option<Custody>)]) -> Settled<Custody> {
        let rows: Vec<_> = rows
            .iter()
            .map(|(day, custody)| Exposure {
                category: Some(Category::Prisoner),
                sample_date: (!day.is_empty()).then(|| date(day)),
                custody: *custody,
                ..exposure(1)
            })
            .collect();

        custody(&rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn rows_that_agree_need_no_date() {
        assert_eq!(
            custody_of(&[("", Some(Former)), ("2024-01-01", Some(Former))]),
            Settled::Is(Former)
        );
        assert_eq!(custody_of(&[("", None)]), Settled::Missing);
        assert_eq!(custody_of(&[]), Settled::Missing);
    }

    #[test]
    fn the_newest_sample_holds() {
        let rows = [("2023-01-01", Some(Current)), ("2024-01-01", Some(Former))];
        assert_eq!(custody_of(&rows), Settled::Is(Former));
        assert_eq!(custody_of(&[rows[1], rows[0]]), Settled::Is(Former));
        assert_eq!(
            custody_of(&[("2023-01-01", Some(Former)), ("2024-01-01", None)]),
            Settled::Missing
        );

        assert_eq!(
            custody_of(&[("2023-01-01", None), ("2024-01-01", Some(Former))]),
            Settled::Is(Former)
        );

        assert_eq!(
            custody_of(&[("2024-01-01", None), ("2024-01-01", Some(Former))]),
            Settled::Is(Former)
        );
    }

    #[test]
    fn nobody_guesses_which_is_newer() {
        assert_eq!(
            custody_of(&[("2024-01-01", Some(Current)), ("2024-01-01", Some(Former))]),
            Settled::Contradicted
        );
        assert_eq!(
            custody_of(&[("", Some(Current)), ("2024-01-01", Some(Former))]),
            Settled::Contradicted
        );
        assert_eq!(custody_of(&[("", None), ("2024-01-01", Some(Former))]), Settled::Missing);
    }

    #[test]
    fn rows_of_other_categories_say_nothing_about_custody() {
        let other =
            Exposure { custody: Some(Current), category: Some(Category::Gp), ..exposure(1) };
        assert_eq!(custody(&[&other]), Settled::Missing);
    }
}
