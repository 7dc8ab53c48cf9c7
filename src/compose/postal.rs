//! Postcode and town as the post wants them.

use unicode_normalization::UnicodeNormalization;

use super::surname::spaced;

/// A Dutch postcode as `9999AA`: four digits, the first not 0, and two letters other than SA, SD
/// and SS (never given out). Spaces and case do not matter. `None` for anything else.
#[must_use]
pub fn postcode(text: &str) -> Option<String> {
    let code: String =
        text.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_uppercase).collect();
    let bytes = code.as_bytes();
    let shape = bytes.len() == 6
        && matches!(bytes[0], b'1'..=b'9')
        && bytes[1..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_uppercase);
    (shape && !matches!(&code[4..], "SA" | "SD" | "SS")).then_some(code)
}

/// Capitals by Unicode, composed (NFC): "'s-Gravenhage" is "'S-GRAVENHAGE", "IJmuiden" and
/// "ijmuiden" are "IJMUIDEN".
#[must_use]
pub fn capitals(town: &str) -> String {
    spaced(town).to_uppercase().nfc().collect()
}

/// Postcode and town in one line: "2583 XL  SCHEVENINGEN". One space inside the postcode, two
/// before the town (PostNL; the BRP's second address line). `postcode` is `9999AA`, `town` in
/// capitals.
#[must_use]
pub fn place_line(postcode: &str, town: &str) -> String {
    format!("{} {}  {town}", &postcode[..4], &postcode[4..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn postcodes_that_cannot_exist_are_refused() {
        for (text, code) in [
            ("2583XL", "2583XL"),
            ("2583 xl", "2583XL"),
            (" 1000 AA ", "1000AA"),
            ("9999ZZ", "9999ZZ"),
        ] {
            assert_eq!(postcode(text).as_deref(), Some(code), "{text}");
        }

        for text in [
            "1234SA", "1234SD", "1234SS", "1234sa", "0123AB", "123AB", "12345AB", "1234A",
            "1234A1", "1234ÀB", "B-1000", "",
        ] {
            assert_eq!(postcode(text), None, "{text}");
        }
    }

    #[test]
    fn towns_are_in_capitals_whatever_their_letters() {
        let cases = [
            ("'s-Gravenhage", "'S-GRAVENHAGE"),
            ("IJmuiden", "IJMUIDEN"),
            ("ijlst", "IJLST"),
            ("Ĳsselstein", "ĲSSELSTEIN"),
            ("Sint-Oedenrode", "SINT-OEDENRODE"),
            ("Súdwest-Fryslân", "SÚDWEST-FRYSLÂN"),
            ("Curac\u{327}ao", "CURAÇAO"),
            ("Nijmegen  (Gld)", "NIJMEGEN (GLD)"),
            ("Noord- en Zuidhoek", "NOORD- EN ZUIDHOEK"),
        ];

        for (town, expected) in cases {
            assert_eq!(capitals(town), expected);
            assert_eq!(capitals(&capitals(town)), expected);
        }

        assert_eq!(place_line("2583XL", "SCHEVENINGEN"), "2583 XL  SCHEVENINGEN");
    }

    proptest! {
        #[test]
        fn a_place_line_keeps_both_parts(code in "[1-9][0-9]{3}[A-R][A-Z]", town in "[A-Z' -]{1,20}") {
            let line = place_line(&code, &town);
            prop_assert_eq!(postcode(&line[..7]), Some(code));
            prop_assert_eq!(&line[9..], town);
        }

        #[test]
        fn normalising_twice_changes_nothing(town in "\\PC{0,20}", code in "\\PC{0,8}") {
            prop_assert_eq!(capitals(&capitals(&town)), capitals(&town));
            if let Some(once) = postcode(&code) {
                prop_assert_eq!(postcode(&once), Some(once));
            }
        }
    }
}
