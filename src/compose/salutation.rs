//! The salutation, without the comma that closes it in the letter.

use super::surname::{self, capital};
use super::{initials, title};
use crate::field::names::{PersonName, Sex};

/// The Dutch salutation by the rules of the BRP (aanhef).
///
/// `None` when the rules give none: no name to use and no title that stands without one, or no sex
/// registered at all (the reference implementation gives none; [`neutral_salutation`] is what is
/// printed then). There is no "Geachte heer/mevrouw" and no "L.S.": a letter that does not know
/// whom it speaks to is not sent.
#[must_use]
pub fn salutation(name: &PersonName<'_>) -> Option<String> {
    let sex = name.sex?;
    let title = title::courtesy(name).or_else(|| title::own(name));
    if let Some(words) = title.and_then(|rank| rank.salutation(sex)) {
        return Some(words);
    }

    let used = surname::used(name)?;
    match sex {
        Sex::M => Some(format!("Geachte heer {}", capital(&used))),
        Sex::V => Some(format!("Geachte mevrouw {}", capital(&used))),
        Sex::O => neutral_salutation(name),
    }
}

/// "Geachte J.A. de Vries": for names that only the lab knows, for young people, and where the sex
/// is O or unknown.
#[must_use]
pub fn neutral_salutation(name: &PersonName<'_>) -> Option<String> {
    Some(format!("Geachte {}", neutral(name)?))
}

/// "Dear J.A. de Vries", whatever sex or title (docs/policy.md).
#[must_use]
pub fn english_salutation(name: &PersonName<'_>) -> Option<String> {
    Some(format!("Dear {}", neutral(name)?))
}

fn neutral(name: &PersonName<'_>) -> Option<String> {
    let used = surname::used(name)?;
    let initials = initials::of(name);
    Some(if initials.is_empty() { capital(&used) } else { format!("{initials} {used}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::names::{NameUse, PartnerName, Title};

    #[test]
    fn lab_names_are_neutral_and_english_always_is() {
        let name = PersonName {
            initials: "JA",
            surname_prefix: "de",
            surname: "Vries",
            sex: Some(Sex::V),
            ..Default::default()
        };

        assert_eq!(neutral_salutation(&name).as_deref(), Some("Geachte J.A. de Vries"));
        assert_eq!(english_salutation(&name).as_deref(), Some("Dear J.A. de Vries"));
        let bare = PersonName { initials: "", ..name };

        assert_eq!(english_salutation(&bare).as_deref(), Some("Dear De Vries"));
    }

    #[test]
    fn without_a_registered_sex_the_rules_give_no_salutation() {
        let name = PersonName { first_names: "Jo", surname: "Groenen", ..PersonName::default() };
        assert_eq!(salutation(&name), None);
        assert_eq!(neutral_salutation(&name).as_deref(), Some("Geachte J. Groenen"));
    }

    #[test]
    fn a_courtesy_title_stands_even_where_the_partners_name_is_unknown() {
        let partner = PartnerName { surname: ".", title: Some(Title::G), ..PartnerName::default() };
        let name = PersonName {
            first_names: "Jo Anne",
            surname_prefix: "de",
            surname: "Boer",
            sex: Some(Sex::V),
            name_use: Some(NameUse::P),
            partner: Some(partner),
            ..PersonName::default()
        };

        assert_eq!(salutation(&name).as_deref(), Some("Hooggeboren vrouwe"));
    }
}
