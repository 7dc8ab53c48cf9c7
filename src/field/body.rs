//! The text of a letter that is the same for many people.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::hash;
use crate::field::shared::{Shared, one_of};
use crate::field::terms::{Format, Language};

/// The block after which the text of another letter is enclosed.
pub const ENCLOSED: &str = "ENCLOSED";

/// The text of a letter that is the same for many people: blocks chosen by category, status,
/// published, items and so on. It holds nothing personal; the personal slots (address, salutation,
/// reference, provider line) are set apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Language of the text.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// Whether the letter names a provider (a one-line slot after the block that says why).
    pub provider_slot: bool,
    /// Date line, heading, sender and footer texts.
    pub frame: Shared<Frame>,
    /// Blocks in order.
    pub blocks: Vec<Shared<Block>>,
}

impl Body {
    /// Content hash: lower-case hex SHA-256 of the body as JSON. Equal texts have equal keys, on
    /// every machine.
    #[must_use]
    pub fn key(&self) -> String {
        let json = serde_json::to_vec(self).expect("a body has string keys only");
        hash::of_bytes(&json)
    }

    /// Pages that a letter with this text may have. Standard letters go on one sheet; large print of
    /// the same text takes up to three, and so may a letter in which another one is enclosed.
    #[must_use]
    pub fn most_sides(&self) -> usize {
        match self.format {
            Format::Standard if !self.blocks.iter().any(|block| block.id == ENCLOSED) => 2,
            Format::Standard | Format::Large => 6,
        }
    }
}

/// Makes equal frames and blocks of bodies one: thousands of bodies are made of some hundred blocks.
#[derive(Debug, Default)]
pub struct BodyPool {
    frames: HashSet<Shared<Frame>>,
    blocks: HashSet<Shared<Block>>,
}

impl BodyPool {
    /// The same body, made of what the pool has already.
    #[must_use]
    pub fn shared(&mut self, body: Body) -> Body {
        Body {
            frame: one_of(&mut self.frames, body.frame),
            blocks: body.blocks.into_iter().map(|block| one_of(&mut self.blocks, block)).collect(),
            ..body
        }
    }
}

/// Bodies by their content hash. They are read one by one, so that equal blocks never are in memory
/// more than once.
#[derive(Debug)]
pub struct Bodies(pub BTreeMap<String, Body>);

impl<'de> Deserialize<'de> for Bodies {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OneByOne;

        impl<'de> Visitor<'de> for OneByOne {
            type Value = Bodies;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("bodies by their content hash")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bodies, A::Error> {
                let (mut pool, mut bodies) = (BodyPool::default(), BTreeMap::new());
                while let Some((key, body)) = map.next_entry()? {
                    bodies.insert(key, pool.shared(body));
                }
                Ok(Bodies(bodies))
            }
        }

        from.deserialize_map(OneByOne)
    }
}

/// The fixed places around the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Name of the sender in the letterhead.
    pub sender_name: String,
    /// Address and telephone lines of the letterhead.
    pub sender_lines: Vec<String>,
    /// One line above the address, inside the window.
    pub return_line: String,
    /// "Datum" / "Date".
    pub date_label: String,
    /// The date in words.
    pub date: String,
    /// "Kenmerk" / "Reference".
    pub reference_label: String,
    /// Heading of the letter.
    pub heading: String,
    /// "Pagina {page} van {pages}".
    pub page_label: String,
    /// Rehearsal mark on every page; empty in a real run.
    pub rehearsal: String,
    /// Words of farewell.
    pub closing: String,
    /// Who signs: name, then function.
    pub signature: Vec<String>,
    /// Last lines: other language, large print.
    pub last_lines: Vec<String>,
}

/// One block of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Block id (docs/letters.md, "Blocks"), for instance `DATA`.
    pub id: String,
    /// Heading as a question; empty for none.
    pub heading: String,
    /// Paragraphs and lists in order.
    pub parts: Vec<Part>,
}

/// A piece of a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Part {
    /// Sentences.
    Paragraph(String),
    /// Unnumbered list.
    Bullets(Vec<String>),
    /// Numbered list.
    Steps(Vec<String>),
    /// The slot in which the provider's name is set, alone on its line.
    ProviderLine,
}
