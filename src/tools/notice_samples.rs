//! Letters to invented providers and professionals, for those who write them: as PDF and pictures, and
//! against the gates of the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use super::preview::PreviewError;
use super::text_check::{self, TextFinding};
use crate::base::{FileError, durable, workers, working_days};
use crate::compose::Letterbook;
use crate::compose::notices::{self, NOTICE_FILES, NoticeBook, NoticeTexts, ProviderNotice};
use crate::compose::professionals::{ProfessionalBook, ProfessionalLetter};
use crate::compose::texts::CampaignTexts;
use crate::config::{Print, ProfessionalSettings, ProvidersFirst};
use crate::decide::providers::Affected;
use crate::facts::{Facts, ProviderFacts};
use crate::field::body::{Body, ENCLOSED};
use crate::field::cells::Cells;
use crate::field::draft::Draft;
use crate::field::findings::Findings;
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::professional::{ProfessionalFindings, ProfessionalItem};
use crate::field::row::{Provider, ProviderKind};
use crate::field::terms::{Item, Items, Kind, Language, Published, Status};
use crate::render::Press;

/// Resolution of the pictures, as in the preview.
const PIXELS_PER_INCH: f64 = 80.0;

/// Codes of the invented: who is written to in Dutch, and who in English.
const CODES: [(&str, Language); 2] = [("01000001", Language::Nl), ("01000002", Language::En)];

/// What such letters are written from.
#[derive(Clone, Copy)]
pub struct SampleOrder<'a> {
    /// The sentences to patients.
    pub texts: &'a CampaignTexts,
    /// The sentences to providers and professionals.
    pub notices: &'a NoticeTexts,
    /// The facts.
    pub facts: &'a Facts,
    /// `[providers_first]`, where providers are told.
    pub providers: Option<&'a ProvidersFirst>,
    /// `[professionals]`, where they are.
    pub professionals: Option<&'a ProfessionalSettings>,
    /// Paper and window.
    pub print: &'a Print,
    /// Date of the letters.
    pub run_date: Date,
}

/// A letter to somebody invented.
struct NoticeSample {
    /// `gp-confirmed`, below the folder of its language.
    name: String,
    body: Body,
    draft: Draft,
}

impl SampleOrder<'_> {
    fn all(&self) -> Vec<NoticeSample> {
        let keys = Keys::derive(&[0; 32]);
        let Some(facts) = &self.facts.providers else { return Vec::new() };
        let letters = Letterbook {
            campaign: "preview",
            keys: &keys,
            facts: self.facts,
            texts: self.texts,
            inputs: &[],
            run_date: self.run_date,
            synthetic: true,
            window: &self.print.window,
        };
        let mut all = Vec::new();
        if let Some(settings) = self.providers {
            all.extend(self.notices(letters, facts, settings));
        }
        if let Some(settings) = self.professionals {
            all.extend(self.letters_of_professionals(letters, facts, settings));
        }
        all
    }

    fn notices(
        &self,
        letters: Letterbook<'_>,
        facts: &ProviderFacts,
        settings: &ProvidersFirst,
    ) -> Vec<NoticeSample> {
        let settings = &ProvidersFirst { in_english: in_english(), ..settings.clone() };
        let book = NoticeBook { letters, texts: self.notices, settings, facts };
        let mut all = Vec::new();
        for kind in ProviderKind::ALL {
            for (code, language) in CODES {
                let provider = provider(code, *kind);
                for status in Status::ALL {
                    let name = format!("{language}/notice-{kind}-{status}");
                    all.extend(notice(&book, &provider, *status, None).map(|own| own.named(name)));
                }
                let name = format!("{language}/notice-{kind}-later");
                let later = notice(&book, &provider, Status::Confirmed, Some(self.run_date));
                all.extend(later.map(|own| own.named(name)));
            }
        }
        all
    }

    fn letters_of_professionals(
        &self,
        letters: Letterbook<'_>,
        facts: &ProviderFacts,
        settings: &ProfessionalSettings,
    ) -> Vec<NoticeSample> {
        let settings = &ProfessionalSettings { in_english: in_english(), ..settings.clone() };
        let book = ProfessionalBook { letters, texts: self.notices, settings, facts };
        let practice = &provider("01000003", ProviderKind::Gp);
        let mut all = Vec::new();
        for (code, language) in CODES {
            for (status, earlier) in Status::ALL
                .iter()
                .map(|status| (*status, None))
                .chain([(Status::Confirmed, Some(self.run_date))])
            {
                let items = ProfessionalItem::ALL.iter().copied().collect();
                let letter = ProfessionalLetter {
                    subject: letters.keys.professional("code", &[code]),
                    code,
                    name: "A.B. Voorbeeld",
                    practice,
                    findings: ProfessionalFindings::default().with(status, items),
                    kind: Kind::First,
                    sequence: 1,
                    earlier,
                };
                let body = book.body(&book.facts_of(&letter));
                let word = if earlier.is_some() { "later" } else { status.word() };
                let name = format!("{language}/professional-{word}");
                all.extend(book.draft(&letter, &body.key()).map(|draft| NoticeSample {
                    name,
                    body,
                    draft,
                }));
            }
        }
        all
    }
}

