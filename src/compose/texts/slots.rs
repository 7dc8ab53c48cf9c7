//! Sentences with named slots. A slot that is not in the closed list is refused when the locale
//! file is parsed, and every slot of the list has a value in every letter, so no letter can show
//! `{phone}` or an empty place.

use std::fmt;
use std::marker::PhantomData;

use jiff::civil::Date;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::dates;
use super::faults::ADVICE;
use crate::facts::{Facts, Sender};
use crate::field::terms::Language;

/// A closed list of slot names.
pub trait SlotName: Copy + Sized + PartialEq + 'static {
    /// All of them, with their names.
    const ALL: &'static [(&'static str, Self)];

    /// Whether a sentence must have each of them, once.
    const EACH_ONCE: bool;

    /// The slot of that name.
    fn named(name: &str) -> Option<Self>;
}

/// Gives an enumeration of slots its names.
macro_rules! slots {
    ($(#[$meta:meta])* $name:ident, each once: $each_once:literal {
        $($variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $word] $variant),* }

        impl SlotName for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),*];
            const EACH_ONCE: bool = $each_once;

            fn named(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

slots! {
    /// Facts that any sentence may name.
    Fact, each once: false {
        Laboratory = "laboratory",
        Period = "period",
        Reported = "reported",
        CustodyFrom = "custody_from",
        CustodyUntil = "custody_until",
        Checked = "checked",
        Phone = "phone",
        Hours = "hours",
        Privacy = "privacy",
        Fraud = "fraud",
        Identity = "identity",
        Police = "police",
        Emergency = "emergency",
        VictimSupport = "victim_support",
    }
}

slots! {
    /// The date of the letter that a supplement or correction refers to.
    Earlier, each once: true { Date = "earlier" }
}

slots! {
    /// Kinds of data, one after the other with commas.
    ItemList, each once: true { Items = "items" }
}

slots! {
    /// Left for the page builder.
    PageCount, each once: true { Page = "page", Pages = "pages" }
}

slots! {
    /// No slots at all.
    Nothing, each once: false {}
}

/// One or more whole sentences with slots of the list `S`.
#[derive(Clone, Debug)]
pub struct SlottedLine<S> {
    pieces: Vec<Piece<S>>,
}

#[derive(Clone, Debug)]
enum Piece<S> {
    Words(String),
    Slot(S),
}

/// Sentences whose slots are facts.
pub type SlottedText = SlottedLine<Fact>;

/// Sentences that name the date of an earlier letter and nothing else.
pub type Dated = SlottedLine<Earlier>;

/// A sentence that ends in a list of kinds of data.
pub type Listing = SlottedLine<ItemList>;

/// Words without slots.
pub type Plain = SlottedLine<Nothing>;

/// The page label, with exactly the slots `{page}` and `{pages}`.
pub type PageLabel = SlottedLine<PageCount>;

impl<S: SlotName> SlottedLine<S> {
    /// Reads sentences.
    ///
    /// # Errors
    /// What is wrong, and behind [`ADVICE`] what to do.
    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err(format!("is empty{ADVICE}write the sentence"));
        }
        if text.chars().any(char::is_control) {
            return Err(format!(
                "has a line end or another control character{ADVICE}write the sentence in one line"
            ));
        }

        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (words, braced) = rest.split_at(open);
            let Some((name, after)) =
                braced.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            else {
                return Err(format!(
                    "has a brace that belongs to no slot{ADVICE}{}",
                    Self::slots_allowed()
                ));
            };
            let slot = S::named(name).ok_or_else(|| {
                format!("has the slot `{{{name}}}`{ADVICE}{}", Self::slots_allowed())
            })?;
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(Piece::Slot(slot));
            rest = after;
        }

        pieces.push(Piece::Words(rest.to_owned()));
        let line = Self { pieces };
        line.has_each_once()?;

        Ok(line)
    }

    /// A sentence that ends in a list says nothing without it.
    fn has_each_once(&self) -> Result<(), String> {
        let slots = if S::EACH_ONCE { S::ALL } else { &[] };
        for (name, slot) in slots {
            let is_slot = |piece: &&Piece<S>| matches!(piece, Piece::Slot(own) if own == slot);
            let times = self.pieces.iter().filter(is_slot).count();
            if times != 1 {
                return Err(format!("has the slot `{{{name}}}` {times} times{ADVICE}name it once"));
            }
        }
        Ok(())
    }

    /// Which slots a sentence of this kind may have, as advice.
    fn slots_allowed() -> String {
        let names: Vec<String> = S::ALL.iter().map(|(name, _)| format!("`{{{name}}}`")).collect();
        match names.as_slice() {
            [] => "this sentence has no slots: take it out".to_owned(),
            names => format!("its slots may be {}", names.join(", ")),
        }
    }

    /// The sentences with every slot filled.
    pub fn fill<'a>(&'a self, value: impl Fn(S) -> &'a str) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.as_str(),
                Piece::Slot(slot) => value(*slot),
            })
            .collect()
    }
}

