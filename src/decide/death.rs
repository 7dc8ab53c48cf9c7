//! Who has died, and how sure that is.

use jiff::civil::Date;

use crate::field::ids::RowRef;
use crate::field::partial_date::PartialDate;
use crate::field::person::Cluster;
use crate::field::row::{Registrant, Suppression, SuppressionReason};
use crate::field::words::dates::is_filler;

/// What the sources say about a person's death.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// No source says so.
    NotStated,
    /// At least one source says so and nothing newer speaks against it (D201).
    Stated {
        /// Which sources, in words.
        evidence: String,
        /// Their rows.
        rows: Vec<RowRef>,
    },
    /// Every source that says so is contradicted (D205).
    Doubtful {
        /// What contradicts, in words.
        evidence: String,
        /// The rows that say so.
        rows: Vec<RowRef>,
    },
}

/// One source that says the person has died; `day` is missing where the source gives none.
struct Statement {
    row: RowRef,
    source: &'static str,
    first_day: Option<Date>,
    last_day: Option<Date>,
    /// A day that programs write for nothing.
    filler: bool,
    list_disagrees: bool,
}

/// Weighs what participants, register and suppressions say.
///
/// Rows carry no date on which they were true, so "newer" has to be proven. A statement of death
/// stands unless
/// - it lies after the run date, or before the person's birth,
/// - it is a day that programs write for nothing (1900-01-01 and the like),
/// - a sample of the person was taken after it, or
/// - another row about the person in the same list has no date of death (nobody can tell which of
///   the two is newer).
///
/// A date of death, or a `since`, that cannot be read says that there is one: a human has to look
/// (D205), unless another statement stands.
///
/// Two different lists do not contradict each other: one hears of a death later than the other, and
/// a letter to somebody who has died is the worse mistake. One statement that stands is enough.
pub(super) fn weigh(cluster: &Cluster<'_>, suppressions: &[&Suppression], run_date: Date) -> Death {
    let listed = statements(&cluster.participants, "deceased_on: participants")
        .chain(statements(&cluster.register, "deceased_on: register"));
    let deceased = || suppressions.iter().filter(|row| row.reason == SuppressionReason::Deceased);
    let suppressed = deceased().filter(|row| !row.since_unreadable).map(|row| Statement {
        row: row.row,
        source: "deceased: suppressions",
        first_day: row.since().and_then(PartialDate::first_possible),
        last_day: row.since().and_then(PartialDate::last_possible),
        filler: row.since().is_some_and(is_filler),
        list_disagrees: false,
    });

    let unreadable =
        cluster.participants.iter().chain(&cluster.register).filter(|row| row.deceased_unreadable);
    let unreadable = unreadable.map(|row| ("deceased_on: cannot be read", row.row)).chain(
        deceased().filter(|row| row.since_unreadable).map(|row| ("since: cannot be read", row.row)),
    );
    let last_sample = cluster.exposures.iter().filter_map(|row| row.sample_date).max();
    let (mut standing, mut contradicted) = (Vec::new(), unreadable.collect::<Vec<_>>());
    let times = Times { run_date, last_sample, born: first_birth(cluster) };

    for statement in listed.chain(suppressed) {
        match contradiction(&statement, &times) {
            None => standing.push((statement.source, statement.row)),
            Some(why) => contradicted.push((why, statement.row)),
        }
    }

    if !standing.is_empty() {
        let (evidence, rows) = join(standing);
        Death::Stated { evidence, rows }
    } else if !contradicted.is_empty() {
        let (evidence, rows) = join(contradicted);
        Death::Doubtful { evidence, rows }
    } else {
        Death::NotStated
    }
}

