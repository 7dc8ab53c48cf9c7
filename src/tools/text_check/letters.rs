//! Gates on whole letters: every letter there can be, in both languages. Of each kind of problem
//! the worst letter is reported, so that the table stays one that a writer can act on.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use jiff::civil::{Date, date};

use super::readability::{self, Counts};
use super::{TextFinding, find_word, parity, pieces, residue, terms, worded};
use crate::compose::texts::limits::Limits;
use crate::compose::texts::{CampaignTexts, Variant, every};
use crate::facts::Facts;
use crate::field::body::{Body, Part};
use crate::field::terms::Language;

/// The letters' date in the gates; no text depends on which it is.
const RUN_DATE: Date = date(2025, 9, 15);

/// Measures of all letters in one language.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TextFigures {
    /// Letters measured.
    pub letters: usize,
    /// Words of the shortest letter.
    pub least_words: usize,
    /// Words of the longest letter.
    pub most_words: usize,
    /// Words in a sentence: the mean of the hardest letter.
    pub mean_sentence: f64,
    /// Words of the longest sentence.
    pub longest_sentence: usize,
    /// Readability of the hardest letter.
    pub least_readability: f64,
    /// Mean readability of all letters.
    pub mean_readability: f64,
    /// Largest share of passive sentences in a letter.
    pub passive_share: f64,
}

impl fmt::Display for TextFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} letters of {} to {} words; readability {:.1} or more, {:.1} on average; sentences of {:.1} words or less on \
             average, the longest {}; at most {:.0} % passive",
            self.letters,
            self.least_words,
            self.most_words,
            self.least_readability,
            self.mean_readability,
            self.mean_sentence,
            self.longest_sentence,
            self.passive_share * 100.0
        )
    }
}

/// What the letters were found to be.
pub struct Survey {
    /// Problems.
    pub findings: Vec<TextFinding>,
    /// Measures by language.
    pub figures: BTreeMap<Language, TextFigures>,
}

/// Measures every letter.
pub fn survey(texts: &CampaignTexts, facts: &Facts) -> Survey {
    survey_of(every(facts), texts, facts)
}

/// Measures these letters; each comes in Dutch first, then in English.
pub fn survey_of(
    letters: impl IntoIterator<Item = Variant>,
    texts: &CampaignTexts,
    facts: &Facts,
) -> Survey {
    let mut gauges =
        [Language::Nl, Language::En].map(|language| Gauge::new(language, texts.limits(), facts));
    let mut worst = Worst { texts, found: BTreeMap::new() };
    let mut dutch: Option<(Body, Vec<Rc<Known>>)> = None;
    for variant in letters {
        let language = variant.subject.language;
        let gauge = match language {
            Language::Nl => &mut gauges[0],
            Language::En => &mut gauges[1],
        };
        let body = variant.body(texts, facts, RUN_DATE, false);
        let known = gauge.look(&variant, &body, &mut worst);
        match (language, dutch.take()) {
            (Language::En, Some((dutch, dutch_texts))) => {
                let shapes = parity::of_shapes(&dutch, &body);
                if let Some(difference) = shapes.or_else(|| other_numbers(&dutch_texts, &known)) {
                    let advice = "say the same in both languages";
                    worst.add(1.0, "parity", language, &variant, "", difference, advice);
                }
            }
            _ => dutch = Some((body, known)),
        }
    }

    let figures =
        gauges.into_iter().filter_map(|gauge| Some((gauge.language, gauge.figures?))).collect();
    Survey { findings: worst.found.into_values().map(|(_, finding)| finding).collect(), figures }
}

/// Numbers that one of two paired texts has and the other has not.
fn other_numbers(dutch: &[Rc<Known>], english: &[Rc<Known>]) -> Option<String> {
    let pair = dutch.iter().zip(english).find(|(one, other)| one.numbers != other.numbers);
    pair.map(|(one, other)| {
        format!("numbers {:?} in Dutch, {:?} in English", one.numbers, other.numbers)
    })
}

