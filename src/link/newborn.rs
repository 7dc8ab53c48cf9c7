//! Words that are written where a newborn's given name is not known yet: they are not given names,
//! and two rows that have them may be twins.
//!
//! Hospitals and laboratories register a child before it is named: as `Baby`, `Zoon`, `Dochter van
//! Fatima`, `N.N.`, `Kind van`, `Tweeling 2`. The words are compared in the folded form of
//! [`super::normalise::fold`].

/// Words that no parents choose; whatever follows (the mother's name, a number) is not the child's
/// name.
const FILLERS: [&str; 48] = [
    "bb",
    "bbj",
    "bbm",
    "boreling",
    "child",
    "daughter",
    "dcht",
    "dochter",
    "dochtertje",
    "drieling",
    "fetus",
    "foetus",
    "girl",
    "infant",
    "jongen",
    "jongetje",
    "kind",
    "kindje",
    "meisje",
    "naamloos",
    "nameless",
    "neonaat",
    "neonate",
    "neonatus",
    "newborn",
    "nn",
    "nnb",
    "noname",
    "ntb",
    "nvt",
    "onbekend",
    "onbekende",
    "ongeboren",
    "pasgeboren",
    "pasgeborene",
    "stillborn",
    "tba",
    "triplet",
    "tweeling",
    "tweelingen",
    "twin",
    "unborn",
    "unknown",
    "unnamed",
    "zn",
    "zoon",
    "zoontje",
    "zuigeling",
];

/// Given names that are fillers as well: Boy is a Dutch name, Son a Vietnamese one.
const MAYBE: [&str; 2] = ["boy", "son"];

/// Words between a filler and what follows it.
const LINKS: [&str; 6] = ["from", "mevrouw", "of", "v", "van", "vd"];

/// Words of phrases that say that there is no name: `nog geen naam`, `not yet named`, `name
/// unknown`.
const PHRASE: [&str; 25] = [
    "a",
    "be",
    "bekend",
    "de",
    "een",
    "first",
    "geen",
    "given",
    "het",
    "known",
    "levenloos",
    "n",
    "naam",
    "name",
    "named",
    "niet",
    "no",
    "nog",
    "not",
    "the",
    "to",
    "voornaam",
    "without",
    "yet",
    "zonder",
];

/// Words of [`PHRASE`] without which it is no such phrase.
const HEART: [&str; 7] = ["bekend", "known", "levenloos", "naam", "name", "named", "voornaam"];

/// Whether the folded given names are a filler. `young` says that the row tells of somebody in the
/// first year of life: then a name that may be a filler is one.
pub(super) fn is_filler(folded: &str, young: bool) -> bool {
    let Some(first) = folded.split(' ').next().filter(|word| !word.is_empty()) else {
        return false;
    };

    if is_filler_word(first) || matches!(folded, "n n" | "n v t" | "n b") {
        return true;
    }

    let second = folded.split(' ').nth(1);
    if MAYBE.contains(&without_number(first)) {
        let goes_on = second
            .is_some_and(|word| LINKS.contains(&word) || is_filler_word(word) || is_number(word));
        return goes_on || without_number(first) != first || (young && second.is_none());
    }

    let speaks = |word: &str| is_filler_word(word) || HEART.contains(&word);
    let belongs = |word: &str| is_filler_word(word) || PHRASE.contains(&word);
    folded.split(' ').any(speaks) && folded.split(' ').all(belongs)
}

/// `baby`, `babyjongen`, `tweeling2`.
fn is_filler_word(word: &str) -> bool {
    word.starts_with("baby") || FILLERS.contains(&without_number(word))
}

fn without_number(word: &str) -> &str {
    word.trim_end_matches(|character: char| character.is_ascii_digit())
}

fn is_number(word: &str) -> bool {
    without_number(word).is_empty() || matches!(word, "i" | "ii" | "iii")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::normalise::fold;

    fn is(raw: &str) -> bool {
        is_filler(&fold(raw), false)
    }

    #[test]
    fn words_for_a_child_without_a_name_are_fillers_whatever_follows() {
        for raw in [
            "Baby",
            "BABY",
            "baby boy",
            "Babygirl",
            "Baby-1",
            "Baby van Fatima",
            "Zoon",
            "zoon v. Jansen",
            "Dochter",
            "Dochtertje",
            "N.N.",
            "NN",
            "n.n",
            "Kind van",
            "Kindje",
            "Bb van Noor",
            "BB",
            "Tweeling 2",
            "tweeling1",
            "Twin A",
            "Newborn",
            "Infant of Maria",
            "Son of Maria",
            "Daughter",
            "Child",
            "Boy 1",
            "Boy van Noor",
            "Nog geen naam",
            "Nog niet bekend",
            "No name",
            "Naam onbekend",
            "not yet named",
            "Unknown",
            "Jongetje",
            "Meisje",
            "Pasgeborene",
            "N.V.T.",
            "Levenloos kind",
        ] {
            assert!(is(raw), "{raw}");
        }
    }

    #[test]
    fn names_that_parents_choose_are_none() {
        for raw in [
            "", "Babette", "Barbara", "Boy", "Boyd", "Son", "Sonja", "Zoë", "Zonneke", "Kinda",
            "Nina", "N.", "N.M.", "Noor", "Dorien", "Anna", "De", "A. de", "Junior", "Guy",
            "Girlie", "Jan van", "Nona",
        ] {
            assert!(!is(raw), "{raw}");
        }
    }

    #[test]
    fn a_name_that_may_be_a_filler_is_one_in_the_first_year_of_life() {
        assert!(is_filler("boy", true));
        assert!(!is_filler("boy jan", true));
        assert!(!is_filler("boyd", true));
    }
}
