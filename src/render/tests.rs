//! Letters of invented people through the whole stage.

mod cases;
mod files;
mod gates;
mod makeup;
mod pictures;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use crate::compose::texts::{self, CampaignTexts};
use crate::config::Print;
use crate::facts::Facts;
use crate::field::address::AddressSource;
use crate::field::body::Body;
use crate::field::draft::{Draft, Kix, PostalParts};
use crate::field::findings::Findings;
use crate::field::job_number::JobNumber;
use crate::field::place::{Place, Planned};
use crate::field::terms::{
    Audience, Category, Format, Items, Kind, Language, Published, Status, Zone,
};
use crate::render::input::LetterInput;
use crate::render::press::Press;

const JOB: JobNumber = JobNumber::new(2_600_001).unwrap();
const RUN_DATE: Date = date(2025, 10, 12);

/// A committed case of the templates.
fn case(name: &str) -> LetterInput {
    let path = format!("{}/templates/cases/letter/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bodies() -> BTreeMap<String, Body> {
    ["screening-nl", "screening-nl-large", "hospital-en"]
        .map(|name| (name.to_owned(), case(name).body))
        .into()
}

/// An invented person in Utrecht.
fn draft(id: &str, body: &str) -> Draft {
    let Body { language, format, provider_slot, .. } = case(body).body;
    Draft {
        letter_id: format!("{id:a<26}").parse().unwrap(),
        person: format!("{id:b<25}a").parse().unwrap(),
        subject: crate::field::subject::LetterSubject::Person,
        patients: 0,
        kind: Kind::First,
        sequence: 1,
        reissue_of: None,
        sender: "bvo".to_owned(),
        findings: Findings {
            categories: vec![Category::Screening],
            status: Status::Confirmed,
            published: Published::No,
            involved: Items::NONE,
            possible: Items::NONE,
        },
        stored: Items::NONE,
        language,
        format,
        audience: Audience::Adult,
        custody: None,
        reference: "ACDE-FGHJ-KMNP".to_owned(),
        salutation: "Geachte mevrouw Zeldenrust-Öztürk".to_owned(),
        name_lines: vec!["Mevrouw J.M. Zeldenrust-Öztürk".to_owned()],
        address_lines: vec!["Nergensstraat 12 A-2".to_owned(), "1234 AB  UTRECHT".to_owned()],
        country_line: String::new(),
        address_source: AddressSource::Participants,
        postal: PostalParts::default(),
        kix: Kix::Code("1234AB12XA2".to_owned()),
        zone: Zone::Domestic,
        provider_display: if provider_slot {
            "Ziekenhuis Nergenshuizen".to_owned()
        } else {
            String::new()
        },
        body: body.to_owned(),
        record_ids: vec!["r1".to_owned()],
        rows: vec![("exposures.csv".to_owned(), 2)],
        row_refs: Vec::new(),
    }
}

/// Three people, two bodies of one sheet and one of several.
fn drafts() -> Vec<Draft> {
    let mut second = draft("second", "hospital-en");
    second.salutation = "Dear Mr De Vries".to_owned();
    second.name_lines = vec!["Mr P. de Vries".to_owned()];
    second.address_lines = vec!["1 Nowhere Lane".to_owned(), "ZZ1 1ZZ  NOWHERE".to_owned()];
    second.country_line = "UNITED KINGDOM".to_owned();
    second.zone = Zone::Europe;
    second.kix = Kix::Skipped("FOREIGN".to_owned());
    second.reference = "QRTU-VWXY-4679".to_owned();
    let mut third = draft("third", "screening-nl-large");
    third.name_lines[0] = "De heer Ĳ. Jansen".to_owned();
    third.reference = "HJKM-NPQR-TUVW".to_owned();
    let mut fourth = draft("fourth", "screening-nl");
    fourth.name_lines[0] = "De heer W. Żółć".to_owned();
    fourth.salutation = "Geachte heer Żółć".to_owned();
    fourth.reference = "VWXY-4679-ACDE".to_owned();
    vec![draft("first", "screening-nl"), second, third, fourth]
}

fn press(print: &Print) -> Press {
    Press::new(&bodies(), print, RUN_DATE).unwrap()
}

/// The drafts as one print file of a plan.
fn planned(press: &Press, drafts: Vec<Draft>) -> Vec<Planned> {
    let proofed = press.proof(drafts).unwrap();
    assert!(proofed.held.is_empty(), "held: {:?}", proofed.held);
    let mut page = 1;
    let place = |(proof, seq): (crate::render::Proof, u32)| {
        let (pages, sheets) = (proof.pages, proof.sheets);
        page += pages;
        let print_file = "print/2600001-p001-b001.pdf".to_owned();
        Planned {
            draft: proof.draft,
            place: Place { part: 1, seq, print_file, first_page: page - pages, pages, sheets },
        }
    };
    proofed.ready.into_iter().zip(1..).map(place).collect()
}

/// Every kind of letter of the sample campaign that the preview shows.
fn variants() -> Vec<Body> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/facts.toml");
    let facts = Facts::load(path.into()).unwrap();
    let texts = CampaignTexts::built_in();
    let bodies = texts::variants(&facts).into_iter();
    bodies.map(|variant| variant.body(&texts, &facts, RUN_DATE, true)).collect()
}

/// A letter with this body to an invented person.
fn draft_with(key: &str, body: &Body) -> Draft {
    Draft {
        language: body.language,
        format: body.format,
        provider_display: if body.provider_slot {
            "Ziekenhuis Nergenshuizen".to_owned()
        } else {
            String::new()
        },
        body: key.to_owned(),
        ..draft("first", "screening-nl")
    }
}

fn format_of(body: &str) -> Format {
    case(body).body.format
}

fn language_of(body: &str) -> Language {
    case(body).body.language
}
