//! Compose: notices become drafts. Salutation, name and address lines, KIX, reference code, and the
//! text of the letter, which many people share.
//!
//! Everything here is a pure function of the notice and the letterbook. A person whose name or
//! address cannot be printed as the rules want it is set aside with a code; nothing is cut,
//! replaced or guessed.

/// `Debug` that shows only the type's name: these values are personal data.
macro_rules! debug_by_name {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

pub mod address_lines;
mod addressee;
pub mod country;
pub mod house_number;
mod initials;
pub mod invented;
pub mod kix;
pub mod name_line;
pub mod notices;
pub mod postal;
pub mod professionals;
pub mod reference;
pub mod salutation;
mod spelling;
mod surname;
pub mod texts;
mod title;
pub mod window;

#[cfg(test)]
mod brp_cases;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::config::Window;
use crate::facts::Facts;
use crate::field::address::{Address, AddressSource};
use crate::field::body::{Body, BodyPool};
use crate::field::draft::{Draft, Kix};
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::notice::{Identity, Notice};
use crate::field::reason::{Reason, SetAside, Sifted, more_rows};
use crate::field::row::Input;
use crate::field::subject::LetterSubject;
use crate::field::terms::Zone;

use address_lines::{AddressLines, address_lines};
use addressee::{Addressee, addressee};
use texts::{CampaignTexts, TextFacts};

/// Fewest and most lines of name, address and country together (PostNL).
pub const WINDOW_LINES: std::ops::RangeInclusive<usize> = 3..=6;

/// Most characters of a name line, street or town in the vendor's manifest (the limit that print
/// vendors state for a field). Such a line is about as wide as the window; what is longer is held,
/// never cut.
const MANIFEST_CHARACTERS: usize = 40;

/// What all letters of a run have in common.
#[derive(Clone, Copy)]
pub struct Letterbook<'a> {
    /// The campaign; part of every letter id.
    pub campaign: &'a str,
    /// Keys for letter ids and reference codes.
    pub keys: &'a Keys,
    /// What the letters say about the incident.
    pub facts: &'a Facts,
    /// The sentences.
    pub texts: &'a CampaignTexts,
    /// The input files, in the order of `Rows::inputs`: drafts name their rows by file.
    pub inputs: &'a [Input],
    /// Date of the letters.
    pub run_date: Date,
    /// Rehearsal.
    pub synthetic: bool,
    /// The envelope's window: a KIX that cannot fit in it is left out.
    pub window: &'a Window,
}

/// What composing gives: drafts, people set aside, and the texts the drafts point to.
#[derive(Debug)]
pub struct Composed {
    /// Drafts in the order of the notices; one [`SetAside`] for every row of a notice that cannot
    /// be addressed.
    pub drafts: Sifted<Draft>,
    /// Texts by content hash (lower-case hex SHA-256 of the body's JSON); only those that a draft
    /// uses.
    pub bodies: BTreeMap<String, Body>,
}

/// Composes notices that fit in memory, with the texts they need. See [`write`].
pub fn compose(notices: Vec<Notice<'_>>, book: &Letterbook<'_>) -> Composed {
    let texts =
        Texts::of(notices.iter().map(|notice| TextFacts::of(notice, book.facts)).collect(), book);
    let drafts = write(notices, book, &texts);
    let used: BTreeSet<&str> = drafts.ready.iter().map(|draft| draft.body.as_str()).collect();
    let mut bodies = texts.bodies;
    bodies.retain(|hash, _| used.contains(hash.as_str()));
    Composed { drafts, bodies }
}

