//! `breachpost preview`: every letter variant with invented people, Dutch next to English, as PDF and as pictures.

pub mod invented;

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;
use tera::{Context, Tera};

use crate::compose::texts::{self, News, Variant};
use crate::config::Print;
use crate::facts::Facts;
use crate::letter::{Audience, Body, Category, Custody, Format, Language, Place, Planned, Status};
use crate::package::Sample;
use crate::progress::Progress;
use crate::render::{Press, RenderError};
use crate::{durable, workers};

/// Resolution of the pictures: enough to read 11 pt on a screen.
const PIXELS_PER_INCH: f64 = 80.0;

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Letters, each language counted.
    pub variants: usize,
    /// Pages of all letters.
    pub pages: usize,
    /// The page that shows them.
    pub index: Utf8PathBuf,
}

/// Why the preview could not be made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum PreviewError {
    /// A letter does not set.
    #[error("cannot set variant `{variant}`")]
    Render { variant: String, source: RenderError },
    /// The bodies do not set.
    #[error(transparent)]
    Press(#[from] RenderError),
    /// The page's template does not render.
    #[error("cannot fill in `index.html`")]
    Page(#[from] tera::Error),
    /// A file cannot be written.
    #[error("cannot write `{path}`")]
    Write { path: Utf8PathBuf, source: std::io::Error },
}

impl PreviewError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        None
    }
}

/// One variant in both languages, as the page shows it.
#[derive(Serialize)]
struct Row {
    name: String,
    conditions: Vec<(String, String)>,
    letters: Vec<Shown>,
}

/// One letter, as the page shows it.
#[derive(Clone, Serialize)]
struct Shown {
    language: &'static str,
    pdf: String,
    pictures: Vec<String>,
}

/// Writes every variant to `out`: `nl/<variant>.pdf`, `nl/<variant>-1.png`, ..., the same under `en/`, and `index.html`.
/// People are invented and every page says so.
///
/// # Errors
/// [`PreviewError`] when a letter does not set or a file cannot be written.
pub fn write(
    out: &Utf8Path,
    facts: &Facts,
    print: &Print,
    run_date: Date,
    progress: &Progress,
) -> Result<Made, PreviewError> {
    for language in Language::ALL {
        let path = out.join(language.word());
        fs::create_dir_all(&path).map_err(|source| PreviewError::Write { path, source })?;
    }
    let variants = texts::variants(facts);
    let bodies: Vec<Body> = variants.iter().map(|variant| variant.body(facts, run_date, true)).collect();
    let keyed: BTreeMap<String, Body> = bodies.iter().map(|body| (body.key(), body.clone())).collect();
    let press = Press::new(&keyed, print, run_date)?;
    progress.stage("preview", variants.len() as u64);
    let numbered: Vec<(usize, (&Variant, &Body))> = variants.iter().zip(&bodies).enumerate().collect();
    let shown = workers::map(&numbered, |(number, (variant, body))| {
        let shown = letter(out, &press, *number, variant, body)?;
        progress.advance(1);
        Ok(shown)
    });
    let shown = shown.into_iter().collect::<Result<Vec<Shown>, PreviewError>>()?;

    let index = out.join("index.html");
    let made = Made {
        variants: shown.len(),
        pages: shown.iter().map(|letter| letter.pictures.len()).sum(),
        index: index.clone(),
    };
    write_file(&index, page(&rows(&variants, &shown), &made)?.as_bytes())?;
    Ok(made)
}

/// Letters with invented people for the vendor's press approval: the first letter in every category, both languages, set
/// as print files. Their names tell nothing.
///
/// # Errors
/// [`PreviewError`] when a letter does not set.
pub fn samples(facts: &Facts, print: &Print, run_date: Date, synthetic: bool) -> Result<Vec<Sample>, PreviewError> {
    let variants = texts::variants(facts);
    let base = |category: Category, language: Language| {
        variants.iter().find(|variant| {
            let subject = &variant.subject;
            subject.language == language
                && subject.findings.categories == [category]
                && subject.findings.status == Status::Confirmed
                && subject.custody != Some(Custody::Current)
                && (subject.format, subject.audience) == (Format::Standard, Audience::Adult)
                && subject.news == News::First
        })
    };
    let pairs =
        Category::ALL.iter().flat_map(|category| Language::ALL.iter().map(move |language| (category, language)));
    let chosen: Vec<&Variant> = pairs.filter_map(|(category, language)| base(*category, *language)).collect();
    let bodies: Vec<Body> = chosen.iter().map(|variant| variant.body(facts, run_date, synthetic)).collect();
    let press = Press::new(&bodies.iter().map(|body| (body.key(), body.clone())).collect(), print, run_date)?;
    let set = |(number, (variant, body)): (usize, (&&Variant, &Body))| {
        let draft = invented::draft(&variant.subject, number / 2, body);
        let (pages, sheets) = press.paper(&draft.body).unwrap_or_default();
        let place = Place { part: 1, seq: 1, print_file: String::new(), first_page: 1, pages, sheets };
        let bytes = press.set(0, &[&Planned { draft, place }])?;
        Ok(Sample { name: format!("sample-{:02}.pdf", number + 1), bytes })
    };
    chosen.iter().zip(&bodies).enumerate().map(set).collect()
}

fn letter(out: &Utf8Path, press: &Press, number: usize, variant: &Variant, body: &Body) -> Result<Shown, PreviewError> {
    let failed = |source| PreviewError::Render { variant: variant.name.clone(), source };
    let draft = invented::draft(&variant.subject, number / 2, body);
    let language = variant.subject.language.word();
    let pdf = format!("{language}/{}.pdf", variant.name);
    write_file(&out.join(&pdf), &press.accessible(&draft, body).map_err(failed)?)?;
    let mut pictures = Vec::new();
    for (page, png) in (1..).zip(press.png(&draft, body, PIXELS_PER_INCH).map_err(failed)?) {
        let picture = format!("{language}/{}-{page}.png", variant.name);
        write_file(&out.join(&picture), &png)?;
        pictures.push(picture);
    }
    Ok(Shown { language, pdf, pictures })
}

/// Variants of one name come together, Dutch first.
fn rows(variants: &[Variant], shown: &[Shown]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (variant, letter) in variants.iter().zip(shown) {
        let place = *places.entry(&variant.name).or_insert_with(|| {
            let conditions = variant.conditions.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            rows.push(Row { name: variant.name.clone(), conditions: conditions.collect(), letters: Vec::new() });
            rows.len() - 1
        });
        rows[place].letters.push(letter.clone());
    }
    rows
}

fn page(rows: &[Row], made: &Made) -> Result<String, PreviewError> {
    let mut tera = Tera::new();
    tera.add_raw_template("index.html", include_str!("../templates/preview/index.html"))?;
    let mut context = Context::new();
    context.insert("rows", rows);
    context.insert("made", made);
    Ok(tera.render("index.html", &context)?)
}

fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), PreviewError> {
    durable::write(path, bytes).map_err(|source| PreviewError::Write { path: path.to_owned(), source })
}
