use super::*;
use crate::field::terms::{Category, Published, Status};

const VALID: &str = "999990019";

fn days() -> Days {
    Days::before(Date::constant(2025, 9, 1))
}

#[test]
fn a_bsn_is_nine_digits_that_pass_the_test() {
    assert!(bsn(VALID).unwrap().is_some());
    for missing in ["", " ", "NULL", "onbekend", "-"] {
        assert_eq!(bsn(missing), Ok(None));
    }
    for (raw, reason) in [
        ("999990018", Reason::R101),
        ("99990019", Reason::R101),
        ("9999 90 0", Reason::R101),
        ("9999900190", Reason::R101),
        ("99999001x", Reason::R101),
        ("1,23E+08", Reason::R119),
        ("999990019.0", Reason::R120),
        ("99990056.0", Reason::R120),
        ("9999.90.019", Reason::R120),
        ("999.990.019", Reason::R120),
        ("9999-90-019", Reason::R101),
        ("2-jan", Reason::R121),
        ("#N/B", Reason::R122),
        ("#N/A", Reason::R122),
        ("'999990019", Reason::R123),
        ("=\"999990019\"", Reason::R118),
        ("...", Reason::R101),
        ("000000000", Reason::R102),
        ("111111110", Reason::R102),
        ("123456782", Reason::R102),
        ("99999\u{0}019", Reason::R110),
        ("99999\u{202E}019", Reason::R111),
    ] {
        assert_eq!(bsn(raw), Err(reason), "{raw}");
    }
}

#[test]
fn blanks_and_marks_of_no_width_in_a_bsn_are_left_out() {
    for raw in
        ["9999 90 019", " 999990019 ", "9999\u{a0}90019", "9999\u{200B}90019", "\u{feff}999990019"]
    {
        assert_eq!(bsn(raw).unwrap(), bsn(VALID).unwrap(), "{raw:?}");
    }
}

#[test]
fn every_dropped_digit_of_a_bsn_is_noticed() {
    for place in 0..9 {
        let mut short = VALID.to_owned();
        short.remove(place);
        let padded = padded_bsn(&short).is_some();
        assert_eq!(bsn(&short), Err(if padded { Reason::R124 } else { Reason::R101 }));
    }
}

#[test]
fn eight_digits_may_be_nine_without_a_zero_and_are_never_taken_for_them() {
    // Made, not written down: the number of a person may begin with a zero.
    let number =
        (10_000_000..99_999_999).find_map(|number| Bsn::new(number).ok()).unwrap().number();
    let short = number.to_string();
    assert_eq!((short.len(), bsn(&short)), (8, Err(Reason::R124)));
    assert_eq!(padded_bsn(&short).map(Bsn::number), Some(number));
    assert_eq!(bsn(&format!("0{short}")).unwrap().map(Bsn::number), Some(number));
    assert_eq!(padded_bsn(&short[1..]), None);
}

#[test]
fn postcodes_are_tidied_and_impossible_ones_refused() {
    for raw in ["1234AB", "1234 AB", "1234ab", " 1234\u{a0}Ab ", "1234\u{200B}AB"] {
        assert_eq!(postcode(raw).unwrap(), "1234AB", "{raw:?}");
    }
    assert_eq!(postcode("onbekend").unwrap(), "");
    for raw in [
        "0123AB",
        "123AB",
        "1234A",
        "1234ABC",
        "1234-AB",
        "AB1234",
        "1234SA",
        "1234SD",
        "1234 ss",
        "12345",
        "１２３４AB",
    ] {
        assert_eq!(postcode(raw), Err(Reason::R106), "{raw}");
    }
    assert_eq!(postcode("1234\tAB"), Err(Reason::R110));
}

#[test]
fn dates_are_read_in_one_form_only() {
    assert_eq!(date("2024-02-29").unwrap(), Some(Date::constant(2024, 2, 29)));
    assert_eq!(date(" 2024-02-29 ").unwrap(), Some(Date::constant(2024, 2, 29)));
    assert_eq!(date("n.v.t."), Ok(None));
    for raw in [
        "1-2-1980",
        "01-02-1980",
        "1980/02/01",
        "19800201",
        "1980-2-1",
        "1980-02-30",
        "1900-02-29",
        "1980-13-01",
        "1980-00-00",
        "1980-02-00",
        "0000-00-00",
        "198O-02-01",
        "1980-02-0１",
        "feb 1980",
    ] {
        assert_eq!(date(raw), Err(Reason::R104), "{raw}");
    }
    for (raw, reason) in
        [("45123", Reason::R126), ("1980-02-01T00:00:00", Reason::R127), ("#####", Reason::R122)]
    {
        assert_eq!(date(raw), Err(reason), "{raw}");
    }
}