impl NoticeSample {
    fn named(self, name: String) -> Self {
        Self { name, ..self }
    }
}

fn in_english() -> BTreeSet<String> {
    let english = CODES.iter().filter(|(_, language)| *language == Language::En);
    english.map(|(code, _)| (*code).to_owned()).collect()
}

fn provider(code: &str, kind: ProviderKind) -> Provider {
    Provider {
        row: RowRef { file: 0, row: 0 },
        code: code.to_owned(),
        kind,
        display_name: "Naam van de zorgverlener".to_owned(),
        confirmed_on: None,
        cells: Cells::pack(["Voorbeeldlaan", "12", "", "", "3584CX", "Utrecht"])
            .expect("six short cells fit"),
        contact_email: String::new(),
        closed_on: None,
        merged_into: String::new(),
    }
}

/// A notice about 128 patients with every kind of data.
fn notice(
    book: &NoticeBook<'_>,
    provider: &Provider,
    status: Status,
    earlier: Option<Date>,
) -> Option<NoticeSample> {
    let all: Items = Item::ALL.iter().copied().collect();
    let is = |own| if own == status { all } else { Items::NONE };
    let affected = Affected {
        patients: 128,
        findings: Findings {
            categories: Vec::new(),
            status,
            published: Published::Yes,
            involved: is(Status::Confirmed),
            possible: is(Status::NotExcluded),
        },
        stored: is(Status::SharedOnly),
        samples: None,
        some_told: earlier.is_some(),
    };
    let kind = if earlier.is_some() { Kind::Supplement } else { Kind::First };
    let cap = working_days::after(book.letters.run_date, book.settings.at_most_days);
    let until = earlier.is_none().then_some(cap);
    let notice = ProviderNotice { provider, affected, kind, sequence: 1, earlier, until };
    let mut written = notices::write(&[notice], book);
    let (_, draft) = written.drafts.pop()?;
    let body = written.bodies.remove(&draft.body)?;
    Some(NoticeSample { name: String::new(), body, draft })
}

