//! Text that was encoded twice: UTF-8 that somebody read as Windows-1252 ("RenÃ©e"). Found, never
//! repaired.

/// Whether some letters are the traces of one letter's UTF-8 bytes read as Windows-1252 or Latin-1,
/// or the replacement character U+FFFD where bytes were lost.
///
/// Only sequences that decode to what European names and their punctuation are written with count:
/// `VÍŠEK` decodes, too, but to a rare mark.
pub(super) fn is_doubly_encoded(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\u{FFFD}' {
            return true;
        }
        let Some(lead) = byte(character) else { continue };
        let length = match lead {
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            _ => continue,
        };
        if decode(lead, characters.clone().take(length), length).is_some_and(is_likely) {
            return true;
        }
    }

    false
}

fn decode(lead: u8, rest: impl Iterator<Item = char>, length: usize) -> Option<u32> {
    let mut value = u32::from(lead) & (0x3F >> length);
    let mut found = 0;
    for character in rest {
        let byte = byte(character).filter(|byte| matches!(byte, 0x80..=0xBF))?;
        value = value << 6 | u32::from(byte & 0x3F);
        found += 1;
    }
    (found == length).then_some(value)
}

/// Latin letters, general punctuation, currency, ligatures, pictographs, byte order mark.
const fn is_likely(value: u32) -> bool {
    matches!(
        value,
        0xA0..=0x17F
            | 0x218..=0x21B
            | 0x1E00..=0x1EFF
            | 0x2000..=0x206F
            | 0x20A0..=0x20CF
            | 0x2122
            | 0xFB00..=0xFB06
            | 0xFEFF..=0xFF5E
            | 0xFFFD
            | 0x1F000..=0x1FAFF
    )
}

/// The Windows-1252 byte of a character that is not ASCII; C1 controls stand for themselves, as in
/// Latin-1.
const fn byte(character: char) -> Option<u8> {
    Some(match character {
        '\u{80}'..='\u{FF}' => character as u8,
        '€' => 0x80,
        '‚' => 0x82,
        'ƒ' => 0x83,
        '„' => 0x84,
        '…' => 0x85,
        '†' => 0x86,
        '‡' => 0x87,
        'ˆ' => 0x88,
        '‰' => 0x89,
        'Š' => 0x8A,
        '‹' => 0x8B,
        'Œ' => 0x8C,
        'Ž' => 0x8E,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        '˜' => 0x98,
        '™' => 0x99,
        'š' => 0x9A,
        '›' => 0x9B,
        'œ' => 0x9C,
        'ž' => 0x9E,
        'Ÿ' => 0x9F,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::is_doubly_encoded;

    fn twice(text: &str) -> String {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn every_letter_of_latin_1_and_extended_a_is_found_when_encoded_twice() {
        for letter in ('À'..='ſ').filter(|letter| letter.is_alphabetic()) {
            let name = format!("Ja{letter}n");
            assert!(is_doubly_encoded(&twice(&name)), "U+{:04X}", u32::from(letter));
            assert!(!is_doubly_encoded(&name), "U+{:04X}", u32::from(letter));
        }
    }

    #[test]
    fn punctuation_blanks_and_byte_order_marks_are_found_when_encoded_twice() {
        for text in [
            "d’Ancona",
            "Café – bar",
            "Jan\u{a0}Piet",
            "\u{feff}Jan",
            "Jan 😀",
            "Ștefan",
            "Nguyễn",
            "5 €",
        ] {
            assert!(is_doubly_encoded(&twice(text)), "{text}");
            assert!(!is_doubly_encoded(text), "{text}");
        }

        assert!(is_doubly_encoded("Ren\u{FFFD}e"));
    }

    #[test]
    fn names_as_people_write_them_are_left_alone() {
        for name in [
            "VÍŠEK",
            "JOÃO",
            "São",
            "Åse",
            "Ångström",
            "Čapek",
            "Weiß’",
            "IRMÃ DULCE",
            "Doña",
            "Ælfrīc",
            "Œuvre",
        ] {
            assert!(!is_doubly_encoded(name), "{name}");
        }
    }
}