/// Writes the letters of some notices, whose texts `texts` has. The order of notices is kept;
/// threads do not matter, nor what else is written: the same notice gives the same draft, as often
/// as it is asked for.
pub fn write<'a>(notices: Vec<Notice<'a>>, book: &Letterbook<'_>, texts: &Texts) -> Sifted<Draft> {
    let one = |notice: Notice<'a>| match parts(&notice) {
        Ok(parts) => Ok(draft(notice, parts, book, texts)),
        Err((reason, field)) => Err(held(&notice, reason, field)),
    };

    let written: Vec<Result<Draft, Vec<SetAside>>> = notices.into_par_iter().map(one).collect();

    let mut drafts = Sifted { ready: Vec::with_capacity(written.len()), set_aside: Vec::new() };
    for written in written {
        match written {
            Ok(draft) => drafts.ready.push(draft),
            Err(held) => drafts.set_aside.extend(held),
        }
    }

    drafts
}

/// What is printed of one person.
struct Parts {
    addressee: Addressee,
    address: AddressLines,
    provider_display: String,
}

fn parts(notice: &Notice<'_>) -> Result<Parts, (Reason, &'static str)> {
    let addressee = addressee(notice).map_err(|reason| (reason, "name"))?;
    let address = address_of(notice).ok_or((Reason::C106, "address"))?;
    let address = address_lines(&address).map_err(|reason| (reason, field_of(reason)))?;
    check_lines(&addressee.name_lines, &address.lines, &address.country_line)?;
    let postal = &address.postal;

    if [&postal.street, &postal.town].iter().any(|cell| cell.chars().count() > MANIFEST_CHARACTERS)
    {
        return Err((Reason::C102, "address"));
    }
    Ok(Parts {
        addressee,
        address,
        provider_display: texts::named_provider(notice).unwrap_or_default().trim().to_owned(),
    })
}

fn draft(notice: Notice<'_>, parts: Parts, book: &Letterbook<'_>, texts: &Texts) -> Draft {
    let letter_id = book.keys.letter_id(book.campaign, notice.kind, notice.person, notice.sequence);
    let (body, provider_slot) = texts.of_notice(&notice, book.facts);
    let address = parts.address;

    Draft {
        reference: reference::code(book.keys.reference_seed(letter_id)),
        letter_id,
        person: notice.person,
        subject: LetterSubject::Person,
        kind: notice.kind,
        sequence: notice.sequence,
        reissue_of: notice.reissue,
        language: notice.language,
        format: notice.format,
        audience: notice.audience,
        custody: notice.custody,
        salutation: parts.addressee.salutation,
        name_lines: parts.addressee.name_lines,
        address_source: notice.address_source,
        kix: kix_for(kix::kix(&address.postal, address.indication), book.window),
        address_lines: address.lines,
        country_line: address.country_line,
        postal: address.postal,
        zone: address.zone,
        provider_display: if provider_slot { parts.provider_display } else { String::new() },
        patients: 0,
        body,
        rows: notice.rows.iter().map(|row| (file_name(book, row.file), row.row)).collect(),
        row_refs: notice.rows,
        sender: notice.sender,
        stored: notice.stored.minus(notice.findings.involved).minus(notice.findings.possible),
        findings: notice.findings,
        record_ids: notice.record_ids,
    }
}

impl Notice<'_> {
    /// Whether the printed address is in another country.
    #[must_use]
    pub fn goes_abroad(&self) -> bool {
        let country = address_of(self).and_then(|address| country::of_cell(address.country.trim()));
        country.is_some_and(|country| country.zone != Zone::Domestic)
    }
}

/// The institution's address without its name: nothing on the outside tells that somebody is held.
fn address_of<'a>(notice: &Notice<'a>) -> Option<Address<'a>> {
    match (notice.address_source, notice.address_of) {
        (AddressSource::Institution, _) => notice.provider.map(|provider| provider.address()),
        (_, Identity::Listed(registrant)) => Some(registrant.address()),
        (_, Identity::Lab(exposure)) => Some(exposure.address()),
    }
}

fn check_lines(
    names: &[String],
    lines: &[String],
    country: &str,
) -> Result<(), (Reason, &'static str)> {
    if names.iter().any(|line| line.chars().count() > MANIFEST_CHARACTERS) {
        return Err((Reason::C102, "name"));
    }
    let count = names.len() + lines.len() + usize::from(!country.is_empty());
    match count {
        count if WINDOW_LINES.contains(&count) => Ok(()),
        count if count < *WINDOW_LINES.start() => Err((Reason::C106, "address")),
        _ => Err((Reason::C103, "address")),
    }
}

