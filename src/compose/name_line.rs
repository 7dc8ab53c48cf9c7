//! The name above the address (BRP aanschrijfwijze), with the line above it that a title asks for.

use super::initials;
use super::surname::{self, Owner, capital};
use super::title::{self, Rank};
use crate::field::names::PersonName;

/// The name on the envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct NameLines {
    /// "De hoogwelgeboren heer" (aanspreekvorm), where a title counts.
    pub above: Option<String>,
    /// "J.A. de Boer-barones van den Aedel".
    pub line: String,
}

debug_by_name!(NameLines);

/// The name lines by the rules of the BRP. `None` when there is no name to print: own surname
/// unknown and the name use is not P, even where a title gives a salutation without a name.
///
/// The line is the same for every sex: initials and name, no "De heer" or "Mevrouw". Titles stand
/// before the surname they belong to, in lower case; a predicate stands before the initials when
/// the own name comes first. A line that does not open with initials opens with a capital. For a
/// title without first names the rule text asks for that capital too and the reference
/// implementation gives none: here it has it, as every line of an address opens with a capital.
#[must_use]
pub fn name_lines(name: &PersonName<'_>) -> Option<NameLines> {
    let halves = surname::halves(name)?;
    let own = title::own(name);
    let courtesy = surname::partner_surname(name).and_then(|_| title::courtesy(name));
    let own_word = own.and_then(|rank| rank.word(name.sex));
    let opening = own_word.filter(|_| own == Some(Rank::Jonkheer) && halves[0].owner == Owner::Own);

    let titled = halves.iter().map(|half| {
        let word = match half.owner {
            Owner::Own if opening.is_none() => own_word,
            Owner::Own => None,
            Owner::Partner => courtesy.and_then(|rank| rank.word(name.sex)),
        };
        word.map_or_else(|| half.text.clone(), |word| format!("{word} {}", half.text))
    });

    let surnames = titled.collect::<Vec<_>>().join("-");
    let above = courtesy.or(own).and_then(|rank| rank.above(name.sex));
    Some(NameLines { above, line: line(opening, &initials::of(name), &surnames) })
}

/// Initials and surname without any title: for names that only the lab knows, children and young
/// people.
#[must_use]
pub fn neutral_name_line(name: &PersonName<'_>) -> Option<String> {
    Some(line(None, &initials::of(name), &surname::used(name)?))
}

fn line(opening: Option<&str>, initials: &str, surnames: &str) -> String {
    let words = [opening.unwrap_or_default(), initials, surnames];
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if opening.is_some() || initials.is_empty() { capital(&line) } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::names::{NameUse, PartnerName, Sex, Title};

    #[test]
    fn a_title_without_first_names_opens_with_a_capital() {
        let name = PersonName {
            surname_prefix: "van",
            surname: "Aedel",
            title: Some(Title::B),
            sex: Some(Sex::M),
            ..Default::default()
        };

        let lines = name_lines(&name).unwrap();
        assert_eq!(lines.line, "Baron van Aedel");
        assert_eq!(lines.above.as_deref(), Some("De hoogwelgeboren heer"));
    }

    #[test]
    fn a_predicate_stands_before_the_initials_or_before_its_own_half() {
        let partner =
            PartnerName { surname_prefix: "de", surname: "Boer", ..PartnerName::default() };
        let mut name = PersonName {
            first_names: "Jo Anne",
            surname_prefix: "van den",
            surname: "Aedel",
            title: Some(Title::JH),
            sex: Some(Sex::M),
            partner: Some(partner),
            ..PersonName::default()
        };

        let expected = [
            (NameUse::E, "Jonkheer J.A. van den Aedel"),
            (NameUse::V, "J.A. de Boer-jonkheer van den Aedel"),
            (NameUse::N, "Jonkheer J.A. van den Aedel-de Boer"),
            (NameUse::P, "J.A. de Boer"),
        ];

        for (name_use, line) in expected {
            name.name_use = Some(name_use);
            assert_eq!(name_lines(&name).unwrap().line, line);
        }
    }

    #[test]
    fn only_a_first_name_is_no_name_to_print() {
        let name = PersonName { first_names: "Dian Marini", surname: ".", ..PersonName::default() };
        assert_eq!(name_lines(&name), None);
        assert_eq!(neutral_name_line(&name), None);
    }
}
