//! Surnames as printed, and whose surname comes first.

use crate::field::names::{NameUse, PersonName};

/// Whose surname it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The person's own.
    Own,
    /// The partner's.
    Partner,
}

/// One surname with its particle.
pub(super) struct Half {
    /// Whose.
    pub owner: Owner,
    /// As printed.
    pub text: String,
}

/// Particle and surname. `None` when the surname has no letter: empty, or `.` (BRP: unknown) and
/// other signs that systems write; then the particle counts for nothing.
#[must_use]
pub fn surname(prefix: &str, surname: &str) -> Option<String> {
    let surname = tidy(surname);
    if !crate::field::words::name::has_letters(&surname) {
        return None;
    }
    Some(tidy(&format!("{prefix} {surname}")))
}

/// The name use that counts: the registered one, but own name when no partner's name is known.
///
/// A partner whose name is known without a registered name use (BRP 61.10 missing): own name. The
/// reference implementation does so in the salutation and gives no name line; a person's own name
/// is what the law lets everybody bear (art. 1:9 BW makes the partner's name the choice), so it
/// offends nobody, and the two lines must agree.
#[must_use]
pub fn name_use(name: &PersonName<'_>) -> NameUse {
    if partner_surname(name).is_none() { NameUse::E } else { name.name_use.unwrap_or(NameUse::E) }
}

/// The partner's surname, if it is known.
pub(super) fn partner_surname(name: &PersonName<'_>) -> Option<String> {
    name.partner.and_then(|partner| surname(partner.surname_prefix, partner.surname))
}

/// The surnames in the order in which they are used (BRP 61.10). `None` when one that is needed is
/// unknown: own surname missing and the name use is not P.
pub(super) fn halves(name: &PersonName<'_>) -> Option<Vec<Half>> {
    let half = |owner| {
        let text = match owner {
            Owner::Own => surname(name.surname_prefix, name.surname),
            Owner::Partner => partner_surname(name),
        };
        text.map(|text| Half { owner, text })
    };

    let order: &[Owner] = match name_use(name) {
        NameUse::E => &[Owner::Own],
        NameUse::P => &[Owner::Partner],
        NameUse::V => &[Owner::Partner, Owner::Own],
        NameUse::N => &[Owner::Own, Owner::Partner],
    };

    order.iter().map(|owner| half(*owner)).collect()
}

/// The surname in use, halves joined by a hyphen without spaces; no titles.
pub(super) fn used(name: &PersonName<'_>) -> Option<String> {
    let halves = halves(name)?;
    Some(halves.into_iter().map(|half| half.text).collect::<Vec<_>>().join("-"))
}

/// One space between words, none at the ends, none after a hyphen.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("- ", "-")
}

/// One space between words, none at the ends: an address, whose hyphens stand as the list has them
/// ("Noord- en Zuidstraat").
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first letter as a capital, the rest as it is: a name that follows "heer" or "mevrouw" or
/// opens the line. An apostrophe in front leaves everything as it is ("'t Wolkje"). "ij" is one
/// letter in Dutch.
pub(super) fn capital(text: &str) -> String {
    if let Some(rest) = text.strip_prefix("ij") {
        return format!("IJ{rest}");
    }

    let mut signs = text.chars();
    match signs.next() {
        Some(first) if first.to_uppercase().count() == 1 => {
            first.to_uppercase().chain(signs).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::names::PartnerName;

    #[test]
    fn unknown_surnames_take_their_particle_with_them() {
        assert_eq!(surname("van den", "Aedel").as_deref(), Some("van den Aedel"));
        assert_eq!(surname("van  den", " Aedel ").as_deref(), Some("van den Aedel"));
        assert_eq!(surname("", "Jansen- de Boer").as_deref(), Some("Jansen-de Boer"));
        assert_eq!(surname("de", "."), None);
        assert_eq!(surname("de", ""), None);
        assert_eq!(surname("de", ".."), None);
        assert_eq!(surname("", "-'-"), None);
    }

    #[test]
    fn only_the_first_letter_goes_up() {
        let cases = [
            ("van den Aedel", "Van den Aedel"),
            ("'t Wolkje", "'t Wolkje"),
            ("élan", "Élan"),
            ("ijzerman", "IJzerman"),
            ("IJzerman", "IJzerman"),
            ("", ""),
        ];

        for (given, expected) in cases {
            assert_eq!(capital(given), expected);
        }
    }

    #[test]
    fn the_order_follows_the_name_use() {
        let partner =
            PartnerName { surname_prefix: "de", surname: "Boer", ..PartnerName::default() };
        let mut name = PersonName {
            surname_prefix: "van",
            surname: "Velzen",
            partner: Some(partner),
            ..Default::default()
        };

        let expected = [
            (None, "van Velzen"),
            (Some(NameUse::E), "van Velzen"),
            (Some(NameUse::P), "de Boer"),
            (Some(NameUse::V), "de Boer-van Velzen"),
            (Some(NameUse::N), "van Velzen-de Boer"),
        ];

        for (code, text) in expected {
            name.name_use = code;
            assert_eq!(used(&name).as_deref(), Some(text));
        }

        name.surname = ".";
        assert_eq!(used(&name), None);
        name.name_use = Some(NameUse::P);
        assert_eq!(used(&name).as_deref(), Some("de Boer"));
        name.partner = Some(PartnerName { surname: ".", ..partner });

        assert_eq!(used(&name), None);
    }
}
