//! Initials, from registered first names or as somebody typed them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::field::names::PersonName;

/// The initials of a name: from the first names; the recorded initials where only those are known,
/// or where they go on behind the first names ("Jan", J.A.), so that none is lost.
#[must_use]
pub fn of(name: &PersonName<'_>) -> String {
    let (derived, recorded) = (initials(name.first_names), typed(name.initials));
    let letters = |text: &str| text.chars().filter(|sign| sign.is_alphabetic()).count();
    let goes_on = recorded.starts_with(&derived) && letters(&recorded) > letters(&derived);
    if goes_on { recorded } else { derived }
}

/// Initials of space-separated first names, by the rules of the BRP.
///
/// The first letter of every name with a full stop. A name that is one letter has no full stop, and
/// a space parts it from the initial after it ("J P"). Hyphenated names and Th, Ph, Ch, IJ give one
/// letter. Case and accents are kept.
///
/// Beyond the BRP: an opening apostrophe is no letter ("'Abd" is A.), and a name that is itself
/// initials ("J.A.") is taken as such, so that none is lost.
#[must_use]
pub fn initials(first_names: &str) -> String {
    let mut text = String::new();
    for name in first_names.split_whitespace() {
        let Some((first, alone)) = first_letter(name) else { continue };
        if text.chars().next_back().is_some_and(|last| last != '.') {
            text.push(' ');
        }
        if is_initials(name) {
            text.push_str(&typed(name));
        } else {
            text.push_str(&first);
            if !alone {
                text.push('.');
            }
        }
    }

    text
}

/// Initials that were typed as initials: "ja", "J A", "J. A.", "J.A" all become "J.A." with their
/// case kept.
///
/// Without a full stop every letter is one initial, but a capital keeps the small letters after it
/// ("ThJ" is "Th.J."). With full stops these say what belongs together ("IJ.A.").
#[must_use]
pub fn typed(initials: &str) -> String {
    let dotted = initials.contains('.');
    let mut text = String::new();
    let words = initials.split(|sign: char| sign == '.' || sign.is_whitespace());

    // A spreadsheet's text mark and a comma between two initials are no letters.
    let words = words.map(|word| word.trim_matches(['\'', '’', '‘', '`', ',']));

    for word in words.filter(|word| !word.is_empty()) {
        let mixed = word.chars().any(char::is_uppercase);
        for letter in word.nfc() {
            let starts = !dotted && letter.is_alphabetic() && (letter.is_uppercase() || !mixed);
            let open = text.chars().next_back().is_some_and(|last| !matches!(last, '.' | '-'));
            if starts && open {
                text.push('.');
            }
            text.push(letter);
        }
        text.push('.');
    }

    text
}

/// The first letter with its combining marks, and whether the name has no other letter.
fn first_letter(name: &str) -> Option<(String, bool)> {
    let composed: Vec<char> = name.nfc().collect();
    let start = composed.iter().position(|sign| sign.is_alphanumeric())?;
    let marks = composed[start + 1..].iter().take_while(|sign| is_combining_mark(**sign)).count();
    let end = start + 1 + marks;
    Some((composed[start..end].iter().collect(), end == composed.len()))
}

/// "J.A." or "J.Th.A": at least two short pieces with full stops between them.
fn is_initials(name: &str) -> bool {
    let pieces: Vec<&str> = name.split('.').filter(|piece| !piece.is_empty()).collect();
    pieces.len() > 1 && pieces.iter().all(|piece| piece.chars().count() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_initials_count_where_they_go_on_behind_the_first_names() {
        let of = |first_names, initials| {
            of(&PersonName { first_names, initials, ..PersonName::default() })
        };
        assert_eq!(of("Jan", "J.A."), "J.A.");
        assert_eq!(of("", "JA"), "J.A.");
        assert_eq!(of("Jan", "B.C."), "J.");
        assert_eq!(of("Suzie Q", "S.Q"), "S.Q");
        assert_eq!(of("Jan Albert", "J."), "J.A.");
    }

    #[test]
    fn first_names_give_initials_as_the_register_does() {
        let cases = [
            ("Henk", "H."),
            ("Anna Cornelia", "A.C."),
            ("Theo Philip IJsbrand", "T.P.I."),
            ("Anne-Fleur Belle", "A.B."),
            ("Suzie Q", "S.Q"),
            ("J P", "J P"),
            ("A", "A"),
            ("Q Elise", "Q E."),
            ("Ali bin Mohammed", "A.b.M."),
            ("Bølle Ólafur", "B.Ó."),
            ("  Jo   Rene ", "J.R."),
            ("'Abd al-Rahman", "A.a."),
            ("J.A.", "J.A."),
            ("J.Th. Maria", "J.Th.M."),
            ("", ""),
            (".", ""),
        ];

        for (names, expected) in cases {
            assert_eq!(initials(names), expected, "{names}");
        }
    }

    #[test]
    fn combining_marks_stay_with_their_letter() {
        assert_eq!(initials("O\u{301}lafur"), "Ó.");
        assert_eq!(initials("M\u{302}aria Jo"), "M\u{302}.J.");
    }

    #[test]
    fn typed_initials_lose_nothing() {
        let cases = [
            ("J.A.", "J.A."),
            ("JA", "J.A."),
            ("J A", "J.A."),
            ("J. A.", "J.A."),
            ("J.A", "J.A."),
            ("ja", "j.a."),
            ("ThJ", "Th.J."),
            ("Th.J.", "Th.J."),
            ("IJ.A.", "IJ.A."),
            ("J.-P.", "J.-P."),
            ("J-P", "J-P."),
            ("'J.", "J."),
            ("J.,A.", "J.A."),
            ("", ""),
        ];

        for (given, expected) in cases {
            assert_eq!(typed(given), expected, "{given}");
            assert_eq!(typed(&typed(given)), expected, "twice: {given}");
        }
    }
}