fn kix_for(kix: Kix, window: &Window) -> Kix {
    match kix {
        Kix::Code(ref code) if kix::pitch_mm(code.len(), window::kix_width(window)).is_none() => {
            Kix::Skipped("TOO_WIDE".to_owned())
        }
        kix => kix,
    }
}

fn file_name(book: &Letterbook<'_>, file: u16) -> String {
    book.inputs.get(usize::from(file)).map_or_else(String::new, |input| input.file.clone())
}

const fn field_of(reason: Reason) -> &'static str {
    match reason {
        Reason::C104 => "house_number",
        Reason::C105 => "country",
        _ => "address",
    }
}

/// One entry for every row of the notice; the evidence names the field and never its value.
fn held(notice: &Notice<'_>, reason: Reason, field: &str) -> Vec<SetAside> {
    let few = || notice.rows.iter().take(SetAside::MOST_BESIDE + 1).copied();
    let entry = |row: &RowRef| {
        let beside: Vec<RowRef> =
            few().filter(|other| other != row).take(SetAside::MOST_BESIDE).collect();
        let more = notice.rows.len() - 1 - beside.len();
        let evidence = format!("{field}: {}{}", reason.text(), more_rows(more));
        SetAside { person: Some(notice.person), beside, evidence, ..SetAside::new(*row, reason) }
    };
    notice.rows.iter().map(entry).collect()
}

/// How many letters of a plan have a text. Nothing of the people whom they are to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextUse {
    /// What the text depends on.
    pub subject: TextFacts,
    /// Letters.
    pub letters: u64,
}

/// The texts of a run, each written once: 700,000 people share a few hundred.
#[derive(Debug)]
pub struct Texts {
    /// What a text depends on -> its content hash and whether it names a provider.
    index: BTreeMap<TextFacts, (String, bool)>,
    bodies: BTreeMap<String, Body>,
}

impl Texts {
    /// Writes the texts for these facts.
    #[must_use]
    pub fn of(facts: BTreeSet<TextFacts>, book: &Letterbook<'_>) -> Self {
        let pool = Mutex::new(BodyPool::default());
        let one = |facts: TextFacts| {
            let body =
                texts::body_of(book.texts, &facts, book.facts, book.run_date, book.synthetic);
            let key = body.key();
            let body = pool.lock().unwrap_or_else(PoisonError::into_inner).shared(body);
            ((facts, (key.clone(), body.provider_slot)), (key, body))
        };
        let written: Vec<_> = facts.into_par_iter().map(one).collect();
        let (index, bodies) = written.into_iter().unzip();
        Self { index, bodies }
    }

    /// Texts by content hash (lower-case hex SHA-256 of the body's JSON).
    #[must_use]
    pub const fn bodies(&self) -> &BTreeMap<String, Body> {
        &self.bodies
    }

    /// What each text depends on, with its content hash; several may come to the same text.
    pub fn subjects(&self) -> impl Iterator<Item = (&TextFacts, &str)> {
        self.index.iter().map(|(subject, (hash, _))| (subject, hash.as_str()))
    }

    /// How many letters have each text, given their number by content hash.
    #[must_use]
    pub fn uses(&self, letters: &BTreeMap<String, u64>) -> Vec<TextUse> {
        let mut left = letters.clone();
        let uses = self.index.iter().filter_map(|(subject, (hash, _))| {
            Some(TextUse { letters: left.remove(hash)?, subject: subject.clone() })
        });
        uses.collect()
    }

    /// Hash of the notice's text and whether it has a place for the provider's name.
    fn of_notice(&self, notice: &Notice<'_>, facts: &Facts) -> (String, bool) {
        self.index[&TextFacts::of(notice, facts)].clone()
    }
}
