//! Which letters of a plan somebody has to look at: few, and everything that occurs is in one of
//! them.
//!
//! What a letter shows is a set of features: its sentences, and what it is in a word (category,
//! size, form of the address). The extremes come first: the longest name, the longest address, the
//! longest list, the most pages. Then the letter that shows most of what no chosen one shows, until
//! nothing is left (greedy set cover); of equals, the one that is printed first. The same plan gives
//! the same proofs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use serde::{Deserialize, Serialize};

use crate::field::draft::{Draft, Kix};
use crate::field::place::Planned;
use crate::field::subject::LetterSubject;
use crate::field::terms::{Audience, Category, Zone};

/// The letters to look at, and everything that they show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofSet {
    /// In the order in which they were chosen.
    pub letters: Vec<ProofLetter>,
    /// Every feature of every letter of the plan, sorted: all of them are in some proof.
    pub covers: Vec<String>,
}

/// One letter to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofLetter {
    /// From 1.
    pub number: u32,
    /// Part of the job.
    pub part: u32,
    /// Place in the job.
    pub seq: u32,
    /// The letter.
    pub letter_id: String,
    /// What it is there for: the extremes that it is, and the features that it alone shows of those
    /// that were chosen before it.
    pub why: Vec<String>,
}

impl ProofSet {
    /// Sentences among what is covered.
    #[must_use]
    pub fn sentences(&self) -> u64 {
        self.covers.iter().filter(|feature| feature.starts_with(SENTENCE)).count() as u64
    }
}

/// How the feature of a sentence begins; its language and key follow.
pub const SENTENCE: &str = "sentence ";

/// The sentences of each text of a plan, by the content hash of the text: language and key.
pub type SentencesOf = BTreeMap<String, BTreeSet<String>>;

/// Where a letter is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    seq: u32,
    part: u32,
    letter_id: String,
}

/// How much of something a letter has.
type Measure = fn(&Planned) -> usize;

/// Extremes, in the order in which they are looked for, and how much of it a letter has.
const EXTREMES: [(&str, Measure); 4] = [
    ("longest name", |letter| longest(&letter.draft.name_lines)),
    ("longest address", |letter| letter.draft.address_lines.iter().map(|line| length(line)).sum()),
    ("longest list", |letter| kinds(&letter.draft)),
    ("most pages", |letter| letter.place.pages as usize),
];

/// Looks at all letters of a plan and chooses.
pub struct Chooser<'s> {
    sentences: &'s SentencesOf,
    /// Rows, by file and number, that linking knows from a human.
    released: &'s BTreeSet<(String, u32)>,
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// The features of each text.
    texts: BTreeMap<String, Vec<u32>>,
    /// The first letter of each kind.
    first: BTreeMap<LetterKind, Spot>,
    extremes: [Option<Extreme>; EXTREMES.len()],
}

/// A letter that is the most of something so far.
struct Extreme {
    most: usize,
    spot: Spot,
    kind: LetterKind,
}

/// A text, and the features that a letter has beside it.
type LetterKind = (String, Vec<u32>);

impl<'s> Chooser<'s> {
    /// With the sentences of the texts, and the rows about which a human decided.
    #[must_use]
    pub fn new(sentences: &'s SentencesOf, released: &'s BTreeSet<(String, u32)>) -> Self {
        Self {
            sentences,
            released,
            names: Vec::new(),
            numbers: BTreeMap::new(),
            texts: BTreeMap::new(),
            first: BTreeMap::new(),
            extremes: std::array::from_fn(|_| None),
        }
    }

