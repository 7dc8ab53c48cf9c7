//! The words of the contract that have one spelling in files, reports and letters: categories,
//! kinds of data, languages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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

pub(super) use words;

words! {
    /// Whose data it is. The order is that of docs/policy.md: the first present one is a letter's
    /// main category.
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
