//! Letters with invented people for the vendor's press approval, one file each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::night::Wording;
use crate::compose::invented;
use crate::compose::texts::{self, LetterNews, TextFacts};
use crate::config::Print;
use crate::field::body::Body;
use crate::field::job_number::JobNumber;
use crate::field::place::{Place, Planned};
use crate::field::terms::{Audience, Category, Custody, Format, Language, Status, Zone};
use crate::package::{Class, Sample};
use crate::render::{Press, RenderError};

/// An invented letter: what it says, and where it goes.
#[derive(Clone)]
struct Letter {
    subject: TextFacts,
    zone: Zone,
}

/// One that was set.
struct Made {
    letter: Letter,
    sheets: u32,
    bytes: Vec<u8>,
}

impl Made {
    fn is_of(&self, class: Class, language: Language) -> bool {
        let Letter { subject, zone } = &self.letter;
        (Class { zone: *zone, format: subject.format, sheets: self.sheets }, subject.language)
            == (class, language)
    }
}

/// Letters with invented people, in both languages: the first letter in every category, one in
/// large print, one that goes abroad, one to parents and one correction, and one of each of the
/// `classes` of the job that these do not have. Of a class whose number of sheets no invented
/// letter takes there is the nearest. Their names tell nothing.
///
/// # Errors
/// [`RenderError`] when a letter does not set.
pub(super) fn samples(
    wording: &Wording,
    print: &Print,
    run_date: Date,
    synthetic: bool,
    classes: &BTreeSet<Class>,
) -> Result<Vec<Sample>, RenderError> {
    let maker = SampleMaker { wording, print, run_date, synthetic };
    let usual: Vec<TextFacts> = texts::variants(&wording.facts)
        .into_iter()
        .map(|one| one.subject)
        .filter(is_usual)
        .collect();
    let mut made = maker.set(kinds(&usual), 0)?;
    let pairs = classes
        .iter()
        .flat_map(|class| Language::ALL.iter().map(move |language| (*class, *language)));

    for (class, language) in pairs {
        if !made.iter().any(|letter| letter.is_of(class, language)) {
            made.extend(maker.of_class(&usual, class, language, made.len())?);
        }
    }

    let sample =
        |(number, letter): (usize, Made)| Sample { name: name(number), bytes: letter.bytes };
    Ok(made.into_iter().enumerate().map(sample).collect())
}

fn name(number: usize) -> String {
    format!("sample-{:02}.pdf", number + 1)
}

/// One category, stolen for certain, to somebody who is not held.
fn is_usual(subject: &TextFacts) -> bool {
    subject.findings.status == Status::Confirmed
        && subject.findings.categories.len() == 1
        && subject.custody != Some(Custody::Current)
}

/// Whether a letter is of the kind that is looked for.
type Wanted = Box<dyn Fn(&TextFacts) -> bool>;

/// What a vendor sees whatever is in the job.
fn kinds(usual: &[TextFacts]) -> Vec<Letter> {
    let plain = |subject: &TextFacts| {
        (subject.format, subject.audience) == (Format::Standard, Audience::Adult)
            && subject.news == LetterNews::First
            && !subject.abroad
    };

    let mut kinds: Vec<Wanted> = Vec::new();
    for category in Category::ALL {
        kinds.push(Box::new(move |subject| plain(subject) && subject.main() == Some(*category)));
    }

    kinds.push(Box::new(|subject| subject.format == Format::Large));
    kinds.push(Box::new(|subject| subject.abroad));
    kinds.push(Box::new(|subject| subject.audience == Audience::Parents));
    kinds.push(Box::new(|subject| matches!(subject.news, LetterNews::Correction(_))));
    let pairs =
        kinds.iter().flat_map(|kind| Language::ALL.iter().map(move |language| (kind, language)));
    let found = pairs.filter_map(|(kind, language)| {
        usual.iter().find(|subject| subject.language == *language && kind(subject)).cloned()
    });

    found
        .map(|subject| Letter {
            zone: if subject.abroad { Zone::World } else { Zone::Domestic },
            subject,
        })
        .collect()
}

/// What samples are made with.
struct SampleMaker<'a> {
    wording: &'a Wording,
    print: &'a Print,
    run_date: Date,
    synthetic: bool,
}

impl SampleMaker<'_> {
    /// A letter of this class: the first that takes its sheets, else the first of its zone and
    /// size.
    fn of_class(
        &self,
        usual: &[TextFacts],
        class: Class,
        language: Language,
        number: usize,
    ) -> Result<Option<Made>, RenderError> {
        let first = |subject: &&TextFacts| {
            (subject.language, subject.audience) == (language, Audience::Adult)
                && subject.news == LetterNews::First
                && subject.format == Format::Standard
                && !subject.abroad
        };

        let mut nearest = None;
        for subject in usual.iter().filter(first) {
            let abroad = class.zone != Zone::Domestic;
            let subject = TextFacts { format: class.format, abroad, ..subject.clone() };
            let made = self.set(vec![Letter { subject, zone: class.zone }], number)?.pop();
            if made.as_ref().is_some_and(|made| made.sheets == class.sheets) {
                return Ok(made);
            }
            nearest = nearest.or(made);
        }

        Ok(nearest)
    }

    /// Sets letters, each as a file of its own, from sample `from`; with the sheets that each
    /// takes.
    fn set(&self, letters: Vec<Letter>, from: usize) -> Result<Vec<Made>, RenderError> {
        let body = |letter: &Letter| {
            let Wording { facts, texts, .. } = self.wording;
            texts::body_of(texts, &letter.subject, facts, self.run_date, self.synthetic)
        };
        let bodies: Vec<Body> = letters.iter().map(body).collect();
        let keyed: BTreeMap<String, Body> =
            bodies.iter().map(|body| (body.key(), body.clone())).collect();
        let press = Press::new(&keyed, self.print, self.run_date)?;
        let set = |(index, (letter, body)): (usize, (Letter, &Body))| {
            let number = from + index;
            let mut draft = invented::draft(&letter.subject, number / 2, body);
            if letter.zone == Zone::Europe {
                invented::to_europe(&mut draft);
            }
            let (pages, sheets) = press.paper(&draft.body).unwrap_or_default();
            let place =
                Place { part: 1, seq: 1, print_file: name(number), first_page: 1, pages, sheets };
            let bytes = press.set(JobNumber::NONE, &[&Planned { draft, place }])?;
            Ok(Made { letter, sheets, bytes })
        };

        letters.into_iter().zip(&bodies).enumerate().map(set).collect()
    }
}
