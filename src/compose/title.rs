//! Titles of nobility and predicates (BRP 02.20), and when they count.
//!
//! Source: the public rules and examples of the BRP API (Haal Centraal). Academic titles are not in
//! the register.

use super::surname;
use crate::field::names::{NameUse, PersonName, Sex, Title};

/// A title or predicate whatever its gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// Ridder; has no form for women.
    Ridder,
    /// Baron, barones.
    Baron,
    /// Graaf, gravin.
    Graaf,
    /// Hertog, hertogin.
    Hertog,
    /// Markies, markiezin.
    Markies,
    /// Prins, prinses.
    Prins,
    /// Jonkheer, jonkvrouw: a predicate, which stands before the initials.
    Jonkheer,
}

impl Rank {
    /// The rank of a code.
    pub const fn of(title: Title) -> Self {
        match title {
            Title::R => Self::Ridder,
            Title::B | Title::BS => Self::Baron,
            Title::G | Title::GI => Self::Graaf,
            Title::H | Title::HI => Self::Hertog,
            Title::M | Title::MI => Self::Markies,
            Title::P | Title::PS => Self::Prins,
            Title::JH | Title::JV => Self::Jonkheer,
        }
    }

    /// The word that fits the person's registered sex, whatever the gender of the code; none for O
    /// or no sex at all.
    pub const fn word(self, sex: Option<Sex>) -> Option<&'static str> {
        Some(match (self, sex) {
            (_, None | Some(Sex::O)) | (Self::Ridder, Some(Sex::V)) => return None,
            (Self::Ridder, Some(Sex::M)) => "ridder",
            (Self::Baron, Some(Sex::M)) => "baron",
            (Self::Baron, Some(Sex::V)) => "barones",
            (Self::Graaf, Some(Sex::M)) => "graaf",
            (Self::Graaf, Some(Sex::V)) => "gravin",
            (Self::Hertog, Some(Sex::M)) => "hertog",
            (Self::Hertog, Some(Sex::V)) => "hertogin",
            (Self::Markies, Some(Sex::M)) => "markies",
            (Self::Markies, Some(Sex::V)) => "markiezin",
            (Self::Prins, Some(Sex::M)) => "prins",
            (Self::Prins, Some(Sex::V)) => "prinses",
            (Self::Jonkheer, Some(Sex::M)) => "jonkheer",
            (Self::Jonkheer, Some(Sex::V)) => "jonkvrouw",
        })
    }

    /// The salutation without a name: "Hooggeboren heer". A prince's fits every sex; the others
    /// need M or V.
    pub fn salutation(self, sex: Sex) -> Option<String> {
        let (quality, person) = match (self, sex) {
            (Self::Prins, _) => return Some("Hoogheid".to_owned()),
            (_, Sex::O) => return None,
            (Self::Graaf, Sex::M) => ("Hooggeboren", "heer"),
            (Self::Graaf, Sex::V) => ("Hooggeboren", "vrouwe"),
            (_, Sex::M) => ("Hoogwelgeboren", "heer"),
            (_, Sex::V) => ("Hoogwelgeboren", "vrouwe"),
        };
        Some(format!("{quality} {person}"))
    }

    /// The line above the name (aanspreekvorm): "De hooggeboren heer". Only where the name line has
    /// the title; for princes also where it has not.
    pub fn above(self, sex: Option<Sex>) -> Option<String> {
        if self == Self::Prins {
            return Some("De hoogheid".to_owned());
        }
        self.word(sex)?;
        Some(format!("De {}", self.salutation(sex?)?.to_lowercase()))
    }
}

/// The person's own title or predicate, if it counts in the name that is used.
///
/// It does not when only the partner's name is used; a woman's predicate does not beside a current
/// partner, nor, once the marriage has ended, while she uses a partner's name.
pub(super) fn own(name: &PersonName<'_>) -> Option<Rank> {
    let rank = Rank::of(name.title?);
    let used = surname::name_use(name);
    if used == NameUse::P {
        return None;
    }

    if rank == Rank::Jonkheer && name.sex == Some(Sex::V) {
        let partner = name.partner.as_ref();
        if partner.is_some_and(|partner| !partner.former || used != NameUse::E) {
            return None;
        }
    }

    Some(rank)
}