#[test]
fn birth_dates_may_be_partial_but_not_impossible() {
    let born = |raw| birth_date(raw, days());
    assert_eq!(born("1950-00-00").unwrap().unwrap().month(), 0);
    assert_eq!(born("1950-07-00").unwrap().unwrap().day(), 0);
    assert_eq!(born("0000-00-00"), Ok(None));
    assert!(born("2025-09-01").unwrap().is_some());
    assert!(born("1905-09-01").unwrap().is_some());
    // The year of the run and the year 120 years ago are still possible.
    assert!(born("2025-00-00").unwrap().is_some());
    assert!(born("1905-00-00").unwrap().is_some());
    for raw in [
        "2025-09-02",
        "2025-10-00",
        "2026-00-00",
        "1905-08-31",
        "1900-01-01",
        "0001-01-01",
        "9999-12-31",
    ] {
        assert_eq!(born(raw), Err(Reason::R105), "{raw}");
    }
    for raw in ["1950-00-12", "00-00-1950", "29-02-1900", "1950-02-30", "0000-01-01", "1950"] {
        assert_eq!(born(raw), Err(Reason::R104), "{raw}");
    }
}

#[test]
fn an_event_on_an_unknown_day_is_not_taken_for_no_event() {
    assert_eq!(event_date(""), Ok(None));
    assert_eq!(event_date("NULL"), Ok(None));
    assert!(event_date("2020-00-00").unwrap().is_some());
    for raw in ["0000-00-00", "onbekend", "Unknown", "?", "ja"] {
        assert_eq!(event_date(raw), Err(Reason::R104), "{raw}");
    }
    // An error word is no missing date: something stood there.
    for raw in ["#N/A", "#N/B", "#VERW!", "####"] {
        assert_eq!(event_date(raw), Err(Reason::R122), "{raw}");
    }
}

#[test]
fn words_are_those_of_the_contract() {
    assert_eq!(word::<Sex>("F"), Ok(Some(Sex::V)));
    assert_eq!(word::<Sex>("X"), Ok(Some(Sex::O)));
    assert_eq!(word::<Sex>("onbekend"), Ok(None));
    assert_eq!(word::<Sex>("W"), Err(Reason::R107));
    assert_eq!(word::<Status>("not_excluded"), Ok(Some(Status::NotExcluded)));
    assert_eq!(word::<Published>("unknown"), Ok(None));
    assert_eq!(word::<Category>("GP"), Err(Reason::R107));
    assert_eq!(word::<Category>("gp\u{7}"), Err(Reason::R110));
    assert_eq!(word::<NameUse>("N"), Ok(Some(NameUse::N)));
}

#[test]
fn items_are_joined_by_semicolons() {
    let both = Items::NONE.with(Item::Bsn).with(Item::ExamType);
    assert_eq!(items("bsn;exam_type"), Ok(both));
    assert_eq!(items(" exam_type ; bsn ;; bsn"), Ok(both));
    assert_eq!(items("-"), Ok(Items::NONE));
    assert_eq!(items("bsn;hiv_result"), Err(Reason::R107));
    assert_eq!(items("bsn,exam_type"), Err(Reason::R107));
}

#[test]
fn flags_know_no_perhaps() {
    for raw in ["", "false", "0", "no", "Nee", "N", "NULL", "n.v.t."] {
        assert_eq!(flag(raw), Ok(false), "{raw}");
    }
    for raw in ["true", "TRUE", "1", "yes", "ja", "J"] {
        assert_eq!(flag(raw), Ok(true), "{raw}");
    }
    for raw in ["onbekend", "unknown", "?", "2", "x"] {
        assert_eq!(flag(raw), Err(Reason::R107), "{raw}");
    }
    for (raw, reason) in
        [("#N/A", Reason::R122), ("1.0", Reason::R120), ("0,0", Reason::R120), ("'1", Reason::R123)]
    {
        assert_eq!(flag(raw), Err(reason), "{raw}");
    }
}

#[test]
fn provider_codes_have_eight_digits() {
    assert_eq!(provider_code("01234567"), Ok("01234567"));
    assert_eq!(provider_code("onbekend"), Ok(""));
    for raw in ["123456", "012345678", "0123456a", "0123 4567", "12345678 "] {
        let expected = if raw.ends_with(' ') { Ok("12345678") } else { Err(Reason::R108) };
        assert_eq!(provider_code(raw), expected, "{raw}");
    }
    assert_eq!(provider_code("1234567"), Err(Reason::R124));
    assert_eq!(padded_code("1234567").as_deref(), Some("01234567"));
    assert_eq!(provider_code("1234567.0"), Err(Reason::R120));
    assert_eq!(provider_code("6,01E+06"), Err(Reason::R119));
}

#[test]
fn identifiers_have_a_small_alphabet() {
    assert_eq!(identifier("LAB-2024/00:17_a.b"), Ok("LAB-2024/00:17_a.b"));
    assert_eq!(identifier(&"x".repeat(64)).unwrap().len(), 64);
    assert_eq!(identifier(&"x".repeat(65)), Err(Reason::R109));
    for (raw, reason) in [
        ("a b", Reason::R111),
        ("é", Reason::R111),
        ("../x y", Reason::R111),
        ("a\nb", Reason::R110),
        ("=1", Reason::R118),
        ("-1", Reason::R118),
        ("Ã©", Reason::R112),
        ("#N/A", Reason::R122),
        ("1.00E+05", Reason::R119),
    ] {
        assert_eq!(identifier(raw), Err(reason), "{raw}");
    }
    assert_eq!(person_ref("12345.0"), Err(Reason::R120));
    assert_eq!(person_ref("P-12345.0"), Ok("P-12345.0"));
}