/// Problem and advice in the language of the letter.
fn said(
    language: Language,
    english: (String, &'static str),
    dutch: (String, &'static str),
) -> (String, &'static str) {
    match language {
        Language::En => english,
        Language::Nl => dutch,
    }
}

/// The worst finding of each kind.
struct Worst<'a> {
    texts: &'a CampaignTexts,
    found: BTreeMap<(Language, String), (f64, TextFinding)>,
}

impl Worst<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of one finding and how bad it is")]
    fn add(
        &mut self,
        badness: f64,
        kind: &str,
        language: Language,
        variant: &Variant,
        sentence: &str,
        problem: String,
        advice: &str,
    ) {
        let key = (language, kind.to_owned());
        if self.found.get(&key).is_some_and(|(known, _)| *known >= badness) {
            return;
        }

        let finding = TextFinding {
            file: self.texts.file(language).to_owned(),
            key: variant.name.clone(),
            sentence: sentence.to_owned(),
            problem,
            advice: advice.to_owned(),
        };

        self.found.insert(key, (badness, finding));
    }
}

/// What is known of one text once it has been looked at.
struct Known {
    counts: Counts,
    /// Every word, terms too.
    words: usize,
    /// Runs of digits, sorted.
    numbers: Vec<String>,
    readability: f64,
    residue: Option<&'static str>,
    /// Index of the term, and whether it is explained where it first stands.
    terms: Vec<(usize, bool)>,
}

/// Measures the letters of one language.
struct Gauge<'a> {
    language: Language,
    limits: &'a Limits,
    terms: Vec<String>,
    /// The same sentences stand in thousands of letters.
    known: BTreeMap<String, Rc<Known>>,
    figures: Option<TextFigures>,
}

impl<'a> Gauge<'a> {
    fn new(language: Language, limits: &'a Limits, facts: &Facts) -> Self {
        let terms = terms(facts, limits, language);
        Self { language, limits, terms, known: BTreeMap::new(), figures: None }
    }

    /// Judges one letter; returns what is known of its texts, in order.
    fn look(&mut self, variant: &Variant, body: &Body, worst: &mut Worst<'_>) -> Vec<Rc<Known>> {
        let mut texts = Vec::new();
        let mut total = Counts::default();
        let mut words = 0;
        let mut hardest = (f64::INFINITY, "");
        let mut met = vec![false; self.limits.of(self.language).explained.len()];

        for text in std::iter::once(body.frame.heading.as_str()).chain(pieces(body)) {
            let known = self.know(text);
            words += known.words;
            if let Some(problem) = known.residue {
                let advice = worded(
                    self.language,
                    "write the whole sentence, with single spaces",
                    "schrijf de hele zin, met enkele spaties",
                );
                worst.add(1.0, problem, self.language, variant, text, problem.to_owned(), advice);
            }
            for (term, explained) in &known.terms {
                if !met[*term] && !explained {
                    self.unexplained(*term, variant, text, worst);
                }
                met[*term] = true;
            }
            // Kinds of data in a list are no sentences.
            if text.ends_with(['.', '?', '!', ':']) {
                total = total.and(known.counts);
                if known.readability < hardest.0 {
                    hardest = (known.readability, text);
                }
            }
            texts.push(known);
        }

        self.judge(variant, total, words, hardest.1, worst);
        self.judge_lists(variant, body, worst);
        self.tally(total, words);

        texts
    }

    fn know(&mut self, text: &str) -> Rc<Known> {
        if let Some(known) = self.known.get(text) {
            return Rc::clone(known);
        }

        let limits = self.limits.of(self.language);
        let counts = readability::counts(text, &self.terms, limits, self.language);
        let explained = limits.explained.iter().enumerate();
        let terms = explained.filter_map(|(index, (term, explanation))| {
            let first = find_word(text, term)?;
            let inside = text
                .match_indices(explanation)
                .any(|(at, _)| (at..at + explanation.len()).contains(&first));
            Some((index, inside))
        });

        let known = Rc::new(Known {
            counts,
            words: readability::words(text).count(),
            numbers: parity::numbers(text).into_iter().map(str::to_owned).collect(),
            readability: counts.readability(self.language),
            residue: residue(text),
            terms: terms.collect(),
        });

        self.known.insert(text.to_owned(), Rc::clone(&known));
        known
    }

    fn unexplained(&self, term: usize, variant: &Variant, text: &str, worst: &mut Worst<'_>) {
        if let Some((term, explanation)) = self.limits.of(self.language).explained.iter().nth(term)
        {
            let (problem, advice) = match self.language {
                Language::En => (
                    format!("`{term}` is not explained where it first stands"),
                    format!("the first time write: {explanation}"),
                ),
                Language::Nl => (
                    format!("`{term}` is niet uitgelegd waar het voor het eerst staat"),
                    format!("schrijf de eerste keer: {explanation}"),
                ),
            };
            worst.add(
                1.0,
                &format!("explained {term}"),
                self.language,
                variant,
                text,
                problem,
                &advice,
            );
        }
    }

