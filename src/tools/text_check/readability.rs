//! Measures of a text: sentences, words, syllables, passives, and the two readability formulas.

use crate::compose::texts::limits::LanguageLimits;
use crate::field::terms::Language;

/// Stands for an unavoidable term: one word of two syllables.
const TERM: char = '\u{e000}';

/// What is counted in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sentences.
    pub sentences: usize,
    /// Words.
    pub words: usize,
    /// Syllables.
    pub syllables: usize,
    /// Words of the longest sentence.
    pub longest: usize,
    /// Passive sentences.
    pub passives: usize,
}

impl Counts {
    /// Both texts together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sentences: self.sentences + other.sentences,
            words: self.words + other.words,
            syllables: self.syllables + other.syllables,
            longest: self.longest.max(other.longest),
            passives: self.passives + other.passives,
        }
    }

    /// Words in a sentence, on average.
    #[must_use]
    pub fn mean_sentence(self) -> f64 {
        ratio(self.words, self.sentences)
    }

    /// Passive sentences among all, 0 to 1.
    #[must_use]
    pub fn passive_share(self) -> f64 {
        ratio(self.passives, self.sentences)
    }

    /// Dutch: Flesch-Douma, 206.84 - 0.93 words a sentence - 77 syllables a word (Douma 1960).
    /// English: Flesch reading ease, 206.835 - 1.015 words a sentence - 84.6 syllables a word
    /// (Flesch 1948). Higher is easier; 60 to 70 is plain.
    #[must_use]
    pub fn readability(self, language: Language) -> f64 {
        let (sentence, word) = (self.mean_sentence(), ratio(self.syllables, self.words));
        match language {
            Language::Nl => 206.84 - 0.93 * sentence - 77.0 * word,
            Language::En => 206.835 - 1.015 * sentence - 84.6 * word,
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

/// Counts of `text`, with the `terms` (lower case, longest first) taken as one word of two
/// syllables each.
pub fn counts(text: &str, terms: &[String], limits: &LanguageLimits, language: Language) -> Counts {
    let plain = without_terms(text, terms);
    sentences(&plain).fold(Counts::default(), |sum, sentence| {
        let words: Vec<&str> = words(sentence).collect();
        sum.and(Counts {
            sentences: 1,
            words: words.len(),
            syllables: words.iter().map(|word| syllables(word, language)).sum(),
            longest: words.len(),
            passives: usize::from(is_passive(&words, limits)),
        })
    })
}

/// The text in lower case with every term replaced.
fn without_terms(text: &str, terms: &[String]) -> String {
    let mut plain = text.to_lowercase();
    for term in terms {
        if plain.contains(term.as_str()) {
            plain = plain.replace(term.as_str(), TERM.encode_utf8(&mut [0; 4]));
        }
    }
    plain
}

/// The sentences: up to `.`, `?`, `!` or `:` before a space or the end.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let ends = rest.char_indices().find_map(|(at, sign)| {
            let end = at + sign.len_utf8();
            (".?!:".contains(sign) && rest[end..].chars().next().is_none_or(char::is_whitespace))
                .then_some(end)
        });
        let (sentence, after) = rest.split_at(ends.unwrap_or(rest.len()));
        rest = after;
        Some(sentence)
    })
}

/// The words: runs of anything but white space that hold a letter or a digit.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != TERM))
        .filter(|word| !word.is_empty())
}

/// Syllables of a word in lower case. Numbers and unavoidable terms count as two.
pub fn syllables(word: &str, language: Language) -> usize {
    if word.contains(TERM) || word.contains(|sign: char| sign.is_ascii_digit()) {
        return 2;
    }
    match language {
        Language::Nl => dutch(word),
        Language::En => english(word),
    }
    .max(1)
}

/// Dutch vowels that sound as one; any other vowel beside them begins a new syllable.
const DUTCH_SOUNDS: [&str; 23] = [
    "eeuw", "ieuw", "aai", "ooi", "oei", "ieu", "eeu", "eau", "aa", "ee", "oo", "uu", "ie", "oe",
    "eu", "ui", "ei", "ij", "ou", "au", "ai", "oi", "ay",
];

fn dutch(word: &str) -> usize {
    let mut rest = word;
    let mut count = 0;
    while let Some(first) = rest.chars().next() {
        if let Some(sound) = DUTCH_SOUNDS.iter().find(|sound| rest.starts_with(**sound)) {
            count += 1;
            rest = &rest[sound.len()..];
            continue;
        }
        count += usize::from("aeiouyáàâäéèêëíìîïóòôöúùûü".contains(first));
        rest = &rest[first.len_utf8()..];
    }

    count
}

/// English words that the rules below count wrongly.
const ENGLISH_EXCEPTIONS: [(&str, usize); 11] = [
    ("anyone", 3),
    ("area", 3),
    ("everyone", 3),
    ("people", 2),
    ("safety", 2),
    ("someone", 2),
    ("something", 2),
    ("sometimes", 2),
    ("themselves", 2),
    ("whatsapp", 2),
    ("gp", 2),
];

fn english(word: &str) -> usize {
    if let Some((_, count)) = ENGLISH_EXCEPTIONS.iter().find(|(exception, _)| *exception == word) {
        return *count;
    }

    let parts: Vec<&str> = word.split(['-', '\'', '’']).filter(|part| part.len() > 1).collect();
    if parts.len() > 1 {
        return parts.iter().map(|part| english(part)).sum();
    }

    let letters: Vec<char> = word.chars().collect();
    let vowel = |at: usize| letters.get(at).is_some_and(|letter| "aeiouy".contains(*letter));
    let starts = (0..letters.len()).filter(|at| vowel(*at) && (*at == 0 || !vowel(at - 1))).count();
    let apart = (1..letters.len()).filter(|at| two_sounds(&letters, *at)).count();
    let silent = usize::from(ends_silent(word));

    (starts + apart).saturating_sub(silent)
}