    /// Takes note of a letter; they come in print order.
    pub fn add(&mut self, letter: &Planned) {
        let spot = || Spot {
            seq: letter.place.seq,
            part: letter.place.part,
            letter_id: letter.draft.letter_id.to_string(),
        };
        let text = &letter.draft.body;
        if !self.texts.contains_key(text) {
            let features = self.of_text(text);
            self.texts.insert(text.clone(), features);
        }

        let mut own: Vec<u32> =
            own(letter, self.released).into_iter().map(|name| self.number(name)).collect();
        own.sort_unstable();
        own.dedup();
        let kind = (text.clone(), own);

        for ((_, of), found) in EXTREMES.iter().zip(&mut self.extremes) {
            let most = of(letter);
            if found.as_ref().is_none_or(|found| most > found.most) {
                *found = Some(Extreme { most, spot: spot(), kind: kind.clone() });
            }
        }
        self.first.entry(kind).or_insert_with(spot);
    }

    /// A text of which no sentence is known has to be looked at itself.
    fn of_text(&mut self, text: &str) -> Vec<u32> {
        let known: Vec<String> = match self.sentences.get(text) {
            Some(keys) => keys.iter().map(|key| format!("{SENTENCE}{key}")).collect(),
            None => vec![format!("text {text}")],
        };
        known.into_iter().map(|name| self.number(name)).collect()
    }

    fn number(&mut self, name: String) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        number
    }

    /// Chooses.
    #[must_use]
    pub fn choose(self) -> ProofSet {
        let Self { names, texts, first, extremes, .. } = self;
        let features =
            |(text, own): &LetterKind| texts[text].iter().chain(own).copied().collect::<Vec<u32>>();
        let mut candidates: Vec<(Spot, Vec<u32>)> =
            first.iter().map(|(kind, spot)| (spot.clone(), features(kind))).collect();
        candidates.sort_unstable_by_key(|(spot, _)| spot.seq);

        let mut chosen =
            Chosen { names: &names, is_shown: vec![false; names.len()], set: Vec::new() };
        let mut most: BTreeMap<Spot, (Vec<u32>, Vec<String>)> = BTreeMap::new();
        for ((name, _), found) in EXTREMES.iter().zip(extremes) {
            if let Some(Extreme { spot, kind, .. }) = found {
                most.entry(spot)
                    .or_insert_with(|| (features(&kind), Vec::new()))
                    .1
                    .push((*name).to_owned());
            }
        }

        for (spot, (shows, why)) in &most {
            chosen.take(spot, shows, why.clone());
        }
        let mut waiting = Waiting::new(&candidates);
        while let Some((spot, shows)) = waiting.next(&chosen) {
            chosen.take(spot, shows, Vec::new());
        }

        let letters = chosen.set;
        let mut covers = names;
        covers.sort_unstable();
        ProofSet { letters, covers }
    }
}

/// What was chosen so far.
struct Chosen<'n> {
    names: &'n [String],
    is_shown: Vec<bool>,
    set: Vec<ProofLetter>,
}

/// The letters that may still be chosen. What a letter shows that is not shown yet only ever gets
/// less: so the one that showed most when it was last looked at is counted again, and if it is still
/// ahead of what the others showed then, no other one need be.
struct Waiting<'c> {
    candidates: &'c [(Spot, Vec<u32>)],
    /// By how much each showed when it was last looked at, then the earlier one.
    heap: BinaryHeap<(usize, Reverse<usize>)>,
}

impl<'c> Waiting<'c> {
    fn new(candidates: &'c [(Spot, Vec<u32>)]) -> Self {
        let shows = candidates.iter().map(|(_, shows)| shows.len());
        let heap = shows.zip((0..).map(Reverse)).collect();
        Self { candidates, heap }
    }

    /// The letter that shows most of what is not shown yet; of equals, the one that is printed
    /// first.
    fn next(&mut self, chosen: &Chosen<'_>) -> Option<(&'c Spot, &'c [u32])> {
        while let Some((most, Reverse(place))) = self.heap.pop() {
            let (spot, shows) = &self.candidates[place];
            let new = shows.iter().filter(|feature| !chosen.is_shown[**feature as usize]).count();
            if new == most && new > 0 {
                return Some((spot, shows));
            }
            if new > 0 {
                self.heap.push((new, Reverse(place)));
            }
        }
        None
    }
}