/// Writes every letter to an invented provider and professional below `out`, as the preview does with
/// those to people: `nl/notice-gp-confirmed.pdf` with a picture of each page, and the same in English.
/// Gives how many, and the page that shows them.
///
/// # Errors
/// [`PreviewError`] when a letter does not set or a file cannot be written.
pub fn write(
    out: &Utf8Path,
    order: &SampleOrder<'_>,
) -> Result<(usize, Utf8PathBuf), PreviewError> {
    let all = order.all();
    let bodies: BTreeMap<String, Body> =
        all.iter().map(|own| (own.draft.body.clone(), own.body.clone())).collect();
    let press = Press::new(&bodies, order.print, order.run_date)?;
    let set = |own: &NoticeSample| -> Result<String, PreviewError> {
        let failed = |source| PreviewError::Render { variant: own.name.clone(), source };
        let pdf = press.accessible(&own.draft, &own.body).map_err(failed)?;
        write_file(&out.join(format!("{}.pdf", own.name)), &pdf)?;
        let mut shown = format!("<h2><a href=\"{0}.pdf\">{0}</a></h2>\n", own.name);
        let pictures = press.png(&own.draft, &own.body, PIXELS_PER_INCH).map_err(failed)?;
        for (page, png) in (1..).zip(&pictures) {
            let picture = format!("{}-{page}.png", own.name);
            write_file(&out.join(&picture), png)?;
            // Writing to a string does not fail.
            let _ = writeln!(shown, "<img src=\"{picture}\" alt=\"page {page}\" width=\"420\">");
        }
        Ok(shown)
    };

    for language in Language::ALL {
        let path = out.join(language.word());
        fs::create_dir_all(&path).map_err(FileError::at("write", &path))?;
    }
    let shown: Vec<String> = workers::map(&all, set).into_iter().collect::<Result<_, _>>()?;
    let page = out.join("notices.html");
    let head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Letters to providers and \
                professionals</title></head>\n<body style=\"font-family: sans-serif\">\n<h1>Letters to providers and \
                professionals</h1>\n";
    write_file(&page, format!("{head}{}</body>\n</html>\n", shown.concat()).as_bytes())?;
    Ok((all.len(), page))
}

/// Looks at the sentences of every such letter, without the letter that a notice encloses.
#[must_use]
pub fn check(order: &SampleOrder<'_>) -> Vec<TextFinding> {
    let mut findings = Vec::new();
    for own in order.all() {
        let blocks = own.body.blocks.iter().take_while(|block| block.id != ENCLOSED).cloned();
        let body = Body { blocks: blocks.collect(), ..own.body };
        let file = match body.language {
            Language::Nl => NOTICE_FILES[0],
            Language::En => NOTICE_FILES[1],
        };
        findings.extend(text_check::of_body(
            file,
            &own.name,
            &body,
            (order.facts, order.texts.limits()),
        ));
    }
    findings.sort();
    // A sentence is in many letters.
    findings.dedup_by(|one, other| one.sentence == other.sentence && one.problem == other.problem);
    findings
}

fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), PreviewError> {
    Ok(durable::write(path, bytes).map_err(FileError::at("write", path))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_sentences_pass_the_gates_and_a_long_one_does_not() {
        let text = include_str!("../../sample-data/facts.toml");
        let facts = Facts::parse(Utf8Path::new("facts.toml"), text).unwrap();
        let (texts, mut notices) = (CampaignTexts::built_in(), NoticeTexts::built_in());
        let (providers, print) = (ProvidersFirst::default(), Print::default());
        let sender = facts.senders.keys().next().unwrap().clone();
        let professionals = ProfessionalSettings { sender, in_english: BTreeSet::new() };
        let check = |notices: &NoticeTexts| {
            check(&SampleOrder {
                texts: &texts,
                notices,
                facts: &facts,
                providers: Some(&providers),
                professionals: Some(&professionals),
                print: &print,
                run_date: jiff::civil::date(2025, 9, 15),
            })
        };
        assert_eq!(check(&notices), []);

        notices = notices.with("uw handtekening", &"zeer lang ".repeat(20));
        let found = check(&notices);
        assert!(found.iter().any(|one| one.key.contains("professional")), "{found:?}");
        notices = NoticeTexts::built_in().with("Vertel uw medewerkers", "Vertel  uw medewerkers");
        assert!(!check(&notices).is_empty());
    }
}
