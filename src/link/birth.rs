//! How two birth dates agree.

use crate::field::partial_date::PartialDate;
use crate::link::compare::Birth;

/// `yyyymmdd`, unknown parts 00; 0 stands for no date at all.
pub(super) fn pack(date: PartialDate) -> u32 {
    u32::from(date.year()) * 10_000 + u32::from(date.month()) * 100 + u32::from(date.day())
}

/// Day, month and year are known.
pub(super) const fn is_full(date: u32) -> bool {
    !date.is_multiple_of(100)
}

/// 1 January: what systems fill in when only the year is known.
pub(super) const fn is_weak(date: u32) -> bool {
    date % 10_000 == 101
}

/// Compares two packed dates.
///
/// One slip is one digit different, two neighbouring digits swapped, or day and month swapped. An
/// unknown part agrees with everything; a slip of ten years or more has its own level; 1 January
/// counts as unknown day and month where the other date says otherwise.
pub(super) fn compare(one: u32, other: u32) -> Birth {
    if one == 0 || other == 0 {
        return Birth::Missing;
    }

    if one == other {
        return if is_full(one) { Birth::Equal } else { Birth::Partial };
    }

    if is_full(one) && is_full(other) {
        if is_slip(one, other) {
            return if (one / 10_000).abs_diff(other / 10_000) < 10 {
                Birth::Slip
            } else {
                Birth::Decade
            };
        }
        let default = is_weak(one) || is_weak(other);
        return if default && one / 10_000 == other / 10_000 {
            Birth::Partial
        } else {
            Birth::Differs
        };
    }

    let month_agrees =
        one / 100 == other / 100 || one.is_multiple_of(10_000) || other.is_multiple_of(10_000);
    if one / 10_000 == other / 10_000 && month_agrees { Birth::Partial } else { Birth::Differs }
}

fn is_slip(one: u32, other: u32) -> bool {
    let (left, right) = (digits(one), digits(other));
    let wrong = || (0..8).filter(|place| left[*place] != right[*place]);
    match wrong().count() {
        1 => return true,
        2 => {
            let (first, last) = (wrong().next().unwrap_or(0), wrong().next_back().unwrap_or(0));
            if last == first + 1 && left[first] == right[last] && left[last] == right[first] {
                return true;
            }
        }
        _ => {}
    }

    let turned = one / 10_000 * 10_000 + one % 100 * 100 + one / 100 % 100;
    turned == other
}

fn digits(date: u32) -> [u8; 8] {
    let mut digits = [0; 8];
    let mut rest = date;
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_a_digit_a_swap_or_day_and_month_turned() {
        assert_eq!(compare(1980_05_17, 1980_05_17), Birth::Equal);
        assert_eq!(compare(1980_05_17, 1980_05_18), Birth::Slip);
        assert_eq!(compare(1980_05_17, 1908_05_17), Birth::Decade);
        assert_eq!(compare(1950_03_12, 1980_03_12), Birth::Decade);
        assert_eq!(compare(1980_05_12, 1980_12_05), Birth::Slip);
        assert_eq!(compare(1980_05_17, 1980_06_18), Birth::Differs);
        assert_eq!(compare(1950_03_12, 1979_03_12), Birth::Differs);
    }

    #[test]
    fn partial_dates_agree_with_what_they_leave_open() {
        assert_eq!(compare(1950_00_00, 1950_03_12), Birth::Partial);
        assert_eq!(compare(1950_03_00, 1950_03_12), Birth::Partial);
        assert_eq!(compare(1950_04_00, 1950_03_12), Birth::Differs);
        assert_eq!(compare(1951_00_00, 1950_03_12), Birth::Differs);
        assert_eq!(compare(1950_00_00, 1950_00_00), Birth::Partial);
        assert_eq!(compare(0, 1950_03_12), Birth::Missing);
    }

    #[test]
    fn the_first_of_january_is_no_evidence_against_another_day() {
        assert_eq!(compare(1950_01_01, 1950_03_12), Birth::Partial);
        assert_eq!(compare(1950_01_01, 1951_03_12), Birth::Differs);
        assert_eq!(compare(1950_01_01, 1950_01_01), Birth::Equal);
    }
}
