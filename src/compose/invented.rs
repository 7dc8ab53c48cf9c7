//! Invented people for previews and press samples.

use crate::base::hash;
use crate::compose::texts::{LetterNews, TextFacts};
use crate::field::address::AddressSource;
use crate::field::body::Body;
use crate::field::draft::{Draft, Kix, PostalParts};
use crate::field::ids::{LetterId, Pseudonym};
use crate::field::terms::{Audience, Category, Kind, Language, Zone};

/// Name line, Dutch salutation, street, number, postcode, town: short and long ones, with
/// diacritics.
const PEOPLE: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("J.A. de Vries", "Geachte mevrouw De Vries", "Lindenlaan", "12", "3511 AB", "UTRECHT"),
    (
        "M. van den Berg-Öztürk",
        "Geachte mevrouw Van den Berg-Öztürk",
        "Kerkstraat",
        "103",
        "2583 XL",
        "SCHEVENINGEN",
    ),
    ("Ł.P. Żółtowski", "Geachte heer Żółtowski", "Prins Hendrikkade", "9", "1012 JD", "AMSTERDAM"),
    (
        "A.B.C. van Wassenaer-de la Fontaine",
        "Geachte A.B.C. van Wassenaer-de la Fontaine",
        "Burgemeester Reigerstraat",
        "88",
        "3581 KW",
        "UTRECHT",
    ),
    ("I. 't Hart", "Geachte heer 't Hart", "Haven", "3", "1975 AA", "IJMUIDEN"),
];

/// An invented address outside Europe.
const WORLD: [&str; 2] = ["12 Example Street", "Toronto ON  M5V 2T6"];
/// An invented address in Europe.
const EUROPE: [&str; 2] = ["Voorbeeldstraat 12", "9000  GHENT"];

/// The `number`-th invented person, addressed as `subject` asks, with the text `body`.
#[must_use]
pub fn draft(subject: &TextFacts, number: usize, body: &Body) -> Draft {
    let (name, salutation, street, house_number, postcode, town) = PEOPLE[number % PEOPLE.len()];
    let code = postcode.replace(' ', "");
    let (address_lines, country_line, postal, kix) = if subject.abroad {
        abroad(WORLD, "CA", "CANADA")
    } else {
        let postal = PostalParts {
            street: street.to_owned(),
            house_number: house_number.to_owned(),
            postcode: code.clone(),
            town: town.to_owned(),
            country: "NL".to_owned(),
            ..PostalParts::default()
        };
        let lines = vec![format!("{street} {house_number}"), format!("{postcode}  {town}")];
        (lines, String::new(), postal, Kix::Code(format!("{code}{house_number}")))
    };

    Draft {
        letter_id: LetterId(seed(number)),
        person: Pseudonym(seed(number)),
        subject: crate::field::subject::LetterSubject::Person,
        patients: 0,
        kind: kind(subject),
        sequence: 1,
        reissue_of: None,
        sender: subject.sender.clone(),
        findings: subject.findings.clone(),
        stored: subject.stored,
        language: subject.language,
        format: subject.format,
        audience: subject.audience,
        custody: subject.custody,
        reference: "CDFG HJKM NPQR TVWX".to_owned(),
        salutation: salutation_for(subject, name, salutation),
        name_lines: name_lines(subject, name),
        address_lines,
        country_line,
        address_source: AddressSource::Register,
        postal,
        kix,
        zone: if subject.abroad { Zone::World } else { Zone::Domestic },
        provider_display: provider(subject).to_owned(),
        body: body.key(),
        record_ids: Vec::new(),
        rows: Vec::new(),
        row_refs: Vec::new(),
    }
}

/// Moves a person who lives abroad to Europe.
pub fn to_europe(draft: &mut Draft) {
    (draft.address_lines, draft.country_line, draft.postal, draft.kix) =
        abroad(EUROPE, "BE", "BELGIUM");
    draft.zone = Zone::Europe;
}

fn abroad(
    lines: [&str; 2],
    country: &str,
    printed: &str,
) -> (Vec<String>, String, PostalParts, Kix) {
    let lines = lines.map(str::to_owned).to_vec();
    let postal = PostalParts {
        country: country.to_owned(),
        foreign_lines: lines.clone(),
        ..PostalParts::default()
    };
    (lines, printed.to_owned(), postal, Kix::Skipped("FOREIGN".to_owned()))
}

fn provider(subject: &TextFacts) -> &'static str {
    match subject.main() {
        Some(Category::Hospital) if subject.provider => "Ziekenhuis De Linde",
        _ if subject.provider => "Huisartsenpraktijk De Linde",
        _ => "",
    }
}

const fn kind(subject: &TextFacts) -> Kind {
    match subject.news {
        LetterNews::First => Kind::First,
        LetterNews::Supplement(_) => Kind::Supplement,
        LetterNews::Correction(_) => Kind::Correction,
    }
}

fn salutation_for(subject: &TextFacts, name: &str, dutch: &str) -> String {
    match (subject.language, subject.audience) {
        (Language::Nl, Audience::Parents) => "Geachte ouder(s) of verzorger(s)".to_owned(),
        (Language::En, Audience::Parents) => "Dear parent(s) or carer(s)".to_owned(),
        // Nobody expects "heer" above a letter about this screening, unless the register says so of
        // a real reader.
        (Language::Nl, Audience::Adult) if subject.main() == Some(Category::Screening) => {
            format!("Geachte {name}")
        }
        (Language::Nl, Audience::Youth) => format!("Geachte {name}"),
        (Language::Nl, Audience::Adult) => dutch.to_owned(),
        (Language::En, _) => format!("Dear {name}"),
    }
}

fn name_lines(subject: &TextFacts, name: &str) -> Vec<String> {
    match (subject.language, subject.audience) {
        (Language::Nl, Audience::Parents) => {
            vec!["Aan de ouder(s) of verzorger(s) van".to_owned(), name.to_owned()]
        }
        (Language::En, Audience::Parents) => {
            vec!["To the parent(s) or carer(s) of".to_owned(), name.to_owned()]
        }
        _ => vec![name.to_owned()],
    }
}

fn seed(number: usize) -> [u8; 16] {
    let digest = hash::of_bytes(format!("invented person {number}").as_bytes());
    std::array::from_fn(|index| digest.as_bytes()[index])
}
