//! What a person was told before, and what that makes of the next letter: first, supplement,
//! correction or none.

use jiff::Span;
use jiff::civil::Date;

use super::findings::union;
use crate::field::findings::{Findings, Told};
use crate::field::terms::{Kind, Published};

/// What the earlier letters say that still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Earlier {
    /// Date of the last one.
    pub last: Date,
    /// What they tell together.
    pub told: Findings,
}

/// What comes of comparing what was told with what holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A letter of this kind.
    Write(Kind),
    /// Nothing material is new (D301).
    Nothing,
    /// Something is, but the last letter is too recent (D302): written from this date on.
    Later(Date),
}

/// The letters that count, of `told` (oldest first) those that `concerns` picks.
///
/// A supplement or correction states everything anew, so nothing before it counts. First letters of
/// different senders about different categories hold beside each other; a first letter replaces an
/// earlier one of the same sender or about the same category. What two people were told who turned
/// out to be one holds beside each other, until a letter comes that speaks for both.
pub(super) fn earlier(told: &[Told], concerns: impl Fn(&Told) -> bool) -> Option<Earlier> {
    let mut standing: Vec<&Told> = Vec::new();
    let mut last = None;
    for letter in told.iter().filter(|letter| concerns(letter)) {
        let anew = |other: &Told| letter.kind != Kind::First || replaces(letter, other);
        standing.retain(|other| !takes_up(letter, other) || !anew(other));
        standing.push(letter);
        last = last.max(Some(letter.date));
    }

    let told = standing
        .into_iter()
        .map(|letter| letter.findings.clone())
        .reduce(|all, next| union(all, &next))?;
    Some(Earlier { last: last?, told })
}

/// Whether the letter was written knowing of the other.
fn takes_up(letter: &Told, other: &Told) -> bool {
    other.speaks_for.iter().all(|person| letter.speaks_for.contains(person))
}

fn replaces(letter: &Told, other: &Told) -> bool {
    let shared = letter
        .findings
        .categories
        .iter()
        .any(|category| other.findings.categories.contains(category));
    letter.sender == other.sender || shared
}

/// The next letter, written on `due` or later. `now` is what it would say, `still` what holds for
/// the categories that were `told` (they differ where a category is held back: what is held back
/// has not become wrong).
///
/// When something told was wrong and something is new as well, the letter is a correction: it shows
/// the full list too, and its opening must not pass over the mistake.
pub(super) fn step(
    now: &Findings,
    still: &Findings,
    told: &Findings,
    due: Date,
    run_date: Date,
) -> Step {
    let wrong = no_longer_holds(told, still);
    if !wrong && !is_news(now, told) {
        return Step::Nothing;
    }
    if run_date < due {
        return Step::Later(due);
    }
    Step::Write(if wrong { Kind::Correction } else { Kind::Supplement })
}

/// What docs/policy.md calls material: a new category; an item that is newly involved, or was
/// possible and is now involved; a higher status; published became `yes`.
fn is_news(now: &Findings, told: &Findings) -> bool {
    now.categories.iter().any(|category| !told.categories.contains(category))
        || !now.involved.minus(told.involved).is_empty()
        || now.status > told.status
        || (now.published == Published::Yes && told.published != Published::Yes)
}

/// Whether something that was told no longer holds (docs/policy.md). Told `no` that became
/// `unknown` is not among it: what was told is that nothing was found, and that stays true.
fn no_longer_holds(told: &Findings, still: &Findings) -> bool {
    told.categories.iter().any(|category| !still.categories.contains(category))
        || !told.involved.minus(still.involved).is_empty()
        || !told.possible.minus(still.involved.union(still.possible)).is_empty()
        || still.status < told.status
        || (told.published == Published::Yes && still.published != Published::Yes)
}

