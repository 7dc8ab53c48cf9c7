//! Reads the files of texts, and says what is wrong with one by the key of the sentence: whoever
//! edits texts knows keys and no line numbers.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::campaign::{Sentence, TextFiles};
use super::limits::Limits;
use super::locale::Locale;

/// Something that is wrong with a file of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFault {
    /// Dotted key of the sentence or limit; empty for the file as a whole.
    pub key: String,
    /// What is wrong with it: `is missing`.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "the file {}", self.problem),
            key => write!(f, "`{key}` {}", self.problem),
        }
    }
}

/// Why a file of texts cannot be used.
pub(super) enum FileFault {
    /// It is no TOML.
    Syntax(Box<toml::de::Error>),
    /// Keys or values.
    Keys(Vec<TextFault>),
}

impl FileFault {
    /// A value that does not fit, at the key that its place belongs to.
    fn of_value(error: &toml::de::Error, leaves: &[Leaf]) -> Self {
        let (problem, advice) = split(error.message());
        let key = error.span().map_or_else(String::new, |span| key_at(leaves, &span));
        Self::Keys(vec![TextFault { key, problem, advice }])
    }
}

/// What separates what is wrong from what to do in the words of a value that refuses to be read.
pub(super) const ADVICE: &str = " | ";

fn split(message: &str) -> (String, String) {
    let message = message.trim();
    match message.split_once(ADVICE) {
        Some((problem, advice)) => (problem.to_owned(), advice.to_owned()),
        None => (
            format!("is not right: {message}"),
            "compare the key with the same key in the built-in file, which `breachpost new` writes"
                .to_owned(),
        ),
    }
}

/// A locale file: what letters are written with, and its sentences in order of key.
pub(super) fn locale(text: &str) -> Result<(Box<Locale>, Vec<Sentence>), FileFault> {
    let leaves = leaves(text)?;
    let known: BTreeSet<String> = leaves_of_built_in().into_iter().map(|leaf| leaf.key).collect();
    let found: BTreeSet<String> = leaves.iter().map(|leaf| leaf.key.clone()).collect();

    let missing = known.difference(&found).map(|key| TextFault {
        key: key.clone(),
        problem: "is missing".to_owned(),
        advice: format!("add `{key}` with its sentence; the built-in file has it too"),
    });
    let strange = found.difference(&known).map(|key| TextFault {
        key: key.clone(),
        problem: "is not a key of the letters".to_owned(),
        advice: "correct how the key is spelt, or take it out".to_owned(),
    });
    let not_texts = leaves.iter().filter(|leaf| leaf.text.is_none()).map(|leaf| TextFault {
        key: leaf.key.clone(),
        problem: "is not a text".to_owned(),
        advice: "write the sentence in quotation marks".to_owned(),
    });

    let faults: Vec<TextFault> = missing.chain(strange).chain(not_texts).collect();
    if !faults.is_empty() {
        return Err(FileFault::Keys(faults));
    }

    let locale = toml::from_str(text).map_err(|error| FileFault::of_value(&error, &leaves))?;
    let sentence = |leaf: Leaf| Some(Sentence { key: leaf.key, text: leaf.text? });
    let mut sentences: Vec<Sentence> = leaves.into_iter().filter_map(sentence).collect();
    sentences.sort_by(|one, other| one.key.cmp(&other.key));

    Ok((locale, sentences))
}

/// The limits, with values that a text can be held against.
pub(super) fn limits(text: &str) -> Result<Limits, FileFault> {
    let leaves = leaves(text)?;
    let limits: Limits =
        toml::from_str(text).map_err(|error| FileFault::of_value(&error, &leaves))?;

    match limits.out_of_range() {
        None => Ok(limits),
        Some((key, range)) => Err(FileFault::Keys(vec![TextFault {
            key,
            problem: format!("must be {range}"),
            advice: "set a limit that a text can keep to".to_owned(),
        }])),
    }
}

/// A value of a file that is no table, and where it is.
struct Leaf {
    key: String,
    /// `None`: it is no text.
    text: Option<String>,
    /// The place of the value, in bytes.
    span: Range<usize>,
    /// The place of its key.
    key_span: Range<usize>,
}

/// Both files have the same keys: a test of the built-in texts compares them.
fn leaves_of_built_in() -> Vec<Leaf> {
    leaves(&TextFiles::built_in().nl).unwrap_or_default()
}

fn leaves(text: &str) -> Result<Vec<Leaf>, FileFault> {
    let table = DeTable::parse(text).map_err(|error| FileFault::Syntax(Box::new(error)))?;
    let mut found = Vec::new();
    walk("", table.get_ref(), &mut found);
    Ok(found)
}

fn walk(above: &str, table: &DeTable<'_>, found: &mut Vec<Leaf>) {
    for (name, value) in table {
        let name_text: &str = name.get_ref();
        let key =
            if above.is_empty() { name_text.to_owned() } else { format!("{above}.{name_text}") };
        match value.get_ref() {
            DeValue::Table(table) => walk(&key, table, found),
            other => found.push(Leaf {
                key,
                text: text_of(other),
                span: value.span(),
                key_span: Spanned::span(name),
            }),
        }
    }
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

/// The key of the value at this place; where it is a whole table, what its keys have in common.
fn key_at(leaves: &[Leaf], span: &Range<usize>) -> String {
    let inside = |one: &Range<usize>| one.start <= span.start && span.end <= one.end;
    if let Some(leaf) = leaves.iter().find(|leaf| inside(&leaf.span) || inside(&leaf.key_span)) {
        return leaf.key.clone();
    }

    let after = leaves.iter().filter(|leaf| span.start <= leaf.key_span.start);
    let next = after.min_by_key(|leaf| leaf.key_span.start);
    next.and_then(|leaf| leaf.key.rsplit_once('.')).map_or("", |(table, _)| table).to_owned()
}
