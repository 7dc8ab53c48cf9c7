//! A name as the register would write it, before the addressing rules see it.

use std::borrow::Cow;

use super::surname;
use crate::field::names::{NameUse, PartnerName, PersonName};
use crate::field::reason::Reason;
use crate::field::words::name;

/// The cells of a name, put right where that follows without doubt.
pub(super) struct Spelt<'a> {
    raw: PersonName<'a>,
    own: name::SurnameColumns<'a>,
    partner: Option<name::SurnameColumns<'a>>,
}

impl<'a> Spelt<'a> {
    /// Puts right what is printed of a name; a surname that the name use leaves out is not looked
    /// at.
    ///
    /// Initials count where no first name gives any. A newborn's "Baby" is not a first name.
    ///
    /// # Errors
    /// C110 to C112: see [`crate::field::words::name`].
    pub(super) fn of(raw: &PersonName<'a>) -> Result<Self, Reason> {
        let mut raw = *raw;
        let name_use = surname::name_use(&raw);
        let own = match name_use {
            NameUse::P => as_it_is(raw.surname_prefix, raw.surname),
            NameUse::E | NameUse::V | NameUse::N => name::surname(raw.surname_prefix, raw.surname)?,
        };

        let partner = match (raw.partner, name_use) {
            (None, _) => None,
            (Some(partner), NameUse::E) => Some(as_it_is(partner.surname_prefix, partner.surname)),
            (Some(partner), _) => Some(name::surname(partner.surname_prefix, partner.surname)?),
        };

        name::first_names(raw.first_names)?;

        if !name::has_letters(raw.first_names) || name::is_newborn(raw.first_names) {
            raw.first_names = "";
        }

        if let Err(reason) = name::initials(raw.initials) {
            if raw.first_names.is_empty() {
                return Err(reason);
            }
            raw.initials = "";
        }

        Ok(Self { raw, own, partner })
    }

    /// The name.
    pub(super) fn name(&self) -> PersonName<'_> {
        let partner = self.raw.partner.zip(self.partner.as_ref()).map(|(partner, spelt)| {
            PartnerName { surname_prefix: &spelt.prefix, surname: &spelt.name, ..partner }
        });
        PersonName {
            surname_prefix: &self.own.prefix,
            surname: &self.own.name,
            partner,
            ..self.raw
        }
    }
}

const fn as_it_is<'a>(prefix: &'a str, surname: &'a str) -> name::SurnameColumns<'a> {
    name::SurnameColumns { prefix: Cow::Borrowed(prefix), name: Cow::Borrowed(surname) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(name: &PersonName<'_>) -> Result<String, Reason> {
        let spelt = Spelt::of(name)?;
        Ok(super::super::name_line::neutral_name_line(&spelt.name()).unwrap_or_default())
    }

    #[test]
    fn a_surname_that_is_not_printed_holds_nobody() {
        let partner = PartnerName { surname: "Test", ..PartnerName::default() };
        let own = PersonName {
            initials: "J.",
            surname: "Jansen",
            partner: Some(partner),
            ..PersonName::default()
        };

        assert_eq!(spelt(&own).as_deref(), Ok("J. Jansen"));
        let both = PersonName { name_use: Some(NameUse::N), ..own };
        assert_eq!(spelt(&both), Err(Reason::C110));
        let partners = PersonName {
            surname: "Test",
            name_use: Some(NameUse::P),
            partner: Some(PartnerName { surname: "Bos", ..partner }),
            ..own
        };

        assert_eq!(spelt(&partners).as_deref(), Ok("J. Bos"));
    }

    #[test]
    fn initials_count_where_no_first_name_gives_any() {
        let name = PersonName {
            first_names: "Nora",
            initials: "N.V.T.",
            surname: "Bos",
            ..PersonName::default()
        };

        assert_eq!(spelt(&name).as_deref(), Ok("N. Bos"));
        assert_eq!(spelt(&PersonName { first_names: "", ..name }), Err(Reason::C110));
        assert_eq!(
            spelt(&PersonName { first_names: "Baby", initials: "", ..name }).as_deref(),
            Ok("Bos")
        );

        assert_eq!(
            spelt(&PersonName { first_names: "Jan en Marie", initials: "", ..name }),
            Err(Reason::C111)
        );
    }

    #[test]
    fn particles_and_marks_are_put_right_in_both_halves() {
        let partner = PartnerName {
            surname_prefix: "van der",
            surname: "Van der Berg",
            ..PartnerName::default()
        };

        let name = PersonName {
            initials: "J.",
            surname: "Vries de",
            partner: Some(partner),
            name_use: Some(NameUse::V),
            ..PersonName::default()
        };

        assert_eq!(spelt(&name).as_deref(), Ok("J. van der Berg-de Vries"));
    }
}
