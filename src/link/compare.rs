//! How two units agree, field by field.

use std::fmt;

use crate::field::names::Sex;
use crate::link::features::Features;
use crate::link::strings::{TextId, Texts};
use crate::link::{birth, given};

/// Surname parts at least this alike (Jaro-Winkler) count as the same with a typo.
const SURNAME_CLOSE: f64 = 0.92;

macro_rules! levels {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $level:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum $name { $($(#[$doc])* $level),+ }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$level => $word),+ })
            }
        }
    };
}

levels! {
    /// Valid BSNs.
    Bsn { Missing = "missing", Equal = "equal", Differs = "differs" }
}
levels! {
    /// Birth dates.
    Birth {
        Missing = "missing",
        Equal = "equal",
        /// One leaves open what the other says.
        Partial = "partial",
        /// One digit different, neighbours swapped, or day and month turned.
        Slip = "one slip",
        /// One slip, but of ten years or more: so are a father and his son.
        Decade = "one slip in the decade",
        Differs = "differs",
    }
}
levels! {
    /// Given names, all of them.
    Given {
        Missing = "missing",
        Equal = "equal",
        /// One has fewer of them, or initials.
        Part = "one has more",
        /// A typo or a short form.
        Close = "close",
        /// Two names that resemble each other, both borne by many: sisters more often than typos.
        Alike = "alike",
        /// Given name and surname changed places.
        Swapped = "swapped with surname",
        /// Two records of newborn children without a name: twins until shown otherwise.
        Unnamed = "two without a name",
        Differs = "differs",
    }
}
levels! {
    /// Initials.
    Initials {
        Missing = "missing",
        Equal = "equal",
        /// One has more of them.
        Prefix = "one longer",
        Differs = "differs",
    }
}
levels! {
    /// Surnames: own and partner's as one set.
    Surname {
        Missing = "missing",
        /// Both have the same parts.
        Equal = "equal",
        /// A part in common.
        Shared = "one part shared",
        /// A part in common up to a typo.
        Close = "close",
        Differs = "differs",
    }
}
levels! {
    /// Addresses.
    Place {
        Missing = "missing",
        Equal = "equal",
        /// The same PC6 and number with another letter or addition.
        Suffix = "other addition",
        /// Two of street, house number and postcode.
        Near = "nearly equal",
        /// The same postcode, or the same street in the same town.
        Area = "same street or postcode",
        Differs = "differs",
    }
}
levels! {
    /// Sex.
    SexLevel { Missing = "missing", Equal = "equal", Differs = "differs" }
}

/// How two units agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Agreement {
    pub bsn: Bsn,
    pub birth: Birth,
    pub given: Given,
    pub initials: Initials,
    pub surname: Surname,
    pub place: Place,
    pub sex: SexLevel,
}

impl Agreement {
    /// Compares two units.
    pub(crate) fn of(one: &Features, other: &Features, texts: &Texts) -> Self {
        let given = given::compare(one, other, texts);
        Self {
            bsn: bsn(one.bsn, other.bsn),
            birth: birth::compare(one.birth, other.birth),
            given,
            initials: if given == Given::Swapped {
                Initials::Missing
            } else {
                initials(one, other)
            },
            surname: if given == Given::Swapped {
                Surname::Shared
            } else {
                surname(one, other, texts)
            },
            place: place(one, other, texts),
            sex: sex(one.sex, other.sex),
        }
    }

    /// What forbids that the two are one person, whatever else agrees.
    pub(crate) fn is_vetoed(self) -> bool {
        self.bsn == Bsn::Differs
            || self.sex == SexLevel::Differs
            || self.given == Given::Differs
            || self.birth == Birth::Differs
            || (self.birth == Birth::Decade && self.bsn != Bsn::Equal)
            || self.initials == Initials::Differs
            || (matches!(self.given, Given::Alike | Given::Unnamed) && self.bsn != Bsn::Equal)
    }

    /// A surname part in common, maybe with a typo.
    pub(crate) const fn shares_surname(self) -> bool {
        matches!(self.surname, Surname::Equal | Surname::Shared | Surname::Close)
    }

    /// The same PC6 and house number.
    pub(crate) const fn shares_place(self) -> bool {
        matches!(self.place, Place::Equal | Place::Suffix)
    }
}

/// The fields that are compared, in the order of [`Agreement`].
pub(crate) const FIELDS: [&str; 7] =
    ["bsn", "birth_date", "first_names", "initials", "surname", "address", "sex"];

impl Agreement {
    /// The levels, in the order of [`FIELDS`].
    pub(crate) fn levels(self) -> [String; 7] {
        let Self { bsn, birth, given, initials, surname, place, sex } = self;
        [
            bsn.to_string(),
            birth.to_string(),
            given.to_string(),
            initials.to_string(),
            surname.to_string(),
            place.to_string(),
            sex.to_string(),
        ]
    }
}