    fn judge(
        &self,
        variant: &Variant,
        total: Counts,
        words: usize,
        hardest: &str,
        worst: &mut Worst<'_>,
    ) {
        let limits = self.limits.of(self.language);
        let letter = &self.limits.letter;
        let mut add = |bad: bool, badness: f64, kind: &str, problem: String, advice: &str| {
            if bad {
                worst.add(badness, kind, self.language, variant, hardest, problem, advice);
            }
        };

        let mean = total.mean_sentence();
        let most = limits.mean_sentence;
        let (problem, advice) = said(
            self.language,
            (
                format!("{mean:.1} words in a sentence on average, at most {most:.1}"),
                "shorten the longest sentences",
            ),
            (
                format!("gemiddeld {mean:.1} woorden in een zin, hoogstens {most:.1}"),
                "maak de langste zinnen korter",
            ),
        );

        add(mean > most, mean, "mean", problem, advice);
        let score = total.readability(self.language);
        let least = limits.readability;
        let (problem, advice) = said(
            self.language,
            (
                format!("readability {score:.1}, at least {least:.1}"),
                "use shorter words and shorter sentences",
            ),
            (
                format!("leesbaarheid {score:.1}, minstens {least:.1}"),
                "gebruik kortere woorden en kortere zinnen",
            ),
        );

        add(score < least, -score, "readability", problem, advice);
        let share = total.passive_share();
        let (found, most) = (share * 100.0, letter.passive_share * 100.0);
        let (problem, advice) = said(
            self.language,
            (format!("{found:.0} % passive sentences, at most {most:.0} %"), "say who does it"),
            (
                format!("{found:.0} % lijdende zinnen, hoogstens {most:.0} %"),
                "schrijf wie het doet",
            ),
        );

        add(share > letter.passive_share, share, "passive", problem, advice);
        let longest = f64::from(u32::try_from(words).unwrap_or(u32::MAX));
        let (problem, advice) = said(
            self.language,
            (
                format!("{words} words, at most {}", letter.words),
                "shorten the blocks of this letter; it must fit two sides",
            ),
            (
                format!("{words} woorden, hoogstens {}", letter.words),
                "maak de blokken van deze brief korter; hij moet op twee kanten passen",
            ),
        );

        add(words > letter.words, longest, "words", problem, advice);
    }

    fn judge_lists(&self, variant: &Variant, body: &Body, worst: &mut Worst<'_>) {
        let limits = &self.limits.letter;
        for (block, part) in
            body.blocks.iter().flat_map(|block| block.parts.iter().map(move |part| (block, part)))
        {
            let (texts, most) = match part {
                Part::Paragraph(_) | Part::ProviderLine => continue,
                Part::Steps(texts) => (texts, limits.steps),
                Part::Bullets(texts) if texts.iter().any(|text| text.ends_with('.')) => {
                    (texts, limits.list)
                }
                Part::Bullets(texts) => (texts, limits.list_of_items),
            };
            let (problem, advice) = said(
                self.language,
                (
                    format!("a list of {} in {}, 1 to {most} are allowed", texts.len(), block.id),
                    "make the list shorter",
                ),
                (
                    format!("een lijst van {} in {}, 1 tot {most} mag", texts.len(), block.id),
                    "maak de lijst korter",
                ),
            );
            if texts.is_empty() || texts.len() > most {
                let sentence = texts.first().map_or("", String::as_str);
                worst.add(1.0, "list", self.language, variant, sentence, problem, advice);
            }
        }
    }

    fn tally(&mut self, total: Counts, words: usize) {
        let score = total.readability(self.language);
        let old = self.figures.take().unwrap_or(TextFigures {
            letters: 0,
            least_words: usize::MAX,
            most_words: 0,
            mean_sentence: 0.0,
            longest_sentence: 0,
            least_readability: f64::INFINITY,
            mean_readability: 0.0,
            passive_share: 0.0,
        });

        let letters = old.letters + 1;
        let count = f64::from(u32::try_from(letters).unwrap_or(u32::MAX));
        self.figures = Some(TextFigures {
            letters,
            least_words: old.least_words.min(words),
            most_words: old.most_words.max(words),
            mean_sentence: old.mean_sentence.max(total.mean_sentence()),
            longest_sentence: old.longest_sentence.max(total.longest),
            least_readability: old.least_readability.min(score),
            mean_readability: old.mean_readability + (score - old.mean_readability) / count,
            passive_share: old.passive_share.max(total.passive_share()),
        });
    }
}