fn statements<'c>(
    rows: &'c [&Registrant],
    source: &'static str,
) -> impl Iterator<Item = Statement> + 'c {
    let list_disagrees =
        rows.iter().any(|row| row.deceased_on.is_none() && !row.deceased_unreadable);
    rows.iter().filter_map(move |row| {
        let day = row.deceased_on?;
        let (first_day, last_day) = (day.first_possible(), day.last_possible());
        Some(Statement {
            row: row.row,
            source,
            first_day,
            last_day,
            filler: is_filler(day),
            list_disagrees,
        })
    })
}

/// The first day on which the person can have been born, by the row that says the latest.
fn first_birth(cluster: &Cluster<'_>) -> Option<Date> {
    let listed = cluster.participants.iter().chain(&cluster.register).map(|row| row.birth_date);
    let all = cluster.exposures.iter().map(|row| row.birth_date).chain(listed);
    all.flatten().filter_map(PartialDate::first_possible).max()
}

/// The days that a death is held against.
struct Times {
    run_date: Date,
    last_sample: Option<Date>,
    born: Option<Date>,
}

fn contradiction(statement: &Statement, times: &Times) -> Option<&'static str> {
    if statement.filler {
        return Some("deceased_on: a day that programs write for nothing");
    }

    if statement.first_day.is_some_and(|day| day > times.run_date) {
        return Some("deceased_on: after the run date");
    }

    if let (Some(died), Some(born)) = (statement.last_day, times.born)
        && died < born
    {
        return Some("deceased_on: before the birth");
    }
    if let (Some(died), Some(sample)) = (statement.last_day, times.last_sample)
        && sample > died
    {
        return Some("deceased_on: before a sample_date");
    }

    statement.list_disagrees.then_some("deceased_on: another row of the same list has none")
}