/// Field names and levels, never values.
impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<String> = FIELDS
            .iter()
            .zip(self.levels())
            .map(|(field, level)| format!("{field}: {level}"))
            .collect();
        f.write_str(&fields.join("; "))
    }
}

/// Whether something forbids that the two are one person; cheaper than comparing everything.
pub(crate) fn is_vetoed(one: &Features, other: &Features, texts: &Texts) -> bool {
    let differs = bsn(one.bsn, other.bsn) == Bsn::Differs
        || sex(one.sex, other.sex) == SexLevel::Differs
        || initials_differ(one, other);
    if differs {
        return true;
    }

    match birth::compare(one.birth, other.birth) {
        Birth::Differs => return true,
        Birth::Decade if one.bsn == 0 || one.bsn != other.bsn => return true,
        _ => {}
    }

    match given::compare(one, other, texts) {
        Given::Differs => true,
        Given::Alike | Given::Unnamed => one.bsn == 0 || one.bsn != other.bsn,
        _ => false,
    }
}

/// Whether the initials differ, and not because given name and surname changed places.
pub(super) fn initials_differ(one: &Features, other: &Features) -> bool {
    initials(one, other) == Initials::Differs && !given::is_swapped(one, other)
}

pub(super) fn sex(one: Option<Sex>, other: Option<Sex>) -> SexLevel {
    match (one, other) {
        (Some(one), Some(other)) if one == other => SexLevel::Equal,
        (Some(_), Some(_)) => SexLevel::Differs,
        _ => SexLevel::Missing,
    }
}

const fn bsn(one: u32, other: u32) -> Bsn {
    match (one, other) {
        (0, _) | (_, 0) => Bsn::Missing,
        (one, other) if one == other => Bsn::Equal,
        _ => Bsn::Differs,
    }
}

fn initials(one: &Features, other: &Features) -> Initials {
    let (left, right) = (one.initials, other.initials);
    let shorter = left.len().min(right.len());
    if shorter == 0 {
        return Initials::Missing;
    }
    if left == right {
        return Initials::Equal;
    }
    if left.prefix(shorter) == right.prefix(shorter) { Initials::Prefix } else { Initials::Differs }
}

fn surname(one: &Features, other: &Features, texts: &Texts) -> Surname {
    if one.surname[0] == 0 || other.surname[0] == 0 {
        return Surname::Missing;
    }

    if one.surname == other.surname {
        return Surname::Equal;
    }

    let pairs = || one.parts().flat_map(|left| other.parts().map(move |right| (left, right)));
    if pairs().any(|(left, right)| left == right) {
        let within = one.parts().all(|part| other.surname.contains(&part));
        let around = other.parts().all(|part| one.surname.contains(&part));
        return if within && around { Surname::Equal } else { Surname::Shared };
    }

    if pairs().any(|(left, right)| alike(left, right, texts)) || glued_alike(one, other, texts) {
        return Surname::Close;
    }

    Surname::Differs
}

fn alike(left: TextId, right: TextId, texts: &Texts) -> bool {
    strsim::jaro_winkler(texts.get(left), texts.get(right)) >= SURNAME_CLOSE
}

/// Groot Koerkamp and Grootkoerkamp.
fn glued_alike(one: &Features, other: &Features, texts: &Texts) -> bool {
    if one.surname[1] == 0 && other.surname[1] == 0 {
        return false;
    }
    let glue =
        |features: &Features| features.parts().map(|part| texts.get(part)).collect::<String>();
    strsim::jaro_winkler(&glue(one), &glue(other)) >= SURNAME_CLOSE
}

/// PC6 and house number say where somebody lives; where one is missing or mistyped, street and town
/// help.
fn place(one: &Features, other: &Features, texts: &Texts) -> Place {
    if one.place == 0 || other.place == 0 {
        return Place::Missing;
    }

    if one.place == other.place {
        let additions = one.suffix != 0 && other.suffix != 0 && one.suffix != other.suffix;
        return if additions { Place::Suffix } else { Place::Equal };
    }

    let number = one.number != 0 && one.number == other.number;
    let postcode = one.postcode != 0 && one.postcode == other.postcode;
    let street = one.street != 0
        && other.street != 0
        && (one.street == other.street || alike(one.street, other.street, texts));
    let town = one.town != 0 && one.town == other.town;
    let no_postcode = one.postcode == 0 || other.postcode == 0;

    if number && street && town && no_postcode {
        return Place::Equal;
    }

    match u8::from(number) + u8::from(postcode) + u8::from(street) {
        0 | 1 if postcode || (street && town) => Place::Area,
        0 | 1 => Place::Differs,
        _ => Place::Near,
    }
}
