//! Countries by code or name, as registers and laboratories write them, and as mail wants them.

mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::field::terms::Zone;

/// One country or territory that mail can be sent to.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2; for Kosovo the user-assigned `XK`.
    pub iso2: &'static str,
    /// ISO 3166-1 alpha-3.
    pub iso3: &'static str,
    /// BRP codes (national table 34), separated by spaces; several where the register tells parts
    /// of a country apart.
    pub brp: &'static str,
    /// Dutch name.
    pub name_nl: &'static str,
    /// English name as on mail.
    pub name_en: &'static str,
    /// Other names people write, separated by `|`.
    also: &'static str,
    /// Postal zone. Europe is the UN's (M49) with Cyprus, Turkey and Kosovo.
    pub zone: Zone,
}

impl Country {
    /// The last line of the address: English, capitals (PostNL: town and country in capitals and in
    /// English).
    #[must_use]
    pub fn line(&self) -> String {
        self.name_en.to_uppercase()
    }
}

const fn country(
    iso2: &'static str,
    iso3: &'static str,
    brp: &'static str,
    name_nl: &'static str,
    name_en: &'static str,
    also: &'static str,
    zone: Zone,
) -> Country {
    Country { iso2, iso3, brp, name_nl, name_en, also, zone }
}

/// Every folded code and name; built once, because most of a million rows have no country and the
/// rest repeat a few.
static INDEX: LazyLock<BTreeMap<String, &'static Country>> = LazyLock::new(|| {
    let mut index = BTreeMap::new();
    for country in &table::COUNTRIES {
        let names = [country.iso2, country.iso3, country.name_nl, country.name_en];
        let others = country.brp.split(' ').chain(country.also.split('|'));
        for name in names.into_iter().chain(others).map(fold).filter(|name| !name.is_empty()) {
            index.entry(name).or_insert(country);
        }
    }
    index
});

/// Finds a country by ISO code (2 or 3 letters), BRP code, or Dutch or English name; case, accents,
/// punctuation and a leading article do not matter. `None` for what is not in the table, and for
/// BRP 0000 (unknown): nothing is guessed from similar names, and names that stand for several
/// countries ("Korea") are not in it.
#[must_use]
pub fn find(text: &str) -> Option<&'static Country> {
    INDEX.get(&fold(text)).copied()
}

/// The country that a cell names: an empty one means the Netherlands, anything else is looked up
/// with [`find`].
#[must_use]
pub fn of_cell(text: &str) -> Option<&'static Country> {
    if text.trim().is_empty() { INDEX.get("nl").copied() } else { find(text) }
}

/// Lower case, no accents, no apostrophes or dots, other signs as one space, no leading article.
fn fold(text: &str) -> String {
    let letters =
        text.nfkd().filter(|sign| !is_combining_mark(*sign) && !matches!(sign, '\'' | '’' | '.'));
    let mut folded = String::with_capacity(text.len());
    for sign in letters.flat_map(char::to_lowercase) {
        match sign {
            '&' => folded.push_str(" and "),
            sign if sign.is_alphanumeric() => folded.push(sign),
            _ => folded.push(' '),
        }
    }

    let mut words: Vec<&str> = folded.split_whitespace().collect();
    if words.len() > 1 && matches!(words[0], "the" | "de" | "het") {
        words.remove(0);
    }

    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn iso2(text: &str) -> Option<&'static str> {
        find(text).map(|country| country.iso2)
    }

    #[test]
    fn codes_and_names_in_both_languages_find_the_country() {
        for text in ["BE", "be", "BEL", "5010", "België", "BELGIE", "Belgium", " belgië. "] {
            assert_eq!(iso2(text), Some("BE"), "{text}");
        }

        for text in [
            "6014",
            "Verenigde Staten van Amerika",
            "United States of America",
            "U.S.A.",
            "VS",
            "usa",
        ] {
            assert_eq!(iso2(text), Some("US"), "{text}");
        }

        for text in ["6030", "NLD", "Nederland", "The Netherlands", "Holland"] {
            assert_eq!(iso2(text), Some("NL"), "{text}");
        }

        assert_eq!(iso2("Cote d’Ivoire"), Some("CI"));
        assert_eq!(iso2("Trinidad & Tobago"), Some("TT"));
        assert_eq!(iso2("de Filipijnen"), Some("PH"));
    }

    #[test]
    fn what_is_unknown_or_ambiguous_is_not_found() {
        for text in ["", "0000", "Korea", "Atlantis", "Duitsland Oost", "XX", "Sovjet-Unie", "9049"]
        {
            assert_eq!(iso2(text), None, "{text}");
        }
    }

    #[test]
    fn the_table_is_complete_ordered_and_unambiguous() {
        let codes: Vec<_> = table::COUNTRIES.iter().map(|country| country.iso2).collect();
        assert!(codes.is_sorted());
        assert_eq!(
            codes.iter().collect::<BTreeSet<_>>().len(),
            249 + 1,
            "ISO 3166-1 has 249 codes; and Kosovo"
        );

        let mut owner = BTreeMap::new();
        for country in &table::COUNTRIES {
            assert!(
                country.iso2.len() == 2 && country.iso3.len() == 3 && !country.name_en.is_empty()
            );
            let names = [country.iso2, country.iso3, country.name_nl, country.name_en];
            for name in
                names.into_iter().chain(country.brp.split(' ')).chain(country.also.split('|'))
            {
                if !name.is_empty() {
                    let before = owner.insert(fold(name), country.iso2);
                    assert!(before.is_none_or(|code| code == country.iso2), "{name}");
                    assert_eq!(iso2(name), Some(country.iso2));
                }
            }
        }
    }

    #[test]
    fn zones_and_lines_are_postal() {
        assert_eq!(of_cell(" ").unwrap().zone, Zone::Domestic);
        assert_eq!(find("BE").unwrap().zone, Zone::Europe);
        assert_eq!(find("TR").unwrap().zone, Zone::Europe);
        assert_eq!(find("CW").unwrap().zone, Zone::World);
        assert_eq!(find("KR").unwrap().line(), "SOUTH KOREA");
        assert_eq!(find("CI").unwrap().line(), "CÔTE D'IVOIRE");

        assert_eq!(
            table::COUNTRIES.iter().filter(|country| country.zone == Zone::Domestic).count(),
            1
        );
    }
}