impl Chosen<'_> {
    fn take(&mut self, spot: &Spot, shows: &[u32], mut why: Vec<String>) {
        let mut new: Vec<String> = Vec::new();
        for feature in shows.iter().map(|feature| *feature as usize) {
            if !self.is_shown[feature] {
                self.is_shown[feature] = true;
                new.push(self.names[feature].clone());
            }
        }

        new.sort_unstable();
        why.extend(new);
        self.set.push(ProofLetter {
            number: u32::try_from(self.set.len() + 1).unwrap_or(u32::MAX),
            part: spot.part,
            seq: spot.seq,
            letter_id: spot.letter_id.clone(),
            why,
        });
    }
}

fn length(line: &str) -> usize {
    line.chars().count()
}

fn longest(lines: &[String]) -> usize {
    lines.iter().map(|line| length(line)).max().unwrap_or(0)
}

/// Kinds of data on the lists of a letter.
fn kinds(draft: &Draft) -> usize {
    let findings = &draft.findings;
    findings.involved.union(findings.possible).union(draft.stored).iter().count()
}

/// What a letter is in words, beside its sentences.
fn own(letter: &Planned, released: &BTreeSet<(String, u32)>) -> Vec<String> {
    let Planned { draft, place } = letter;
    let findings = &draft.findings;
    // Letters to providers and professionals have no category.
    let main = match draft.subject {
        LetterSubject::Person => {
            findings.categories.iter().min().map_or("none", |category| category.word())
        }
        subject => subject.word(),
    };
    let mut own = vec![
        format!("status {}", findings.status),
        format!("published {}", findings.published),
        format!("kind {}", draft.kind),
        format!("language {}", draft.language),
        format!("size {}", draft.format),
        format!("sender {}", draft.sender),
        format!("address {}", address_form(draft)),
        format!(
            "lines {} of name, {} of address",
            draft.name_lines.len(),
            draft.address_lines.len()
        ),
        format!("sheets {}", place.sheets),
        format!("variant {main}, {}, {}", draft.kind, draft.language),
    ];

    own.extend(
        findings.categories.iter().map(|category: &Category| format!("category {category}")),
    );
    own.extend(draft.custody.map(|custody| format!("custody {custody}")));
    if draft.audience != Audience::Adult {
        own.push(format!("to {}", draft.audience));
    }
    if !draft.provider_display.is_empty() {
        own.push("provider named".to_owned());
    }
    if let Kix::Skipped(why) = &draft.kix {
        own.push(format!("no KIX, {why}"));
    }
    if draft.rows.iter().any(|row| released.contains(row)) {
        own.push("a human decided who this is".to_owned());
    }

    own
}

