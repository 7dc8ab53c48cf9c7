//! An invented person, as somebody types them to see whether their name and address can be printed.
//! They go through the same composing as everybody else, are in memory alone, and never in an
//! address, a log or a file: somebody may type a real person after all.

use std::fmt;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::compose::texts::{CampaignTexts, LetterNews, TextFacts};
use crate::compose::{self, Letterbook, Texts};
use crate::config::Window;
use crate::desk::choice::Choice;
use crate::facts::Facts;
use crate::field::address::AddressSource;
use crate::field::body::Body;
use crate::field::cells::Cells;
use crate::field::draft::Draft;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::keys::Keys;
use crate::field::names::{Sex, Title};
use crate::field::notice::{Identity, Notice};
use crate::field::reason::Reason;
use crate::field::row::{Denials, Provider, ProviderKind, Registrant};
use crate::field::terms::{Category, Item, Kind, Language};

/// The cells that can be typed, by the names of the register's columns.
pub const CELLS: [&str; 15] = [
    "first_names",
    "surname_prefix",
    "surname",
    "partner_surname_prefix",
    "partner_surname",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "foreign_line_1",
    "foreign_line_2",
    "foreign_line_3",
    "country",
];

/// Most characters of a cell.
const LONGEST: usize = 200;

/// An invented person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// In the order of [`CELLS`].
    pub cells: [String; CELLS.len()],
    /// BRP code; empty for none.
    pub title: String,
    /// `M`, `V` or `O`; empty for unknown.
    pub sex: String,
    /// The care provider's name; empty for the usual one.
    pub provider: String,
}

/// Whoever it is, nothing of them is printed.
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}

impl Typed {
    /// Reads the fields of a form.
    #[must_use]
    pub fn parse(fields: &[(String, String)]) -> Self {
        let field = |name: &str| {
            let found = fields.iter().find(|(field, _)| field == name);
            let value = found.map_or("", |(_, value)| value.trim());
            value.chars().take(LONGEST).nfc().collect::<String>()
        };
        Self {
            cells: CELLS.map(field),
            title: field("title"),
            sex: field("sex"),
            provider: field("provider_name"),
        }
    }

    /// The cell of that name.
    #[must_use]
    pub fn cell(&self, name: &str) -> &str {
        let place = CELLS.iter().position(|cell| *cell == name);
        place.map_or("", |place| &self.cells[place])
    }

    /// The row of the register that this person would have.
    fn registrant(&self) -> Option<Registrant> {
        let text = Registrant::TEXT.map(|name| self.cell(name));
        let sex = match self.sex.as_str() {
            "M" => Some(Sex::M),
            "V" => Some(Sex::V),
            "O" => Some(Sex::O),
            _ => None,
        };

        Some(Registrant {
            row: RowRef { file: 0, row: 1 },
            cells: Cells::pack(text)?,
            bsn: None,
            title: self.title.parse::<Title>().ok(),
            name_use: None,
            partner_title: None,
            partner_ended: None,
            sex,
            birth_date: None,
            house_indication: None,
            language: None,
            letter_format: None,
            deceased_on: None,
            deceased_unreadable: false,
            protected_address: false,
            whereabouts_unknown: false,
            denies: Denials::default(),
        })
    }
}

/// What all letters of the desk have in common.
#[derive(Clone, Copy)]
pub struct DeskBook<'a> {
    /// The sentences.
    pub texts: &'a CampaignTexts,
    /// What they say about the incident.
    pub facts: &'a Facts,
    /// Date of the letters.
    pub run_date: Date,
    /// The envelope's window.
    pub window: &'a Window,
}

/// The letter to somebody typed, as a night would write it.
///
/// # Errors
/// Why a night would hold it.
pub fn letter(
    typed: &Typed,
    choice: &Choice,
    language: Language,
    book: DeskBook<'_>,
) -> Result<(Draft, Body, TextFacts), Reason> {
    /// A dataset of which the facts know what is not in it.
    const DATASET: &str = "desk";

    let registrant = typed.registrant().ok_or(Reason::C102)?;
    let provider = provider(typed, choice);
    let mut facts = book.facts.clone();
    let absent: Vec<Item> = choice.absent.iter().collect();
    facts.not_involved.insert(DATASET.to_owned(), absent);

    let notice = notice(choice, language, &registrant, &provider, &facts, DATASET);
    let keys = Keys::derive(&[0; 32]);
    let letterbook = Letterbook {
        campaign: DATASET,
        keys: &keys,
        facts: &facts,
        texts: book.texts,
        inputs: &[],
        run_date: book.run_date,
        synthetic: true,
        window: book.window,
    };

    let subject = TextFacts::of(&notice, &facts);
    let texts = Texts::of([subject.clone()].into(), &letterbook);
    let mut written = compose::write(vec![notice], &letterbook, &texts);
    match (written.ready.pop(), written.set_aside.first()) {
        (Some(draft), _) => {
            let body = texts.bodies()[&draft.body].clone();
            Ok((draft, body, subject))
        }
        (None, held) => Err(held.map_or(Reason::C106, |held| held.reason)),
    }
}

