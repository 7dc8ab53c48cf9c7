//! Text of one code page that was read in another: MacRoman or CP850 taken for Windows-1252
//! ("JosŽ", "M\u{9f}ller"). Found by letters and signs that are where no word has them, never
//! repaired.
//!
//! Each of the three code pages has a letter for nearly every byte, so no byte is wrong; but what
//! one has as `é` the other has as a capital `Ž` or as a low quote. Some pairs cannot be told apart
//! (`’` for `í`, `á` for `ß`); a file of any length has others beside them.

/// Whether some word holds a sign of a different code page.
pub(super) fn is_foreign(text: &str) -> bool {
    let mut before: Option<char> = None;
    let mut previous: Option<char> = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let next = rest.clone().next();
        if !character.is_ascii() && is_out_of_place(before, previous, character, next) {
            return true;
        }
        before = previous;
        previous = Some(character);
    }

    false
}

fn is_out_of_place(
    before: Option<char>,
    previous: Option<char>,
    character: char,
    next: Option<char>,
) -> bool {
    let letter = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphabetic);
    let lower = |neighbour: Option<char>| neighbour.is_some_and(char::is_lowercase);
    let upper = |neighbour: Option<char>| neighbour.is_some_and(char::is_uppercase);

    match character {
        // é, ä, œ and ü of MacRoman; è, Ä and Ü of CP850: a capital behind a small letter, or
        // between a letter and a small one. Surnames such as `DeŠa` are written nowhere.
        'Ž' | 'Š' | 'Œ' | 'Ÿ' => lower(previous) || (letter(previous) && lower(next)),
        // ö of MacRoman and Ü of CP850: a small letter between capitals, or between two consonants
        // that do not meet there.
        'š' | 'ž' => {
            (upper(previous) && upper(next)) || (lower(next) && is_wedged(before, previous, next))
        }
        'œ' => upper(previous) && upper(next),
        // ë of MacRoman, the commonest of all: an opening quote behind a letter opens nothing.
        // Where people write one for an apostrophe, a consonant is before it (`d‘Ancona`) or a
        // capital behind it (`O‘Brien`).
        '‘' => {
            letter(previous) && (!letter(next) || (previous.is_some_and(is_vowel) && lower(next)))
        }
        // Signs that begin a word or stand alone, but never follow a letter.
        '‚' | '„' | 'ˆ' | '‹' | '‡' | '†' | '˜' | '‰' | 'ƒ' | '¡' | '¢' | '£' | '¤' | '¿' => {
            letter(previous)
        }
        // Signs that end a word and never are inside one.
        '…' | '”' | '“' | '™' | '›' | '•' | '€' | '¦' | '§' | '¨' | '©' | '«' | '¬' | '®' | '¯'
        | '±' | '²' | '³' | '¶' | '¹' | '»' | '¼' | '½' | '¾' | '×' | '÷' => {
            letter(previous) && letter(next)
        }
        _ => false,
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// `š` between two consonants, as in "Mšller" and "Jšrgen". In Slavic names it is preceded by a
/// vowel, or by an `r` or an `l` that is one ("Hršak"), or begins the name together with the
/// consonant before it ("Všetečka").
fn is_wedged(before: Option<char>, previous: Option<char>, next: Option<char>) -> bool {
    let is_consonant = |neighbour: Option<char>| {
        neighbour.is_some_and(|letter| letter.is_ascii_alphabetic() && !is_vowel(letter))
    };
    let is_syllable = matches!(previous, Some('r' | 'l' | 'R' | 'L')) && is_consonant(before);
    is_consonant(previous) && is_consonant(next) && !is_syllable
}

#[cfg(test)]
mod tests {
    use super::is_foreign;

    /// The bytes of the letters that Western European names have, in MacRoman and in CP850; `None`:
    /// Windows-1252 has nothing at that byte, and a file with it is refused.
    const LETTERS: [(char, u8, u8); 24] = [
        ('é', 0x8E, 0x82),
        ('è', 0x8F, 0x8A),
        ('ë', 0x91, 0x89),
        ('ê', 0x90, 0x88),
        ('ï', 0x95, 0x8B),
        ('ö', 0x9A, 0x94),
        ('ü', 0x9F, 0x81),
        ('ä', 0x8A, 0x84),
        ('á', 0x87, 0xA0),
        ('à', 0x88, 0x85),
        ('ç', 0x8D, 0x87),
        ('ô', 0x99, 0x93),
        ('ó', 0x97, 0xA2),
        ('ñ', 0x96, 0xA4),
        ('í', 0x92, 0xA1),
        ('å', 0x8C, 0x86),
        ('É', 0x83, 0x90),
        ('Ö', 0x85, 0x99),
        ('Ü', 0x86, 0x9A),
        ('Ä', 0x80, 0x8E),
        ('ß', 0xA7, 0xE1),
        ('ú', 0x9C, 0xA3),
        ('û', 0x9E, 0x96),
        ('ÿ', 0xD8, 0x98),
    ];

    /// The text as a program reads it that takes the other code page for Windows-1252.
    fn read_wrongly(text: &str, page: fn(&(char, u8, u8)) -> u8) -> String {
        let byte =
            |letter: char| LETTERS.iter().find(|row| row.0 == letter).map_or(letter as u8, page);
        let bytes: Vec<u8> = text.chars().map(byte).collect();
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned()
    }

    #[test]
    fn names_of_another_code_page_are_found() {
        let mac = [
            "José",
            "Renée",
            "Müller",
            "Jäger",
            "Möller",
            "Jörgen",
            "Björn",
            "Köhler",
            "ANDRÉE",
            "KÖNIG",
            "MÜLLER",
            "Åsa Brånden",
            "Maïke",
            "Chloé",
            "Zoë",
            "Daniël",
            "Raphaël",
            "Noël",
            "Joëlle",
            "Héloïse",
            "Strauß-Weiße",
            "Plààn",
        ];

        for name in mac {
            let wrong = read_wrongly(name, |row| row.1);
            assert!(is_foreign(&wrong), "{name}: {wrong}");
        }

        let dos = [
            "José",
            "Renée",
            "Daniël",
            "Raphaël",
            "Maïke",
            "Köhler",
            "Jäger",
            "Señora Muñoz",
            "KÖNIG",
            "MÜLLER",
            "Hélène",
            "Françoise",
            "Jérôme",
            "Ramón",
            "Rodríguez",
            "Zoë",
        ];

        for name in dos {
            let wrong = read_wrongly(name, |row| row.2);
            assert!(is_foreign(&wrong), "{name}: {wrong}");
        }
    }

    #[test]
    fn names_as_people_write_them_are_left_alone() {
        for name in [
            "José",
            "Müller",
            "Žižek",
            "Šimek",
            "Dvořák",
            "Bošković",
            "Hršak",
            "Kršćanin",
            "Všetečka",
            "Pšenička",
            "Miloš",
            "ŠKODA",
            "MILOŠ",
            "Živković",
            "Œuvre",
            "Lœwe",
            "L’Œillet",
            "Ÿsbrand",
            "Straße",
            "d’Ancona",
            "d‘Ancona",
            "O‘Brien",
            "in‘t Veld",
            "‘De Linde’",
            "Hof ‘Rust Roest’",
            "’t Hart",
            "Café “De Linde”",
            "Praktijk „Rood“",
            "Jansen…",
            "Laan 1940–1945",
            "Jan—Piet",
            "Hoek & Zn.™",
            "IJŠMEER",
            "½ Hoogstraat",
            "5 €",
            "Größe",
            "Šárka Hošková",
            "Ačko Mažgon",
            "Uršič",
            "Đorđe Tomšič",
            "Krušnjak",
            "Bœuf",
        ] {
            assert!(!is_foreign(name), "{name}");
        }
    }
}
