//! The form in which remarks are compared: what somebody typed in capitals, with accents or full
//! stops is the same word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of lower-case letters and digits without accents, parted by single blanks.
///
/// Apostrophes vanish, every other sign parts words, and letters that stand alone are one word:
/// "Z.W.V." and "z w v" are both `zwv`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Nearly every cell is plain ASCII.
    if text.is_ascii() {
        for byte in text.bytes().filter(|byte| !matches!(byte, b'\'' | b'`')) {
            push(&mut folded, char::from(byte.to_ascii_lowercase()));
        }
        return join_single_letters(folded.trim_end());
    }

    let letters = text
        .nfd()
        .filter(|sign| !is_combining_mark(*sign) && !matches!(sign, '\'' | '’' | '‘' | '`'));

    for sign in letters.flat_map(char::to_lowercase) {
        push(&mut folded, sign);
    }

    join_single_letters(folded.trim_end())
}

fn push(folded: &mut String, sign: char) {
    if sign.is_alphanumeric() {
        folded.push(sign);
    } else if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

fn join_single_letters(words: &str) -> String {
    let is_letter = |word: &str| word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic();
    if !words.split(' ').any(is_letter) {
        return words.to_owned();
    }

    let mut joined = String::with_capacity(words.len());
    let mut open = false;
    for word in words.split(' ') {
        let letter = is_letter(word);
        let apart = !open || !letter;
        if apart && !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
        open = letter;
    }

    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fold;

    #[test]
    fn case_accents_and_signs_make_no_other_word() {
        for (text, folded) in [
            ("GEHEIM!", "geheim"),
            ("Z.W.V.", "zwv"),
            ("z w v", "zwv"),
            ("cliënt", "client"),
            ("woon- of verblijfplaats", "woon of verblijfplaats"),
            ("adres.onbekend", "adres onbekend"),
            ("(onbekend)", "onbekend"),
            ("dhr.P", "dhr p"),
            ("'t Hart", "t hart"),
            ("", ""),
            ("...", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
