//! The words of the letters: categories, kinds of data, notices, drafts and finished letters.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::AddressSource;
use crate::person::Pseudonym;
use crate::row::{Exposure, Provider, Registrant, RowRef};

/// An enumeration whose values have one word in files and reports.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in files and reports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// Whose data it is. The order is that of policy.md: the first present one is a letter's main category.
    Category {
        /// (Former) prisoners.
        Prisoner = "prisoner",
        /// Hospital patients.
        Hospital = "hospital",
        /// Patients of a GP or another care provider.
        Gp = "gp",
        /// Participants of the screening programme.
        Screening = "screening",
    }
}

words! {
    /// How sure it is that the data were stolen, weakest first.
    Status {
        /// Was in the hacked systems.
        SharedOnly = "shared_only",
        /// May have been stolen.
        NotExcluded = "not_excluded",
        /// Stolen.
        Confirmed = "confirmed",
    }
}

words! {
    /// Whether the data were seen on the internet, mildest first. Missing means unknown, never no.
    Published {
        /// Not found there.
        No = "no",
        /// Not known.
        Unknown = "unknown",
        /// Seen there.
        Yes = "yes",
    }
}

words! {
    /// A kind of data; never its value.
    Item {
        /// Name.
        Name = "name",
        /// Address.
        Address = "address",
        /// Birth date.
        BirthDate = "birth_date",
        /// Sex.
        Sex = "sex",
        /// BSN.
        Bsn = "bsn",
        /// Telephone number.
        Phone = "phone",
        /// E-mail address.
        Email = "email",
        /// What was examined.
        ExamType = "exam_type",
        /// What came out.
        Result = "result",
        /// Who asked for it.
        Requester = "requester",
        /// Health insurer.
        Insurer = "insurer",
    }
}

words! {
    /// Prisoners only.
    Custody {
        /// Held now.
        Current = "current",
        /// Was held.
        Former = "former",
    }
}

words! {
    /// What a letter is to earlier letters.
    Kind {
        /// The first about this incident.
        First = "first",
        /// Something material is new.
        Supplement = "supplement",
        /// Something told was wrong.
        Correction = "correction",
    }
}

words! {
    /// Language of the letter: the recorded preference, else Dutch.
    Language {
        /// Dutch.
        Nl = "nl",
        /// English.
        En = "en",
    }
}

words! {
    /// Size of print.
    Format {
        /// 11 pt.
        Standard = "standard",
        /// 18 pt.
        Large = "large",
    }
}

words! {
    /// To whom a letter speaks.
    Audience {
        /// The person, grown up (16 and over).
        Adult = "adult",
        /// The person, 12 to 15.
        Youth = "youth",
        /// The parents or carers of a child under 12.
        Parents = "parents",
    }
}

words! {
    /// Postal zone; one print file holds one zone.
    Zone {
        /// The Netherlands.
        Domestic = "DOM",
        /// Europe.
        Europe = "EUR",
        /// The rest of the world.
        World = "WLD",
    }
}

/// A set of [`Item`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Items(u16);

impl Items {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// This set and one more.
    #[must_use]
    pub const fn with(self, item: Item) -> Self {
        Self(self.0 | 1 << item as u16)
    }

    /// This set without one.
    #[must_use]
    pub const fn without(self, item: Item) -> Self {
        Self(self.0 & !(1 << item as u16))
    }

