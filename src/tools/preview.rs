//! `breachpost preview`: every letter variant with invented people, Dutch next to English, as PDF
//! and as pictures.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;
use tera::{Context, Tera};

use crate::base::progress::Progress;
use crate::base::{Explain, FileError, durable, workers};
use crate::compose::invented;
use crate::compose::texts::{self, Variant};
use crate::config::Print;
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::terms::{Format, Language};
use crate::render::{Press, RenderError};

/// Resolution of the pictures: enough to read 11 pt on a screen.
const PIXELS_PER_INCH: f64 = 80.0;

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PreviewSummary {
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
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Explain for PreviewError {
    fn hint(&self) -> Option<String> {
        if let Self::File(error) = self { error.hint() } else { None }
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

/// Writes every variant to `out`: `nl/<variant>.pdf`, `nl/<variant>-1.png`, ..., the same under
/// `en/`, and `index.html`. People are invented and every page says so.
///
/// # Errors
/// [`PreviewError`] when a letter does not set or a file cannot be written.
pub fn write(
    out: &Utf8Path,
    facts: &Facts,
    print: &Print,
    run_date: Date,
    progress: &Progress,
) -> Result<PreviewSummary, PreviewError> {
    for language in Language::ALL {
        let path = out.join(language.word());
        fs::create_dir_all(&path).map_err(FileError::at("write", &path))?;
    }

    let variants = texts::variants(facts);
    let bodies: Vec<Body> =
        variants.iter().map(|variant| variant.body(facts, run_date, true)).collect();
    let keyed: BTreeMap<String, Body> =
        bodies.iter().map(|body| (body.key(), body.clone())).collect();
    let press = Press::new(&keyed, print, run_date)?;
    progress.stage("preview", variants.len() as u64);

    let numbered: Vec<(usize, (&Variant, &Body))> =
        variants.iter().zip(&bodies).enumerate().collect();
    let shown = workers::map(&numbered, |(number, (variant, body))| {
        let shown = letter(out, &press, *number, variant, body)?;
        progress.advance(1);
        Ok(shown)
    });

    let shown = shown.into_iter().collect::<Result<Vec<Shown>, PreviewError>>()?;

    let index = out.join("index.html");
    let made = PreviewSummary {
        variants: shown.len(),
        pages: shown.iter().map(|letter| letter.pictures.len()).sum(),
        index: index.clone(),
    };

    write_file(&index, page(&rows(&variants, &shown), &made)?.as_bytes())?;
    Ok(made)
}

/// How letters of one size lie on their paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// Letters that were set.
    pub letters: usize,
    /// Sheets of paper they take, printed on both sides.
    pub sheets: usize,
    /// Page breaks that strand a line, an entry of a list or the end of a letter.
    pub stranded: usize,
}

/// Sets every variant of the preview in both sizes of print and measures its page breaks.
///
/// # Errors
/// [`PreviewError::Press`] when a letter does not set.
pub fn paper(
    facts: &Facts,
    print: &Print,
    run_date: Date,
) -> Result<BTreeMap<Format, Paper>, PreviewError> {
    let mut bodies = BTreeMap::new();
    for mut variant in texts::variants(facts) {
        for format in Format::ALL {
            variant.subject.format = *format;
            let body = variant.body(facts, run_date, false);
            bodies.insert(body.key(), body);
        }
    }

    let press = Press::new(&bodies, print, run_date)?;
    let mut found: BTreeMap<Format, Paper> = BTreeMap::new();
    for (key, body) in &bodies {
        let paper = found.entry(body.format).or_default();
        paper.letters += 1;
        paper.sheets += press.sides(key).unwrap_or_default().div_ceil(2);
        paper.stranded += press.stranded(key).unwrap_or_default();
    }

    Ok(found)
}

fn letter(
    out: &Utf8Path,
    press: &Press,
    number: usize,
    variant: &Variant,
    body: &Body,
) -> Result<Shown, PreviewError> {
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
            let conditions =
                variant.conditions.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            rows.push(Row {
                name: variant.name.clone(),
                conditions: conditions.collect(),
                letters: Vec::new(),
            });
            rows.len() - 1
        });
        rows[place].letters.push(letter.clone());
    }

    rows
}

fn page(rows: &[Row], made: &PreviewSummary) -> Result<String, PreviewError> {
    let mut tera = Tera::new();
    tera.add_raw_template("index.html", include_str!("../../templates/preview/index.html"))?;
    let mut context = Context::new();
    context.insert("rows", rows);
    context.insert("made", made);
    Ok(tera.render("index.html", &context)?)
}

fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), PreviewError> {
    Ok(durable::write(path, bytes).map_err(FileError::at("write", path))?)
}