fn join(found: Vec<(&'static str, RowRef)>) -> (String, Vec<RowRef>) {
    let (mut words, rows): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    words.dedup();
    (words.join("; "), rows)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{date, exposure, partial, participant, register, suppression};
    use super::*;
    use crate::field::row::Exposure;

    fn weigh_dates(
        participants: &[&str],
        registered: &[&str],
        suppressed: Option<&str>,
        sample: &str,
    ) -> &'static str {
        let members: Vec<_> = participants
            .iter()
            .map(|day| Registrant { deceased_on: partial(day), ..participant(1) })
            .collect();

        let others: Vec<_> = registered
            .iter()
            .map(|day| Registrant { deceased_on: partial(day), ..register(1) })
            .collect();

        let row = Exposure { sample_date: sample.parse().ok(), ..exposure(1) };
        let listed = suppressed.map(|since| crate::field::row::Suppression {
            since: since.parse().ok(),
            since_partly: partial(since).filter(|day| day.exact().is_none()),
            ..suppression(1, SuppressionReason::Deceased)
        });

        let cluster = Cluster {
            exposures: vec![&row],
            participants: members.iter().collect(),
            register: others.iter().collect(),
        };

        match weigh(&cluster, &listed.iter().collect::<Vec<_>>(), date("2025-10-01")) {
            Death::NotStated => "not stated",
            Death::Stated { .. } => "stated",
            Death::Doubtful { .. } => "doubtful",
        }
    }

    #[test]
    fn one_source_is_enough_and_other_lists_may_be_late() {
        assert_eq!(weigh_dates(&[""], &[""], None, "2024-01-01"), "not stated");
        assert_eq!(weigh_dates(&["2025-01-01"], &[], None, "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&[""], &["2025-01-01"], None, "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&["2025-01-01"], &[""], None, "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&[], &[], Some("2025-01-01"), "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&[], &[], Some(""), "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&["2025-10-01"], &[], None, ""), "stated");
    }

    #[test]
    fn something_newer_speaks_against_it() {
        assert_eq!(weigh_dates(&["2025-10-02"], &[], None, ""), "doubtful");
        assert_eq!(weigh_dates(&["2023-12-31"], &[], None, "2024-01-01"), "doubtful");
        assert_eq!(weigh_dates(&["2024-01-01"], &[], None, "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&["2025-01-01", ""], &[], None, ""), "doubtful");
        assert_eq!(weigh_dates(&[], &[], Some("2023-12-31"), "2024-01-01"), "doubtful");
    }

    #[test]
    fn a_date_of_death_that_cannot_be_read_is_a_death_to_be_checked() {
        let unreadable = Registrant { deceased_unreadable: true, ..participant(1) };
        let died = Registrant { deceased_on: partial("2025-01-01"), ..register(1) };
        let row = exposure(1);
        let weigh = |register: Vec<&Registrant>| {
            let cluster =
                Cluster { exposures: vec![&row], participants: vec![&unreadable], register };
            weigh(&cluster, &[], date("2025-10-01"))
        };

        assert!(matches!(weigh(Vec::new()), Death::Doubtful { .. }));
        assert!(matches!(weigh(vec![&died]), Death::Stated { .. }));
    }

    #[test]
    fn a_day_that_programs_write_for_nothing_or_before_the_birth_is_no_death() {
        for day in [
            "1900-01-01",
            "1753-01-01",
            "1899-12-30",
            "1111-11-11",
            "1970-01-01",
            "1900-00-00",
            "1899-00-00",
        ] {
            assert_eq!(weigh_dates(&[day], &[], None, ""), "doubtful", "{day}");
            assert_eq!(weigh_dates(&[], &[day], None, ""), "doubtful", "{day}");
        }

        assert_eq!(weigh_dates(&[], &[], Some("1900-01-01"), ""), "doubtful");
        assert_eq!(weigh_dates(&[], &[], Some("0001-01-01"), ""), "doubtful");

        // The people of these tests were born in 1980.
        assert_eq!(weigh_dates(&["1950-02-03"], &[], None, ""), "doubtful");
        assert_eq!(weigh_dates(&[], &[], Some("1950-02-03"), ""), "doubtful");
        assert_eq!(weigh_dates(&["2024-02-03"], &["1900-01-01"], None, ""), "stated");
    }

    #[test]
    fn a_since_that_leaves_its_day_open_is_held_against_the_birth_as_well() {
        for (since, expected) in [
            ("1961-00-00", "doubtful"),
            ("1979-12-00", "doubtful"),
            ("1900-00-00", "doubtful"),
            ("2025-03-00", "stated"),
        ] {
            assert_eq!(weigh_dates(&[], &[], Some(since), ""), expected, "{since}");
        }

        let (row, unreadable) = (exposure(1), suppression(1, SuppressionReason::Deceased));
        let unreadable = crate::field::row::Suppression { since_unreadable: true, ..unreadable };
        let cluster =
            Cluster { exposures: vec![&row], participants: Vec::new(), register: Vec::new() };
        assert!(matches!(
            weigh(&cluster, &[&unreadable], date("2025-10-01")),
            Death::Doubtful { .. }
        ));

        let other =
            crate::field::row::Suppression { reason: SuppressionReason::Objection, ..unreadable };
        assert_eq!(weigh(&cluster, &[&other], date("2025-10-01")), Death::NotStated);
    }

    #[test]
    fn one_statement_that_stands_outweighs_doubt_about_others() {
        assert_eq!(weigh_dates(&["2023-12-31"], &["2025-01-01"], None, "2024-01-01"), "stated");
        assert_eq!(weigh_dates(&["2025-01-01", ""], &[], Some(""), ""), "stated");
    }

    #[test]
    fn a_partial_date_speaks_for_all_its_days() {
        assert_eq!(weigh_dates(&["2025-00-00"], &[], None, "2025-06-01"), "stated");
        assert_eq!(weigh_dates(&["2024-00-00"], &[], None, "2025-01-01"), "doubtful");
        assert_eq!(weigh_dates(&["2025-10-00"], &[], None, ""), "stated");
        assert_eq!(weigh_dates(&["2025-11-00"], &[], None, ""), "doubtful");
    }
}