    /// Whether the item is in.
    #[must_use]
    pub const fn has(self, item: Item) -> bool {
        self.0 & (1 << item as u16) != 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The items in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Item> {
        Item::ALL.iter().copied().filter(move |item| self.has(*item))
    }
}

impl FromIterator<Item> for Items {
    fn from_iter<T: IntoIterator<Item = Item>>(items: T) -> Self {
        items.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Serialize for Items {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Item>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// What a letter tells, and what the ledger remembers as told: the person's rows combined as policy.md says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// In precedence order; the first is the main category. Never empty in a notice.
    pub categories: Vec<Category>,
    /// The strongest.
    pub status: Status,
    /// `yes` over `unknown` over `no`.
    pub published: Published,
    /// Kinds of data that a confirmed row has.
    pub involved: Items,
    /// Kinds of data that a not-excluded row has and no confirmed row.
    pub possible: Items,
}

/// One letter that was sent earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Date of the letter.
    pub date: Date,
    /// Its kind.
    pub kind: Kind,
    /// Its place among the person's letters of that kind, from 1.
    pub sequence: u32,
    /// Sender profile that signed it.
    pub sender: String,
    /// What it said.
    pub findings: Findings,
    /// Names in the ledger of those whose earlier letters it takes up: the one it went to, and whoever was known by then
    /// to be the same person.
    pub speaks_for: Vec<Pseudonym>,
}

/// What is different from the earlier letter; only in supplements and corrections.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Difference {
    /// Date of the letter it refers to.
    pub earlier: Date,
    /// What that letter said.
    pub before: Findings,
}

/// Whose name and address are printed.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// A row of the participants list or the register.
    Listed(&'a Registrant),
    /// Nothing but the lab's row.
    Lab(&'a Exposure),
}

/// The decision to tell one person something.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// Who.
    pub person: Pseudonym,
    /// First, supplement or correction.
    pub kind: Kind,
    /// Place among the person's letters of this kind, from 1.
    pub sequence: u32,
    /// Name of the sender profile (a key of `[senders]` in facts.toml).
    pub sender: String,
    /// What is told.
    pub findings: Findings,
    /// Letters to or about somebody under 16: how sure it is that data about a medical test were stolen. The letter says no
    /// more of them than that, and `findings` does not name them (letters.md 3.3).
    pub medical_test: Option<Status>,
    /// Kinds of data of rows that were only in the hacked computers. The letter names those that are not in `findings`; they
    /// are never called stolen, and never material.
    pub stored: Items,
    /// What is new or was wrong.
    pub difference: Option<Difference>,
    /// To whom it speaks.
    pub audience: Audience,
    /// Prisoners only.
    pub custody: Option<Custody>,
    /// Language.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// Whose name is printed.
    pub identity: Identity<'a>,
    /// Where the address comes from; `Institution` = that of `provider`.
    pub address_source: AddressSource,
    /// The row of whom the address is printed; the same as `identity` unless only another row has one.
    pub address_of: Identity<'a>,
    /// The provider of the main category, if its code is known.
    pub provider: Option<&'a Provider>,
    /// The exposure rows this letter answers; the first leads, the others are merged into it.
    pub rows: Vec<RowRef>,
    /// The lab's record ids, in the order of `rows`.
    pub record_ids: Vec<String>,
    /// The datasets of those rows, each once, sorted.
    pub datasets: Vec<&'a str>,
}

/// The parts of a printed address that the vendor's manifest wants one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostalParts {
    /// Street, `Postbus`, `Antwoordnummer` or the location description.
    pub street: String,
    /// 1 to 99999 or empty.
    pub house_number: String,
    /// BAG house letter.
    pub house_letter: String,
    /// BAG addition.
    pub house_addition: String,
    /// `9999AA` or empty.
    pub postcode: String,
    /// As printed, upper case.
    pub town: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Lines of a foreign address as printed.
    pub foreign_lines: Vec<String>,
}

/// KIX or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kix {
    /// 0-9 A-Z, at most 18.
    Code(String),
    /// `FOREIGN`, `NO_POSTCODE`, `BY_ADDRESS` or `TOO_WIDE`.
    Skipped(String),
}

/// A letter that has been written and not yet set. Holds personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// 26 characters `[a-z2-7]`, keyed.
    pub letter_id: String,
    /// Keyed pseudonym, 26 characters.
    pub person: String,
    /// Kind.
    pub kind: Kind,
    /// Place among the person's letters of this kind.
    pub sequence: u32,
    /// Sender profile.
    pub sender: String,
    /// What is told.
    pub findings: Findings,
    /// Kinds of data that the letter names as having been in the hacked computers, beside `findings`. A plan that was made
    /// before letters named them has none.
    #[serde(default)]
    pub stored: Items,
    /// Language.
    pub language: Language,
    /// Size of print.
    pub format: Format,
    /// To whom it speaks.
    pub audience: Audience,
    /// Custody, for prisoners.
    pub custody: Option<Custody>,
    /// Reference code as printed, grouped in fours.
    pub reference: String,
    /// Without the closing comma.
    pub salutation: String,
    /// One to three lines.
    pub name_lines: Vec<String>,
    /// Lines below the name, without the country.
    pub address_lines: Vec<String>,
    /// Country in English capitals; empty for the Netherlands.
    pub country_line: String,
    /// Where the address came from.
    pub address_source: AddressSource,
    /// The address in parts.
    pub postal: PostalParts,
    /// Bars below the address.
    pub kix: Kix,
    /// Postal zone.
    pub zone: Zone,
    /// The provider's printed name; empty where none is named.
    pub provider_display: String,
    /// The text: index into the run's [`Body`] list is found by this content hash (lower-case hex SHA-256).
    pub body: String,
    /// The lab's record ids.
    pub record_ids: Vec<String>,
    /// Exposure rows, the leading one first, as `file:row`.
    pub rows: Vec<(String, u32)>,
}

/// Personal data: only the id is printed.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({})", self.letter_id)
    }
}

/// The text of a letter that is the same for many people: blocks chosen by category, status, published, items and so on.
/// It holds nothing personal; the personal slots (address, salutation, reference, provider line) are set apart.
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
    pub frame: Frame,
    /// Blocks in order.
    pub blocks: Vec<Block>,
}

impl Body {
    /// Content hash: lower-case hex SHA-256 of the body as JSON. Equal texts have equal keys, on every machine.
    #[must_use]
    pub fn key(&self) -> String {
        let json = serde_json::to_vec(self).expect("a body has string keys only");
        crate::hash::of_bytes(&json)
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
    /// Block id of the content model, for instance `DATA`.
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

/// Where a letter stands in the job, fixed in the plan before anything is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Part of the job, from 1.
    pub part: u32,
    /// Print order in the job, from 1, gapless.
    pub seq: u32,
    /// `print/<job>-p001-b001.pdf`.
    pub print_file: String,
    /// First page in that file, from 1.
    pub first_page: u32,
    /// Pages with blank backs.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
}

/// A draft with its place in the job: one line of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The draft.
    pub draft: Draft,
    /// Its place.
    pub place: Place,
}