/// The courtesy title (hoffelijkheidstitel): the partner's, current or former, in its female form.
///
/// For a woman who uses a partner's name, by the registered code (even where that name is unknown:
/// the salutation has the title all the same); from a title in its male form, not ridder, not a
/// predicate. It beats her own title.
///
/// A woman with a predicate of her own and a titled husband: the rule text gives her the courtesy
/// title, the reference implementation does not. Here she gets none, and [`left_open`] holds her
/// letter.
pub(super) fn courtesy(name: &PersonName<'_>) -> Option<Rank> {
    let rank = partners(name)?;
    let predicate = name.title.map(Rank::of) == Some(Rank::Jonkheer);
    (!predicate).then_some(rank)
}

fn partners(name: &PersonName<'_>) -> Option<Rank> {
    let uses = matches!(name.name_use, Some(NameUse::P | NameUse::V | NameUse::N));
    if name.sex != Some(Sex::V) || !uses {
        return None;
    }
    match name.partner.as_ref()?.title? {
        title @ (Title::B | Title::G | Title::H | Title::M | Title::P) => Some(Rank::of(title)),
        _ => None,
    }
}

/// Whether the rules do not say how this person's title is to be used, so that a guess could offend
/// (C107): a title without a registered sex; a woman's own predicate beside a titled partner whose
/// name she uses; a titled woman whose courtesy title would come from a partner whose name is
/// unknown.
pub(super) fn left_open(name: &PersonName<'_>) -> bool {
    let Some(title) = name.title else { return false };
    let predicate = Rank::of(title) == Rank::Jonkheer;
    let courtesy = partners(name).is_some();
    name.sex.is_none() || courtesy && (predicate || surname::partner_surname(name).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::names::PartnerName;

    fn woman(title: Option<Title>, name_use: NameUse, partner: PartnerName<'_>) -> PersonName<'_> {
        PersonName {
            surname: "Aedel",
            sex: Some(Sex::V),
            title,
            name_use: Some(name_use),
            partner: Some(partner),
            ..PersonName::default()
        }
    }

    #[test]
    fn a_womans_predicate_lapses_with_marriage_and_returns_with_her_name() {
        let current = PartnerName { surname: "Boer", ..PartnerName::default() };
        let former = PartnerName { former: true, ..current };
        for name_use in [NameUse::E, NameUse::P, NameUse::V, NameUse::N] {
            assert_eq!(own(&woman(Some(Title::JV), name_use, current)), None);
            let back = (name_use == NameUse::E).then_some(Rank::Jonkheer);
            assert_eq!(own(&woman(Some(Title::JV), name_use, former)), back);
        }
    }

    #[test]
    fn what_the_rules_leave_open_is_said() {
        let baron =
            PartnerName { surname: "Boer", title: Some(Title::B), ..PartnerName::default() };
        assert!(left_open(&woman(Some(Title::JV), NameUse::V, baron)));
        assert!(!left_open(&woman(Some(Title::JV), NameUse::E, baron)));
        assert!(!left_open(&woman(Some(Title::BS), NameUse::V, baron)));
        assert!(left_open(&woman(
            Some(Title::BS),
            NameUse::V,
            PartnerName { surname: ".", ..baron }
        )));

        assert!(!left_open(&woman(None, NameUse::V, PartnerName { surname: ".", ..baron })));
        let mut unknown = woman(Some(Title::B), NameUse::E, baron);
        unknown.sex = None;

        assert!(left_open(&unknown));
    }

    #[test]
    fn female_codes_predicates_and_ridder_give_no_courtesy_title() {
        for title in
            [Title::BS, Title::GI, Title::HI, Title::MI, Title::PS, Title::JH, Title::JV, Title::R]
        {
            let partner =
                PartnerName { surname: "Boer", title: Some(title), ..PartnerName::default() };
            assert_eq!(courtesy(&woman(None, NameUse::P, partner)), None, "{title:?}");
        }
    }
}