/// The first day on which another letter may be dated: `min_days` days after the last.
pub(super) fn due(last: Date, min_days: i64) -> Date {
    Span::new().try_days(min_days).map_or(Date::MAX, |days| last.saturating_add(days))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{date, findings, told};
    use super::*;
    use crate::field::ids::Pseudonym;

    fn step_from(told: &str, now: &str) -> &'static str {
        let now = findings(now);
        match step(&now, &now, &findings(told), date("2025-09-15"), date("2025-09-15")) {
            Step::Nothing => "nothing",
            Step::Later(_) => "later",
            Step::Write(kind) => kind.word(),
        }
    }

    #[test]
    fn what_is_material_and_what_is_wrong() {
        let told = "gp / not_excluded / unknown / name / bsn phone";
        for (now, expected) in [
            ("gp / not_excluded / unknown / name / bsn phone", "nothing"),
            ("gp screening / not_excluded / unknown / name / bsn phone", "supplement"),
            ("gp / not_excluded / unknown / name email / bsn phone", "supplement"),
            ("gp / not_excluded / unknown / name bsn / phone", "supplement"),
            ("gp / confirmed / unknown / name / bsn phone", "supplement"),
            ("gp / not_excluded / yes / name / bsn phone", "supplement"),
            ("gp / not_excluded / unknown / name / bsn phone email", "nothing"),
            ("gp / not_excluded / no / name / bsn phone", "nothing"),
            ("gp / not_excluded / unknown / name / bsn", "correction"),
            ("gp / not_excluded / unknown / / name bsn phone", "correction"),
            ("gp / not_excluded / unknown / / bsn phone", "correction"),
            ("gp / shared_only / unknown / name / bsn phone", "correction"),
            ("screening / not_excluded / unknown / name / bsn phone", "correction"),
            ("gp screening / confirmed / yes / name email / bsn", "correction"),
        ] {
            assert_eq!(step_from(told, now), expected, "{now}");
        }

        let told = "gp / confirmed / yes / name / ";
        assert_eq!(step_from(told, "gp / confirmed / unknown / name / "), "correction");
        assert_eq!(step_from(told, "gp / confirmed / no / name / "), "correction");
        assert_eq!(
            step_from("gp / confirmed / no / name / ", "gp / confirmed / unknown / name / "),
            "nothing"
        );

        assert_eq!(
            step_from("gp / confirmed / no / name / ", "gp / confirmed / yes / name / "),
            "supplement"
        );
    }

    #[test]
    fn what_is_held_back_has_not_become_wrong() {
        let told = findings("gp screening / confirmed / yes / name bsn / ");
        let now = findings("screening / not_excluded / no / name / ");
        assert_eq!(step(&now, &told, &told, date("2025-09-15"), date("2025-10-01")), Step::Nothing);
    }

    #[test]
    fn the_fourteenth_day_is_late_enough() {
        let (told, now) = (
            findings("gp / not_excluded / yes / / name"),
            findings("gp / confirmed / yes / name / "),
        );
        let on = |day| step(&now, &now, &told, due(date("2025-09-01"), 14), date(day));
        assert_eq!(on("2025-09-14"), Step::Later(date("2025-09-15")));
        assert_eq!(on("2025-09-15"), Step::Write(Kind::Supplement));
        assert_eq!(on("2025-08-01"), Step::Later(date("2025-09-15")));
    }

    #[test]
    fn days_beyond_the_calendar_mean_never() {
        let last = date("2025-09-01");
        assert_eq!(due(last, i64::MAX), Date::MAX);
        assert_eq!(due(last, 7_000_000), Date::MAX);
        assert_eq!(due(last, 0), last);
    }

    #[test]
    fn the_newest_state_counts_corrections_included() {
        let letters = [
            told("2025-08-01", Kind::First, "a", "gp / confirmed / yes / name bsn / "),
            told("2025-09-01", Kind::Correction, "a", "gp / confirmed / no / name / "),
        ];
        let found = earlier(&letters, |_| true).unwrap();
        assert_eq!(found, Earlier { last: date("2025-09-01"), told: letters[1].findings.clone() });
        assert_eq!(earlier(&letters, |_| false), None);
    }

    #[test]
    fn first_letters_of_two_senders_hold_beside_each_other_until_one_letter_states_everything() {
        let mut letters = vec![
            told("2025-08-01", Kind::First, "a", "gp / not_excluded / no / / name bsn"),
            told("2025-08-01", Kind::First, "b", "screening / confirmed / unknown / name / "),
        ];

        let both = earlier(&letters, |_| true).unwrap();
        assert_eq!(both.told, findings("gp screening / confirmed / unknown / name / bsn"));
        letters.push(told(
            "2025-09-01",
            Kind::Correction,
            "c",
            "hospital / confirmed / no / name / ",
        ));

        assert_eq!(earlier(&letters, |_| true).unwrap().told, letters[2].findings);
    }

    #[test]
    fn a_second_first_letter_about_the_same_category_replaces_the_first() {
        let letters = [
            told("2025-08-01", Kind::First, "a", "gp / confirmed / no / name bsn / "),
            told("2025-08-20", Kind::First, "b", "gp / confirmed / no / name / "),
        ];
        assert_eq!(earlier(&letters, |_| true).unwrap().told, letters[1].findings);
    }

    #[test]
    fn two_who_turned_out_to_be_one_know_what_both_were_told() {
        let to =
            |person: u8, letter: Told| Told { speaks_for: vec![Pseudonym([person; 16])], ..letter };
        let mut letters = vec![
            to(1, told("2025-08-01", Kind::First, "a", "gp / confirmed / no / name address / ")),
            to(2, told("2025-08-02", Kind::First, "a", "gp / confirmed / no / name phone / ")),
        ];

        let both = findings("gp / confirmed / no / name address phone / ");
        assert_eq!(earlier(&letters, |_| true).unwrap().told, both);

        // Written before anybody knew: it speaks for the first alone.
        letters.push(to(
            1,
            told("2025-08-03", Kind::Supplement, "a", "gp / confirmed / no / name address bsn / "),
        ));

        let all = findings("gp / confirmed / no / name address phone bsn / ");
        assert_eq!(earlier(&letters, |_| true).unwrap().told, all);
        let speaks_for = vec![Pseudonym([1; 16]), Pseudonym([2; 16])];
        let anew = told("2025-09-01", Kind::Correction, "a", "gp / confirmed / no / name / ");
        letters.push(Told { speaks_for, ..anew });

        assert_eq!(earlier(&letters, |_| true).unwrap().told, letters[3].findings);
    }
}