impl Plain {
    /// The words.
    pub fn words(&self) -> String {
        self.fill(|nothing| match nothing {})
    }
}

impl PageLabel {
    /// The label with its slots left open.
    pub fn open(&self) -> String {
        self.fill(|slot| match slot {
            PageCount::Page => "{page}",
            PageCount::Pages => "{pages}",
        })
    }
}

impl<'de, S: SlotName> Deserialize<'de> for SlottedLine<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sentences<S>(PhantomData<S>);
        impl<S: SlotName> Visitor<'_> for Sentences<S> {
            type Value = SlottedLine<S>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("sentences with known slots")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SlottedLine<S>, E> {
                SlottedLine::parse(text).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Sentences(PhantomData))
    }
}

/// An address, with the country where there is one to name.
pub fn with_country(address: &str, country: Option<&str>) -> String {
    country.map_or_else(|| address.to_owned(), |country| format!("{address}, {country}"))
}

/// The value of every [`Fact`] slot in one letter.
#[derive(Clone, Debug)]
pub struct Values {
    laboratory: String,
    period: String,
    reported: String,
    custody_from: String,
    custody_until: String,
    checked: String,
    phone: String,
    hours: String,
    privacy: String,
    fraud: String,
    identity: String,
    police: String,
    emergency: String,
    victim_support: String,
}

impl Values {
    /// The facts in words of that language, with the contact data of that sender. In a letter that
    /// goes abroad `country` is the sender's, and the numbers are as somebody abroad calls them.
    pub fn new(facts: &Facts, sender: &Sender, language: Language, country: Option<&str>) -> Self {
        let number = |name: &str| match country {
            Some(_) => facts.number_abroad(name),
            None => facts.number(name).to_owned(),
        };

        let date = |date: Date| dates::in_words(date, language);
        let [custody_from, custody_until] =
            facts.incident.custody_years.map(|year| year.to_string());
        let hours = facts.phones.get(&sender.phone).and_then(|phone| phone.hours.as_ref());

        Self {
            laboratory: facts.incident.laboratory.clone(),
            period: dates::between(facts.incident.from, facts.incident.until, language),
            reported: date(facts.incident.reported),
            custody_from,
            custody_until,
            checked: date(facts.publication.checked_on),
            phone: number(&sender.phone),
            hours: hours.map_or("", |hours| hours.get(language)).to_owned(),
            privacy: with_country(sender.privacy_contact.get(language), country),
            fraud: number("fraud"),
            identity: number("identity"),
            police: number("police"),
            emergency: number("emergency"),
            victim_support: number("victim_support"),
        }
    }

    /// The value of one slot.
    pub fn of(&self, slot: Fact) -> &str {
        match slot {
            Fact::Laboratory => &self.laboratory,
            Fact::Period => &self.period,
            Fact::Reported => &self.reported,
            Fact::CustodyFrom => &self.custody_from,
            Fact::CustodyUntil => &self.custody_until,
            Fact::Checked => &self.checked,
            Fact::Phone => &self.phone,
            Fact::Hours => &self.hours,
            Fact::Privacy => &self.privacy,
            Fact::Fraud => &self.fraud,
            Fact::Identity => &self.identity,
            Fact::Police => &self.police,
            Fact::Emergency => &self.emergency,
            Fact::VictimSupport => &self.victim_support,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_slots_are_filled_and_others_are_refused() {
        let line = SlottedText::parse("Bel {phone}, {hours}.").unwrap();
        assert_eq!(line.fill(|slot| if slot == Fact::Phone { "1" } else { "nu" }), "Bel 1, nu.");
        for wrong in
            ["Bel {phnoe}.", "Bel {phone.", "Bel phone}.", "Bel {}.", "Op {earlier}", "{{phone}}"]
        {
            assert!(SlottedText::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Dated::parse("Op {earlier} al.").is_ok());
        assert!(Dated::parse("Bel {phone}.").is_err());

        assert!(Plain::parse("naam {phone}").is_err());
    }

    #[test]
    fn the_page_label_keeps_its_slots() {
        assert_eq!(
            PageLabel::parse("Pagina {page} van {pages}").unwrap().open(),
            "Pagina {page} van {pages}"
        );
    }
}