fn notice<'a>(
    choice: &Choice,
    language: Language,
    registrant: &'a Registrant,
    provider: &'a Provider,
    facts: &Facts,
    dataset: &'a str,
) -> Notice<'a> {
    let subject = choice.subject(facts, language);
    let (kind, difference) = match subject.news {
        LetterNews::First => (Kind::First, None),
        LetterNews::Supplement(difference) => (Kind::Supplement, Some(difference)),
        LetterNews::Correction(difference) => (Kind::Correction, Some(difference)),
    };

    Notice {
        person: Pseudonym([0; 16]),
        kind,
        sequence: 1,
        sender: subject.sender,
        findings: subject.findings,
        medical_test: None,
        stored: subject.stored,
        difference,
        reissue: None,
        audience: subject.audience,
        custody: subject.custody,
        language,
        format: subject.format,
        identity: Identity::Listed(registrant),
        address_source: AddressSource::Register,
        address_of: Identity::Listed(registrant),
        provider: choice.provider.then_some(provider),
        rows: vec![registrant.row],
        record_ids: Vec::new(),
        datasets: vec![dataset],
    }
}

/// A care provider who agreed to be named.
fn provider(typed: &Typed, choice: &Choice) -> Provider {
    let (kind, usual) = match choice.categories[0] {
        Category::Hospital => (ProviderKind::Hospital, "Ziekenhuis De Linde"),
        _ => (ProviderKind::Gp, "Huisartsenpraktijk De Linde"),
    };
    let name = Some(typed.provider.as_str()).filter(|name| !name.is_empty()).unwrap_or(usual);

    Provider {
        row: RowRef { file: 0, row: 1 },
        code: "01000000".to_owned(),
        kind,
        display_name: name.to_owned(),
        confirmed_on: Some(Date::constant(2025, 1, 1)),
        cells: Cells::pack([""; 6]).expect("six empty cells are short"),
        contact_email: String::new(),
        closed_on: None,
        merged_into: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(cells: &[(&str, &str)]) -> Typed {
        let fields: Vec<(String, String)> =
            cells.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect();
        Typed::parse(&fields)
    }

    fn held(cells: &[(&str, &str)]) -> Result<Vec<String>, Reason> {
        let text = include_str!("../../sample-data/facts.toml");
        let facts = Facts::parse("facts.toml".into(), text).unwrap();
        let texts = CampaignTexts::built_in();
        let book = DeskBook {
            texts: &texts,
            facts: &facts,
            run_date: Date::constant(2025, 9, 15),
            window: &Window::default(),
        };
        let (draft, _, _) = letter(&typed(cells), &Choice::default(), Language::Nl, book)?;
        Ok(draft
            .name_lines
            .into_iter()
            .chain(draft.address_lines)
            .chain([draft.country_line])
            .collect())
    }

    #[test]
    fn somebody_typed_is_addressed_as_a_night_would() {
        let home = [
            ("first_names", "Anna Maria"),
            ("surname_prefix", "de"),
            ("surname", "Vries"),
            ("sex", "V"),
            ("street", "Lindenlaan"),
            ("house_number", "12"),
            ("postcode", "3511AB"),
            ("town", "Utrecht"),
        ];
        let lines = held(&home).unwrap();
        assert!(lines[0].ends_with("A.M. de Vries"), "{lines:?}");
        assert_eq!(lines[lines.len() - 2], "3511 AB  UTRECHT");

        let mut nowhere = home.to_vec();
        nowhere.push(("country", "Atlantis"));
        assert_eq!(held(&nowhere), Err(Reason::C105));
        assert!(held(&home[..4]).is_err(), "without an address");
    }

    #[test]
    fn nothing_of_somebody_typed_is_printed() {
        assert_eq!(format!("{:?}", typed(&[("surname", "Geheim")])), "Typed(..)");
    }
}