/// What an address looks like.
fn address_form(draft: &Draft) -> &'static str {
    let postal = &draft.postal;
    match draft.zone {
        Zone::Europe => "abroad, in Europe",
        Zone::World => "abroad, elsewhere",
        Zone::Domestic if postal.street.starts_with("Postbus") => "post box",
        Zone::Domestic if postal.street.starts_with("Antwoordnummer") => "freepost number",
        Zone::Domestic if postal.house_number.is_empty() => "location without a number",
        Zone::Domestic if !postal.house_addition.is_empty() => "number with an addition",
        Zone::Domestic if !postal.house_letter.is_empty() => "number with a letter",
        Zone::Domestic => "number",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::field::place::Place;
    use crate::field::terms::{Format, Kind};
    use crate::package::testing::draft;

    fn letter(seq: u32, text: u8, large: bool, later: bool) -> Planned {
        let mut draft = draft(seq, "3511AA");
        draft.body = format!("text-{text}");
        draft.format = if large { Format::Large } else { Format::Standard };
        draft.kind = if later { Kind::Supplement } else { Kind::First };
        let place =
            Place { part: 1, seq, print_file: String::new(), first_page: 1, pages: 2, sheets: 1 };
        Planned { draft, place }
    }

    /// Text `n` has the sentences `n`, `n + 1` and `all`.
    fn sentences() -> SentencesOf {
        let keys =
            |text: u8| [format!("nl s{text}"), format!("nl s{}", text + 1), "nl all".to_owned()];
        (0..8).map(|text| (format!("text-{text}"), keys(text).into())).collect()
    }

    fn choose(letters: &[Planned]) -> ProofSet {
        let (sentences, released) = (sentences(), BTreeSet::new());
        let mut chooser = Chooser::new(&sentences, &released);
        for letter in letters {
            chooser.add(letter);
        }
        chooser.choose()
    }

    proptest! {
        #[test]
        fn everything_that_occurs_is_in_a_proof(
            kinds in prop::collection::vec((0..8_u8, any::<bool>(), any::<bool>()), 1..60)
        ) {
            let letters: Vec<Planned> = (1..)
                .zip(kinds)
                .map(|(seq, (text, large, later))| letter(seq, text, large, later))
                .collect();
            let set = choose(&letters);

            let (known, released) = (sentences(), BTreeSet::new());
            let shown = |letter: &Planned| {
                let mut shown: BTreeSet<String> = own(letter, &released).into_iter().collect();
                shown.extend(known[&letter.draft.body].iter().map(|key| format!("{SENTENCE}{key}")));
                shown
            };
            let in_proofs: BTreeSet<String> = set
                .letters
                .iter()
                .flat_map(|proof| shown(&letters[proof.seq as usize - 1]))
                .collect();
            let in_all: BTreeSet<String> = letters.iter().flat_map(shown).collect();
            prop_assert_eq!(&in_proofs, &in_all);
            prop_assert_eq!(&set.covers, &in_all.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(choose(&letters), set);
        }
    }

    proptest! {
        /// The same choice as by looking at every letter each time.
        #[test]
        fn what_is_put_off_changes_nothing(
            shows in prop::collection::vec(prop::collection::btree_set(0..12_u32, 0..6), 0..40)
        ) {
            let spot = |seq: usize| Spot {
                seq: u32::try_from(seq).unwrap(),
                part: 1,
                letter_id: String::new(),
            };
            let candidates: Vec<(Spot, Vec<u32>)> = shows
                .iter()
                .enumerate()
                .map(|(seq, shows)| (spot(seq), shows.iter().copied().collect()))
                .collect();
            let names = vec![String::new(); 12];
            let mut chosen = Chosen { names: &names, is_shown: vec![false; 12], set: Vec::new() };
            let mut waiting = Waiting::new(&candidates);
            loop {
                let count = |(_, shows): &&(Spot, Vec<u32>)| {
                    shows.iter().filter(|one| !chosen.is_shown[**one as usize]).count()
                };
                let best = candidates.iter().rev().max_by_key(count).filter(|one| count(one) > 0);
                let next = waiting.next(&chosen);
                prop_assert_eq!(next.map(|(spot, _)| spot), best.map(|(spot, _)| spot));
                let Some((spot, shows)) = next else { break };
                chosen.take(spot, shows, Vec::new());
            }
        }
    }

    #[test]
    fn a_text_of_which_no_sentence_is_known_is_looked_at_itself() {
        let mut strange = letter(2, 0, false, false);
        strange.draft.body = "strange".to_owned();
        let set = choose(&[letter(1, 0, false, false), strange]);
        assert!(set.covers.contains(&"text strange".to_owned()));
        assert!(set.letters.iter().any(|proof| proof.seq == 2));
    }

    #[test]
    fn the_longest_name_is_looked_at_though_nothing_else_is_new_in_it() {
        let mut letters: Vec<Planned> = (1..=9).map(|seq| letter(seq, 0, false, false)).collect();
        letters[6].draft.name_lines = vec!["De heer A. van den Allerlangste-Naam".to_owned()];
        let set = choose(&letters);
        let seven = set.letters.iter().find(|proof| proof.seq == 7).unwrap();
        assert!(seven.why.contains(&"longest name".to_owned()), "{:?}", seven.why);
        assert!(set.letters.len() <= 4);
    }
}
