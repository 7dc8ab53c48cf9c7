//! Which header of a file is probably which of our columns. Only ever said, never done: nothing is
//! read by a guess.

use crate::field::row::List;

use super::{Column, column, columns};

/// A header that is probably one of our columns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Guess {
    /// Our column.
    pub column: &'static str,
    /// The header, as the file has it.
    pub header: String,
}

/// Likeness from which a header is taken for a misspelling.
const LIKE: f64 = 0.8;
/// A synonym shorter than this is one word or another: `land` and `pand`.
const LONG_ENOUGH: usize = 6;

/// Letters and digits alone, in lower case: `Geb. datum`, `geb_datum` and `GebDatum` are one.
pub(super) fn squashed(text: &str) -> String {
    text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How much a header is like a column, 0 to 1.
fn likeness(column: &Column, header: &str) -> f64 {
    if squashed(column.name) == header {
        return 1.0;
    }

    if column.synonyms.iter().any(|synonym| squashed(synonym) == header) {
        return 0.99;
    }

    let misspelt = column
        .synonyms
        .iter()
        .map(|synonym| squashed(synonym))
        .filter(|synonym| synonym.len() >= LONG_ENOUGH)
        .chain([squashed(column.name)])
        .map(|word| strsim::normalized_levenshtein(&word, header))
        .fold(0.0, f64::max);

    // A misspelling is never surer than a word that is known.
    misspelt.min(0.98)
}

/// Whether a header that nobody reads is probably this column under a different name.
#[must_use]
pub fn looks_like(list: List, name: &str, header: &str) -> bool {
    let header = squashed(header);
    !header.is_empty() && column(list, name).is_some_and(|column| likeness(column, &header) >= LIKE)
}

/// Proposes headers for columns that are missing: each header for one column at most, the surest
/// first.
#[must_use]
pub fn guess<'h>(
    list: List,
    missing: &[&str],
    headers: impl IntoIterator<Item = &'h str>,
) -> Vec<Guess> {
    let headers: Vec<(&str, String)> =
        headers.into_iter().map(|header| (header, squashed(header))).collect();
    let wanted = columns(list).iter().filter(|column| missing.contains(&column.name));
    let mut pairs: Vec<(f64, &Column, usize)> = Vec::new();
    for column in wanted {
        for (place, (_, header)) in
            headers.iter().enumerate().filter(|(_, (_, header))| !header.is_empty())
        {
            let score = likeness(column, header);
            if score >= LIKE {
                pairs.push((score, column, place));
            }
        }
    }

    // Stable: equally sure ones stay in contract order.
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));

    let mut guesses: Vec<(usize, Guess)> = Vec::new();
    for (_, column, place) in pairs {
        let taken =
            guesses.iter().any(|(used, guess)| *used == place || guess.column == column.name);
        if !taken {
            guesses
                .push((place, Guess { column: column.name, header: headers[place].0.to_owned() }));
        }
    }

    guesses.sort_by_key(|(_, guess)| {
        columns(list).iter().position(|column| column.name == guess.column)
    });
    guesses.into_iter().map(|(_, guess)| guess).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(list: List, headers: &[&str]) -> Vec<(&'static str, String)> {
        let missing: Vec<&str> = columns(list).iter().map(|column| column.name).collect();
        let guesses = guess(list, &missing, headers.iter().copied());
        guesses.into_iter().map(|guess| (guess.column, guess.header)).collect()
    }

    #[test]
    fn dutch_and_english_headers_are_recognised_however_they_are_spelt() {
        let headers = [
            "BSN-nummer",
            "Voorletters",
            "Tussenvoegsel",
            "Achternaam",
            "Geb. datum",
            "Geslacht",
            "Straatnaam",
            "Huisnr",
            "Toev.",
            "Post Code",
            "Woonplaats",
            "Overlijdensdatum",
            "PatientNummer",
            "Verstrekkingsbeperking",
            "Zorgverzekeraar",
        ];

        let found = guessed(List::Register, &headers);
        let expected = [
            ("person_ref", "PatientNummer"),
            ("bsn", "BSN-nummer"),
            ("initials", "Voorletters"),
            ("surname_prefix", "Tussenvoegsel"),
            ("surname", "Achternaam"),
            ("sex", "Geslacht"),
            ("birth_date", "Geb. datum"),
            ("street", "Straatnaam"),
            ("house_number", "Huisnr"),
            ("house_addition", "Toev."),
            ("postcode", "Post Code"),
            ("town", "Woonplaats"),
            ("deceased_on", "Overlijdensdatum"),
            ("protected_address", "Verstrekkingsbeperking"),
        ];

        assert_eq!(found, expected.map(|(column, header)| (column, header.to_owned())));
    }

    #[test]
    fn a_header_is_proposed_for_one_column_and_a_known_word_beats_a_misspelling() {
        let found = guessed(List::Exposures, &["surname", "achternaam", "geboortedatm"]);
        assert_eq!(
            found,
            [("surname", "surname".to_owned()), ("birth_date", "geboortedatm".to_owned())]
        );
        assert_eq!(guessed(List::Exposures, &["uitslag", "hb", "opmerkingen", "", "2024"]), []);
    }

    #[test]
    fn only_a_near_name_looks_like_a_column() {
        for header in ["Country", "land", "landcode", "contry"] {
            assert!(looks_like(List::Register, "country", header), "{header}");
        }
        for header in ["county_seat", "strand", "remarks", ""] {
            assert!(!looks_like(List::Register, "country", header), "{header}");
        }
    }
}