/// "peri-od", "seri-ous", "be-ing": a vowel that begins a new syllable although another goes before
/// it.
fn two_sounds(letters: &[char], at: usize) -> bool {
    let (before, now) = (letters[at - 1], letters[at]);
    let hard = at < 2 || !"tscgxl".contains(letters[at - 2]);
    let i_and_vowel = before == 'i' && "ao".contains(now) && hard;
    let ing = "aeouy".contains(before) && letters[at..] == ['i', 'n', 'g'];
    i_and_vowel || ing
}

/// A last "e", "es" or "ed" that is not heard: "police", "makes", "called"; not "little",
/// "notices", "wanted".
fn ends_silent(word: &str) -> bool {
    let consonant =
        |text: &str| text.chars().last().is_some_and(|letter| !"aeiouy".contains(letter));
    if let Some(stem) = word.strip_suffix("ed") {
        return consonant(stem) && !stem.ends_with(['t', 'd']);
    }

    if let Some(stem) = word.strip_suffix("es") {
        let heard = ["s", "x", "z", "ch", "sh", "c", "g"].iter().any(|end| stem.ends_with(end));
        return consonant(stem) && !heard;
    }

    let Some(stem) = word.strip_suffix('e') else { return false };
    let syllabic_l = stem.strip_suffix('l').is_some_and(consonant);
    consonant(stem) && !syllabic_l && stem.contains(|letter| "aeiouy".contains(letter))
}

/// A form of the passive verb and a participle in one sentence.
fn is_passive(words: &[&str], limits: &LanguageLimits) -> bool {
    let verb = |word: &str| limits.passive_verbs.iter().any(|verb| verb == word);
    let participle = |word: &str| {
        limits.participles.iter().any(|irregular| irregular == word)
            || word.len() > 4
                && limits.participle_starts.iter().any(|start| word.starts_with(start.as_str()))
                && limits.participle_ends.iter().any(|end| word.ends_with(end.as_str()))
    };
    words.iter().any(|word| verb(word)) && words.iter().any(|word| participle(word) && !verb(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::texts::CampaignTexts;
    use crate::compose::texts::limits::Limits;

    fn limits() -> Limits {
        CampaignTexts::built_in().limits().clone()
    }

    #[test]
    fn dutch_syllables() {
        for (word, count) in [
            ("gegevens", 3),
            ("criminelen", 4),
            ("laboratorium", 6),
            ("geboortedatum", 5),
            ("nieuwe", 2),
            ("u", 1),
            ("ziekenhuis", 3),
            ("politie", 3),
            ("telefoontjes", 4),
            ("geïnformeerd", 4),
            ("bewaar", 2),
            ("meeuw", 1),
            ("kopieën", 3),
            ("iemand", 2),
            ("wij", 1),
            ("vertrouwt", 2),
            ("organisatie", 5),
            ("draaien", 2),
        ] {
            assert_eq!(syllables(word, Language::Nl), count, "{word}");
        }
    }

    #[test]
    fn english_syllables() {
        for (word, count) in [
            ("criminals", 3),
            ("information", 4),
            ("police", 2),
            ("called", 1),
            ("wanted", 2),
            ("little", 2),
            ("notices", 3),
            ("being", 2),
            ("period", 3),
            ("serious", 3),
            ("the", 1),
            ("stolen", 2),
            ("makes", 1),
            ("you", 1),
            ("medical", 3),
            ("address", 2),
            ("someone", 2),
            ("break-in", 2),
            ("child's", 1),
        ] {
            assert_eq!(syllables(word, Language::En), count, "{word}");
        }
    }

    #[test]
    fn sentences_end_at_a_sign_before_a_space() {
        let text = "Bel 088-786 73 72, van 8:00 tot 20:00 uur. Klaar? Ja! Dit is nieuw:";
        let found: Vec<&str> = sentences(text).collect();
        assert_eq!(
            found,
            ["Bel 088-786 73 72, van 8:00 tot 20:00 uur.", "Klaar?", "Ja!", "Dit is nieuw:"]
        );
    }

    #[test]
    fn terms_count_as_one_word_of_two_syllables() {
        let terms = ["bevolkingsonderzoek baarmoederhalskanker".to_owned()];
        let text = "U deed mee aan het bevolkingsonderzoek baarmoederhalskanker.";
        let counted = counts(text, &terms, &limits().nl, Language::Nl);
        assert_eq!((counted.sentences, counted.words, counted.syllables), (1, 6, 7));
        assert!(
            counted.readability(Language::Nl)
                > counts(text, &[], &limits().nl, Language::Nl).readability(Language::Nl)
        );
    }

    #[test]
    fn passives_are_seen_in_both_languages() {
        let passive =
            |text, language| counts(text, &[], limits().of(language), language).passives == 1;
        assert!(passive("Uw gegevens werden door criminelen gestolen.", Language::Nl));
        assert!(!passive("Criminelen hebben gegevens van u gestolen.", Language::Nl));
        assert!(passive("Your information was stolen by criminals.", Language::En));
        assert!(!passive("Criminals have stolen your information.", Language::En));
    }

    #[test]
    fn the_formulas_are_those_of_douma_and_flesch() {
        let counted =
            Counts { sentences: 10, words: 100, syllables: 150, longest: 12, passives: 1 };
        assert!((counted.readability(Language::Nl) - 82.04).abs() < 1e-9);
        assert!((counted.readability(Language::En) - 69.785).abs() < 1e-9);
        assert!((counted.passive_share() - 0.1).abs() < 1e-9);
    }
}
